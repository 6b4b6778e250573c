"""The applier's positions: durable after a checkpoint, and forgotten when their journal is long gone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_service.applying.applier import Applier, zones_or_utc
from analytics_service.domain.facts import encode, encode_group
from analytics_service.ports.storage import ApplierStores, Storage
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, NOON, ZONES, view


class GivenJournals:
    """Journals of groups of one view each; it notes which were to be removed, and up to where."""

    def __init__(self, **groups: int) -> None:
        self.groups = groups
        self.left: list[tuple[str, int]] = []

    def names(self) -> list[str]:
        return list(self.groups)

    def groups_after(self, name: str, seq: int, limit: int = 200) -> list[tuple[int, bytes]]:
        return [
            (number, encode_group([encode(view(f"{name}{number}", ANN, number))]))
            for number in range(seq + 1, min(self.groups[name], seq + limit) + 1)
        ]

    def remove_if_left(self, name: str, applied: int) -> bool:
        self.left.append((name, applied))
        return False


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[ApplierStores]:
    (tmp_path / "journal").mkdir()
    storage: Storage = STORAGES["sqlite"](tmp_path)
    storage.databases.provision()
    with storage.open_applier() as opened:
        yield opened


def applier(journals: GivenJournals, stores: ApplierStores) -> Applier:
    return Applier(journals, stores.stats, lambda _: ZONES)  # type: ignore[arg-type]


def test_a_journal_is_removed_only_up_to_a_durable_position(stores: ApplierStores) -> None:
    journals = GivenJournals(one=3, two=1)
    care = applier(journals, stores)
    while care.apply_round():
        pass
    assert stores.stats.positions() == {"one": 3, "two": 1}
    care.make_durable()
    assert journals.left == [("one", 3), ("two", 1)]
    # What comes later is not durable yet when nothing is checkpointed.
    journals.groups["one"], journals.left = 4, []
    care.apply_round()
    stores.stats.checkpoint = dict  # type: ignore[method-assign]
    care.make_durable()
    assert journals.left == [("two", 1)]


def test_where_nothing_was_applied_since_nothing_is_checkpointed_again(stores: ApplierStores) -> None:
    care = applier(GivenJournals(one=1), stores)
    calls: list[dict[str, int]] = []
    checkpoint = stores.stats.checkpoint

    def noted() -> dict[str, int]:
        calls.append(checkpoint())
        return calls[-1]

    stores.stats.checkpoint = noted  # type: ignore[method-assign]
    care.apply_round()
    care.make_durable()
    care.make_durable()
    assert calls == [{"one": 1}]


def test_the_position_of_a_journal_that_is_gone_is_kept_for_a_round_and_then_forgotten(
    stores: ApplierStores,
) -> None:
    journals = GivenJournals(one=1, two=1)
    care = applier(journals, stores)
    care.apply_round()
    del journals.groups["two"]

    def forget() -> dict[str, int]:
        while care.forget(lambda: NOON):
            pass
        return stores.stats.positions()

    # A backup that has copied the journal needs its position in what it copies next.
    assert forget() == {"one": 1, "two": 1}
    assert forget() == {"one": 1}
    assert forget() == {"one": 1}


def test_what_belongs_to_no_site_is_dated_in_utc() -> None:
    zones_of = zones_or_utc({1: ZONES})
    assert zones_of(1) == ZONES
    assert [since.zone for since in zones_of(2)] == ["UTC"]
    assert zones_of(2)[0].day < datetime(1970, 1, 1, tzinfo=UTC).date()
