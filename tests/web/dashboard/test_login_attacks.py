"""Attacks on the login: made-up names, floods, and what is sent in place of names and passwords."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from analytics_service.administering.passwords import QUEUE_LIMIT
from tests.service import Service, serving
from tests.web.dashboard.stand import PASSWORD, Person, add_user, problems


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service whose one account is attacked, through a proxy that names its clients."""
    with serving(tmp_path_factory.mktemp("attacks") / "data") as service:
        add_user(service, "ann")
        yield service


def come_from(service: Service, address: str) -> Person:
    """Somebody at an address behind the proxy on this machine; the host stays this machine's."""
    return Person(service, {"X-Forwarded-For": address})


def attempt(person: Person, name: str, password: str) -> httpx2.Response:
    """A login whose page was not opened before."""
    return person.post("/login", None, name=name, password=password)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("nobody", "wrong"),
        ("", ""),
        ("boss1", "p\x00x"),
        ("admіn", "wrong"),
        ("<script>alert(1)</script>", "x"),
        ("ann", "$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHQ$hash"),
        ("user:1", "x"),
        ("n" * 10_000, "x"),
        ("ann", "x" * 10_000),
        ("😀" * 64, "😀" * 64),
    ],
)
def test_whatever_is_sent_the_answer_is_the_same(attacked: Service, name: str, password: str) -> None:
    answer = attempt(come_from(attacked, f"127.0.5.{len(name + password) % 200}"), name, password)
    if answer.status_code == 429:
        assert "Try again in" in answer.text
        return
    assert answer.status_code == 401
    assert problems(answer) == ["Name or password is wrong."]
    assert "<script>alert" not in answer.text
    log = attacked.log.read_text()
    assert "Traceback" not in log
    assert name in ("", "ann") or name not in log


def test_a_form_of_five_megabytes_is_refused_unread(attacked: Service) -> None:
    answer = attempt(Person(attacked), "ann", "x" * 5_000_000)
    assert answer.status_code == 413


def test_a_name_is_slowed_wherever_the_tries_come_from(attacked: Service) -> None:
    add_user(attacked, "bob")
    statuses = []
    waits = []
    for number in range(20):
        answer = attempt(come_from(attacked, f"127.0.1.{number}"), "bob", "wrong")
        statuses.append(answer.status_code)
        waits.append(int(answer.headers.get("retry-after", "0")))
    assert statuses.count(401) < 10
    assert 429 in statuses
    assert max(waits) <= 30
    # A name that nobody has is slowed in the same way.
    elsewhere = [come_from(attacked, f"127.0.6.{number}") for number in range(20)]
    unknown = [attempt(person, "bobby", "wrong").status_code for person in elsewhere]
    assert unknown.count(401) < 10
    assert 429 in unknown


def test_an_unknown_name_takes_as_long_as_a_known_one(attacked: Service) -> None:
    """Statistical, not tight: without the decoy an unknown name would be answered in a tenth of the time."""
    add_user(attacked, "carl")
    times: dict[str, list[float]] = {"carl": [], "none": []}
    for number in range(3):
        for kind, taken in times.items():
            name = kind if kind == "carl" else f"none{number}"
            began = time.perf_counter()
            answer = attempt(come_from(attacked, f"127.0.7.{number}"), name, "wrong")
            taken.append(time.perf_counter() - began)
            assert answer.status_code == 401
    known, unknown = (statistics.median(taken) for taken in times.values())
    assert 0.3 < known / unknown < 3


def test_a_full_queue_is_answered_at_once(attacked: Service) -> None:
    """Of more logins than are hashed or wait the last ones come back later, and all else goes on."""
    people = [come_from(attacked, f"127.0.8.{number}") for number in range(QUEUE_LIMIT * 2)]
    with ThreadPoolExecutor(len(people)) as threads:
        tries = [
            threads.submit(attempt, person, f"flood{number}", "x") for number, person in enumerate(people)
        ]
        assert attacked.http.get("/health").status_code == 200
        answers = [one.result() for one in tries]
    statuses = {answer.status_code for answer in answers}
    assert statuses <= {401, 429, 503}
    assert 401 in statuses
    for answer in answers:
        assert answer.status_code == 401 or int(answer.headers["retry-after"]) > 0


def test_who_signed_in_here_before_waits_for_nobody(attacked: Service) -> None:
    add_user(attacked, "dora")
    dora = come_from(attacked, "127.0.2.1")
    assert attempt(dora, "dora", PASSWORD).status_code == 303
    for number in range(8):
        attempt(come_from(attacked, f"127.0.3.{number}"), "dora", "wrong")
    assert attempt(come_from(attacked, "127.0.4.1"), "dora", PASSWORD).status_code == 429
    assert attempt(come_from(attacked, "127.0.2.1"), "dora", PASSWORD).status_code == 303
