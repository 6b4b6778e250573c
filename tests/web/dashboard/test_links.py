"""Invitations, links for new passwords, and the people of site and installation."""

import re

import pytest

from tests.service import Service, run
from tests.web.dashboard.stand import Person, add_user, problems

USERS = "/settings/users"
NEW = "một con vịt xòe ra hai cái cánh"


def link_in(text: str) -> str:
    """The path of the link that a page shows."""
    found = re.search(r"<code>http://127\.0\.0\.1:\d+(/(?:invitation|reset)/[\w-]{43})</code>", text)
    assert found, text
    return found[1]


def site_number(service: Service) -> str:
    """The number of the demo site."""
    return "1"


def test_an_invited_person_gets_what_the_link_says_and_once(service: Service, ann: Person) -> None:
    answer = ann.send(USERS, do="invite", role="editor", site=site_number(service), email="carol@example.vn")
    path = link_in(answer.text)
    assert path not in ann.get(USERS).text
    carol = Person(service)
    assert "demo.invalid" in carol.get(path).text
    weak = carol.send(path, name="carol", password="short", repeated="short")
    assert problems(weak) == ["The password is too short: at least 15 characters, or 8 with a second factor."]
    # What is granted stands in the link and nowhere in the form.
    granted = carol.send(path, name="carol", password=NEW, repeated=NEW, is_administrator="1", role="owner")
    assert granted.headers["location"] == "/"
    assert carol.get(USERS).status_code == 403
    assert Person(service).get(path).status_code == 404
    listed = run("user", "list", "--json", data=service.data).stdout
    assert '"carol@example.vn"' in listed
    assert '"editor"' in listed


def test_two_people_cannot_use_one_link(service: Service, ann: Person) -> None:
    path = link_in(ann.send(USERS, do="invite", role="administrator").text)
    first, second = Person(service), Person(service)
    tokens = [one.token(path) for one in (first, second)]
    answers = [
        one.post(path, None, csrf=token, name=name, password=NEW, repeated=NEW)
        for one, token, name in zip((first, second), tokens, ("dan", "don"), strict=True)
    ]
    assert [answer.status_code for answer in answers] == [303, 404]


def test_an_invitation_can_be_ended(service: Service, ann: Person) -> None:
    path = link_in(ann.send(USERS, do="invite", role="administrator", email="gone@example.vn").text)
    found = re.search(r'name="invitation" value="([0-9a-f]{16})"', ann.get(USERS).text)
    assert found
    ann.send(USERS, do="end-invitation", invitation=found[1])
    assert Person(service).get(path).status_code == 404


def test_who_is_signed_in_adds_the_rights_to_their_account(service: Service, ann: Person) -> None:
    add_user(service, "finn")
    path = link_in(ann.send(USERS, do="invite", role="viewer", site="1").text)
    finn = Person(service)
    finn.sign_in("finn")
    assert finn.send(path).headers["location"] == "/"
    assert "demo.invalid" in finn.get("/").text


def test_a_link_for_a_new_password_ends_all_sessions(service: Service, ann: Person) -> None:
    number = add_user(service, "gina")
    gina = Person(service)
    gina.sign_in("gina")
    path = link_in(ann.send(USERS, do="reset", user=str(number)).text)
    newer = link_in(ann.send(USERS, do="reset", user=str(number)).text)
    assert Person(service).get(path).status_code == 404
    forgetful = Person(service)
    assert forgetful.send(newer, password=NEW, repeated=NEW).headers["location"] == "/login"
    assert gina.get("/").headers["location"] == "/login"
    assert Person(service).sign_in("gina").status_code == 401
    assert Person(service).sign_in("gina", NEW).status_code == 303
    assert Person(service).get(newer).status_code == 404


def test_rights_are_given_and_taken_and_accounts_removed(service: Service, ann: Person) -> None:
    number = str(add_user(service, "hugo"))
    hugo = Person(service)
    hugo.sign_in("hugo")
    assert "demo.invalid" not in hugo.get("/").text
    ann.send(USERS, do="rights", user=number, **{"role-1": "viewer"})
    assert "demo.invalid" in hugo.get("/").text
    ann.send(USERS, do="rights", user=number, **{"role-1": "none"})
    assert "demo.invalid" not in hugo.get("/").text
    ann.send(USERS, do="remove", user=number)
    assert hugo.get("/").headers["location"] == "/login"


def test_the_last_administrator_stays(service: Service, ann: Person) -> None:
    for other in ("dan", "don"):
        run("user", "remove", other, "--yes", data=service.data)
    found = re.search(r'<h2>ann .*?name="user" value="(\d+)"', ann.get(USERS).text, re.DOTALL)
    assert found
    for fields in ({"do": "rights"}, {"do": "remove"}):
        assert problems(ann.send(USERS, user=found[1], **fields)) == ["The last administrator stays one."]
    assert ann.get(USERS).status_code == 200


def test_an_owner_invites_to_their_own_site_only(service: Service) -> None:
    add_user(service, "olga", "--role", "demo.invalid=owner")
    olga = Person(service)
    olga.sign_in("olga")
    people = "/s/demo.invalid/settings/people"
    answer = olga.send(people, do="invite", role="viewer", email="x@example.vn")
    assert link_in(answer.text)
    assert "x@example.vn" in olga.get(people).text
    assert olga.get(USERS).status_code == 403
    # Of people who have nothing to do with the site nothing is said.
    ann_number = "1"
    assert olga.send(people, do="role", user=ann_number, role="none").status_code == 409
    run("user", "remove", "olga", "--yes", data=service.data)


def test_a_forgotten_password_says_the_same_for_every_name(service: Service) -> None:
    answers = {Person(service).send("/forgot", page="/login", name=name).text for name in ("ann", "nobody")}
    assert len(answers) == 1


@pytest.mark.parametrize("path", ["/invitation/x", "/reset/x", "/invitation/" + 43 * "A"])
def test_a_link_that_was_never_made_leads_nowhere(service: Service, path: str) -> None:
    answer = Person(service).get(path)
    assert answer.status_code == 404
    assert "This link does not work" in answer.text
