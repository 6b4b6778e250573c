"""What the suites run on: storages, of which the next one needs an entry in `STORAGES`, and both doors."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.ports.storage import Storage
from tests.contracts.doors import DOORS, Door
from tests.service import add_site, known, serving

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


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Door]]:
    """Both doors, each of a service of its own."""
    with ExitStack() as stack:
        opened = []
        for name, lane in DOORS.items():
            folder: Path = tmp_path_factory.mktemp(name)
            service = stack.enter_context(serving(folder / "data", env={"ANALYTICS_FAST_LANE": lane}))
            site = add_site(service.data, "x.example.vn")["public_id"]
            known(service, site)
            opened.append(Door(service, site))
        yield opened
