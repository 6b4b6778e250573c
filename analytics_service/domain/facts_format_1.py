"""Facts as releases before 0.2.0 stored them: one structure for all kinds."""

from typing import Literal

import msgspec


class FactOfFormat1(msgspec.Struct, frozen=True, array_like=True):
    """What one fact of any kind held; the fields stand in the order in which they were stored."""

    format: int
    kind: Literal["v", "e", "c", "d", "o"]
    site: int
    at: int
    visitor: int = 0
    previous_id: int | None = None
    id: str = ""
    event_id: str = ""
    hostname: str = ""
    page: str = ""
    title: str = ""
    referrer: str = ""
    campaign: tuple[tuple[str, str], ...] = ()
    screen: int = 0
    engaged_ms: int = 0
    name: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    drop: str = ""
    drops: tuple[tuple[str, int], ...] = ()
    browser: str = ""
    browser_version: str = ""
    system: str = ""
    system_version: str = ""
    device: str = ""
    language: str = ""
    country: str = ""
    region: str = ""
    city: str = ""
    family: str = ""
    samples: tuple[tuple[int, str, str, str], ...] = ()
    attributes: tuple[str, ...] = ()
    online: int = 0
