"""Whatever a person types wrong is answered with one sentence and status 2, and nothing is made by it."""

import os
import sys
from pathlib import Path

import pytest

from analytics_service.cli import main as entry

SERVE = "serve --port 0"
# What is set, what is typed, and what the sentence says.
WRONG = [
    ("ANALYTICS_PORT=abc", "serve", "port: invalid value 'abc' in ANALYTICS_PORT; expected a whole number"),
    ("ANALYTICS_PORT=99999", "serve", "port: 99999 is not between 0 and 65535"),
    ("ANALYTICS_PORT=-1", "serve", "port: -1 is not between 0 and 65535"),
    ("ANALYTICS_PROT=80", SERVE, "prot: unknown setting in ANALYTICS_PROT; did you mean 'port'?"),
    ("ANALYTICS_LOG=jsn", SERVE, "expected one of text, json; did you mean 'json'?"),
    ("ANALYTICS_DEMO=maybe", SERVE, "invalid value 'maybe' in ANALYTICS_DEMO; expected one of auto, yes, no"),
    ("ANALYTICS_SECOND_FACTOR=x", SERVE, "expected one of optional, administrators, required"),
    ("ANALYTICS_HOST=nope.invalid", SERVE, "cannot listen on nope.invalid:0"),
    ("ANALYTICS_WORKERS=0", SERVE, "workers: 0 is not between 1 and 64"),
    ("ANALYTICS_WORKERS=65", SERVE, "workers: 65 is not between 1 and 64"),
    ("ANALYTICS_WORKERS=two", SERVE, "workers: invalid value 'two' in ANALYTICS_WORKERS"),
    ("ANALYTICS_WORKERS=2", SERVE, "several workers share who is online through Redis"),
    ("ANALYTICS_REDIS=http://x", SERVE, "redis: invalid URL; it must begin with one of redis://"),
    ("ANALYTICS_TRUSTED_PROXIES=10.0.0.0/33", SERVE, "expected e.g. 10.0.0.0/8"),
    ("ANALYTICS_TRUSTED_PROXIES=proxy", SERVE, "expected e.g. 10.0.0.0/8"),
    ("ANALYTICS_RETENTION_DAYS=3", SERVE, "3 is neither 0 (for ever) nor at least 7 days"),
    ("ANALYTICS_RETENTION_DAYS=-1", SERVE, "-1 is neither 0 (for ever) nor at least 7 days"),
    ("ANALYTICS_GEO_FILE=/nonexist", SERVE, "geo_file: /nonexist cannot be read"),
    ("ANALYTICS_SPAM_FILE=/nonexist", SERVE, "spam_file: /nonexist cannot be read"),
    ("ANALYTICS_FONT_FILE=/nonexist", SERVE, "font_file: /nonexist cannot be read"),
    ("ANALYTICS_FAST_LANE=maybe", SERVE, "fast_lane: invalid value 'maybe' in ANALYTICS_FAST_LANE"),
    ("ANALYTICS_ONLINE_LIMIT=-1", SERVE, "online_limit: -1 is not at least 1"),
    ("ANALYTICS_ONLINE_LIMIT=many", SERVE, "expected a whole number"),
    ("ANALYTICS_DIMENSION_CAP=0", SERVE, "dimension_cap: 0 is not at least 1"),
    ("ANALYTICS_RATE_PER_MINUTE=-1", SERVE, "rate_per_minute is at least 0, and rate_burst at least 1"),
    ("ANALYTICS_RATE_BURST=0", SERVE, "rate_per_minute is at least 0, and rate_burst at least 1"),
    ("ANALYTICS_VISITORS_PER_MINUTE=-1", SERVE, "visitors_per_minute is at least 0, and visitors_burst"),
    ("ANALYTICS_VISITORS_BURST=0", SERVE, "visitors_per_minute is at least 0, and visitors_burst"),
    ("ANALYTICS_PUBLIC_URL=tk.example.vn", SERVE, "is not a URL of a service; expected e.g. https://tk.example.vn"),
    ("ANALYTICS_PUBLIC_URL=ftp://x", SERVE, "is not a URL of a service"),
    ("ANALYTICS_CONFIG=/nonexist.toml", SERVE, "config: /nonexist.toml cannot be read"),
    ("", "serve --config /nonexist.toml", "config: /nonexist.toml cannot be read"),
    ("", "serve --port abc", "Invalid value for '--port'"),
    ("", "serve --prot 80", "No such option: --prot"),
    ("", "serve --log xml --port 0", "log: invalid value 'xml'; expected one of text, json"),
    ("", "serve --workers 0 --port 0", "workers: 0 is not between 1 and 64"),
    ("", "serve --public-url x --port 0", "is not a URL of a service"),
    ("", "serve --trusted-proxy x --port 0", "expected e.g. 10.0.0.0/8"),
    ("", "sit list", "No such command 'sit'"),
    ("", "site lst", "No such command 'lst'"),
    ("", "site add", "Missing argument 'domain'"),
    ("", "site add x.vn --timezone Asia/Hochiminh", "Asia/Ho_Chi_Minh"),
    ("", "site add x.vn --week-start friday", "friday"),
    ("", "site add x.vn --opening-balance visits=1.461.664 --reason x", "visits=1.461.664"),
    ("", "site add x.vn --opening-balance visit=1 --reason x", "did you mean 'visits'?"),
    ("", "site add x.vn --host-name a_b!", "a_b!"),
    ("", "site show x.vn", "nothing was ever served from"),
    ("", "site set x.vn --name X", "nothing was ever served from"),
    ("", "site list", "nothing was ever served from"),
    ("", "status", "nothing was ever served from"),
    ("", "verify", "nothing was ever served from"),
    ("", "ask", "Missing argument 'SITE'"),
    ("", "ask x.vn", "nothing was ever served from"),
    ("", "backup", "Missing argument 'FILE'"),
    ("", "backup /tmp/never.tar", "nothing was ever served from"),
    ("", "restore /nonexist.tar", "/nonexist.tar"),
    ("", "key revoke x", "nothing was ever served from"),
    ("", "drops list x.vn", "nothing was ever served from"),
    ("", "drops accept x.vn --reason nothing", "nothing"),
    ("", "status --jsn", "No such option: --jsn"),
]  # fmt: skip


def test_the_table_has_sixty_rows() -> None:
    assert len({row[:2] for row in WRONG}) >= 60


@pytest.mark.parametrize(("setting", "words", "sentence"), WRONG)
def test_what_is_wrong_is_said_in_one_sentence_with_status_2(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    setting: str,
    words: str,
    sentence: str,
) -> None:
    for name in [name for name in os.environ if name.startswith("ANALYTICS_")]:
        monkeypatch.delenv(name)
    if setting:
        monkeypatch.setenv(*setting.split("=", 1))
    data = tmp_path / "data"
    monkeypatch.setattr(sys, "argv", ["analytics-service", *words.split(), "--data", str(data)])
    # pytest's own handlers stay, and so does its way to time zones.
    monkeypatch.setattr(entry, "set_up_logging", lambda *_: None)
    monkeypatch.setattr("analytics_service.cli.serve.set_up_logging", lambda *_: None)
    monkeypatch.setattr("zoneinfo.reset_tzpath", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        entry.main()
    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (2, "")
    assert sentence in said.err
    assert "Traceback" not in said.err
    assert (
        len([line for line in said.err.splitlines() if line.startswith(("analytics-service: ", "Error: "))])
        == 1
    )
    assert not data.exists()
