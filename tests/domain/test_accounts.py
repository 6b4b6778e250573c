"""Names, addresses and passwords of accounts, and what is still asked of whoever signs in."""

from datetime import UTC, datetime

import pytest

from analytics_service.domain.accounts import (
    Account,
    FactorPolicy,
    check_password_length,
    is_sender,
    normal_name,
    normal_password,
    parse_email,
    parse_name,
)
from analytics_service.domain.principals import Role, User
from analytics_service.errors import BadParameter

NAME_PROBLEM = "name: a name has 1 to 64 of the letters a-z, digits and . _ @ + -, none of these at an end"


def account(**more: object) -> Account:
    values = {"name": "ann", "password_hash": "x", "made_at": datetime(2026, 11, 10, tzinfo=UTC)}
    return Account(**{**values, "made_by": "me", **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["ann", " Ann ", "ＡＮＮ"])
def test_a_name_is_the_same_however_it_is_typed(text: str) -> None:
    assert (parse_name(text), normal_name(text)) == ("ann", "ann")


@pytest.mark.parametrize("name", ["a", "7", "a.b_c@d+e-f", "x" * 64])
def test_names_of_up_to_64_letters_digits_and_some_signs_are_taken(name: str) -> None:
    assert parse_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * 65, ".a", "a-", "a b", "аnn", "a/b"])
def test_another_name_is_refused_with_what_a_name_may_have(name: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_name(name)
    assert (str(refused.value), refused.value.parameter, refused.value.code) == (
        NAME_PROBLEM,
        "name",
        "value",
    )


@pytest.mark.parametrize(
    "email", ["", "ten@example.vn", "Ten.Ho+tin@mail.example.vn", f"{'x' * 243}@example.vn"]
)
def test_an_address_is_kept_as_it_was_typed_without_blanks_around_it(email: str) -> None:
    assert parse_email(f" {email}\n") == email


@pytest.mark.parametrize(
    "email", ["ten", "ten@example", "@example.vn", "a b@example.vn", f"{'x' * 244}@example.vn"]
)
def test_what_is_no_address_is_refused_with_an_example(email: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_email(email)
    assert str(refused.value) == "email: this is no e-mail address such as ten@example.vn"
    assert (refused.value.parameter, refused.value.code) == ("email", "value")


@pytest.mark.parametrize(
    ("text", "sends"),
    [
        ("ten@example.vn", True),
        ("Bảo tàng <ten@example.vn>", True),
        ("Bảo tàng", False),
        ("", False),
        ("Bảo\ntàng <ten@example.vn>", False),
        ("ten@example", False),
    ],
)
def test_a_sender_is_an_address_perhaps_with_a_name_before_it_in_one_line(text: str, sends: bool) -> None:
    assert is_sender(text) is sends


def test_a_password_is_the_same_whatever_keyboard_put_its_marks_on() -> None:
    assert normal_password("ma\u0323\u0302t") == normal_password("m\u1ea1\u0302t") == "m\u1eadt"
    assert normal_password(" Ａ ") == " Ａ "


@pytest.mark.parametrize(("has_factor", "least"), [(True, 8), (False, 15)])
def test_a_password_is_as_long_as_it_must_be_beside_a_second_factor_or_alone(
    has_factor: bool, least: int
) -> None:
    for length in (least, 256):
        check_password_length("x" * length, has_factor=has_factor)
    for length, code, problem in (
        (least - 1, "short", f"password: a password has at least {least} characters"),
        (257, "long", "password: a password has at most 256 characters"),
    ):
        with pytest.raises(BadParameter) as refused:
            check_password_length("x" * length, has_factor=has_factor)
        assert (str(refused.value), refused.value.parameter) == (problem, "password")
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("policy", "of_others", "of_administrators"),
    [
        (FactorPolicy.OPTIONAL, False, False),
        (FactorPolicy.ADMINISTRATORS, False, True),
        (FactorPolicy.REQUIRED, True, True),
    ],
)
def test_a_second_factor_is_asked_of_those_whom_the_policy_names_until_they_have_one(
    policy: FactorPolicy, of_others: bool, of_administrators: bool
) -> None:
    for is_administrator, is_asked in ((False, of_others), (True, of_administrators)):
        assert account(is_administrator=is_administrator).must_add_factor(policy) is is_asked
        having = account(is_administrator=is_administrator, factor=b"sealed")
        assert not having.must_add_factor(policy)


@pytest.mark.parametrize(
    ("factor", "is_long", "must_change"),
    [(None, False, True), (None, True, False), (b"", False, False), (b"sealed", True, False)],
)
def test_a_short_password_is_changed_once_no_second_factor_stands_beside_it(
    factor: bytes | None, is_long: bool, must_change: bool
) -> None:
    assert account(factor=factor, has_long_password=is_long).must_change_password() is must_change


def test_an_account_asks_by_its_name_its_roles_and_what_it_administers() -> None:
    assert account(roles={2: Role.OWNER}).principal() == User("ann", {2: Role.OWNER})
    assert account(is_administrator=True).principal() == User("ann", {}, is_administrator=True)
