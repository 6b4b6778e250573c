"""Requests that do not fit the browser that they say they come from."""

import pytest

from analytics_service.domain.client import HeaderSignals
from analytics_service.domain.site import RobotLevel
from analytics_service.enrichment.agents import recognise
from analytics_service.enrichment.robots import headers_mismatch
from tests.enrichment.test_agents import IPHONE, MAC, PHONE, VIEW, WINDOWS

CHROME = f"{WINDOWS} Chrome/142.0.0.0 Safari/537.36"
OLD_SAFARI = f"{MAC} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.4 Safari/605.1.15"
SAFARI = f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1"
ZALO = f"{IPHONE} Mobile/21E219 Zalo iOS/24.03.01 ZaloTheme/light ZaloLanguage/vi"
EVERYTHING = HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.FETCH_METADATA | HeaderSignals.HTTPS


@pytest.mark.parametrize(
    "agent", [CHROME, OLD_SAFARI, SAFARI, ZALO, f"{PHONE} Chrome/142.0 Mobile Safari/537.36", VIEW]
)
@pytest.mark.parametrize("level", list(RobotLevel))
def test_browsers_as_they_are_contradict_nothing(agent: str, level: RobotLevel) -> None:
    assert not headers_mismatch(recognise(agent), EVERYTHING, level)
    # Over plain http no browser sends fetch metadata or client hints.
    assert not headers_mismatch(recognise(agent), HeaderSignals.ACCEPT_LANGUAGE, level)


def test_an_old_browser_is_not_asked_for_what_it_cannot_send() -> None:
    assert not headers_mismatch(
        recognise(OLD_SAFARI), HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.HTTPS, RobotLevel.STRICT
    )
    assert not headers_mismatch(recognise(ZALO), HeaderSignals.HTTPS, RobotLevel.STRICT)
    old_iphone = f"{IPHONE.replace('17_5', '15_7')} CriOS/114.0.5735.99 Mobile/15E148 Safari/604.1"
    assert not headers_mismatch(
        recognise(old_iphone), HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.HTTPS, RobotLevel.STRICT
    )
    new_iphone = f"{IPHONE} CriOS/142.0.0.0 Mobile/15E148 Safari/604.1"
    assert headers_mismatch(
        recognise(new_iphone), HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.HTTPS, RobotLevel.STRICT
    )


@pytest.mark.parametrize(
    ("header_signals", "level", "is_odd"),
    [
        (0, RobotLevel.OFF, False),
        (0, RobotLevel.BASIC, False),
        (0, RobotLevel.STRICT, True),
        (HeaderSignals.HTTPS, RobotLevel.OFF, False),
        (HeaderSignals.HTTPS, RobotLevel.BASIC, True),
        (HeaderSignals.FETCH_METADATA | HeaderSignals.HTTPS, RobotLevel.BASIC, False),
        (HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.HTTPS, RobotLevel.BASIC, False),
        (HeaderSignals.ACCEPT_LANGUAGE | HeaderSignals.HTTPS, RobotLevel.STRICT, True),
    ],
)
def test_a_modern_browsers_name_without_its_headers(
    header_signals: int, level: RobotLevel, is_odd: bool
) -> None:
    assert headers_mismatch(recognise(CHROME), header_signals, level) is is_odd
