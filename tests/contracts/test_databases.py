"""The databases as a whole: the contract of the ports Databases, Presence and Copies."""

from datetime import date
from pathlib import Path

import pytest

from analytics_service.errors import Damaged, Unavailable
from analytics_service.ports.databases import Copies, Databases, Part, PartState, Presence
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import ANN, DAY, SITE, apply, view


@pytest.fixture
def databases(empty_storage: Storage) -> Databases:
    return empty_storage.databases


def states(databases: Databases) -> set[PartState]:
    return {databases.state_of(part) for part in Part}


def test_nothing_is_there_before_it_is_provisioned(databases: Databases) -> None:
    assert states(databases) == {PartState.ABSENT}
    assert not databases.was_provisioned()
    with pytest.raises(Unavailable, match="nothing was ever served"):
        databases.check_release()


def test_what_is_provisioned_is_current_and_may_be_provisioned_again(databases: Databases) -> None:
    for _ in range(2):
        databases.provision()
        assert states(databases) == {PartState.CURRENT}
        databases.check_release()
    assert databases.was_provisioned()


def test_one_part_is_provisioned_without_the_other(databases: Databases) -> None:
    databases.provision(Part.CONFIG)
    assert databases.state_of(Part.CONFIG) is PartState.CURRENT
    assert databases.state_of(Part.STATS) is PartState.ABSENT
    databases.check_release(Part.CONFIG)
    with pytest.raises(Unavailable):
        databases.check_release(Part.STATS)


def test_a_part_has_a_name_a_size_and_the_mode_it_is_to_be_in(databases: Databases) -> None:
    databases.provision()
    for part in Part:
        found, usual = databases.mode_of(part)
        assert found == usual
        assert databases.size_of(part) > 0
    assert len({databases.name_of(part) for part in Part}) == len(Part)


def test_the_database_program_is_new_enough(databases: Databases) -> None:
    engine = databases.engine()
    assert engine.name
    assert engine.version >= engine.oldest


def test_everything_is_present_while_nobody_touches_it(storage: Storage) -> None:
    presence: Presence = storage.watch()
    assert presence.gone() == []


def test_copies_hold_what_was_stored_but_no_salts(storage: Storage, tmp_path: Path) -> None:
    with storage.open_applier() as stores, storage.open_config() as config:
        apply(stores.stats, view("one", ANN))
        config.salts.offer_salts([(SITE, DAY, b"secret")])
        copies: Copies = storage.copies
        for name in copies.names():
            copies.copy(name, tmp_path / "copies" / name)
            copies.check(name, tmp_path / "copies" / name)
    # What was stored is replaced by the copies.
    aside = tmp_path / "aside"
    copies.begin_restore()
    with pytest.raises(Unavailable, match="restore"):
        storage.databases.provision()
    assert copies.put_aside(aside)
    assert not copies.put_aside(aside)
    for name in copies.names():
        copies.put_in_place(name, tmp_path / "copies" / name)
    copies.end_restore()
    storage.databases.check_release()
    with storage.open_verifier() as verifier, storage.open_config() as config:
        assert verifier.positions() == {"a": 1}
        assert verifier.differences(SITE, DAY) == []
        assert config.salts.salts(DAY) == {}


def test_a_salt_is_nowhere_in_a_copy(storage: Storage, tmp_path: Path) -> None:
    salts = [bytes([number]) * 32 for number in range(1, 200)]
    with storage.open_config() as config:
        config.salts.offer_salts(
            [(SITE, date.fromordinal(number + 7), salt) for number, salt in enumerate(salts)]
        )
    for name in storage.copies.names():
        storage.copies.copy(name, tmp_path / "copies" / name)
        copied = (tmp_path / "copies" / name).read_bytes()
        assert not [salt for salt in salts if salt in copied]
        assert (tmp_path / "copies").stat().st_mode & 0o777 == 0o700
        assert [path.name for path in (tmp_path / "copies").glob(f"{name}?*")] == []


def test_what_is_put_aside_may_join_what_is_there(storage: Storage, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    (aside / "note").touch()
    storage.copies.begin_restore()
    assert storage.copies.put_aside(aside)
    assert len(list(aside.iterdir())) > 1


def test_a_copy_that_broke_is_found(storage: Storage, tmp_path: Path) -> None:
    for name in storage.copies.names():
        copy = tmp_path / "copies" / name
        storage.copies.copy(name, copy)
        copy.write_bytes(b"no copy at all" * 1000)
        with pytest.raises(Damaged):
            storage.copies.check(name, copy)
