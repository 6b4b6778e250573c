"""Facts put in and read back: the contract of the ports FactSink, WorkerJournal and Journals."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from analytics_service.domain.facts import View, decode_group, encode
from analytics_service.errors import Unavailable
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.ports.journal import FactSink, Journals, WorkerJournal

FACTS = [encode(View(site=1, at=number, id=f"view-{number}")) for number in range(5)]


@dataclass
class Implementation:
    """How a worker opens a journal of a name, and how the applier opens all of them."""

    worker_journal: Callable[[Path, str], AbstractAsyncContextManager[WorkerJournal]]
    journals: Callable[[Path], AbstractContextManager[Journals]]


IMPLEMENTATIONS = {
    "folder": Implementation(open_journal, lambda folder: closing(FolderJournals(folder))),
}


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request: pytest.FixtureRequest) -> Implementation:
    return IMPLEMENTATIONS[request.param]


@pytest.fixture
async def own(implementation: Implementation, tmp_path: Path) -> AsyncIterator[WorkerJournal]:
    async with implementation.worker_journal(tmp_path, "aa") as opened:
        yield opened


@pytest.fixture
def sink(own: WorkerJournal) -> FactSink:
    return own


@pytest.fixture
def journals(implementation: Implementation, tmp_path: Path) -> Iterator[Journals]:
    with implementation.journals(tmp_path) as opened:
        yield opened


def moments(groups: list[tuple[int, bytes]]) -> list[int]:
    return [fact.at for _, group in groups for fact in decode_group(group)]


async def test_what_is_done_is_read_back_in_order(sink: FactSink, journals: Journals) -> None:
    await asyncio.gather(*(sink.append(fact) for fact in FACTS))
    assert journals.names() == ["aa"]
    assert moments(journals.groups_after("aa", 0)) == [0, 1, 2, 3, 4]


async def test_reading_goes_on_after_a_number(sink: FactSink, journals: Journals) -> None:
    for fact in FACTS:
        await sink.append(fact)
    first = journals.groups_after("aa", 0, limit=2)
    rest = journals.groups_after("aa", first[-1][0])
    assert moments(first) + moments(rest) == [0, 1, 2, 3, 4]
    assert moments(first) == [0, 1]
    assert journals.last("aa") == rest[-1][0]
    assert journals.groups_after("aa", rest[-1][0]) == []


async def test_a_journal_in_use_is_not_removed(sink: FactSink, journals: Journals) -> None:
    await sink.append(FACTS[0])
    assert not journals.remove_if_left("aa", journals.last("aa"))
    assert journals.names() == ["aa"]


async def test_a_journal_left_is_removed_once_all_of_it_is_applied(
    implementation: Implementation, journals: Journals, tmp_path: Path
) -> None:
    async with implementation.worker_journal(tmp_path, "bb") as left:
        await left.append(FACTS[0])
        await left.append(FACTS[1])
    last = journals.last("bb")
    assert not journals.remove_if_left("bb", last - 1)
    assert moments(journals.groups_after("bb", last - 1)) == [1]
    assert journals.remove_if_left("bb", last)
    assert journals.names() == []


async def test_a_copy_is_a_journal(
    implementation: Implementation, sink: FactSink, journals: Journals, tmp_path: Path
) -> None:
    await sink.append(FACTS[0])
    copies = tmp_path / "copies"
    copies.mkdir()
    journals.copy("aa", copies / "aa.db")
    await sink.append(FACTS[1])
    with implementation.journals(copies) as copied:
        assert moments(copied.groups_after("aa", 0)) == [0]


async def test_what_was_applied_is_deleted_with_what_is_written_next(
    own: WorkerJournal, journals: Journals
) -> None:
    assert (own.name, own.last_seq) == ("aa", 0)
    await own.append(FACTS[0])
    own.passed(own.last_seq)
    await own.append(FACTS[1])
    assert moments(journals.groups_after("aa", 0)) == [1]
    assert own.last_seq == journals.last("aa")


async def test_nothing_is_taken_while_there_is_a_reason(own: WorkerJournal) -> None:
    own.refusal = "a database is missing"
    with pytest.raises(Unavailable, match="a database is missing"):
        own.append(FACTS[0])
    own.refusal = ""
    await own.append(FACTS[0])
    own.look()
    assert not own.failed.is_set()
