"""The code for a site's pages by platform, what came of late, and one's own visits."""

import pytest

from analytics_service.domain.drops import Drop, Refusal
from analytics_service.web.dashboard.platforms import PLATFORMS
from analytics_service.web.translations import load_words, page_languages
from tests.service import until
from tests.web.dashboard.settings.conftest import Stand


@pytest.mark.parametrize("platform", PLATFORMS)
def test_each_platform_has_code_with_the_sites_id(stand: Stand, platform: str) -> None:
    page = stand.people["viewer"].get(stand.path("install"), params={"platform": platform}).text
    assert stand.public_id in page.partition('id="snippet"')[2].partition("</code>")[0]
    assert page.count('aria-current="true"') == 1


def test_what_came_and_what_was_dropped_is_on_the_page(stand: Stand) -> None:
    owner, domain = stand.people["owner"], stand.site().domain
    assert "Nothing came for this site." in owner.get(stand.path("install")).text
    stand.service.beacon(stand.public_id, f"https://{domain}/a")
    stand.service.beacon(stand.public_id, "https://localhost/b")
    page = until(
        lambda: owner.get(stand.path("install")).text,
        lambda text: "//localhost/b" in text and "Nothing came" not in text,
    )
    assert "a host that is not the site&#39;s" in page


def test_ones_own_browser_is_left_out_by_a_link(stand: Stand) -> None:
    page = stand.people["viewer"].get(stand.path("install")).text
    assert f'href="https://{stand.site().domain}/#vstats=off"' in page
    assert f'href="https://{stand.site().domain}/#vstats=on"' in page


@pytest.mark.parametrize("language", page_languages())
def test_every_reason_has_words_in_every_language(language: str) -> None:
    words = load_words(language).settings
    assert [drop for drop in (*Drop, *Refusal) if f"reason_{drop.value.replace('-', '_')}" not in words] == []
