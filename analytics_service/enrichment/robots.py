"""Robots that say they are browsers: what a request lacks that such a browser always sends."""

from enum import IntFlag

from analytics_service.domain.model import RobotLevel
from analytics_service.enrichment.agents import Agent

# The first releases that send Sec-Fetch-* with every request to a trustworthy origin.
FETCH_METADATA_SINCE = {"Chrome": 76, "Edge": 79, "Opera": 63, "Firefox": 90, "Safari": 17}
# Every desktop and mobile browser of these names has sent it for as long as there are beacons.
NAMES_LANGUAGES = frozenset({"Chrome", "Edge", "Firefox", "Safari", "Opera", "Cốc Cốc", "Samsung Internet"})


class Signs(IntFlag):
    """Headers of a request that tell of a browser; HTTPS is what the client spoke, as far as is known."""

    ACCEPT_LANGUAGE = 1
    FETCH_METADATA = 2
    CLIENT_HINTS = 4
    HTTPS = 8


def contradicts(agent: Agent, signs: int, level: RobotLevel) -> bool:
    """Whether a request's headers do not fit the browser that it says it is.

    `basic` asks only for Accept-Language, which no setting of a browser takes away. `strict` asks also for
    fetch metadata over https: a proxy that strips headers makes people look like robots there.
    """
    if level is RobotLevel.OFF or agent.is_robot:
        return False
    if agent.browser in NAMES_LANGUAGES and not signs & Signs.ACCEPT_LANGUAGE:
        return True
    if level is RobotLevel.BASIC or not signs & Signs.HTTPS:
        return False
    since = FETCH_METADATA_SINCE.get(agent.browser)
    version = int(agent.browser_version) if agent.browser_version.isdecimal() else 0
    return since is not None and version >= since and not signs & Signs.FETCH_METADATA
