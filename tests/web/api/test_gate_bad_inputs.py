"""Bad input to the API: refused with what is right, or answered within bounds; other sites stay hidden."""

import json
import re
import secrets
import time
from typing import Any
from urllib.parse import quote

import pytest

from tests.deployment_files import ROOT
from tests.web.api.conftest import Stand

CASES = {
    case["id"]: case
    for case in map(json.loads, (ROOT / "tests" / "bad_inputs.jsonl").read_text("utf-8").splitlines())
    if case["surface"] == "api"
}
ELSEWHERE = {"A019": "wrong tokens without end: test_gate_limits.py", "A008": "expired: test_gate_keys.py"}
# The corpus speaks in neutral words; these are ours. What is not here is sent as it is, and is unknown.
PERIOD = {"period=day": "period=today", "metric=": "metrics=", "step=": "interval="}
SLOWEST_SECONDS = 10.0


@pytest.fixture(scope="module")
def deleted(stand: Stand) -> str:
    """The public id of a site that there is no more, or never was: the answer is the same."""
    return "zzzzzz"


def filled(text: str, stand: Stand, deleted: str) -> str:
    token, other = stand.keys["reads_a"], stand.keys["reads_all"]
    cursor = stand.get(f"/sites/{stand.b}/breakdown/page?limit=1", "reads_all").json()["meta"]["next_cursor"]
    for name, value in (
        ("{SITE_A}", stand.a),
        ("{SITE_B}", stand.b),
        ("{SITE_DELETED}", deleted),
        ("{TOKEN_A_MINUS_LAST}", token[:-1]),
        ("{TOKEN_A}", token),
        ("{TOKEN_B}", other),
        ("{RANDOM}", secrets.token_hex(20)),
        ("{CURSOR_OF_SITE_B}", cursor or "none"),
        ("{VALID_ADMIN_COOKIE}", secrets.token_hex(20)),
    ):
        text = text.replace(name, value)
    return re.sub(r"\{REPEAT:(.*?):(\d+)\}", lambda match: match[1] * int(match[2]), text)


def target_of(how: dict[str, Any], stand: Stand, deleted: str) -> str:
    """The path and query of a case: its site becomes part of our path, or `sites` where it is several."""
    query = filled(how.get("query", ""), stand, deleted)
    given = dict(part.partition("=")[::2] for part in query.split("&") if part)
    site = given.pop("site", stand.a)
    for theirs, ours in PERIOD.items():
        given = {
            k: v
            for part in ("&".join(f"{k}={v}" for k, v in given.items()).replace(theirs, ours),)
            for k, _, v in (one.partition("=") for one in part.split("&") if one)
        }
    rest = "&".join(f"{name}={value if '%' in value else quote(value)}" for name, value in given.items())
    if how["path"] == "{API_SITE}":
        return f"/api/v1/sites/{site}?{rest}"
    if how["path"] == "{DASH_DATA}":
        return f"/s/{site}"
    if re.search(r"[,*]", site):
        return f"/api/v1/counts?sites={site}&{rest}"
    # Of its pages: the one question with sorting, rows and cursors.
    part = "breakdown/page" if {"limit", "cursor", "sort"} & set(given) else "counts"
    return f"/api/v1/sites/{site}/{part}?{rest}"


@pytest.mark.parametrize("case", [case for case in CASES if case not in ELSEWHERE])
def test_bad_input_is_refused_or_bounded(stand: Stand, deleted: str, case: str) -> None:
    how, oracle = CASES[case]["how_sent"], CASES[case]["oracle"]
    headers = {name: filled(value, stand, deleted) for name, value in how.get("headers", {}).items()}
    began = time.monotonic()
    answer = stand.service.http.request(how["method"], target_of(how, stand, deleted), headers=headers)
    assert time.monotonic() - began < SLOWEST_SECONDS
    assert answer.status_code < 500
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "access-control-allow-credentials" not in answer.headers
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert stand.b not in answer.json()["detail"]
    if "deny" in oracle:
        # Whoever has no account is led to the page on which people sign in.
        is_refused = answer.headers.get("location", "").startswith("/login")
        assert answer.status_code in (400, 401, 403, 404, 405) or is_refused
    if answer.status_code == 400:
        assert answer.json()["errors"][0]["parameter"]
    if "cors_safe" in oracle:
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cache-control"].startswith(("private", "no-store"))


def test_every_case_is_run_or_elsewhere() -> None:
    assert len(CASES) == 46
    assert set(ELSEWHERE) <= set(CASES)
