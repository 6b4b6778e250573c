"""Who may open which page of the settings, and send which form."""

import pytest

from analytics_service.web.dashboard.settings.routes import BASE, settings_routes
from tests.web.dashboard.settings.conftest import Stand

PEOPLE = ("ann", "owner", "editor", "viewer", "stranger")
EVERYBODY = {"install", "drops"}
EDITORS = EVERYBODY | {"rules", "drops/review", "drops/tasks/1"}
OF_SITES = sorted(
    {
        route.path.removeprefix(f"{BASE}/")
        for route in settings_routes()
        if BASE in route.path and "GET" in (route.methods or ())
    }
)


def expected(person: str, page: str) -> set[int]:
    """What may be answered: where somebody may, the page, or that something is missing in the question."""
    page = page.replace("{task}", "1")
    if person == "stranger":
        return {404}
    allowed = {"viewer": EVERYBODY, "editor": EDITORS}.get(person)
    if allowed is not None and page not in allowed:
        return {403}
    return {200, 303, 400, 404, 405, 422}


@pytest.mark.parametrize("page", OF_SITES)
def test_each_page_answers_to_those_alone_who_may_see_it(stand: Stand, page: str) -> None:
    path = stand.path(page.replace("{task}", "1"))
    found = {person: stand.people[person].get(path).status_code for person in PEOPLE}
    assert {person: status for person, status in found.items() if status not in expected(person, page)} == {}
    assert stand.people["ann"].get(path).status_code < 500


@pytest.mark.parametrize("route", [route for route in settings_routes() if "POST" in (route.methods or ())])
def test_no_form_is_taken_from_who_may_not_send_it(stand: Stand, route: object) -> None:
    path = str(getattr(route, "path")).replace("{site}", stand.public_id)  # noqa: B009
    before = stand.site()
    for person in ("viewer", "stranger"):
        someone = stand.people[person]
        token = someone.token("/")
        status = someone.post(path, None, csrf=token).status_code
        assert status in (403, 404), (person, path, status)
    # And from nobody who was sent by another website.
    for person in ("ann", "owner"):
        assert stand.people[person].post(path, {}, public="1").status_code == 403
    assert stand.site() == before


def test_only_administrators_see_the_system(stand: Stand) -> None:
    statuses = {person: stand.people[person].get("/settings/system").status_code for person in PEOPLE}
    assert statuses == {"ann": 200, "owner": 403, "editor": 403, "viewer": 403, "stranger": 403}


def test_tabs_are_those_that_somebody_may_open(stand: Stand) -> None:
    assert 'href="' + stand.path("keys") in stand.people["owner"].get(stand.path("install")).text
    text = stand.people["viewer"].get(stand.path("install")).text
    assert [tab for tab in ("general", "counter", "rules", "data", "keys") if stand.path(tab) in text] == []
