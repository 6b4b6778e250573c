"""Who sent a beacon."""

from typing import NamedTuple

import msgspec


class HeaderSignals:
    """Bits for what a request's headers say of its browser; HTTPS where the client is known to speak it."""

    ACCEPT_LANGUAGE = 1
    FETCH_METADATA = 2
    HTTPS = 4


class Agent(NamedTuple):
    """What a user agent says it is; a version is its first number, what is not known is empty.

    `device` is one of desktop, mobile, tablet, tv, console, bot. `family` is what drops are grouped by.
    """

    browser: str
    browser_version: str
    system: str
    system_version: str
    device: str
    family: str
    is_robot: bool


class Client(msgspec.Struct, frozen=True):
    """Who sent a beacon, as far as the connection tells; it never leaves the door.

    `header_signals` are bits of HeaderSignals; `is_proxy_address` where a proxy names no client.
    """

    address: str
    agent: str
    origin: str | None = None
    prefetch: bool = False
    languages: str = ""
    header_signals: int = 0
    opts_out: bool = False
    is_proxy_address: bool = False
