"""Deleting a site by its domain, bringing it back, and handing it over."""

from tests.service import until
from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import problems


def test_only_the_typed_domain_deletes_and_the_site_can_be_brought_back(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("delete")
    wrong = owner.send(path, domain="x")
    assert (wrong.status_code, f"That is not {stand.site().domain}." in problems(wrong)[-1]) == (422, True)
    answer = owner.send(path, domain=stand.site().domain)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites/deleted?gone")
    assert stand.last_entry().event.value == "site-deleted"
    counter = f"/api/v1/sites/{stand.public_id}/counter"
    assert until(lambda: stand.service.http.get(counter).status_code, (404).__eq__) == 404
    assert owner.get(stand.path("general")).status_code == 404
    number = str(stand.number)
    assert f'value="{number}"' not in stand.people["editor"].get("/sites/deleted").text
    refused = stand.people["editor"].post(
        "/sites/deleted", None, csrf=stand.people["editor"].token("/"), number=number
    )
    assert refused.status_code in (403, 404)
    restored = owner.send("/sites/deleted", number=number)
    assert (restored.status_code, restored.headers["location"]) == (303, f"/s/{stand.public_id}")
    assert owner.get(stand.path("general")).status_code == 200
    assert stand.last_entry().event.value == "site-restored"


def test_a_site_is_handed_over_and_the_giver_stays_as_editor(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("owner")
    for name in ("nobody-here", "owner", "<b>"):
        answer = owner.send(path, name=name)
        assert (answer.status_code, "There is no other account of this name." in problems(answer)) == (
            422,
            True,
        )
    assert owner.send(path, name="stranger").status_code == 303
    assert stand.people["stranger"].get(stand.path("general")).status_code == 200
    assert owner.get(stand.path("general")).status_code == 403
    assert owner.get(stand.path("rules")).status_code == 200
    entry = stand.last_entry()
    assert (entry.by, entry.details) == ("owner", {"owner": "stranger"})
