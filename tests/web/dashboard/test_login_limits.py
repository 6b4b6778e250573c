"""How often one address may try to sign in, whatever names it tries, and what the audit log keeps of it."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from analytics_service.web.dashboard.login import LIMIT_AT_ONCE
from tests.service import Service, serving
from tests.web.dashboard.stand import PASSWORD, Person, add_user, problems


@pytest.fixture(scope="module")
def sprayed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with the administrator ann, who signed in from 127.0.1.1 and from this machine itself."""
    with serving(tmp_path_factory.mktemp("sprayed") / "data") as service:
        add_user(service, "ann")
        for headers in ({"X-Forwarded-For": "127.0.1.1"}, {}):
            assert Person(service, headers).sign_in("ann").status_code == 303
        yield service


def spray(service: Service, headers: dict[str, str], *, count: int = 3 * LIMIT_AT_ONCE) -> list[int]:
    """Statuses of tries from one address, each with another name, many at the same time."""

    def attempt(number: int) -> int:
        answer = Person(service, headers).post("/login", None, name=f"none{number}", password="x")
        if answer.status_code == 429:
            assert 1 <= int(answer.headers["retry-after"]) <= 60
            assert "Try again in" in problems(answer)[0]
        return answer.status_code

    with ThreadPoolExecutor(12) as threads:
        return list(threads.map(attempt, range(count)))


@pytest.mark.parametrize("headers", [{}, {"X-Forwarded-For": "127.0.2.1"}])
def test_many_names_from_one_address_are_slowed(sprayed: Service, headers: dict[str, str]) -> None:
    statuses = spray(sprayed, headers)
    # While they are checked a few more become free, one in three seconds.
    assert statuses.count(401) < 2 * LIMIT_AT_ONCE
    assert 429 in statuses


def test_who_signed_in_from_there_before_does_not_wait_for_other_names(sprayed: Service) -> None:
    home = {"X-Forwarded-For": "127.0.1.1"}
    assert 429 in spray(sprayed, home)
    assert Person(sprayed, home).sign_in("ann").status_code == 303


def test_an_address_elsewhere_does_not_wait(sprayed: Service) -> None:
    assert 429 in spray(sprayed, {"X-Forwarded-For": "127.0.3.1"})
    add_user(sprayed, "bob")
    assert Person(sprayed, {"X-Forwarded-For": "127.0.3.2"}).sign_in("bob").status_code == 303


def test_failures_of_unknown_names_are_one_entry_a_minute(sprayed: Service) -> None:
    failed = sum(
        Person(sprayed, {"X-Forwarded-For": f"127.0.4.{number}"})
        .post("/login", None, name=f"some{number}", password=PASSWORD)
        .status_code
        == 401
        for number in range(6)
    )
    assert failed == 6
    ann = Person(sprayed)
    ann.sign_in("ann")
    page = ann.get("/settings/audit").text
    counts = [int(count) for count in re.findall(r"(\d+) times within a minute", page)]
    assert sum(counts) >= 5
    # A minute may end between two of them.
    assert max(counts) >= 3
    assert page.count("failed to sign in") <= 4, page
