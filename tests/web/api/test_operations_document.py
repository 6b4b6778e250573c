"""The examples of docs/api.md run as they stand there."""

import json
import os
import subprocess
import sys

import msgspec
import pytest

from analytics_service.web.api.openapi import INTRODUCTION, build_document, load_examples
from analytics_service.web.api.operations import EVERY_ENTRY, STREAM, Entry, address_of
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


@pytest.mark.parametrize("page", [PAGE, INTRODUCTION])
def test_the_python_of_page_and_document_prints_visits_by_source(stand: Stand, page: str) -> None:
    # Nobody knows where they came from: no referrer was sent.
    (example,) = fenced(page, "python")
    assert len(CURLS) == 3
    assert run_example(stand, sys.executable, "-c", example) == "None 1\n"


@pytest.mark.parametrize("entry", EVERY_ENTRY)
def test_each_example_of_the_document_is_answered_in_its_form(stand: Stand, entry: Entry) -> None:
    described = build_document()["paths"][address_of(entry)]["get"]
    (command,) = fenced(described["description"], "sh")
    # 28 is the end of the time that the example gives a stream.
    answer = run_example(stand, "sh", "-c", f"{command.strip()} || test $? = 28")
    if entry is STREAM:
        answer = next(line for line in answer.splitlines() if line.startswith("data: "))[len("data: ") :]
    msgspec.json.decode(answer, type=entry.answer)
    example = load_examples()[entry.name]["answer"]
    msgspec.convert(example, type=entry.answer)
    assert set(json.loads(answer)) == set(example)
