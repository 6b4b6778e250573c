"""What differs only in signs that nobody sees is one page, one title, one event, one campaign."""

import json
from urllib.parse import quote

import pytest

from analytics_service.domain.beacons import Beacon, parse
from analytics_service.domain.invisible_signs import compose
from analytics_service.domain.urls import campaign_of, normal_path

ALIKE = (
    "Tin t\u1ee9c \u2013 13",
    "Tin tu\u031b\u0301c \u2013 13",
    "Tin\u00a0t\u1ee9c \u2013 13",
    "Tin\u2009t\u1ee9c\u202f\u2013 13",
    "\ufeffTin t\u1ee9c \u2013 13",
    "Tin t\u200b\u1ee9c \u2013 13\u200b",
    "Tin tu\u200b\u031b\u2060\u0301c \u2013 13",
    "Tin t\u1ee9\u00adc \u2013 1\u200d3\u200c",
    "\u202aTin t\u1ee9c \u2013 13\u202c\u200e",
    "T\u034fin t\u1ee9c \u2013 13",
)


def beacon(text: str) -> Beacon:
    fields = {
        "k": "c",
        "s": "x",
        "u": f"https://x.example.vn/{quote(text)}",
        "t": text,
        "n": text,
        "p": {text: text},
    }
    return parse(json.dumps(fields).encode())


@pytest.mark.parametrize("text", ALIKE)
def test_texts_that_look_alike_are_one(text: str) -> None:
    one = ALIKE[0]
    assert compose(text) == one
    assert beacon(text) == beacon(one)
    assert (beacon(text).title, beacon(text).name, beacon(text).page.path) == (
        one,
        one,
        normal_path(f"/{quote(one)}"),
    )
    assert campaign_of(f"utm_campaign={quote(text)}") == (("utm_campaign", one),)
    assert normal_path(f"/{text}") == normal_path(f"/{quote(text)}")


@pytest.mark.parametrize(
    "text",
    [
        # A joiner that is seen: in Persian, in Devanagari, and in a family of three.
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u2764\ufe0f\u200d\U0001f525",
        "plain",
    ],
)
def test_what_is_seen_stays(text: str) -> None:
    assert compose(text) == text
    assert compose(f"{text}\u200b") == text
