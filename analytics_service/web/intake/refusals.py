"""Beacons that are refused as a whole: counted for their site, so that its owner sees that they come."""

import re
from collections.abc import Iterator

from analytics_service.domain.drops import Refusal
from analytics_service.domain.urls import host_of
from analytics_service.web.services import Services

_SITE = re.compile(rb'"s"\s*:\s*"([^"\\]{1,253})"')


def count_refusal(services: Services, refusal: Refusal, body: bytes, origin: str) -> None:
    """Counts a refused beacon for the site that its body names, else for the one it was sent from.

    What names no site of ours is counted together.
    """
    services.collector.count_refusal(_names(body, origin), refusal)


def _names(body: bytes, origin: str) -> Iterator[str]:
    if found := _SITE.search(body):
        yield found[1].decode("utf-8", "replace")
    if origin and (host := host_of(origin)):
        yield host
