"""One service with a first account, for all tests of the dashboard."""

from collections.abc import Iterator
from datetime import UTC, datetime
from os import urandom

import pytest

from analytics_service.administering.audit import Actor
from analytics_service.administering.one_time import make_first_code
from analytics_service.app.openers import open_storage
from tests.service import Service, serving
from tests.web.dashboard.stand import PASSWORD, Person


def make_code(service: Service) -> str:
    """A code for the first account."""
    with open_storage(f"sqlite:{service.data}").open_config() as stores:
        return make_first_code(stores, actor=Actor("operator"), at=datetime.now(UTC), random=urandom)


@pytest.fixture(scope="package")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("dashboard") / "data") as service:
        code = make_code(service)
        person = Person(service)
        answer = person.send("/setup", code=code, name="ann", password=PASSWORD, repeated=PASSWORD)
        assert answer.status_code == 303, answer.text
        yield service


@pytest.fixture
def ann(service: Service) -> Person:
    """An administrator who is signed in."""
    person = Person(service)
    assert person.sign_in("ann").status_code == 303
    return person
