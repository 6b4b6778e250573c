"""A site's name, domain, zone and host names, changed by a form as by the command line."""

from datetime import date

from analytics_service.web.dashboard.formats import formats_of
from tests.service import until
from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import problems

HOSTILE = "</textarea><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def form(stand: Stand, **changed: str) -> dict[str, str]:
    site = stand.site()
    given = {
        "name": site.name,
        "domain": site.domain,
        "timezone": site.zone,
        "week_start": site.week_start.value,
        "locale": site.locale,
        "host_names": "",
        **changed,
    }
    return {name: value for name, value in given.items() if value != "off"}


def test_what_is_typed_is_stored_and_said_and_written_into_the_log(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("general")
    sent = form(
        stand, name="Cần Thơ", host_names="a.example.vn, *.b.example.vn", week_start="sunday", is_paused="1"
    )
    answer = owner.send(path, **sent)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}?saved")
    page = owner.get(f"{path}?saved").text
    assert "Saved." in page
    assert "a.example.vn" in page
    site = stand.site()
    assert (site.name, site.week_start.value, site.paused) == ("Cần Thơ", "sunday", True)
    assert {"a.example.vn", "*.b.example.vn"} < site.host_names
    entry = stand.last_entry()
    assert (entry.by, entry.event.value) == ("owner", "site-changed")
    assert entry.details["paused"] == "True"
    assert owner.send(path, **form(stand, name=site.domain)).status_code == 303
    assert not stand.site().paused


def test_an_error_stands_at_its_field_with_what_was_typed_and_nothing_changes(stand: Stand) -> None:
    owner, path, before = stand.people["owner"], stand.path("general"), stand.site()
    wrong = owner.send(path, **form(stand, timezone="Asia/Hochiminh", name=HOSTILE))
    assert wrong.status_code == 422
    assert "There is no such time zone; one is Asia/Ho_Chi_Minh." in problems(wrong)
    assert 'value="Asia/Hochiminh"' in wrong.text
    assert "<script>alert" not in wrong.text
    assert "<img" not in wrong.text
    hosts = owner.send(path, **form(stand, host_names="not a host"))
    assert "One of these is no host name such as www.example.vn or *.example.vn." in problems(hosts)
    taken = owner.send(path, **form(stand, domain="demo.invalid"))
    assert "There is already a site demo.invalid." in problems(taken)
    assert stand.site() == before


def test_a_hostile_name_is_inert_on_every_page(stand: Stand) -> None:
    owner = stand.people["owner"]
    assert owner.send(stand.path("general"), **form(stand, name=HOSTILE)).status_code == 303
    for tab in ("general", "install", "counter", "rules", "drops", "data", "keys", "delete", "owner"):
        text = owner.get(stand.path(tab)).text
        assert "<script>alert" not in text, tab
        assert "onerror=alert(1)>" not in text, tab
    owner.send(stand.path("general"), **form(stand, name="x"))


def test_a_change_of_zone_is_announced_with_the_way_back(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("general")
    owner.send(path, **form(stand, timezone="Pacific/Auckland"))
    page = owner.get(path).text
    coming = stand.site().zones[-1]
    assert coming.day > date.fromordinal(1)
    day = formats_of("en", coming.day).day(coming.day, with_year=True)
    assert f"From {day} on the site&#39;s days are those of Pacific/Auckland" in page
    owner.send(path, **form(stand, timezone="Asia/Ho_Chi_Minh"))
    assert len(stand.site().zones) == 1


def test_a_new_id_is_shown_beside_the_old_one_which_goes_on(stand: Stand) -> None:
    owner, old = stand.people["owner"], stand.public_id
    answer = owner.send(stand.path("new-id"), page=stand.path("general"))
    new = stand.site().public_id
    assert (answer.status_code, answer.headers["location"]) == (303, f"/s/{new}/settings/general?saved")
    assert f"The id {old} works until" in owner.get(f"/s/{old}/settings/general").text
    counter = f"/api/v1/sites/{old}/counter"
    assert until(lambda: stand.service.http.get(counter).status_code, (200).__eq__) == 200
    assert stand.last_entry().details == {"public_id": new}
