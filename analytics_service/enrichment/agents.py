"""User agents: browser, system, device, and whether a robot says who it is."""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import msgspec
from ua_parser import Domain, Parser, PartialResult, UserAgent
from ua_parser.core import Matcher
from ua_parser.lazy import UserAgentMatcher
from ua_parser.loaders import load_lazy_builtins
from ua_parser.regex import Resolver

from analytics_service.domain.client import Agent

AGENT_LIMIT = 512
CACHE_SIZE = 20_000
FAMILY_LIMIT = 60


# Apps that show pages inside themselves. People read there, though some of these names also fetch previews.
_IN_APP = re.compile(
    r"(?P<Zalo>\bZalo\b)|(?P<Messenger>FBAN/Messenger|FB_IAB/(?:MESSENGER|Orca))"
    r"|(?P<Facebook>FBA[NV]/|FB_IAB/|MetaIAB Facebook)|(?P<Instagram>\bInstagram\b)"
    r"|(?P<TikTok>musical_ly|BytedanceWebview|\btrill_|\bTikTok\b)|(?P<WeChat>MicroMessenger)"
    r"|(?P<Viber>\bViber\b)|(?P<LINE>\bLine/\d)|(?P<Telegram>\bTelegram-Android\b|\bTelegram iOS\b)"
    r"|(?P<Snapchat>\bSnapchat\b)|(?P<Pinterest>\[Pinterest/)|(?P<LinkedIn>\bLinkedInApp\b)"
    r"|(?P<WhatsApp>\bWhatsApp\b)|(?P<Google>\bGSA/\d)"
)
_IN_APP_WORDS = (
    *("Zalo", "FBA", "FB_IAB", "MetaIAB", "Instagram", "musical_ly", "Bytedance", "trill_", "TikTok"),
    *(
        "MicroMessenger",
        "Viber",
        "Line/",
        "Telegram",
        "Snapchat",
        "Pinterest",
        "LinkedInApp",
        "WhatsApp",
        "GSA/",
    ),
)
_IN_APP_VERSION = re.compile(
    r"(?:Zalo(?: ?(?:iOS|android))?|FBAV|Instagram|musical_ly|trill|TikTok|MicroMessenger|Viber|Line"
    r"|WhatsApp|GSA)[/_ ](\d{1,4})(?!\d)",
    re.IGNORECASE,
)
_COC_COC = re.compile(r"coc_coc_browser/(\d+)")
_WEB_VIEW = re.compile(r"; wv\)")
# The part in brackets that names a phone, a tablet or a television: it holds names of models and firmwares,
# and these are no robots' names. Instagram and its kind name the device a second time, after their own name.
_DEVICE_PART = re.compile(
    r"^[^()]*(\((?i:Linux[;/ ]|Android|iPhone|iPad|iPod)[^()]*(?:\([^()]*\)[^()]*)*\))"
    r"|\bAndroid (\([^()]*(?:\([^()]*\)[^()]*)*\))"
    r"|\b(?:HbbTV|FVC)/[\d.]+ (\([^()]*\))"
)
# A robot may name itself there as well, but says so: by an address, by "compatible", by a version.
_ROBOT_IN_DEVICE_PART = re.compile(
    r"https?://|www\.|@|\bcompatible;|(?:bot|crawler|spider)(?:-[a-z]+)?/\d", re.IGNORECASE
)
# Entries of the list of crawlers that are people's: a browser, an editor's browser, a firmware of phones.
_LISTED_PEOPLE = frozenset({"Fluid", "Sogou", r"Code\/1\.", r"AP3A\.240617\.008"})
# A robot announces itself by where one may ask about it; an old part of Internet Explorer does so too.
_ADDRESS = re.compile(r"https?://(?!bsalsa\.com)|\bwww\.|[\w.+-]@[\w-]+\.[a-z]", re.IGNORECASE)
# Said by what is built like a browser, after what is a browser's: "… like Gecko; compatible; X".
_COMPATIBLE = re.compile(r"like Gecko.*[;(] ?compatible; ?(?!MSIE)", re.IGNORECASE)
# Browsers of which one cannot tell the system: of old phones, of televisions, without graphics.
_NAMES_NO_SYSTEM = re.compile(
    r"WebKit|Gecko/|MSIE|Opera|OPR/|browser|Netscape|NetFront|Konqueror|Mosaic|Lynx|Links|w3m|Dillo|NetSurf|amaya"
    r"|MIDP|CLDC|Profile/|\bWAP|UP\.(?:Browser|Link)|DoCoMo|KDDI|J-PHONE|Vodafone|SoftBank|Obigo|MAUI|Teleca"
    r"|Openwave|UCWEB|MRE/|MIB/|MMP/|Mocor|Threadx|SonyEricsson|SAMSUNG-|LG-|SIE-|MOT-|Kindle|Fresco|Maple|HbbTV"
    r"|Nintendo|Motif|Amiga|RISC OS|OS/2|BeOS|QNX|Palm|Galaxy",
    re.IGNORECASE,
)
# What calls itself a library, or steers a browser without a person, is no person either. A name may end
# in "bot" or "spider" ("Googlebot"), but not go on after it ("Caboto").
_ROBOT_WORDS = re.compile(
    r"bots?(?![a-z])|(?<![a-z])bot|spider(?![a-z])|(?<![a-z])(?:ruby(?![a-z])|java/\d|dart/)"
    r"|crawl|slurp|scraper|scrapy|headless|phantomjs|puppeteer|playwright|selenium|webdriver|lighthouse"
    r"|python|urllib|httpx|aiohttp|curl/|wget|libwww-perl|okhttp|go-http|apache-http|axios|undici|guzzle|postman"
    r"|insomnia|httpie|faraday"
)
# These may also stand in the name of a phone.
_ROBOT_WORDS_OUTSIDE_BROWSERS = ("fetch", "monitor", "preview")
_DEVICE_WORDS = {
    "console": ("playstation", "nintendo", "xbox"),
    "tv": (
        *("smart-tv", "smarttv", "googletv", "android tv", "androidtv", "apple tv", "appletv", "hbbtv"),
        *("netcast", "web0s", "bravia", "viera", "roku", "crkey", "aquos", " tv safari", "; aft"),
    ),
    "tablet": ("ipad", "tablet", "kindle", "silk/", "playbook", "; sm-t", "; sm-x", "; sm-p"),
    "mobile": (
        *("mobi", "iphone", "ipod", "opera mini", "windows phone", "blackberry", "kaios", "symbian"),
        "nokia",
    ),
}
_NAMES = {
    "Coc Coc": "Cốc Cốc",
    "Chrome Mobile": "Chrome",
    "Chrome Mobile iOS": "Chrome",
    "Chrome Mobile WebView": "Android WebView",
    "Mobile Safari": "Safari",
    "Mobile Safari UI/WKWebView": "iOS WebView",
    "Firefox Mobile": "Firefox",
    "Firefox iOS": "Firefox",
    "Edge Mobile": "Edge",
    "Opera Mobile": "Opera",
    "Yandex Browser": "Yandex",
    "Mac OS X": "macOS",
    "Chrome OS": "ChromeOS",
    "Web0S": "webOS",
}


class _Crawler(msgspec.Struct):
    pattern: str


@cache
def _parser() -> Parser:
    browsers, systems, _ = load_lazy_builtins()
    # Our own few words know the kind of a device; a thousand expressions for its maker are not needed.
    return Parser(Resolver((browsers, systems, [])))


@cache
def _crawlers() -> Parser:
    """The monthly list of crawlers, matched at once instead of one after the other."""
    # The package would import its own model of the list; only the list is wanted.
    spec = find_spec("crawleruseragents")
    assert spec is not None
    assert spec.origin is not None
    listed = Path(spec.origin).with_name("crawler-user-agents.json").read_bytes()
    entries = msgspec.json.decode(listed, type=list[_Crawler])
    matchers: list[Matcher[UserAgent]] = [
        UserAgentMatcher(f"({_whole(entry.pattern)})")
        for entry in entries
        if entry.pattern not in _LISTED_PEOPLE
    ]
    return Parser(Resolver((matchers, [], [])))


def _whole(pattern: str) -> str:
    """The pattern of an entry that is a number, so that it is not found within a longer one."""
    return rf"\b{pattern}" if pattern[0].isdigit() else pattern


def warm() -> None:
    """Reads the lists, so that no visitor waits for them."""
    recognise("warm")


def recognise(agent: str) -> Agent:
    """Recognises a user agent; an empty one is a robot's."""
    return _recognise(agent[:AGENT_LIMIT])


@lru_cache(maxsize=CACHE_SIZE)
def _recognise(agent: str) -> Agent:
    parsed = _parser()(agent, Domain.USER_AGENT | Domain.OS)
    browser, version = (parsed.user_agent.family, parsed.user_agent.major) if parsed.user_agent else ("", "")
    system, system_version = (parsed.os.family, parsed.os.major) if parsed.os else ("", "")
    in_app = _in_app(agent)
    robot = _robot(agent, parsed, is_in_app=in_app is not None)
    if robot:
        return Agent(
            browser=robot,
            browser_version="",
            system=_name(system),
            system_version=system_version or "",
            device="bot",
            family=robot,
            is_robot=True,
        )
    if in_app:
        found = _IN_APP_VERSION.search(agent)
        browser, version = f"{in_app.lastgroup} in-app", found.group(1) if found else ""
    elif found := _COC_COC.search(agent):
        browser, version = "Cốc Cốc", found.group(1)
    elif _WEB_VIEW.search(agent):
        browser = "Android WebView"
    name = _name(browser)
    return Agent(
        browser=name,
        browser_version=version or "",
        system=_name(system),
        system_version=system_version or "",
        device=_device(agent, system),
        family=name,
        is_robot=False,
    )


def _in_app(agent: str) -> re.Match[str] | None:
    # Words are found a hundred times as fast as the expression.
    if not agent.startswith("Mozilla/") or not any(word in agent for word in _IN_APP_WORDS):
        return None
    return _IN_APP.search(agent)


def _name(family: str) -> str:
    return _NAMES.get(family, family)[:FAMILY_LIMIT]


def _robot(agent: str, parsed: PartialResult, *, is_in_app: bool) -> str:
    """The robot's name, or nothing for what may be a person."""
    if not agent.strip():
        return "(no agent)"
    named = _without_device(agent)
    listed = None if is_in_app else _crawlers()(named, Domain.USER_AGENT).user_agent
    announced = not is_in_app and (_announces_itself(named) or not _has_a_system(agent, parsed))
    if listed is None and not announced and not _sounds_like_a_robot(named):
        return ""
    browser = parsed.user_agent
    # A crawler that dresses as a browser is known by the list's word for it.
    if browser is not None and (listed is None or _sounds_like_a_robot(browser.family)):
        return browser.family[:FAMILY_LIMIT]
    return listed.family.strip("/ ")[:FAMILY_LIMIT] if listed is not None else "(unnamed robot)"


def _announces_itself(named: str) -> bool:
    # Words are found a hundred times as fast as the expressions.
    lower = named.lower()
    may_name_an_address = "://" in lower or "www." in lower or "@" in lower
    if may_name_an_address and _ADDRESS.search(named) is not None:
        return True
    return "compatible;" in lower and _COMPATIBLE.search(named) is not None


def _has_a_system(agent: str, parsed: PartialResult) -> bool:
    """Whether it says what it runs on, as browsers do, or is one of those that do not."""
    return (
        parsed.os is not None
        or parsed.user_agent is not None
        or _NAMES_NO_SYSTEM.search(agent) is not None
        or _device(agent, "") != ""
    )


def _without_device(agent: str) -> str:
    """The agent without what is a device's name, unless a robot names itself there."""
    return _DEVICE_PART.sub(_emptied, agent)


def _emptied(found: re.Match[str]) -> str:
    device: str = found.group(1) or found.group(2) or found.group(3)
    return found.group(0) if _ROBOT_IN_DEVICE_PART.search(device) else found.group(0).replace(device, "()")


def _sounds_like_a_robot(text: str) -> bool:
    lower = text.lower()
    if _ROBOT_WORDS.search(lower):
        return True
    return "applewebkit" not in lower and any(word in lower for word in _ROBOT_WORDS_OUTSIDE_BROWSERS)


def _device(agent: str, system: str) -> str:
    lower = agent.lower()
    for device, words in _DEVICE_WORDS.items():
        if any(word in lower for word in words):
            return device
    # Android says of phones that they are mobile.
    if "android" in lower:
        return "tablet"
    return "desktop" if system else ""
