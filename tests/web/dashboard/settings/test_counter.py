"""What the public counter shows, and the opening balance with its history."""

from tests.service import until
from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import problems


def shown(stand: Stand) -> tuple[int, set[str]]:
    answer = stand.service.http.get(f"/api/v1/sites/{stand.public_id}/counter")
    return answer.status_code, set(answer.json().get("counts", {}))


def test_what_is_public_is_what_the_counter_answers(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("counter")
    token = owner.token(path)
    body = f"csrf={token}&public=1&items=online&items=today&metrics=visits"
    headers = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    answer = owner.http.post(path, content=body, headers=headers)
    assert answer.status_code == 303, answer.text
    assert until(lambda: shown(stand), (200, {"online", "today"}).__eq__) == (200, {"online", "today"})
    site = stand.site()
    assert (site.counter.series, site.counter.pages) == (False, False)
    # Without its tick the counter is private, and all figures are chosen again.
    every = "&".join(f"items={item}" for item in ("online", "today", "week", "total"))
    private = owner.http.post(path, content=f"csrf={token}&{every}&metrics=visits&series=1", headers=headers)
    assert private.status_code == 303
    assert until(lambda: shown(stand)[0], (404).__eq__) == 404
    assert stand.last_entry().details["public"] == "False"


def test_a_counter_without_figures_is_refused_at_the_field(stand: Stand) -> None:
    owner, path, before = stand.people["owner"], stand.path("counter"), stand.site()
    answer = owner.send(path, public="1", metrics="visits")
    assert (answer.status_code, "Choose at least one figure." in problems(answer)) == (422, True)
    answer = owner.send(path, public="1", items="online", metrics="bounces")
    assert (answer.status_code, "Choose at least one." in problems(answer)) == (422, True)
    assert stand.site() == before


def test_an_opening_balance_is_set_and_added_to_and_its_history_is_shown(stand: Stand) -> None:
    owner, form, page = stand.people["owner"], stand.path("opening"), stand.path("counter")
    sent = {"metric": "visits", "opening": "1.461.664", "reason": "bộ đếm <cũ>", "how": "set"}
    assert owner.send(form, page=page, **sent).status_code == 303
    assert owner.send(form, page=page, **{**sent, "opening": "-64", "how": "add"}).status_code == 303
    text = owner.get(page).text
    assert "1,461,600" in text
    assert "bộ đếm &lt;cũ&gt;" in text
    assert [(one.value, one.replaces, one.entered_by) for one in stand.site().opening_balances] == [
        (1_461_664, True, "owner"),
        (-64, False, "owner"),
    ]
    for wrong in ({"opening": "many"}, {"opening": "-1"}, {"opening": "9" * 17}):
        answer = owner.send(form, page=page, **{**sent, **wrong})
        assert "the balance cannot fall below zero" in problems(answer)[-1], wrong
    missing = owner.send(form, page=page, **{**sent, "reason": ""})
    assert "Say where this number comes from, in at most 200 signs." in problems(missing)
    assert 'value="1.461.664"' in missing.text
    assert len(stand.site().opening_balances) == 2
