"""Decisions have one form, so that a reader finds status, reasons and evidence at the same place."""

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent / "docs" / "decisions"
DECISIONS = sorted(FOLDER.glob("*.md"))
SECTIONS = ["Status", "Context", "Decision", "Consequences", "Evidence"]
_STATUS = re.compile(r"(Accepted|Superseded by \[\d{4}\]\(\d{4}-[a-z0-9-]+\.md\))\.")


def test_numbers_run_without_a_gap():
    numbers = [int(path.name[:4]) for path in DECISIONS]
    assert numbers == list(range(1, len(DECISIONS) + 1))


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_the_one_form(path):
    text = path.read_text("utf-8")
    assert re.match(rf"# {path.name[:4]} [A-Z]\S* \S", text)
    assert re.findall(r"^## (.+)$", text, re.M) == SECTIONS
    parts = re.split(r"^## .+$", text, flags=re.M)[1:]
    assert all(part.strip() for part in parts)
    assert _STATUS.match(parts[0].strip())


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_what_a_decision_names_is_there(path):
    named = re.findall(r"`(tests/[\w/.]+)`", path.read_text("utf-8"))
    assert [name for name in named if not (FOLDER.parents[1] / name).exists()] == []
