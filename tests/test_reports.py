"""What users of other tools reported, tried on the real service: each case's steps, and what is right."""

import json
import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.storage.sqlite.config import create_config, open_config
from tests.service import BROWSER, Service, known, run, serving, until, view_id

CASES: dict[str, dict[str, Any]] = {
    case["id"]: case
    for case in map(json.loads, Path(__file__).with_name("reports.jsonl").read_text("utf-8").splitlines())
}
"""`group` is the kind of fault, by its letter; `check` is what is right, step by step and afterwards."""
IN_A_BROWSER = {"W02", "W03", "W09", "W22", "W23", "R13", "R15", "R23"}
"""Pages with a snippet or a widget on them: tests/browser."""
NOT_BUILT = {"N01", "N02", "N03", "N04", "N05"}
"""Of functions that are not there yet: no steps so far."""
NOT_YET: dict[str, str] = {}
"""Wrong today, for a later release. A case that is mended fails here until it is taken off."""
HERE = [case for case in CASES if case not in IN_A_BROWSER | NOT_BUILT]
BODY = {"k": "v", "i": "{NEW_ID}"}
WITHIN, WITHIN_WHERE_WRONG = 30.0, 3.0


class Stage:
    """The service with a site for each case, whose domain ends in the case's own name."""

    def __init__(self, service: Service, sites: dict[str, str]) -> None:
        self.service = service
        self.sites = sites

    def counted(self, site: str, item: str, **asked: str) -> int | None:
        """One figure of the public counter."""
        path = f"/api/v1/sites/{site}/counter"
        answer = self.service.http.get(path, params={"items": item, **asked})
        figure: int | None = answer.json()["counts"][item] if answer.status_code == 200 else None
        return figure


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    data = tmp_path_factory.mktemp("reports") / "data"
    data.mkdir()
    create_config(data)
    wish = SiteChanges(rules=RuleChanges(pages=True, metrics=["visits", "pageviews", "visitors"]))
    sites = {}
    with open_config(data) as config:
        for case in HERE:
            made = add_site(
                config.sites,
                own("a.example.vn", case),
                wish,
                at=datetime.now(UTC),
                random=secrets.token_bytes,
                by="test",
            )
            sites[case] = made.public_id
    with serving(data) as service:
        yield Stage(service, sites)


def own(text: str, case: str) -> str:
    """The text with names of hosts below the case's own."""
    text = re.sub(r"(?<=-)example(?=-vn)", f"{case.lower()}-example", text)
    return re.sub(r"(?<=\.)example(?=\.vn)", f"{case.lower()}.example", text, flags=re.IGNORECASE)


class Play:
    """One case on the stage."""

    def __init__(self, case: str, stage: Stage) -> None:
        self.case, self.stage = case, stage
        self.site, self.view = stage.sites[case], ""

    def filled(self, value: Any) -> Any:
        """The step with everything put in."""
        if isinstance(value, dict):
            return {key: self.filled(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self.filled(one) for one in value]
        if not isinstance(value, str):
            return value
        if value == "{NEW_ID}":
            self.view = view_id()
        view = {"k": "v", "s": self.site, "i": view_id(), "u": own("https://a.example.vn/tin", self.case)}
        for name, text in {
            "{SITE}": self.site,
            "{NEW_ID}": self.view,
            "{ID}": self.view,
            "{JSON_VIEW}": quote(json.dumps(view)),
        }.items():
            value = value.replace(name, text)
        return own(value, self.case)

    def typed(self, words: list[str]) -> int:
        """The exit status of one command line, once the service knows what it changed."""
        done = run(*self.filled(words), data=self.stage.service.data)
        assert "Traceback" not in done.stderr
        if done.returncode == 2:
            assert len(done.stderr.splitlines()) == 1
        if words[:2] == ["site", "add"] and done.returncode == 0:
            known(self.stage.service, done.stdout.strip())
            if own(CASES[self.case]["site"], self.case) in self.filled(words):
                self.site = done.stdout.strip()
        return done.returncode

    def asked(self, step: dict[str, Any]) -> httpx2.Response:
        """The answer to one request."""
        step = self.filled({"headers": {}, **step})
        lines = [*(BROWSER | step["headers"]).items(), *map(tuple, step.get("header_lines", ()))]
        # A browser's agent unless the case names another.
        body = step.get("body")
        content = None if body is None else json.dumps({**self.filled(BODY), **body}).encode()
        return httpx2.request(
            step["method"], self.stage.service.url + step["path"], headers=lines, content=content, timeout=30
        )

    def waits(self, step: dict[str, Any], verdict: str) -> None:
        """Sends it again until that is the verdict."""
        until(lambda: self.asked(step).headers["x-vstats"], verdict.__eq__)

    def becomes(self, what: tuple[str, dict[str, str]], right: int) -> None:
        """Waits for a figure, briefly where it is known to be wrong."""
        item, asked = what
        limit = WITHIN_WHERE_WRONG if self.case in NOT_YET else WITHIN
        found = until(lambda: self.stage.counted(self.site, item, **asked), right.__eq__, limit)
        assert found == right, what


def test_every_case_is_run_or_told_why_not() -> None:
    assert len(CASES) == 34
    assert set(NOT_YET) <= set(HERE)
    assert all(CASES[case]["check"] for case in HERE)
    assert all(NOT_YET[case].startswith(f"{CASES[case]['group']}: ") for case in NOT_YET)
    assert {case for case in CASES if any("browser" in step for step in CASES[case]["steps"])} == IN_A_BROWSER


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, marks=pytest.mark.xfail(strict=True, reason=NOT_YET[case]))
        if case in NOT_YET
        else case
        for case in HERE
    ],
)
def test_what_was_reported_of_others_is_right_here(case: str, stage: Stage) -> None:
    play, steps, check = Play(case, stage), CASES[case]["steps"], CASES[case]["check"]
    nothing = [None] * len(steps)
    codes, statuses, answers = (check.get(name, nothing) for name in ("codes", "statuses", "answers"))
    for step, code, status, verdict in zip(steps, codes, statuses, answers, strict=True):
        if "cli" in step:
            assert play.typed(step["cli"]) == (code or 0)
            continue
        if verdict == "dropped; reason=excluded-address":
            # The rule holds within a second; what only says that it is there counts nothing.
            presence = {**step, "body": {**step["body"], "k": "p"}}
            play.waits(presence, verdict)
        answer = play.asked(step)
        assert answer.status_code == (status or answer.status_code)
        assert answer.status_code < 400
        assert answer.headers.get("x-vstats") == (verdict or answer.headers.get("x-vstats"))
    for item in ("today", "total"):
        for metric, right in check.get(item, {}).items():
            play.becomes((item, {"metric": metric}), right)
    for page, right in check.get("pages", {}).items():
        play.becomes(("today", {"metric": "pageviews", "path": page}), right)
