"""Schemathesis tries the whole document on a running service, with every check it has."""

import json
import os
import re
import secrets
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from analytics_service.administering.keys import NewKey, add_key
from analytics_service.domain.keys import Scope
from analytics_service.storage.sqlite.config import open_config
from analytics_service.web.api.operations import EVERY_ENTRY
from tests.deployment_files import ROOT
from tests.service import Service, add_site, known, serving, until

KEYS = 120
EXAMPLES = 2_000 if os.environ.get("SOAK") else 25
LEAST_REQUESTS = 20_000 if os.environ.get("SOAK") else 300
LEAST_GOOD = 0.3
PHASES = "examples,coverage,fuzzing" if os.environ.get("SOAK") else "examples,fuzzing"
TIMEOUT = 7_200 if os.environ.get("SOAK") else 600


def make_stand(service: Service) -> dict[str, object]:
    """Two sites with figures, and keys of all scopes, as many as the requests need."""
    sites = [add_site(service.data, f"{name}.example.vn")["public_id"] for name in "ab"]
    tokens = []
    with open_config(service.data) as config:
        for _ in range(KEYS):
            new = NewKey(scopes=tuple(scope.value for scope in Scope))
            _, token = add_key(config.keys, new, at=datetime.now(UTC), random=secrets.token_bytes, by="test")
            tokens.append(token)
    for name, site in zip("ab", sites, strict=True):
        known(service, site)
        for number in range(5):
            service.beacon(site, f"https://{name}.example.vn/{number}")
        until(partial(service.counts, site, "total", "pageviews"), {"total": 5}.__eq__)
    headers = {"Authorization": f"Bearer {tokens[0]}"}
    until(lambda: service.http.get("/api/v1/sites", headers=headers).status_code, (200).__eq__)
    return {"sites": sites, "keys": tokens, "today": datetime.now(UTC).date().isoformat()}


def run_schemathesis(folder: Path, url: str, mode: str, phases: str) -> Counter[tuple[str, int]]:
    """Tries the document served at that address; how often each operation had each status."""
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json", "--url", url),
        *("--max-examples", str(EXAMPLES), "--phases", phases, "--mode", mode, "--checks", "all"),
        *("--continue-on-failure", "--seed", "1", "--suppress-health-check", "all"),
    ]
    told = {
        "PYTHONPATH": str(ROOT),
        "SCHEMATHESIS_HOOKS": "tests.web.api.fuzz_hooks",
        "STAND": str(folder / "stand.json"),
        "STATUSES": str(folder / "statuses.json"),
    }
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8_000:] + done.stderr[-2_000:]
    assert re.search(r"No issues found|passed", done.stdout), done.stdout[-2_000:]
    counted = json.loads((folder / "statuses.json").read_text("utf-8"))
    return Counter({(name, status): count for name, status, count in counted})


@pytest.mark.timeout(2 * TIMEOUT + 60)
def test_every_answer_is_as_the_document_says(tmp_path: Path) -> None:
    with serving(tmp_path / "data", "--trusted-proxy", "127.0.0.1") as service:
        (tmp_path / "stand.json").write_text(json.dumps(make_stand(service)), "utf-8")
        (tmp_path / "schemathesis.toml").write_text("max-stream-events = 1\n", "utf-8")
        statuses = run_schemathesis(tmp_path, service.url, "all", PHASES)
        # Half of the cases above are wrong on purpose.
        statuses += run_schemathesis(tmp_path, service.url, "positive", "fuzzing")
    counted: Counter[str] = Counter()
    good: Counter[str] = Counter()
    for (name, status), count in statuses.items():
        counted[name] += count
        good[name] += count * (200 <= status < 300)
    line = ", ".join(f"{name} {good[name]}/{counted[name]}" for name in sorted(counted))
    print(f"{counted.total()} requests, 0 failures, 2xx by operation: {line}")
    assert counted.total() >= LEAST_REQUESTS, line
    assert {entry.name for entry in EVERY_ENTRY} == set(counted)
    assert all(good[name] >= LEAST_GOOD * counted[name] for name in counted), line
