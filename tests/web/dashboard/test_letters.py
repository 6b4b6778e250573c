"""Mails that the dashboard has sent, through a real mail server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.service import Service, add_site, known, serving, until
from tests.smtp_server import Inbox, mail_server
from tests.web.dashboard.stand import PASSWORD, Person, add_user

HOST = "admin.example.vn"
NEW = "một con vịt xòe ra hai cái cánh"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Inbox]]:
    folder: Path = tmp_path_factory.mktemp("letters") / "data"
    with mail_server() as inbox:
        env = {
            "ANALYTICS_SMTP_HOST": "127.0.0.1",
            "ANALYTICS_SMTP_PORT": str(inbox.port),
            "ANALYTICS_SMTP_SECURITY": "none",
            "ANALYTICS_MAIL_FROM": "Thống kê <stats@example.vn>",
            "ANALYTICS_DASHBOARD_URL": f"http://{HOST}",
        }
        with serving(folder, env=env) as service:
            more = ("--email", "ann@example.vn", "--language", "vi")
            add_user(service, "ann", *more)
            yield service, inbox


def person(service: Service) -> Person:
    """Somebody who comes over the dashboard's own address."""
    return Person(service, {"Host": HOST})


def test_a_forgotten_password_is_changed_by_a_mailed_link(stand: tuple[Service, Inbox]) -> None:
    service, inbox = stand
    for name in ("ann", "nobody"):
        assert "a link is on its way" in person(service).send("/forgot", name=name).text
    mails = until(lambda: inbox.mails, bool)
    assert [(mail["To"], mail["Subject"]) for mail in mails] == [
        ("ann@example.vn", f"Mật khẩu mới cho {HOST}")
    ]
    text = mails[0].get_content()  # type: ignore[attr-defined]
    link = next(line for line in text.split() if line.startswith("http"))
    # The address is that of the settings, whoever asked.
    assert link.startswith(f"http://{HOST}/reset/")
    reader = person(service)
    answer = reader.send(link.removeprefix(f"http://{HOST}"), password=NEW, repeated=NEW)
    assert answer.headers["location"] == "/login"
    assert reader.sign_in("ann", NEW).status_code == 303
    assert person(service).sign_in("ann").status_code == 401


def test_an_invitation_is_mailed(stand: tuple[Service, Inbox]) -> None:
    service, inbox = stand
    add_user(service, "admin", "--administrator")
    admin = person(service)
    assert admin.sign_in("admin", PASSWORD).status_code == 303
    page = admin.send("/settings/users", do="invite", role="administrator", email="b@example.vn").text
    assert f"http://{HOST}/invitation/" in page
    mails = until(lambda: [mail for mail in inbox.mails if mail["To"] == "b@example.vn"], bool)
    assert "admin invites you" in mails[0].get_content()  # type: ignore[attr-defined]


def test_on_another_host_there_is_no_dashboard(stand: tuple[Service, Inbox]) -> None:
    service, _ = stand
    for host in ("evil.example", f"{HOST}.evil.example", "www.example.vn"):
        for path in ("/login", "/", "/forgot"):
            assert Person(service, {"Host": host}).get(path).status_code == 404


def test_each_host_answers_its_own_part(stand: tuple[Service, Inbox]) -> None:
    service, _ = stand
    site = add_site(service.data, "portal.example.vn")["public_id"]
    known(service, site)
    beacon = {"k": "v", "s": site, "u": "https://portal.example.vn/"}
    public = ["/v.js", "/w.js", "/f.js", f"/w/{site}.svg", f"/badge/{site}.json", "/widget", "/demo"]
    counter = f"/api/v1/sites/{site}/counter"
    for host, is_dashboard in ((HOST, True), ("tk.example.vn", False)):
        here = Person(service, {"Host": host})
        statuses = {here.get(path).status_code for path in public}
        assert statuses == {404} if is_dashboard else 404 not in statuses
        sent = service.http.post("/v", json=beacon, headers={"Host": host})
        assert sent.status_code == (404 if is_dashboard else 202)
        assert here.get("/login").status_code == (200 if is_dashboard else 404)
        assert here.get("/api/v1/sites").status_code == (401 if is_dashboard else 404)
        assert here.get(counter).status_code == 200
        assert here.get("/health").status_code == 200
