"""One's own account: language, password, sessions."""

from tests.service import Service, run
from tests.web.dashboard.stand import PASSWORD, Person, add_user, problems

ACCOUNT = "/settings/account"
NEW = "một con vịt xòe ra hai cái cánh"


def test_a_language_stays_whatever_the_browser_asks_for(service: Service) -> None:
    add_user(service, "lan")
    person = Person(service)
    person.sign_in("lan")
    assert '<html lang="en"' in person.get(ACCOUNT).text
    person.send(ACCOUNT, language="vi", email="")
    assert '<html lang="vi"' in person.get(ACCOUNT).text
    person.send(ACCOUNT, language="", email="")
    assert '<html lang="en"' in person.get(ACCOUNT).text


def test_a_new_password_ends_all_other_sessions(service: Service) -> None:
    add_user(service, "mai")
    here, there = Person(service), Person(service)
    for person in (here, there):
        person.sign_in("mai")
    old = here.http.cookies["vs_session"]
    wrong = here.send(f"{ACCOUNT}/password", page=ACCOUNT, current="x", password=NEW, repeated=NEW)
    assert problems(wrong) == ["The password is wrong."]
    differs = here.send(f"{ACCOUNT}/password", page=ACCOUNT, current=PASSWORD, password=NEW, repeated="x")
    assert problems(differs) == ["The two passwords differ."]
    done = here.send(f"{ACCOUNT}/password", page=ACCOUNT, current=PASSWORD, password=NEW, repeated=NEW)
    assert done.headers["location"] == ACCOUNT
    assert here.get(ACCOUNT).status_code == 200
    assert there.get(ACCOUNT).status_code == 303
    assert Person(service, {"Cookie": f"vs_session={old}"}).get(ACCOUNT).status_code == 303


def test_a_language_that_there_is_not_is_an_error_at_its_field(service: Service, ann: Person) -> None:
    answer = ann.send(ACCOUNT, language="zz", email="")
    assert answer.status_code == 400
    assert problems(answer) == []
    assert '<p class="error" id="language-error">Choose a language of the list.</p>' in answer.text
    assert 'aria-describedby="language-error"' in answer.text


def test_sessions_are_listed_and_ended(service: Service) -> None:
    add_user(service, "nga")
    people = [Person(service) for _ in range(3)]
    for person in people:
        person.sign_in("nga")
    here, second, third = people
    page = here.get(ACCOUNT).text
    assert page.count('<time datetime="') == 6
    listed = run("session", "list", "--user", "nga", data=service.data).stdout.splitlines()
    assert len(listed) == 3
    here.send(f"{ACCOUNT}/sessions", page=ACCOUNT, session="others")
    assert [person.get(ACCOUNT).status_code for person in people] == [200, 303, 303]
    second.sign_in("nga")
    chosen = run("session", "list", "--user", "nga", data=service.data).stdout.split()[0]
    run("session", "revoke", chosen, data=service.data)
    assert sorted(person.get(ACCOUNT).status_code for person in (here, second)) == [200, 303]
    # Nobody ends a session of somebody else.
    add_user(service, "oanh")
    third.sign_in("oanh")
    left = run("session", "list", "--user", "nga", data=service.data).stdout.split()[0]
    third.send(f"{ACCOUNT}/sessions", page=ACCOUNT, session=left)
    assert 200 in [person.get(ACCOUNT).status_code for person in (here, second)]


def test_the_audit_log_names_who_did_what(service: Service, ann: Person) -> None:
    page = ann.get("/settings/audit").text
    assert "signed in" in page
    assert "127.0.0.1" not in page
    assert ann.get("/settings/audit?before=1").text.count("<time") == 0
