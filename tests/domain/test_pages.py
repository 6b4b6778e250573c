"""Pages in one form, by the rules of their site, and with nothing in them of a person."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.pages import VALUE_LIMIT, fits, key_of, page_of, title_of
from analytics_service.domain.redaction import redact
from analytics_service.domain.site import SiteRules
from analytics_service.domain.urls import parse_url

PLAIN = SiteRules()
INDEX = SiteRules(index_files=True)
KEYS = SiteRules(page_keys=frozenset({"id", "cat", "ItemID"}))

PAGES = [
    # address after the host, the site's rules, page
    ("", PLAIN, "/"),
    ("/", PLAIN, "/"),
    ("//", PLAIN, "/"),
    ("?utm_source=zalo", PLAIN, "/"),
    ("#top", PLAIN, "/"),
    ("/tin-tuc", PLAIN, "/tin-tuc"),
    ("/tin-tuc/", PLAIN, "/tin-tuc"),
    ("/tin-tuc///", PLAIN, "/tin-tuc"),
    ("/Tin-Tuc", PLAIN, "/Tin-Tuc"),
    ("/tin-t%E1%BB%A9c", PLAIN, "/tin-tức"),
    ("/tin-t%e1%bb%a9c/", PLAIN, "/tin-tức"),
    ("/a%2Fb", PLAIN, "/a%2Fb"),
    ("/a/./b/../c", PLAIN, "/a/c"),
    ("/../../etc/passwd", PLAIN, "/etc/passwd"),
    ("/a\\b", PLAIN, "/a/b"),
    ("/a;jsessionid=0123456789ABCDEF", PLAIN, "/a"),
    ("/a;PHPSESSID=abc/b", PLAIN, "/a/b"),
    ("/a b", PLAIN, "/a b"),
    ("/index.html", PLAIN, "/index.html"),
    ("/index.html", INDEX, "/"),
    ("/a/index.php", INDEX, "/a"),
    ("/a/index.php?id=1", INDEX, "/a"),
    ("/a/Default.aspx", INDEX, "/a"),
    ("/a/home.jsp", INDEX, "/a"),
    ("/a/main.cfm/", INDEX, "/a/main.cfm"),
    ("/a/index.pdf", INDEX, "/a/index.pdf"),
    ("/a/my-index.html", INDEX, "/a/my-index.html"),
    ("/xem.php?id=12", PLAIN, "/xem.php"),
    ("/xem.php?id=12", KEYS, "/xem.php?id=12"),
    ("/xem.php?cat=3&id=12&utm_source=x&secret=s", KEYS, "/xem.php?cat=3&id=12"),
    ("/xem.php?id=12&cat=3", KEYS, "/xem.php?cat=3&id=12"),
    ("/xem.php/?id=12", KEYS, "/xem.php?id=12"),
    ("/xem.php?ID=12", KEYS, "/xem.php"),
    ("/xem.aspx?ItemID=7", KEYS, "/xem.aspx?ItemID=7"),
    ("/xem.php?id=", KEYS, "/xem.php"),
    ("/xem.php?id=1&id=2", KEYS, "/xem.php?id=1"),
    ("/xem.php?id=a%26cat=b%23c", KEYS, "/xem.php?id=a%26cat=b%23c"),
    ("/xem.php?id=%C4%91%E1%BA%A5t", KEYS, "/xem.php?id=đất"),
    ("/xem.php?id=" + "9" * 500, KEYS, "/xem.php?id=" + "9" * VALUE_LIMIT),
    ("/huy/an.nguyen@example.vn", PLAIN, "/huy/[email]"),
    ("/huy/an.nguyen%40example.vn", PLAIN, "/huy/[email]"),
    ("/huy?id=an@example.vn", KEYS, "/huy?id=[email]"),
    ("/@nguyen/bai-viet", PLAIN, "/@nguyen/bai-viet"),
    ("/reset/Zm9vYmFyYmF6cXV4MTIz", PLAIN, "/reset/[token]"),
    ("/verify-email/0123456789abcdef0123", PLAIN, "/verify-email/[token]"),
    ("/reset/mat-khau", PLAIN, "/reset/mat-khau"),
    ("/auth/huong-dan-dang-nhap-cong-dich-vu", PLAIN, None),
    ("/t/5f2b8c1e9d4a7063b8e2c5d1f0a94e67", PLAIN, "/t/[token]"),
    ("/t/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc", PLAIN, "/t/[token]"),
    ("/bai-viet-rat-dai-ve-moi-truong-va-bien-doi-khi-hau-2026", PLAIN, None),
    ("/chi-tiet/123456789012345678901234567", PLAIN, None),
    # What names a person goes wherever it was written.
    ("/bai-viet&fbclid=IwAR0abc", PLAIN, "/bai-viet"),
    ("/bai-viet;fbclid=IwAR0abc;x=1", PLAIN, "/bai-viet;x=1"),
    ("/bai-viet/fbclid=IwAR0abc", PLAIN, "/bai-viet"),
    ("/bai-viet/fbclid=IwAR0abc/2", PLAIN, "/bai-viet//2"),
    ("/bai-viet%3Ffbclid=IwAR0abc", PLAIN, "/bai-viet"),
    ("/bai-viet%3Ffbclid%3DIwAR0abc", PLAIN, "/bai-viet"),
    ("/bai-viet%26FBCLID%3DIwAR0abc", PLAIN, "/bai-viet"),
    ("/bai-viet&utm_source=zalo&gclid=1", PLAIN, "/bai-viet"),
    ("/bai-viet;access_token=abc/2", PLAIN, "/bai-viet/2"),
    ("/bai-viet%3B%73id=abc/2", PLAIN, "/bai-viet/2"),
    ("/a&b=c", PLAIN, "/a&b=c"),
    ("/fbclid", PLAIN, "/fbclid"),
    ("/xem.php?id=1?fbclid=IwAR0abc", KEYS, "/xem.php?id=1"),
    ("/xem.php?id=1%26fbclid%3DIwAR0abc", KEYS, "/xem.php?id=1"),
    ("/xem.php?id=1;jsessionid=abc&cat=2", KEYS, "/xem.php?cat=2&id=1"),
    ("/xem.php?id=what?", KEYS, "/xem.php?id=what?"),
    # Letters with their signs, or the signs apart: one page.
    ("/tin-tu%CC%9B%CC%81c", PLAIN, "/tin-tức"),
    ("/tin-tu\u031b\u0301c", PLAIN, "/tin-tức"),
    ("/xem.php?id=%C4%91a%CC%82%CC%81t", KEYS, "/xem.php?id=đất"),
    ("/%E1%BB%A9%2Fb", PLAIN, "/ứ%2Fb"),
    ("/van-ban/so-12-2026-QD-UBND-ngay-20-thang-11-nam-2026-ve-viec", PLAIN, None),
]


UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@pytest.mark.parametrize(("address", "rules", "page"), PAGES)
def test_a_page_has_one_form(address: str, rules: SiteRules, page: str | None) -> None:
    found = parse_url(f"https://x.example.vn{address}")
    assert found is not None
    # None: as it is written.
    assert page_of(found.path, found.query, rules) == (address if page is None else page)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(PAGES) >= 40


def test_a_title_is_masked_by_the_rule_of_its_page() -> None:
    rules = SiteRules(unmasked_pages=frozenset({"/lien-he*"}), index_files=True)
    title = "Gửi thư cho an.nguyen@example.vn"
    assert title_of(title, "/tin", rules) == "Gửi thư cho [email]"
    assert title_of(title, "/lien-he/", rules) == title
    assert title_of(title, "/lien-he", SiteRules()) == "Gửi thư cho [email]"


@given(st.text(max_size=300))
@example("a@b.vn" * 40)
@example("/token/" * 40)
@example("eyJ" * 100)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_masking_twice_changes_nothing(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text(max_size=200), st.text(max_size=200))
@settings(derandomize=True, deadline=None, max_examples=300)
def test_any_address_has_a_bounded_page(path: str, query: str) -> None:
    for rules in (PLAIN, INDEX, KEYS):
        found = parse_url(f"https://x.vn/{path}?{query}")
        if found is not None:
            page = page_of(found.path, found.query, rules)
            assert page.startswith("/")
            assert not UNPRINTABLE.search(page)
            assert page_of(page.partition("?")[0], found.query, rules) == page


@pytest.mark.parametrize(
    ("page", "patterns", "excluded"),
    [
        ("/a", set(), False),
        # However the rule was typed.
        ("/tin-tức/1", {"/tin-tu\u031b\u0301c/*"}, True),
        ("/a", {"/a"}, True),
        ("/ab", {"/a"}, False),
        ("/private/x/y", {"/private/*"}, True),
        ("/private", {"/private/*"}, False),
        ("/x/print.html", {"*/print.html"}, True),
        ("/x", {"/(x|y)"}, False),
        ("/a.c", {"/a.c"}, True),
        ("/abc", {"/a.c"}, False),
    ],
)
def test_excluded_pages(page: str, patterns: set[str], excluded: bool) -> None:
    assert fits(page, frozenset(patterns)) is excluded


def test_a_page_has_a_key_of_63_bits_that_is_its_own_and_never_0() -> None:
    keys = {key_of(f"/{number}") for number in range(1_000)}
    assert len(keys) == 1_000
    assert all(0 < key < 2**63 for key in keys)
    assert max(keys) > 2**62
    assert key_of("/a") == key_of("/a")
