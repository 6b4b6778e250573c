"""The documents name what exists: commands, options, settings, words, files; the README's examples run."""

import inspect
import json
import re
import shlex
import subprocess
from collections.abc import Iterator
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec
import pytest
import typer

from analytics_service.app.worker_tasks import WorkerTasks
from analytics_service.cli.commands import app
from analytics_service.domain.counter import Item
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.drops import Drop, Refusal
from analytics_service.domain.metrics import Metric
from analytics_service.settings import PREFIX, Settings
from tests.deployment_files import ROOT
from tests.service import COMMAND, LIMIT, run, serving, until
from tests.tools import tool

FIELDS = {field.name: field.default for field in msgspec.structs.fields(Settings)}
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "vi").glob("*.md")]
)
README = (ROOT / "README.md").read_text("utf-8")
OPERATING = (ROOT / "docs" / "operating.md").read_text("utf-8")
VOCABULARY = (ROOT / "docs" / "vocabulary.md").read_text("utf-8")
IN_CONTAINER = [["docker", "compose", "exec", "analytics"], ["docker", "compose", "exec", "-T", "analytics"]]
ENTRY_POINT = ["docker", "compose", "run", "--rm", "analytics"]
OTHER_PROGRAMS = {"curl", "docker", "exec", "python", "python3", "pip", "sudo", "cat"}


def fenced(text: str, language: str) -> list[str]:
    """Returns the blocks of that language; without one, those that name none."""
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for name, block in blocks if name == language]


def command_lines(block: str) -> Iterator[list[str]]:
    """Yields the words of each command of a block, without comments; quotes may span lines."""
    text = ""
    for line in block.replace("\\\n", " ").splitlines():
        text += line + "\n"
        try:
            words = shlex.split(text, comments=True)
        except ValueError:
            continue
        text = ""
        if words and not re.match(r"[A-Z_]+=", words[0]):
            yield words
    assert not text, f"a quote stays open: {text}"


def arguments_of(words: list[str]) -> list[str] | None:
    """Returns what is passed to our own program, or None where another one is called."""
    if words[: len(ENTRY_POINT)] == ENTRY_POINT:
        return words[len(ENTRY_POINT) :]
    for prefix in IN_CONTAINER:
        if words[: len(prefix)] == prefix:
            words = words[len(prefix) :]
    return words[1:] if PurePosixPath(words[0]).name == "analytics-service" else None


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """Returns the command that the words name, and what is passed to it."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "commands") and words and not words[0].startswith("-"):
        assert words[0] in command.commands, f"no command {words[0]!r}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


def parse(words: list[str]) -> None:
    """Raises what the program would say to an unknown command, option or value."""
    command, passed = command_of(words)
    if hasattr(command, "commands"):
        assert passed in ([], ["--version"]), passed
    else:
        command.make_context(command.name, list(passed))


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_command_in_a_block_can_be_typed(file):
    text = (ROOT / file).read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for block in fenced(text, "sh"):
        for words in command_lines(block):
            arguments = arguments_of(words)
            program = PurePosixPath(words[0]).name
            if arguments is not None:
                parse(arguments)
            elif program == "make":
                assert words[1] in targets, words
            else:
                assert program in OTHER_PROGRAMS, words


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_command_within_a_sentence_exists(file):
    # What is named within a sentence need not be complete.
    for span in re.findall(r"`analytics-service ([^`…]+)`", (ROOT / file).read_text("utf-8")):
        command, passed = command_of(shlex.split(span))
        known = {option for one in command.params for option in [*one.opts, *one.secondary_opts]}
        assert {word for word in passed if word.startswith("-")} <= known | {"--version"}, span


def test_an_unknown_command_or_option_is_found():
    for wrong in (["sites"], ["site", "make"], ["verify", "--fix"], ["serve", "--port", "x"]):
        with pytest.raises(Exception, match=r"no command|No such option|not a valid|valid integer"):
            parse(wrong)


def commands(group: Any, before: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        elif not command.hidden:
            yield before + name


def test_every_command_is_in_the_operators_pages_and_every_one_there_exists():
    exist = set(commands(typer.main.get_command(app)))
    # After -u stands the user of that name.
    named = set(
        re.findall(
            r"(?<!-u )\banalytics-service ((?:site|drops|key|user|session|places) [a-z-]+|[a-z]+)\b",
            OPERATING,
        )
    )
    assert named == exist


def shown(default: object) -> str:
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_every_setting_is_in_the_operators_pages_with_its_variable_and_default():
    row = re.compile(r"^\| `(\w+)` \| `(\w+)` \| (?:`--[\w-]+` )?\| (?:`([^`]*)`|none) \|", re.MULTILINE)
    rows = {name: (variable, default) for name, variable, default in row.findall(OPERATING)}
    assert rows.pop("data") == ("ANALYTICS_DATA", "$XDG_DATA_HOME/analytics-service")
    expected = {name: (PREFIX + name.upper(), shown(default)) for name, default in FIELDS.items()}
    del expected["data"]
    assert rows == expected


def test_every_reason_for_not_being_ready_is_in_the_operators_pages():
    reasons = re.findall(r'append\("(.+?)"\)', inspect.getsource(WorkerTasks.unready))
    assert reasons
    assert [reason for reason in reasons if f"| `{reason}` |" not in OPERATING] == []


def anchors(document: Path) -> set[str]:
    """Returns the names that the document's headings have in links, as the forge makes them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", DOCUMENTS)
def test_every_link_within_the_documents_leads_somewhere(file):
    links = re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", (ROOT / file).read_text("utf-8"))
    for name, anchor in links:
        target = (ROOT / file).parent / name if name else ROOT / file
        assert target.exists(), name
        assert not anchor or anchor in anchors(target), f"{name}#{anchor}"


def test_every_file_that_the_operators_page_names_is_there():
    named = set(
        re.findall(
            r"`((?:deploy|requirements)/[\w./-]+)`|(?:^| )((?:deploy|requirements)/[^\s`]+)", OPERATING
        )
    )
    assert [Path(a or b) for a, b in named if not (ROOT / (a or b)).exists()] == []


@pytest.mark.parametrize(
    ("word", "members"),
    [("Drop", Drop), ("Metric", Metric), ("Counts", Item), ("Dimension", Dimension)],
)
def test_the_vocabulary_lists_every_member_of_a_closed_set(word: str, members: type[Enum]):
    (definition,) = re.findall(rf"^\*\*{word}\.\*\* (.+)$", VOCABULARY, re.MULTILINE)
    listed = re.findall(r"`([a-z_-]+)`", definition)
    if members is Dimension:
        # The sums of the whole site have no dimension of their own to be asked for.
        assert set(listed) == {one.name.lower() for one in Dimension} - {"site"}
    else:
        # What is refused stands in the paragraph of what is dropped, and is a set of its own.
        refused = {one.value for one in Refusal} if members is Drop else set()
        assert set(listed) == {one.value for one in members} | refused


def ask_by_curl(words: list[str]) -> str:
    """Runs curl with the words of a README's line and returns what it printed."""
    # The stream never ends by itself: curl leaves it after its first second, with status 28.
    limit = ["--max-time", "2"] if "-N" in words else []
    done = subprocess.run(
        [tool("curl"), "--silent", "--show-error", *limit, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in ({28} if limit else {0}), done.stderr
    return done.stdout


def test_the_readmes_examples_run_on_a_real_service(tmp_path):
    """Makes the site by the README's own command, then sends every request that it shows."""
    blocks = [words for block in fenced(README, "sh") for words in command_lines(block)]
    (adding,) = [words for words in blocks if words[1:3] == ["site", "add"]]
    data = str(tmp_path / "data")
    made = subprocess.run(
        [*COMMAND, *adding[1:], "--json", "--data", data], capture_output=True, check=True, timeout=LIMIT
    )
    site = json.loads(made.stdout)["public_id"]
    requests = [words[1:] for words in blocks if words[0] == "curl"]
    with serving(tmp_path / "data") as service:
        answers = {}
        key = run("key", "add", "--site", site, data=tmp_path / "data").stdout.strip()
        headers = {"Authorization": f"Bearer {key}"}
        until(lambda: service.http.get("/api/v1/sites", headers=headers).status_code, (200).__eq__)
        for words in requests:
            put = [
                word.replace("http://127.0.0.1:8787", service.url)
                .replace("dn7k2q", site)
                .replace("$KEY", key)
                for word in words
            ]
            answers[words[-1] if "-d" not in words else "view"] = ask_by_curl(put)
    texts = list(answers.values())
    (shown_counter,) = fenced(README, "json")
    counter = json.loads(texts[0])
    expected = json.loads(shown_counter)
    assert counter.keys() == expected.keys()
    assert counter["counts"].keys() == expected["counts"].keys()
    assert counter["counts"]["total"] == 1_461_664
    assert "event: counts" in texts[1]
    assert "x-vstats: counted" in texts[2].lower()
    assert json.loads(texts[3]) == {"live": True, "ready": True, "reasons": []}
    assert json.loads(texts[4])["query"]["metrics"] == ["visits"]


def test_every_path_that_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"`((?:tests|widget|docs|requirements|web|\.ci)/[\w./-]*)`", text))
    # In the pictures of processes and of a page view's way a folder stands bare, with a stroke at its end.
    named |= {
        name
        for block in fenced(text, "")
        for name in re.findall(r"(?<!\S)([a-z_]+(?:/[a-z_]+)*/)(?![^\s,])", block)
    }
    there = {name for name in named if (ROOT / name).exists() or (ROOT / "analytics_service" / name).exists()}
    # ROOM and NAME stand for any.
    assert {name for name in named - there if not re.search(r"\b[A-Z]{4}", name)} == set()
