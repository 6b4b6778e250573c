"""Rules of a site, by a form: each list is replaced, and an error stands at its list."""

from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import problems


def test_an_editor_changes_what_is_counted(stand: Stand) -> None:
    editor, path = stand.people["editor"], stand.path("rules")
    sent = {
        "robots": "strict",
        "honours_signals": "1",
        "excluded_networks": "203.0.113.7\n2001:db8::/32",
        "excluded_pages": "/admin/*",
        "excluded_countries": "vn, US",
        "page_keys": "id",
        "unmasked_pages": "",
    }
    assert editor.send(path, **sent).status_code == 303
    rules = stand.site().rules
    assert (rules.robots.value, rules.honours_signals, rules.index_files) == ("strict", True, False)
    assert rules.excluded_networks == {"203.0.113.7/32", "2001:db8::/32"}
    assert rules.excluded_pages == {"/admin/*"}
    assert rules.excluded_countries == {"VN", "US"}
    page = editor.get(path).text
    assert "203.0.113.7/32\n2001:db8::/32" in page or "2001:db8::/32\n203.0.113.7/32" in page
    assert stand.last_entry().by == "editor"
    assert editor.send(path, robots="basic").status_code == 303
    assert stand.site().rules.excluded_networks == frozenset()


def test_an_error_stands_at_its_list_with_what_was_typed(stand: Stand) -> None:
    editor, path, before = stand.people["editor"], stand.path("rules"), stand.site()
    answer = editor.send(path, robots="basic", excluded_networks="203.0.113.7\n</textarea><b>x")
    assert answer.status_code == 422
    assert "One of these is no address such as 203.0.113.0/24." in problems(answer)
    assert "&lt;/textarea&gt;&lt;b&gt;x" in answer.text
    answer = editor.send(path, robots="basic", excluded_countries="Vietnam")
    assert "A country has two letters, such as VN." in problems(answer)
    assert stand.site() == before
