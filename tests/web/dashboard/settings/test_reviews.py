"""Suspected visits are accepted, and real ones rejected: with their number before, and a way back."""

import re
from html import unescape

from tests.service import BROWSER, until
from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import Person, problems


def total(stand: Stand) -> int:
    count: int = stand.service.counts(stand.public_id, "total", "pageviews")["total"]
    return count


def hidden(form: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in found}


def carry_out(stand: Stand, person: Person, query: dict[str, str]) -> str:
    """Sends the form that a review shows, and waits until the task is done."""
    asked = person.get(stand.path("drops", "review"), params=query)
    assert asked.status_code == 200, asked.text
    fields = hidden(asked.text.partition('method="post" action="' + stand.path("drops", "review"))[2])
    placed = person.post(stand.path("drops", "review"), None, **fields)
    assert placed.status_code == 303, placed.text
    path = placed.headers["location"]
    return until(lambda: person.get(path).text, lambda text: "Being carried out" not in text)


def test_a_robot_that_was_a_person_is_accepted_and_rejected_again(stand: Stand) -> None:
    stand.service.beacon(stand.public_id, f"https://{stand.site().domain}/", {"User-Agent": "Googlebot/2.1"})
    editor = stand.people["editor"]
    page = until(lambda: editor.get(stand.path("drops")).text, lambda text: 'value="bot"' in text)
    row = hidden(page.partition(f'action="{stand.path("drops", "review")}"')[2].partition("</form>")[0])
    assert (row["what"], row["reason"]) == ("accept", "bot")
    assert total(stand) == 0
    review = editor.get(stand.path("drops", "review"), params=row).text
    assert "They are counted from now on" in review
    done = carry_out(stand, editor, row)
    assert "Accepted: 1 visits with 1 page views and events, on 1 days." in done
    assert until(lambda: total(stand), (1).__eq__) == 1
    entry = stand.last_entry()
    assert (entry.by, entry.event.value, entry.details["what"]) == ("editor", "visits-reviewed", "accept")
    undo = hidden(done.partition(f'action="{stand.path("drops", "review")}"')[2].partition("</form>")[0])
    assert undo["what"] == "reject"
    assert "Rejected: 1 visits" in carry_out(stand, editor, undo)
    assert until(lambda: total(stand), (0).__eq__) == 0


def test_what_is_missing_in_the_question_is_said_at_its_field(stand: Stand) -> None:
    editor, path = stand.people["editor"], stand.path("drops", "review")
    day = {"from": "2026-01-01", "to": "2026-01-02"}
    for query, problem in (
        ({"what": "reject", "family": "", **day}, "Name the browser whose visits were no people."),
        (
            {"what": "reject", "family": "X", "from": "2026-01-02", "to": "2026-01-01"},
            "The last day is before",
        ),
        ({"what": "reject", "family": "X", "from": "1999-01-01", "to": "2026-01-01"}, "At most 60 days"),
    ):
        answer = editor.get(path, params=query)
        assert (answer.status_code, problem in problems(answer)[-1]) == (422, True), query
    nothing = editor.get(path, params={"what": "reject", "family": "<b>Nobody</b>", **day})
    assert "There are no such visits." in nothing.text
    assert "<b>Nobody" not in nothing.text


def test_samples_are_for_editors_and_name_the_host(stand: Stand) -> None:
    site = stand.public_id
    stand.service.beacon(site, "https://localhost/<script>x</script>", BROWSER)
    page = until(
        lambda: stand.people["editor"].get(stand.path("drops")).text, lambda text: "//localhost" in text
    )
    assert "<script>x" not in page
    viewer = stand.people["viewer"].get(stand.path("drops")).text
    assert "a host that is not the site" in viewer
    assert "//localhost" not in viewer
    assert stand.path("drops", "review") not in viewer
