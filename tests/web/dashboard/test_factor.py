"""The second factor, as a browser meets it."""

import re
import time

import pyotp
import pytest

from tests.service import Service
from tests.web.dashboard.stand import PASSWORD, Person, add_user, problems

ACCOUNT = "/settings/account"
FACTOR = f"{ACCOUNT}/factor"


def enrol(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """Adds a second factor; returns the app and the recovery codes."""
    page = person.get(FACTOR).text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page)
    sealed = re.search(r'name="sealed" value="([^"]+)"', page)
    assert secret
    assert sealed
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    # The time step before: the present one is still to be used.
    code = app.generate_otp(int(time.time()) // 30 - 1)
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    answer = person.post(FACTOR, csrf=token[1], sealed=sealed[1], code=code)
    codes = re.findall(r"<li><code>([^<]+)</code>", answer.text)
    assert len(codes) == 10, answer.text
    return app, codes


def test_a_login_with_a_second_factor(service: Service) -> None:
    add_user(service, "factor")
    person = Person(service)
    person.sign_in("factor")
    app, codes = enrol(person)
    other = Person(service)
    assert other.sign_in("factor").headers["location"] == "/login/code?next=/"
    # The password alone opens nothing.
    waiting = other.http.cookies["vs_session"]
    assert other.get("/").headers["location"] == "/login"
    assert other.get("/api/v1/sites").status_code == 401
    assert problems(other.send("/login/code", code="000000")) == ["This code is wrong, or was used already."]
    code = app.now()
    assert other.send("/login/code", code=code).headers["location"] == "/"
    assert other.http.cookies["vs_session"] != waiting
    assert other.get(ACCOUNT).status_code == 200
    # A code works once, in whatever browser.
    third = Person(service)
    third.sign_in("factor")
    assert third.send("/login/code", code=code).status_code == 401
    assert third.send("/login/code", code=codes[0].upper()).headers["location"] == "/"
    fourth = Person(service)
    fourth.sign_in("factor")
    assert fourth.send("/login/code", code=codes[0]).status_code == 401
    assert "Recovery codes left: 9" in other.get(ACCOUNT).text


def test_a_second_factor_goes_only_where_the_password_may_stand_alone(service: Service) -> None:
    add_user(service, "short")
    person = Person(service)
    person.sign_in("short")
    enrol(person)
    short = "chim sẻ"
    answer = person.send(
        f"{ACCOUNT}/password", page=ACCOUNT, current=PASSWORD, password=short + "!", repeated=short + "!"
    )
    assert answer.status_code == 303, problems(answer)
    assert "too short to stand alone" in person.send(f"{FACTOR}/remove", password=short + "!").text
    assert person.send(f"{FACTOR}/remove", password="wrong").status_code == 401
    answer = person.send(
        f"{ACCOUNT}/password", page=ACCOUNT, current=short + "!", password=PASSWORD, repeated=PASSWORD
    )
    assert answer.status_code == 303, problems(answer)
    assert person.send(f"{FACTOR}/remove", password=PASSWORD).headers["location"] == ACCOUNT
    assert "Add a second factor" in person.get(ACCOUNT).text


@pytest.mark.parametrize("sealed", ["", "x", "AAAA", "é"])
def test_a_secret_that_we_did_not_seal_is_not_taken(ann: Person, sealed: str) -> None:
    token = ann.token(ACCOUNT)
    answer = ann.post(FACTOR, csrf=token, sealed=sealed, code="000000")
    assert answer.headers["location"] == FACTOR


def test_a_secret_is_stored_sealed_only(service: Service) -> None:
    add_user(service, "sealed")
    person = Person(service)
    person.sign_in("sealed")
    app, _ = enrol(person)
    files = [service.data / name for name in ("config.db", "config.db-wal")]
    stored = b"".join(file.read_bytes() for file in files if file.exists())
    assert app.secret.encode() not in stored
    assert b"sealed" in stored
