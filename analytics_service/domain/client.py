"""Who sent a beacon."""

import msgspec


class Client(msgspec.Struct, frozen=True):
    """Who sent a beacon, as far as the connection tells; it never leaves the door.

    `signs` are those of enrichment.robots; `is_behind` a proxy that does not say for whom it asks.
    """

    address: str
    agent: str
    origin: str | None = None
    prefetch: bool = False
    languages: str = ""
    header_signals: int = 0
    opts_out: bool = False
    is_proxy_address: bool = False
