"""Where visits come from, by referrer and by what the link says of itself."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain import urls
from analytics_service.domain.hosts import is_own_host
from analytics_service.enrichment.sources import Spam, acquisition_of, spam_hosts

OWN = frozenset({"cantho.example.vn", "www.cantho.example.vn", "*.parts.example.vn"})

REFERRERS = [
    # referrer, source, channel
    ("", "", "direct"),
    ("https://cantho.example.vn/tin-tuc", "", "internal"),
    ("https://www.cantho.example.vn/", "", "internal"),
    ("https://a.parts.example.vn/", "", "internal"),
    ("https://a.b.parts.example.vn/", "", "internal"),
    ("https://parts.example.vn/", "parts.example.vn", "referral"),
    ("https://www.google.com/", "Google", "search"),
    ("https://www.google.com.vn/", "Google", "search"),
    ("https://google.co.uk/", "Google", "search"),
    ("https://www.google.de/search?q=x", "Google", "search"),
    ("android-app://com.google.android.googlequicksearchbox/", "Google", "search"),
    ("https://news.google.com/", "Google", "search"),
    ("https://www.bing.com/", "Bing", "search"),
    ("https://cn.bing.com/", "Bing", "search"),
    ("https://coccoc.com/search?query=x", "Cốc Cốc", "search"),
    ("https://duckduckgo.com/", "DuckDuckGo", "search"),
    ("https://search.yahoo.com/", "Yahoo", "search"),
    ("https://www.baidu.com/", "Baidu", "search"),
    ("https://yandex.ru/", "Yandex", "search"),
    ("https://search.naver.com/", "Naver", "search"),
    ("https://www.ecosia.org/", "Ecosia", "search"),
    ("https://search.brave.com/", "Brave", "search"),
    ("https://l.facebook.com/", "Facebook", "social"),
    ("https://lm.facebook.com/", "Facebook", "social"),
    ("https://m.facebook.com/", "Facebook", "social"),
    ("android-app://com.facebook.katana", "Facebook", "social"),
    ("https://zalo.me/", "Zalo", "social"),
    ("https://chat.zalo.me/", "Zalo", "social"),
    ("android-app://com.zing.zalo/", "Zalo", "social"),
    ("https://www.youtube.com/", "YouTube", "social"),
    ("https://www.tiktok.com/", "TikTok", "social"),
    ("https://l.instagram.com/", "Instagram", "social"),
    ("https://l.threads.com/", "Threads", "social"),
    ("https://t.co/abc", "X", "social"),
    ("https://x.com/", "X", "social"),
    ("https://www.linkedin.com/", "LinkedIn", "social"),
    ("https://old.reddit.com/", "Reddit", "social"),
    ("https://t.me/", "Telegram", "social"),
    ("https://web.telegram.org/", "Telegram", "social"),
    ("https://go.bsky.app/", "Bluesky", "social"),
    ("https://vk.com/", "VK", "social"),
    ("https://weibo.com/", "Weibo", "social"),
    ("https://chatgpt.com/", "ChatGPT", "ai"),
    ("https://chat.openai.com/", "ChatGPT", "ai"),
    ("https://www.perplexity.ai/", "Perplexity", "ai"),
    ("https://claude.ai/", "Claude", "ai"),
    ("https://gemini.google.com/", "Gemini", "ai"),
    ("https://copilot.microsoft.com/", "Copilot", "ai"),
    ("https://chat.deepseek.com/", "DeepSeek", "ai"),
    ("https://grok.com/", "Grok", "ai"),
    ("https://mail.google.com/", "Gmail", "email"),
    ("android-app://com.google.android.gm/", "Gmail", "email"),
    ("https://outlook.live.com/", "Outlook", "email"),
    ("https://mail.yahoo.com/", "Yahoo Mail", "email"),
    ("https://mail.zoho.com/", "Zoho Mail", "email"),
    ("https://dichvucong.gov.vn/", "dichvucong.gov.vn", "referral"),
    ("https://www.dichvucong.gov.vn/p/home", "dichvucong.gov.vn", "referral"),
    ("https://chinhphu.vn/", "chinhphu.vn", "referral"),
    ("https://vnexpress.net/", "vnexpress.net", "referral"),
    ("https://docs.google.com/", "docs.google.com", "referral"),
    ("https://accounts.google.com/", "accounts.google.com", "referral"),
    ("https://pin.it/", "Pinterest", "social"),
    # A portal that also searches is no search engine on its other hosts.
    ("https://vn.search.yahoo.com/", "Yahoo", "search"),
    ("https://news.yahoo.com/", "Yahoo", "referral"),
    ("https://finance.yahoo.com/", "Yahoo", "referral"),
    ("https://mail.yahoo.co.jp/", "Yahoo Mail", "email"),
    ("https://mail.yahoo.co.uk/", "Yahoo Mail", "email"),
    ("https://market.yandex.ru/", "Yandex.Market", "campaign"),
    ("https://yabs.yandex.ru/", "Yandex", "campaign"),
    ("https://yandex.ua/", "Yandex", "search"),
    ("https://mail.ru/", "Mail.ru", "search"),
    ("https://go.mail.ru/", "Mail.ru", "search"),
    ("https://e.mail.ru/", "Mail.ru", "email"),
    ("https://my.mail.ru/", "Mail.ru", "social"),
    ("https://m.search.naver.com/", "Naver", "search"),
    ("https://blog.naver.com/", "Naver", "referral"),
    ("https://mail.naver.com/", "Naver Mail", "email"),
    ("https://mail.daum.net/", "Daum Mail", "email"),
    ("https://email.seznam.cz/", "Seznam Mail", "email"),
    ("https://encrypted.google.com/", "Google", "search"),
    ("https://googleads.g.doubleclick.net/", "Google", "campaign"),
    ("https://vimeo.com/", "Vimeo", "social"),
    ("https://github.com/", "GitHub", "social"),
    ("https://www.pinterest.jp/", "Pinterest", "social"),
    ("android-app://com.instagram.barcelona/", "Threads", "social"),
    ("https://stackoverflow.com/", "StackOverflow", "social"),
    ("https://notgoogle.com/", "notgoogle.com", "referral"),
    ("https://google.example.vn/", "google.example.vn", "referral"),
    ("https://facebook.com.evil.example/", "facebook.com.evil.example", "referral"),
    ("https://myfacebook.com/", "myfacebook.com", "referral"),
]

CAMPAIGNS = [
    # referrer, query, source, channel, campaign
    ("https://l.facebook.com/", "fbclid=abc", "Facebook", "social", ""),
    ("https://www.google.com/", "gclid=abc", "Google", "campaign", ""),
    ("", "gclid=abc", "Google", "campaign", ""),
    ("https://www.bing.com/", "msclkid=abc", "Bing", "campaign", ""),
    ("", "utm_source=zalo.me&utm_medium=social&utm_campaign=he", "Zalo", "social", "he"),
    ("", "utm_source=facebook&utm_medium=cpc&utm_campaign=tet", "Facebook", "campaign", "tet"),
    ("", "utm_source=newsletter&utm_medium=email", "newsletter", "email", ""),
    ("https://www.google.com/", "utm_source=google&utm_medium=organic", "Google", "search", ""),
    ("", "utm_source=chatgpt.com", "ChatGPT", "campaign", ""),
    ("", "ref=bantin", "bantin", "campaign", ""),
    ("", "source=ap-phich", "ap-phich", "campaign", ""),
    ("", "utm_campaign=le-hoi", "", "campaign", "le-hoi"),
    ("https://vnexpress.net/", "utm_medium=referral", "vnexpress.net", "referral", ""),
    ("https://cantho.example.vn/", "utm_source=banner&utm_medium=banner", "banner", "campaign", ""),
]


@pytest.mark.parametrize("written", ["zalo", "Zalo", "ZALO", "zalo.me", "Chat.Zalo.Me"])
def test_a_listed_source_is_one_however_a_link_writes_it(written: str) -> None:
    by_link = acquisition_of("", (("utm_source", written),), OWN)
    assert by_link.source == acquisition_of("chat.zalo.me", (), OWN).source == "Zalo"
    # What the link said is kept beside it.
    assert by_link.utm_source == written


@pytest.mark.parametrize(
    ("spellings", "source"),
    [
        (("telegram", "Telegram", "TELEGRAM"), "Telegram"),
        (("bantin", "Bantin", "BanTin"), "bantin"),
        (("Bản Tin", "bản tin"), "bản tin"),
        (("VnExpress.net", "www.vnexpress.net"), "vnexpress.net"),
        (("cốc cốc", "coccoc", "coccoc.com"), "Cốc Cốc"),
        (("Google", "google", "google.com.vn"), "Google"),
    ],
)
def test_a_source_has_one_case(spellings: tuple[str, ...], source: str) -> None:
    assert {acquisition_of("", (("utm_source", written),), OWN).source for written in spellings} == {source}


def _documented_rules() -> list[tuple[str, str, str, str]]:
    """The rows of the first table of docs/sources.md: referrer, query, source, channel."""
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    rows = [line.strip("| \n").split("|") for line in page.partition("##")[0].splitlines() if line[:1] == "|"]
    return [tuple(cell.strip().strip("`").replace("—", "") for cell in row)[:4] for row in rows[2:]]  # type: ignore[misc]


def test_the_page_about_sources_says_which_of_referrer_and_link_wins() -> None:
    rules = _documented_rules()
    assert len(rules) >= 15
    for referrer, query, source, channel in rules:
        found = acquisition_of(urls.host_of(referrer), urls.campaign_of(query), OWN)
        assert (found.source, found.channel) == (source, channel), (referrer, query)


@pytest.mark.parametrize(("referrer", "source", "channel"), REFERRERS)
def test_referrers(referrer: str, source: str, channel: str) -> None:
    assert acquisition_of(urls.host_of(referrer), (), OWN)[:3] == (source, channel, "")


@pytest.mark.parametrize(("referrer", "query", "source", "channel", "campaign"), CAMPAIGNS)
def test_campaigns(referrer: str, query: str, source: str, channel: str, campaign: str) -> None:
    told = acquisition_of(urls.host_of(referrer), urls.campaign_of(query), OWN)
    assert told[:3] == (source, channel, campaign)


def test_every_word_of_a_campaign_is_kept() -> None:
    query = "utm_source=a&utm_medium=b&utm_campaign=c&utm_content=d&utm_term=e&secret=f"
    assert acquisition_of("", urls.campaign_of(query), OWN) == ("a", "campaign", "c", "a", "b", "d", "e")


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(REFERRERS) >= 60


def test_forged_referrers_are_known_by_our_list_and_the_operators() -> None:
    spam = Spam(spam_hosts("# ours\nbad.example  # very\n\nWORSE.example\n"))
    assert [
        spam.is_spam(host) for host in ("semalt.com", "x.semalt.com", "bad.example", "a.worse.example")
    ] == [True] * 4
    assert [spam.is_spam(host) for host in ("", "good.example", "notsemalt.com", "example")] == [False] * 4


def test_a_host_with_a_star_stands_for_what_lies_under_it() -> None:
    assert [
        is_own_host(host, OWN) for host in ("x.parts.example.vn", "parts.example.vn", "evilparts.example.vn")
    ] == [
        True,
        False,
        False,
    ]


@given(st.text(max_size=300), st.text(max_size=300))
@settings(derandomize=True, deadline=None, max_examples=200)
def test_any_text_has_an_origin(referrer: str, query: str) -> None:
    told = acquisition_of(urls.host_of(referrer), urls.campaign_of(query), OWN)
    assert told.channel in {
        *("direct", "search", "social", "ai", "referral", "email", "campaign", "internal"),
    }
