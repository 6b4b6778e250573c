"""What real user agents are recognised as."""

import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics_service.enrichment.agents import AGENT_LIMIT, FAMILY_LIMIT, recognise

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IOS = "AppleWebKit/605.1.15 (KHTML, like Gecko)"
WINDOWS = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT}"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)"
PHONE = f"Mozilla/5.0 (Linux; Android 14; SM-S918B) {WEBKIT}"
VIEW = f"Mozilla/5.0 (Linux; Android 13; SM-A536E Build/TP1A.220624.014; wv) {WEBKIT} Version/4.0"
IPHONE = f"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) {IOS}"
IPAD = f"Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) {IOS}"
FACEBOOK = "[FBAN/FBIOS;FBAV/465.0.0.41.110;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5]"

PEOPLE = [
    # agent, browser, version, system, version, device
    (f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36", "Chrome", "142", "Windows", "10", "desktop"),
    (f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge", "126", "Windows", "10", "desktop"),
    (
        f"{WINDOWS} coc_coc_browser/120.0.128 Chrome/114.0.5735.210 Safari/537.36",
        *("Cốc Cốc", "120", "Windows", "10", "desktop"),
    ),
    (
        f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0",
        *("Opera", "112", "Windows", "10", "desktop"),
    ),
    (
        f"{WINDOWS} Chrome/124.0.0.0 YaBrowser/24.6.0.0 Safari/537.36",
        *("Yandex", "24", "Windows", "10", "desktop"),
    ),
    (f"{WINDOWS} Chrome/124.0 Safari/537.36 Vivaldi/6.7", "Vivaldi", "6", "Windows", "10", "desktop"),
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0",
        *("Firefox", "128", "Windows", "10", "desktop"),
    ),
    (
        "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
        *("IE", "11", "Windows", "7", "desktop"),
    ),
    (
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
        *("IE", "8", "Windows", "7", "desktop"),
    ),
    (
        f"Mozilla/5.0 (Windows NT 6.1; Win64; x64) {WEBKIT} Chrome/109.0.0.0 Safari/537.36",
        *("Chrome", "109", "Windows", "7", "desktop"),
    ),
    (f"{MAC} {IOS} Version/17.4 Safari/605.1.15", "Safari", "17", "macOS", "10", "desktop"),
    (f"{MAC} {WEBKIT} Chrome/126.0.0.0 Safari/537.36", "Chrome", "126", "macOS", "10", "desktop"),
    (
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
        *("Firefox", "127", "Ubuntu", "", "desktop"),
    ),
    (
        f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/125.0.0.0 Safari/537.36",
        *("Chrome", "125", "Linux", "", "desktop"),
    ),
    (
        f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/125.0.0.0 Safari/537.36",
        *("Chrome", "125", "ChromeOS", "14541", "desktop"),
    ),
    (f"{PHONE} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome", "142", "Android", "14", "mobile"),
    (
        f"{PHONE} SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
        *("Samsung Internet", "25", "Android", "14", "mobile"),
    ),
    (
        "Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0",
        *("Firefox", "127", "Android", "14", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 9; CUBOT_X19) {WEBKIT} Chrome/109.0.0.0 Mobile Safari/537.36",
        *("Chrome", "109", "Android", "9", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 10; CUBOT NOTE 20) {WEBKIT} Chrome/99.0.0.0 Mobile Safari/537.36",
        *("Chrome", "99", "Android", "10", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; U; Android 12; vi; V2110) {WEBKIT} Version/4.0 "
        "Chrome/100.0.4896.58 UCBrowser/13.5.0.1311 Mobile Safari/537.36",
        *("UC Browser", "13", "Android", "12", "mobile"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 11; M2010J19SG) {WEBKIT} Chrome/89.0 Mobile Safari/537.36 "
        "coc_coc_browser/103.0.130",
        *("Cốc Cốc", "103", "Android", "11", "mobile"),
    ),
    (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari", "17", "iOS", "17", "mobile"),
    (f"{IPHONE} CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1", "Chrome", "126", "iOS", "17", "mobile"),
    (f"{IPHONE} FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "Firefox", "127", "iOS", "17", "mobile"),
    (f"{IPAD} Version/16.6 Mobile/15E148 Safari/604.1", "Safari", "16", "iOS", "16", "tablet"),
    (
        f"Mozilla/5.0 (Linux; Android 12; SM-T870) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        *("Chrome", "126", "Android", "12", "tablet"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 13; SM-X906C) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
        *("Chrome", "126", "Android", "13", "tablet"),
    ),
    (
        f"{IPHONE} Mobile/21E219 Zalo iOS/24.03.01 ZaloTheme/light ZaloLanguage/vi",
        *("Zalo in-app", "24", "iOS", "17", "mobile"),
    ),
    (
        f"{VIEW} Chrome/126.0.6478.71 Mobile Safari/537.36 Zalo android/12120666 ZaloTheme/light",
        *("Zalo in-app", "", "Android", "13", "mobile"),
    ),
    (f"{IPHONE} Mobile/15E148 {FACEBOOK}", "Facebook in-app", "465", "iOS", "17", "mobile"),
    (
        f"{VIEW} Chrome/126.0.6478.71 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/470.0.0.51.79;]",
        *("Facebook in-app", "470", "Android", "13", "mobile"),
    ),
    (
        f"{VIEW} Chrome/126.0.0.0 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/460.0.0.1.2;]",
        *("Messenger in-app", "460", "Android", "13", "mobile"),
    ),
    (
        f"{IPHONE} Mobile/21F90 Instagram 333.0.5.29.91 (iPhone14,5; iOS 17_5; vi_VN)",
        *("Instagram in-app", "333", "iOS", "17", "mobile"),
    ),
    (
        f"{VIEW} Chrome/126.0.0.0 Mobile Safari/537.36 musical_ly_2023405030 BytedanceWebview/d8a21c6",
        *("TikTok in-app", "", "Android", "13", "mobile"),
    ),
    (
        f"{IPHONE} Mobile/15E148 MicroMessenger/8.0.49(0x1800312f) NetType/WIFI Language/zh_CN",
        *("WeChat in-app", "8", "iOS", "17", "mobile"),
    ),
    (f"{IPHONE} Mobile/15E148 Safari Line/14.5.0", "LINE in-app", "14", "iOS", "17", "mobile"),
    (
        f"{VIEW} Chrome/126.0.0.0 Mobile Safari/537.36 Viber/21.3",
        *("Viber in-app", "21", "Android", "13", "mobile"),
    ),
    (
        f"{VIEW} Chrome/126.0.6478.71 Mobile Safari/537.36",
        *("Android WebView", "126", "Android", "13", "mobile"),
    ),
    (
        "Mozilla/5.0 (PlayStation; PlayStation 5/6.00) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 "
        "Safari/605.1.15",
        *("Safari", "13", "", "", "console"),
    ),
    (
        f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox Series X) {WEBKIT} Chrome/126.0 Safari/537.36 "
        "Edge/44.18363.8131",
        *("Edge", "44", "Windows", "10", "console"),
    ),
    (
        "Mozilla/5.0 (Nintendo Switch; WifiWebAuthApplet) AppleWebKit/606.4 (KHTML, like Gecko) "
        "NF/6.0.1.15.4 NintendoBrowser/5.1.0.20393",
        *("", "", "", "", "console"),
    ),
    (
        f"Mozilla/5.0 (Web0S; Linux/SmartTV) {WEBKIT} Chrome/94.0.4606.128 Safari/537.36 WebAppManager",
        *("Chrome", "94", "webOS", "", "tv"),
    ),
    (
        f"Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) {WEBKIT} 76.0.3809.146/6.0 TV Safari/537.36",
        *("Safari", "", "Tizen", "6", "tv"),
    ),
    (
        f"Mozilla/5.0 (Linux; Android 9; BRAVIA 4K UR3) {WEBKIT} Chrome/125.0.0.0 Safari/537.36",
        *("Chrome", "125", "Android", "9", "tv"),
    ),
    (
        "Opera/9.80 (Android; Opera Mini/36.2.2254/119.132; U; vi) Presto/2.12.423 Version/12.16",
        *("Opera Mini", "36", "Android", "", "mobile"),
    ),
]

PEOPLE += [
    (
        f"{IPHONE} GSA/320.0.640 Mobile/15E148 Safari/604.1",
        *("Google in-app", "320", "iOS", "17", "mobile"),
    ),
    (f"{IPHONE} Mobile/15E148", "iOS WebView", "", "iOS", "17", "mobile"),
    (
        f"Mozilla/5.0 (Linux; Android 13; Monitor X Preview) {WEBKIT} Chrome/126.0.0.0 Mobile Safari/537.36",
        *("Chrome", "126", "Android", "13", "mobile"),
    ),
]

ROBOTS = [
    # agent, family
    ("Dart/3.1 (dart:io)", "(unnamed robot)"),
    ("Ruby", "(unnamed robot)"),
    ("SitePreview/1.0", "(unnamed robot)"),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
    (f"{PHONE} Chrome/126.0 Mobile Safari/537.36 (compatible; Googlebot/2.1)", "Googlebot"),
    ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", "bingbot"),
    ("Mozilla/5.0 (compatible; coccocbot-web/1.0; +http://help.coccoc.com/searchengine)", "coccocbot"),
    ("Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)", "YandexBot"),
    ("Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)", "AhrefsBot"),
    ("Mozilla/5.0 (compatible; SemrushBot/7~bl; +http://www.semrush.com/bot.html)", "SemrushBot"),
    ("Mozilla/5.0 (compatible; MJ12bot/v1.4.8; http://mj12bot.com/)", "MJ12bot"),
    ("Mozilla/5.0 (compatible; DotBot/1.2; +https://opensiteexplorer.org/dotbot)", "DotBot"),
    ("Mozilla/5.0 (compatible; PetalBot;+https://webmaster.petalsearch.com/site/petalbot)", "PetalBot"),
    (f"Mozilla/5.0 {WEBKIT}; compatible; GPTBot/1.2; +https://openai.com/gptbot)", "GPTBot"),
    (f"Mozilla/5.0 {WEBKIT}; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)", "ClaudeBot"),
    ("Mozilla/5.0 (compatible; Bytespider; spider-feedback@bytedance.com)", "Bytespider"),
    ("facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "FacebookBot"),
    ("WhatsApp/2.23.20.0 A", "WhatsApp"),
    ("TelegramBot (like TwitterBot)", "TelegramBot"),
    ("Twitterbot/1.0", "Twitterbot"),
    ("curl/8.5.0", "curl"),
    ("Wget/1.21.4", "Wget"),
    ("python-requests/2.32.3", "Python Requests"),
    ("Python/3.11 aiohttp/3.9.5", "Python aiohttp"),
    ("Go-http-client/1.1", "Go-http-client"),
    ("okhttp/4.12.0", "okhttp"),
    ("axios/1.7.2", "axios"),
    (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} HeadlessChrome/126.0.0.0 Safari/537.36", "HeadlessChrome"),
    (
        "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) PhantomJS/2.1.1",
        "PhantomJS",
    ),
    ("Mozilla/5.0 (compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)", "UptimeRobot"),
    ("", "(no agent)"),
    ("   ", "(no agent)"),
    ("SomethingNobodyKnows-crawler/0.1", "SomethingNobodyKnows-crawler"),
]


PEOPLES = ("Instagram", "MetaIAB", "Code/1.", "Fluid/")


def listed(name: str) -> list[str]:
    """The agents of one of our files, one a line; `#` begins a comment."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("agent", "browser", "version", "system", "system_version", "device"), PEOPLE)
def test_people(
    agent: str, browser: str, version: str, system: str, system_version: str, device: str
) -> None:
    told = recognise(agent)
    assert not told.is_robot, told
    assert told[:5] == (browser, version, system, system_version, device)
    assert told.family == browser


@pytest.mark.parametrize(("agent", "family"), ROBOTS)
def test_robots(agent: str, family: str) -> None:
    told = recognise(agent)
    assert told.is_robot, told
    assert (told.device, told.family, told.browser) == ("bot", family, family)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(PEOPLE) + len(ROBOTS) >= 60


@given(st.text(max_size=2 * AGENT_LIMIT))
@example("Mozilla/" * 100)
@example("(" * 512)
@example("Android (" * 56)
@example("Mozilla/5.0 (Linux; " + "()" * 240)
@example("Mozilla/5.0 (Linux; (" * 24)
@example("bot" * 300)
@settings(derandomize=True, deadline=None, max_examples=200)
def test_any_text_is_recognised_as_something_short(agent: str) -> None:
    told = recognise(agent)
    assert all(len(word) <= FAMILY_LIMIT for word in (told.browser, told.system, told.family))
    assert told.device in {"", "desktop", "mobile", "tablet", "tv", "console", "bot"}


@pytest.mark.parametrize("agent", listed("browsers.txt"))
def test_a_device_or_browser_is_no_robot_for_a_word_in_its_name(agent: str) -> None:
    assert not recognise(agent).is_robot


@pytest.mark.parametrize("agent", listed("robots.txt"))
def test_a_robot_is_one_whatever_device_it_names(agent: str) -> None:
    assert recognise(agent).is_robot


def test_every_example_of_the_list_of_crawlers_is_a_robot_but_those_that_are_people() -> None:
    found = find_spec("crawleruseragents")
    assert found is not None
    assert found.origin is not None
    entries = json.loads(Path(found.origin).with_name("crawler-user-agents.json").read_text("utf-8"))
    agents = [agent for entry in entries for agent in entry.get("instances", ())]
    assert len(agents) > 2_000
    people = [agent for agent in agents if not recognise(agent).is_robot]
    # In apps, and an editor's browser.
    assert [agent for agent in people if not any(word in agent for word in PEOPLES)] == []
