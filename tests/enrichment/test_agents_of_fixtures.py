"""Real agents out of public fixtures: who is refused, and who is missed.

The rules were tuned on one half of them, and figures are asserted on the other.
"""

import pytest

from analytics_service.enrichment.agents import recognise
from tests.enrichment.fixture_agents import Half, browser_agents, robot_agents
from tests.enrichment.test_agents import PHONE, WINDOWS

HALVES: tuple[Half, ...] = ("tune", "assert")
REFUSED = {
    "": "who sends no agent is no browser of today",
    "Mozilla/4.08 (Charon; Inferno)": "an operating system for research of 1996, without a name of a browser",
    "Xiino/1.0.9E [en] (v. 4.1; 153x130; g4)": "a browser for Palm of 2003, which names no system",
}
"""The fixtures' browsers that are taken for robots, and why that is accepted."""


def test_of_real_browsers_one_in_five_thousand_is_refused_and_each_of_them_explained() -> None:
    browsers = browser_agents("assert")
    assert len(browsers) + len(browser_agents("tune")) >= 30_000
    refused = {agent for half in HALVES for agent in browser_agents(half) if recognise(agent).is_robot}
    assert refused == REFUSED.keys()
    assert len(refused & set(browsers)) <= 0.0002 * len(browsers)


def test_of_real_robots_at_most_one_in_eight_is_missed_at_the_default_level() -> None:
    robots = robot_agents("assert")
    assert len(robots) + len(robot_agents("tune")) >= 1_000
    missed = [agent for agent in robots if not recognise(agent).is_robot]
    print(f"{len(missed)} of {len(robots)} robots are missed")
    assert len(missed) <= 0.12 * len(robots)


@pytest.mark.parametrize(
    "agent",
    [
        "SomeFetcherOfNews/1.0 (+http://news.example.vn)",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 https://a.example.vn",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; www.example.vn) Gecko/20100101 Firefox/140.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7; a@example.vn) AppleWebKit/605.1.15 Safari/605.1.15",
        f"{PHONE} Chrome/126.0 Mobile Safari/537.36 (compatible; Google-AMPHTML)",
        f"{WINDOWS} Chrome/98.0.4758.102 Safari/537.36 (KHTML, like Gecko; compatible; pageburst)",
        "Mozilla/5.0 (compatible; DomainProbe/1.1)",
        "Castopod/1.0",
        "node",
    ],
)
def test_a_robot_announces_itself_by_an_address_or_says_what_no_browser_says(agent: str) -> None:
    assert recognise(agent).is_robot
