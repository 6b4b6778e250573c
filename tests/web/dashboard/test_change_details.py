"""What was changed, in the words of who reads it."""

from datetime import UTC, date, datetime

from analytics_service.domain.audit import Entry, Event
from analytics_service.domain.counter import PublicCounter
from analytics_service.domain.site import SiteRules
from analytics_service.web.dashboard.call import page_words
from analytics_service.web.dashboard.change_details import name_setting, write_details
from analytics_service.web.dashboard.formats import formats_of

VI = page_words("vi")
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)


def details(**stored: str) -> list[str]:
    entry = Entry(at=AT, by="ann", event=Event.USER_CHANGED, details=stored)
    return write_details(entry, VI, formats_of("vi", date(2026, 11, 25)), {3: "cantho.example.vn"})


def test_every_setting_of_a_site_has_a_name_in_each_language() -> None:
    plain = ("name", "domain", "zones", "week_start", "locale", "host_names", "public", "paused", "owner")
    rules = (*SiteRules.__struct_fields__, *PublicCounter.__struct_fields__)
    for language in ("vi", "en"):
        words = page_words(language)
        for setting in (*plain, *rules):
            assert f"change_{setting}" in words, (language, setting)
    assert name_setting("opening visits", VI) == "số dư ban đầu: Lượt truy cập"
    assert name_setting("of-tomorrow", VI) == "of-tomorrow"


def test_rights_are_told_with_the_domain_of_their_site() -> None:
    assert details(rights="administrator") == ["quyền: quản trị viên"]
    assert details(**{"site 3": "owner", "site 9": "viewer"}) == [
        "cantho.example.vn: chủ website",
        "#9: người xem",
    ]


def test_a_review_is_told_with_its_days_and_reason() -> None:
    written = details(first="2026-11-20", last="2026-11-21", reason="bot", what="accept", family="Chrome")
    assert written == [
        "ngày đầu: 20/11/2026",
        "ngày cuối: 21/11/2026",
        "lý do: robot",
        "quyết định: nhận lại",
        "trình duyệt: Chrome",
    ]
