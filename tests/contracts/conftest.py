"""The storages that the suites run on: the next one needs an entry in `STORAGES` and nothing else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.ports.storage import Storage

STORAGES: dict[str, Callable[[Path], Storage]] = {
    "sqlite": lambda folder: storages.open(f"sqlite:{folder}"),
}


@pytest.fixture(params=STORAGES)
def empty_storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """A storage in which nothing was ever stored."""
    folder = tmp_path / "data"
    (folder / "journal").mkdir(parents=True)
    return STORAGES[request.param](folder)


@pytest.fixture
def storage(empty_storage: Storage) -> Storage:
    """A storage that is provisioned and holds nothing yet."""
    empty_storage.databases.provision()
    return empty_storage
