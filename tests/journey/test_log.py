"""The log tells an operator's day: start, ready, renewal and stop; as text, or a JSON object a line."""

import json
import re
import signal
from pathlib import Path

import pytest

from tests.service import add_site, known, serving, until

VISITOR = "203.0.113.77"


def told(log: Path, words: str) -> str:
    """The log, once it has these words."""
    return until(lambda: log.read_text("utf-8"), lambda text: words in text)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_day_is_told_from_its_start_to_its_end(tmp_path: Path, form: str) -> None:
    with serving(tmp_path / "data", "--log", form) as service:
        told(service.log, "ready: 1 workers and the applier run")
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        answer = service.beacon(site, "https://x.example.vn/", {"X-Forwarded-For": VISITOR})
        assert answer.headers["x-vstats"] == "counted"
        service.beacon("unknown", "https://x.example.vn/", {"X-Forwarded-For": VISITOR})
        service.process.send_signal(signal.SIGHUP)
        told(service.log, "replacing the workers, one after the other")
        until(lambda: service.log.read_text("utf-8").count("ready: "), (2).__eq__)
    # What greets the person who starts it by hand is indented, and no line of the log.
    written = service.log.read_text("utf-8").splitlines()
    lines = [line for line in written if line and not line.startswith("  ")] if form == "text" else written
    text = "\n".join(lines)
    told_of = ("starting on", "ready:", "replacing", "stopping", "stopped")
    assert [word for word in told_of if word not in text] == []
    assert VISITOR not in text
    if form == "json":
        records = [json.loads(line) for line in lines]
        assert {"time", "level", "process", "pid", "logger", "message"} <= records[0].keys()
        assert all(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}$", one["time"]) for one in records)
        assert records[0]["process"] == "serve"
    else:
        assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO serve\[\d+\] ", lines[0])
