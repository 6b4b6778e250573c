"""Robots that say they are browsers: what a request lacks that such a browser always sends."""

from analytics_service.domain.client import Agent, HeaderSignals
from analytics_service.domain.site import RobotLevel

# The first releases that send Sec-Fetch-* with every request to a trustworthy origin.
FETCH_METADATA_SINCE = {"Chrome": 76, "Edge": 79, "Opera": 63, "Firefox": 90, "Safari": 17}
# Every desktop and mobile browser of these names has sent it for as long as there are beacons.
NAMES_LANGUAGES = frozenset({"Chrome", "Edge", "Firefox", "Safari", "Opera", "Cốc Cốc", "Samsung Internet"})


def headers_mismatch(agent: Agent, header_signals: int, level: RobotLevel) -> bool:
    """Whether a request's headers do not fit the browser that it says it is.

    `basic` asks, where the client is known to speak https, for any of the headers that each of these browsers
    sends there. `strict` asks for Accept-Language always, and for fetch metadata over https: a proxy that
    strips headers makes people look like robots there. `off` asks for nothing.
    """
    if level is RobotLevel.OFF or agent.is_robot or agent.browser not in NAMES_LANGUAGES:
        return False
    over_https = bool(header_signals & HeaderSignals.HTTPS)
    if level is RobotLevel.BASIC:
        return over_https and not header_signals & (
            HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.FETCH_METADATA
        )
    if not header_signals & HeaderSignals.ACCEPT_LANGUAGE:
        return True
    # On iOS every browser is WebKit, and as old as the system.
    on_ios = agent.system == "iOS"
    since = FETCH_METADATA_SINCE.get("Safari" if on_ios else agent.browser)
    written = agent.system_version if on_ios else agent.browser_version
    version = int(written) if written.isdecimal() else 0
    return (
        over_https
        and since is not None
        and version >= since
        and not header_signals & HeaderSignals.FETCH_METADATA
    )
