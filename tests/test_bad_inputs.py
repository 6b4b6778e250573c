"""Bad input: a clear 4xx or a reason, never a 5xx; nothing stored; the next good beacon counted."""

import base64
import json
import re
import secrets
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from gzip import compress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.storage.sqlite.config import create_config, open_config
from tests.service import BROWSER, Service, serving, until, view_id

CASES = {
    case["id"]: case
    for case in map(json.loads, Path(__file__).with_name("bad_inputs.jsonl").read_text("utf-8").splitlines())
    # Those of the API are run in tests/web/api/test_gate_bad_inputs.py.
    if case["surface"] != "api"
}
# The corpus speaks in neutral words; these are ours. What is not here is sent as an unknown key.
KEYS = {"site": "s", "id": "i", "url": "u", "ref": "r", "title": "t", "sw": "w", "event": "n", "props": "p"}
# Not run here, each for its reason.
ELSEWHERE = {
    **dict.fromkeys(["B304", "B307", "B308", "B309", "B311"], "slow clients: no deadline for them yet"),
    **dict.fromkeys(["B317", "B318"], "tests/journey/test_running.py restarts and kills"),
    **dict.fromkeys(["B246", "B249", "B250"], "tests/journey/test_running.py: one peer that is not trusted"),
    **dict.fromkeys(
        ["B321", "B322", "B351", "B353", "B354", "B358", "B360"], "days: tests/domain, test_days.py"
    ),
    **dict.fromkeys(["B362", "B363", "B364", "B368"], "a million beacons belong to a soak"),
    **dict.fromkeys(["B331", "B332", "B334"], "the snippet's: tests/browser"),
    "B319": "ids are not in Redis at all: tests/contracts and test_rollups.py",
    "B324": "the sender's second try: tests/journey/test_running.py, same id",
    "B326": "there are no batches yet",
    "B330": "durations: tests/domain/test_rollups.py",
    "B299": "an absolute target is valid HTTP: test_an_absolute_target_reaches_no_other_host",
    "B371": "sites cannot be deleted yet",
}
CLIENT = "203.0.113.7"


@dataclass
class Stage:
    """The service with a site for each case."""

    service: Service
    sites: dict[str, tuple[str, int]]
    other: str

    def pageviews(self, number: int) -> int:
        path = f"file:{self.service.data / 'stats.db'}?mode=ro"
        statement = "select sum(pageviews) from rollup_day where site = ? and dimension = 0"
        with closing(sqlite3.connect(path, uri=True)) as stats:
            return stats.execute(statement, (number,)).fetchone()[0] or 0


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("bad") / "data"
    data.mkdir()
    create_config(data)
    at = datetime.now(UTC)
    sites = {}
    with open_config(data) as config:

        def made(domain: str, wish: SiteChanges) -> tuple[str, int]:
            site = add_site(config.sites, domain, wish, at=at, random=secrets.token_bytes, by="test")
            return site.public_id, site.number

        for number in CASES:
            sites[number] = made(host(number), SiteChanges(paused=number == "B370"))
        other, _ = made("b.example", SiteChanges())
    with serving(data) as service:
        yield Stage(service, sites, other)


def host(case: str) -> str:
    return f"{case.lower()}.example"


def filled(text: str, case: str, stage: Stage) -> str:
    for name, value in (
        ("{SITE_A}", stage.sites[case][0]),
        ("{SITE_B}", stage.other),
        ("{UUID}", view_id()),
        ("{HOST_A}", host(case)),
        ("{HOST_SELF}", urlsplit(stage.service.url).netloc),
        ("{BEACON}", "/v"),
        ("{PIXEL}", "/v.gif"),
        ("{DASH}", "/demo"),
        ("{CLIENT}", CLIENT),
    ):
        text = text.replace(name, value)
    return re.sub(r"\{REPEAT:(.*?):(\d+)\}", lambda match: match[1] * int(match[2]), text, flags=re.DOTALL)


def translated(text: str) -> str:
    """The body in our keys, malformed as it is."""
    for theirs, ours in KEYS.items():
        text = text.replace(f'"{theirs}":', f'"{ours}":')
    kind = "c" if '"n":' in text else "v"
    return re.sub(r'^\{"s"', f'{{"k": "{kind}", "s"', text)


def good(case: str, stage: Stage, **more: object) -> str:
    body = {"k": "v", "s": stage.sites[case][0], "i": view_id(), "u": f"https://{host(case)}/page", **more}
    return json.dumps(body, ensure_ascii=False)


def body_of(case: str, stage: Stage) -> bytes:
    how = CASES[case]["how_sent"]
    if "body_b64" in how:
        raw = base64.b64decode(how["body_b64"])
        try:
            return translated(filled(raw.decode("utf-8"), case, stage)).encode("utf-8")
        except UnicodeDecodeError:
            return raw
    recipes: dict[str, Any] = {
        "B035": lambda: '{"a":' * 50000 + "1" + "}" * 50000,
        "B037": lambda: json.dumps({f"k{number}": 0 for number in range(10_000)}),
        "B093": lambda: good(case, stage, t="a" * 1048576),
        "B096": lambda: good(case, stage, u=f"https://{host(case)}/" + "a" * 70_000),
        "B100": lambda: good(case, stage, i="a" * 4096),
        "B101": lambda: good(case, stage, s="a" * 4096),
        # 2,048 would be over the 8 KiB that a beacon may have: as many as fit, ten times the title's limit.
        "B102": lambda: good(case, stage, t="\U0001f600" * 2000),
        "B103": lambda: good(case, stage, t="Z" + "\u0301" * 3000),
        "B105": lambda: good(case, stage, u=f"https://{host(case)}/" + "a/" * 1000),
    }
    if case == "B039":
        return compress(b"0" * 10485760)
    if case in recipes:
        return str(recipes[case]()).encode("utf-8")
    return translated(filled(how.get("body", ""), case, stage)).encode("utf-8", "surrogatepass")


def answer_of(case: str, stage: Stage) -> tuple[int, str]:
    """The status (0 where the connection was closed) and the header X-Vstats."""
    how = CASES[case]["how_sent"]
    if how["method"] == "RAW":
        raw = filled(base64.b64decode(how["raw_b64"]).decode("latin-1"), case, stage)
        return sent_raw(raw.encode("latin-1"), stage.service.url), ""
    headers = {
        name: filled(value, case, stage).strip().encode("latin-1", "replace")
        for name, value in {**BROWSER, **how["headers"]}.items()
    }
    path = filled(how["path"], case, stage)
    if "query" in how:
        path += "?" + translated_query(filled(how["query"], case, stage))
    content = None if how["method"] in ("GET", "OPTIONS") and "body" not in how else body_of(case, stage)
    answer = httpx2.request(how["method"], stage.service.url + path, headers=headers, content=content)
    assert "traceback" not in answer.text.lower()
    assert answer.headers.get("access-control-allow-credentials") is None
    # What is no HTTP at all is answered below the application.
    if 400 <= answer.status_code < 500 and answer.text != "Invalid HTTP request received.":
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code
    return answer.status_code, answer.headers.get("x-vstats", "")


def translated_query(query: str) -> str:
    return "&".join(
        f"{KEYS.get(name, name)}={value}"
        for name, _, value in (part.partition("=") for part in query.split("&"))
    )


def sent_raw(raw: bytes, url: str) -> int:
    """The status of the only answer; a second answer would be a second request read out of one."""
    heard = said_raw(raw, url)
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3})", heard)
    assert len(statuses) <= 1, heard
    return int(statuses[0]) if statuses else 0


def said_raw(raw: bytes, url: str) -> bytes:
    """Everything the service says to these bytes on one connection."""
    address = urlsplit(url)
    heard = b""
    with socket.create_connection((address.hostname, address.port or 0), timeout=10) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        while more := connection.recv(65536):
            heard += more
    return heard


def test_every_case_is_run_or_told_why_not() -> None:
    assert set(ELSEWHERE) <= set(CASES)
    assert len(CASES) == 200
    assert len(ELSEWHERE) == 30


def test_an_absolute_target_reaches_no_other_host(stage: Stage) -> None:
    answer = said_raw(b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", stage.service.url)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"evil" not in answer


@pytest.mark.parametrize("case", [case for case in CASES if case not in ELSEWHERE])
def test_bad_input_costs_the_sender_a_4xx_and_us_nothing(case: str, stage: Stage) -> None:
    oracle = CASES[case]["oracle"]
    number = stage.sites[case][1]
    began = time.monotonic()
    status, verdict = answer_of(case, stage)
    assert time.monotonic() - began < 10
    assert status < 500
    times = CASES[case]["how_sent"].get("times", 1) if case == "B335" else 1
    for _ in range(times - 1):
        answer_of(case, stage)
    counted = times if verdict == "counted" and is_view(case) else 0
    if "reject" in oracle:
        assert status == 0 or 400 <= status < 500 or verdict.startswith("dropped; reason=")
    if "count_1" in oracle:
        assert (status, counted) == (202, 1)
    if "drop" in oracle or "count_0" in oracle:
        assert verdict.startswith("dropped; reason=")
    if case == "B370":
        assert verdict == "dropped; reason=paused"
        return
    last = httpx2.post(stage.service.url + "/v", content=good(case, stage), headers=BROWSER)
    assert (last.status_code, last.headers["x-vstats"]) == (202, "counted")
    assert until(lambda: stage.pageviews(number), (counted + 1).__eq__, limit=10) == counted + 1


def is_view(case: str) -> bool:
    return '"event"' not in CASES[case]["how_sent"].get("body", "")
