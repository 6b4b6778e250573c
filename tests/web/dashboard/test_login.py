"""Signing in and out, as a browser does it."""

import pytest

from tests.service import Service
from tests.web.dashboard.stand import PASSWORD, Person, problems


def test_who_is_not_signed_in_is_led_to_the_login_and_back(service: Service) -> None:
    person = Person(service)
    assert person.get("/confirm?next=/x").headers["location"] == "/login?next=/confirm%3Fnext%3D/x"
    assert person.get("/").headers["location"] == "/login"
    answer = person.send("/login", name="ann", password=PASSWORD, next="/confirm?next=/x")
    assert (answer.status_code, answer.headers["location"]) == (303, "/confirm?next=/x")
    assert person.get("/").status_code == 200


def test_a_session_ends_where_somebody_signs_out(service: Service) -> None:
    person = Person(service)
    person.sign_in("ann")
    cookie = person.http.cookies["vs_session"]
    assert person.send("/logout", page="/confirm").headers["location"] == "/login"
    assert "vs_session" not in person.http.cookies
    answer = Person(service, {"Cookie": f"vs_session={cookie}"}).get("/")
    assert answer.headers["location"] == "/login"


def test_each_login_has_a_token_of_its_own(service: Service) -> None:
    person = Person(service)
    tokens = set()
    for _ in range(2):
        person.sign_in("ann")
        tokens.add(person.http.cookies["vs_session"])
        person.send("/logout", page="/confirm")
    assert len(tokens) == 2


@pytest.mark.parametrize(("name", "password"), [("ann", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_login_says_the_same_whatever_is_wrong(service: Service, name: str, password: str) -> None:
    person = Person(service)
    answer = person.send("/login", name=name, password=password)
    assert answer.status_code == 401
    assert problems(answer) == ["Name or password is wrong."]
    assert "vs_session" not in person.http.cookies


def test_typing_the_password_again_gives_a_new_token(ann: Person) -> None:
    before = ann.http.cookies["vs_session"]
    assert problems(ann.send("/confirm", password="wrong")) == ["The password is wrong."]
    answer = ann.send("/confirm", password=PASSWORD, next="/settings/account")
    assert answer.headers["location"] == "/settings/account"
    assert ann.http.cookies["vs_session"] != before
    assert ann.get("/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "\\\\evil.example",
        "/\\evil",
        "javascript:x",
        "https:evil.example",
        "/a\r\nSet-Cookie:a=b",
    ],
)
def test_a_login_leads_to_pages_of_ours_only(service: Service, path: str) -> None:
    answer = Person(service).send("/login", name="ann", password=PASSWORD, next=path)
    assert answer.headers["location"] == "/"
    assert "a=b" not in str(answer.headers)


def test_nobody_makes_a_second_first_account(service: Service) -> None:
    assert Person(service).get("/setup").headers["location"] == "/login"
    fields = {"code": "x", "name": "eve", "password": PASSWORD, "repeated": PASSWORD}
    answer = Person(service).post("/setup", None, **fields)
    assert answer.status_code == 403
    assert problems(answer) == ["This code is wrong, was used already, or is too old."]
