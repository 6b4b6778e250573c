"""The examples of docs/api.md run as they stand there."""

import json
import os
import subprocess
import sys

import pytest

from tests.deployment_files import ROOT
from tests.service import LIMIT
from tests.test_documents import fenced
from tests.tools import tool
from tests.web.api.conftest import Stand

PAGE = (ROOT / "docs" / "api.md").read_text("utf-8")
CURLS = fenced(PAGE, "sh")


def run_example(stand: Stand, *command: str) -> str:
    given = {"URL": stand.service.url, "SITE": stand.a, "KEY": stand.keys["reads_a"]}
    done = subprocess.run(
        command, env={**os.environ, **given}, capture_output=True, text=True, timeout=LIMIT, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("example", CURLS)
def test_each_curl_of_the_page_gets_figures(stand: Stand, example: str) -> None:
    tool("curl")
    answer = json.loads(run_example(stand, "sh", "-c", example))
    assert answer.get("results") or answer.get("sites"), answer


def test_the_python_of_the_page_prints_visits_by_source(stand: Stand) -> None:
    # Nobody knows where they came from: no referrer was sent.
    (example,) = fenced(PAGE, "python")
    assert len(CURLS) == 3
    assert run_example(stand, sys.executable, "-c", example) == "None 1\n"
