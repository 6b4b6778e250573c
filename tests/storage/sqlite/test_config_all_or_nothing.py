"""Whatever statement of whatever call on config.db fails, it is as if the call had never been tried."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.domain.annotations import Annotation
from analytics_service.domain.keys import Key, Scope
from analytics_service.domain.site import Deletion, FormerId
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.errors import Unavailable
from analytics_service.ports.storage import ConfigStores, Storage
from tests.contracts.facts_of_a_day import DAY, NOON
from tests.contracts.test_sites import a_site
from tests.storage.failing_statements import Failure, content, failing
from tests.storage.people_calls import PEOPLE_READING, people_calls
from tests.storage.recorded_calls import Call, calls_of, recorded

ConfigCall = Callable[[ConfigStores], object]
NEXT_DAY = DAY + timedelta(days=1)
KEY = Key(
    id="abcdefgh",
    secret_hash=b"x" * 32,
    name="me",
    scopes=frozenset({Scope.STATS_READ}),
    sites=frozenset({2}),
    made_by="me",
    made_at=NOON,
)
READING = {
    *(("sites", name) for name in ("version", "has_sites", "sites", "deleted_sites", "zones", "host_names")),
    ("removals", "removed"),
    ("salts", "salts"),
    ("salts", "days"),
    ("tasks", "next"),
    ("tasks", "find"),
    ("keys", "keys"),
    ("annotations", "annotations"),
    ("favourites", "favourites"),
} | PEOPLE_READING


def _calls() -> Iterator[ConfigCall]:
    yield lambda config: config.sites.add_site(a_site("a.example.vn"))
    yield lambda config: config.sites.add_site(a_site("b.example.vn"))
    yield lambda config: config.sites.change_site(1, lambda old: replace(old, paused=True))
    yield lambda config: config.salts.offer_salts([(1, DAY, b"x" * 32), (1, NEXT_DAY, b"y" * 32)])
    yield lambda config: config.salts.destroy_salts({1: NEXT_DAY})
    yield lambda config: config.tasks.place(TaskKind.REPAIR, {"site": 1}, by="me", at=NOON)
    yield lambda config: config.tasks.begin(1)
    yield lambda config: config.tasks.note(1, {"error": "x"})
    yield lambda config: config.tasks.end(1, TaskState.DONE, {}, at=NOON)
    former = FormerId("former", NOON)
    yield lambda config: config.sites.change_site(1, lambda old: replace(old, former_ids=(former,)))
    yield lambda config: config.sites.change_site(1, lambda old: replace(old, deletion=Deletion(NOON, "me")))
    yield lambda config: config.removals.begin(1, NOON)
    yield lambda config: config.removals.end(1)
    note = Annotation(site=1, day=DAY, text="x", by="me", made_at=NOON)
    yield lambda config: config.annotations.add_annotation(note)
    yield lambda config: config.annotations.delete_annotation(1, 1)
    yield lambda config: config.favourites.set_favourite("me", 1, is_on=True)
    yield lambda config: config.favourites.set_favourite("me", 1, is_on=False)
    yield lambda config: config.keys.add_key(KEY)
    yield lambda config: config.keys.note_uses({KEY.id: NOON})
    yield lambda config: config.keys.revoke_key(KEY.id, NOON)
    yield from people_calls()


def opened(folder: Path) -> Storage:
    """A fresh folder."""
    folder.mkdir()
    storage = storages.open(f"sqlite:{folder}")
    storage.databases.provision()
    return storage


@pytest.fixture
def right(tmp_path: Path) -> object:
    """What is stored where nothing ever fails."""
    called: set[Call] = set()
    with opened(tmp_path / "right").open_config() as config:
        for call in _calls():
            call(recorded(config, called))
    # A call that is new belongs into _calls, or it only reads.
    assert calls_of(ConfigStores) - READING == called - READING
    return content(tmp_path / "right" / "config.db")


@pytest.mark.parametrize("failure", Failure)
@pytest.mark.parametrize("restarts", [False, True])
def test_what_is_configured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, right: object, failure: Failure, restarts: bool
) -> None:
    folder = tmp_path / "data"
    storage = opened(folder)
    failed = 0
    with failing(monkeypatch, failure) as plan:
        stack = storage.open_config()
        config = stack.__enter__()
        for call in _calls():
            number, before = 1, content(folder / "config.db")
            while plan.fails_while(lambda call=call, config=config: call(config), number, Unavailable):  # type: ignore[misc]
                assert content(folder / "config.db") == before, number
                failed, number = failed + 1, number + 1
                if restarts:
                    stack.__exit__(None, None, None)
                    stack = storage.open_config()
                    config = stack.__enter__()
        stack.__exit__(None, None, None)
    assert failed > 40
    assert content(folder / "config.db") == right
