"""The guard: who gets a page, whose form is taken, and what every answer carries."""

import itertools
import os
import re
from typing import Any

import httpx2
import pytest

from analytics_service.app.route_table import make_routes
from analytics_service.domain.principals import FOR_EVERYBODY, ROLES, Action, Role
from analytics_service.web.dashboard.guard import DashboardRoute
from analytics_service.web.dashboard.security import CONTENT_POLICY
from analytics_service.web.public.stream import Streams
from tests.service import Service, add_site, known, until
from tests.web.dashboard.stand import PASSWORD, Person, add_user

DASHBOARD = [route for route in make_routes(Streams(os.urandom), None) if isinstance(route, DashboardRoute)]
CALLERS = ("nobody", "stranger", "viewer", "editor", "owner", "administrator")
ROLE_OF = {"viewer": Role.VIEWER, "editor": Role.EDITOR, "owner": Role.OWNER}
CASES = list(itertools.product(CALLERS, ("own.example.vn", "other.example.vn", "gone")))
LEAVES = {"/logout"}
NAMES_MORE = re.compile(r"/sites/deleted$|/settings/keys/revoke$|\{(?!site\})\w+\}")
"""Routes that answer of themselves where what else they name, a site, key or task, is not there."""
STREAMS = re.compile(r"/stream$")


@pytest.fixture(scope="module")
def people(service: Service) -> dict[str, Person]:
    """One person for each caller, signed in; roles are those on site own.example.vn."""
    for domain in ("own.example.vn", "other.example.vn"):
        known(service, add_site(service.data, domain)["public_id"])
    found = {"nobody": Person(service)}
    for caller in CALLERS[1:]:
        rights = ["--administrator"] if caller == "administrator" else []
        if caller in ROLE_OF:
            rights = ["--role", f"own.example.vn={caller}"]
        add_user(service, f"a-{caller}", *rights)
        person = Person(service)
        until(lambda one=person, name=caller: one.sign_in(f"a-{name}").status_code, (303).__eq__)  # type: ignore[misc]
        found[caller] = person
    return found


def path_of(route: DashboardRoute, site: str) -> str:
    """The path of a route for a site; other parts are of no importance."""
    path = route.path.replace("{site}", site)
    return re.sub(r"\{\w+\}", "x", path)


def expected(route: DashboardRoute, caller: str, site: str) -> str:
    """Whether a caller gets in: `in`, or what they are told."""
    if route.action in FOR_EVERYBODY:
        return "in"
    if caller == "nobody":
        return "login"
    has_site = "{site}" in route.path
    if caller == "administrator":
        return "unknown" if has_site and site == "gone" else "in"
    if route.action is Action.USE_ACCOUNT:
        return "in"
    role = ROLE_OF.get(caller)
    needed = ROLES.get(route.action)
    if has_site and site == "gone":
        # Without a site the rule is asked for any site.
        return "unknown" if role is not None and needed is not None and role >= needed else "forbidden"
    if has_site and (role is None or site != "own.example.vn"):
        return "unknown"
    return "in" if role is not None and needed is not None and role >= needed else "forbidden"


def outcome(answer: httpx2.Response) -> str:
    """What an answer says of who asked."""
    if answer.status_code == 303 and answer.headers["location"].startswith("/login"):
        return "login"
    return {403: "forbidden", 404: "unknown"}.get(answer.status_code, "in")


@pytest.mark.parametrize(("caller", "site"), CASES)
def test_each_route_answers_who_may_have_it(people: dict[str, Person], caller: str, site: str) -> None:
    person = people[caller]
    token = person.token("/confirm") if caller != "nobody" else ""
    wrong = {}
    for route in DASHBOARD:
        path = path_of(route, site)
        if path in LEAVES or STREAMS.search(path) or route.action in FOR_EVERYBODY:
            continue
        is_post = "POST" in (route.methods or ())
        answer = person.post(path, None, csrf=token) if is_post else person.get(path)
        found, right = outcome(answer), expected(route, caller, site)
        if right == "unknown" and found == "forbidden" and site == "gone":
            found = "unknown"
        if right == "in" and NAMES_MORE.search(route.path):
            found = "in" if found != "login" else found
        # Without a session a form is nobody's.
        if is_post and caller == "nobody" and found == "forbidden":
            found = "login"
        if found != right or answer.status_code >= 500:
            wrong[path, "POST" if is_post else "GET"] = (answer.status_code, right)
    assert wrong == {}


def test_a_hidden_site_cannot_be_told_from_none(people: dict[str, Person]) -> None:
    for path in ("/s/{}", "/s/{}/realtime", "/s/{}/settings/people"):
        hidden = people["owner"].get(path.format("other.example.vn"))
        missing = people["owner"].get(path.format("gone"))
        assert (hidden.status_code, hidden.text) == (missing.status_code, missing.text)
        assert hidden.status_code == 404


OWN = "http://127.0.0.1:{port}"
FORGED = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"{OWN}.evil.example"},
    {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
    {},
]


@pytest.mark.parametrize("headers", FORGED)
def test_a_form_from_elsewhere_changes_nothing(
    service: Service, ann: Person, headers: dict[str, str]
) -> None:
    port = service.url.rpartition(":")[2]
    sent = {name: value.replace("{port}", port) for name, value in headers.items()}
    before = ann.get("/settings/account").text.count('value="vi" selected')
    answer = ann.post("/settings/account", sent, language="vi", email="")
    assert answer.status_code == 403
    assert ann.get("/settings/account").text.count('value="vi" selected') == before
    # Nobody is signed in to somebody else's account either.
    other = Person(service)
    assert other.post("/login", sent, name="ann", password=PASSWORD).status_code == 403
    assert "vs_session" not in other.http.cookies


def test_a_form_needs_the_token_of_its_own_session(service: Service, ann: Person) -> None:
    other = Person(service)
    other.sign_in("ann")
    for token in ("", "x", "é", other.token("/settings/account")):
        answer = ann.post("/settings/account", None, csrf=token, language="vi", email="")
        assert answer.status_code == 403
    right = ann.post("/settings/account", None, csrf=ann.token("/settings/account"), language="", email="")
    assert right.status_code == 303
    assert "forged request refused" in ann.get("/settings/audit").text


def test_a_page_without_an_origin_is_not_ours_unless_the_browser_says_so(
    service: Service, ann: Person
) -> None:
    token = ann.token("/settings/account")
    fields = {"csrf": token, "language": "", "email": ""}
    assert ann.post("/settings/account", {"Origin": "null"}, **fields).status_code == 403
    ours = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert ann.post("/settings/account", ours, **fields).status_code == 303


@pytest.mark.parametrize("path", ["/logout", "/theme", "/nowhere", "/health", "//evil.example", "/static/x"])
def test_only_pages_of_the_dashboard_are_followed(service: Service, ann: Person, path: str) -> None:
    assert ann.get("/login", params={"next": path}).headers["location"] == "/"
    answer = Person(service).post(
        "/login", {"Sec-Fetch-Site": "same-origin"}, name="ann", password=PASSWORD, next=path
    )
    assert answer.headers["location"] == "/"
    good = ann.get("/login", params={"next": "/settings/account?a=b"})
    assert good.headers["location"] == "/settings/account?a=b"


def test_a_browser_that_says_nothing_of_the_page_signs_in_by_the_token(service: Service) -> None:
    person = Person(service)
    token = person.token("/login")
    assert person.post("/login", {}, csrf=token, name="ann", password=PASSWORD).status_code == 303
    assert Person(service).post("/login", {}, csrf=token, name="ann", password=PASSWORD).status_code == 403


@pytest.mark.parametrize(
    ("path", "status"),
    [("/login", 200), ("/s/none", 303), ("/settings/users", 303), ("/invitation/x", 404), ("/logout", 405)],
)
def test_every_answer_carries_the_headers(service: Service, path: str, status: int) -> None:
    check_headers(Person(service).get(path), status)


def test_refusals_carry_the_headers_too(service: Service, people: dict[str, Person]) -> None:
    check_headers(people["viewer"].get("/settings/users"), 403)
    check_headers(people["viewer"].get("/s/none"), 404)
    check_headers(people["viewer"].post("/settings/account", {}, language="vi"), 403)
    check_headers(Person(service, {"Host": "evil.example"}).get("/login"), 403)
    check_headers(Person(service).http.put("/login"), 405)
    check_headers(Person(service).http.post("/login", json={}), 415)


def check_headers(answer: httpx2.Response, status: int) -> None:
    """Compares what protects a page."""
    assert answer.status_code == status
    expected: dict[str, Any] = {
        "content-security-policy": CONTENT_POLICY,
        "cache-control": "no-store",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    assert {name: answer.headers.get(name) for name in expected} == expected
    assert "access-control-allow-origin" not in answer.headers
    assert "unsafe" not in CONTENT_POLICY
    assert "frame-ancestors 'none'" in CONTENT_POLICY


def test_two_session_cookies_are_none(service: Service, ann: Person) -> None:
    cookie = ann.http.cookies["vs_session"]
    twice = Person(service, {"Cookie": f"vs_session={cookie}; vs_session={cookie}"})
    assert twice.get("/").headers["location"] == "/login"
    assert Person(service, {"Cookie": f"__Host-vs_session={cookie}"}).get("/").status_code == 303
    assert Person(service, {"Cookie": "vs_session=" + "x" * 8_000}).get("/").status_code == 303


def test_nobody_who_asks_gets_a_session(service: Service) -> None:
    for path in ("/", "/settings/users", "/s/none"):
        assert "set-cookie" not in Person(service).get(path).headers
