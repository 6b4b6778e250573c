"""Why a beacon is not counted."""

from enum import StrEnum


class Drop(StrEnum):
    """Why a well-formed beacon is not counted."""

    UNKNOWN_SITE = "unknown-site"
    PAUSED = "paused"
    HOSTNAME = "hostname"
    BOT = "bot"
    SPAM_REFERRER = "spam-referrer"
    EXCLUDED_ADDRESS = "excluded-address"
    EXCLUDED_PAGE = "excluded-page"
    EXCLUDED_COUNTRY = "excluded-country"
    OPT_OUT = "opt-out"
    DUPLICATE = "duplicate"
    RATE = "rate"
    PREFETCH = "prefetch"


class Refusal(StrEnum):
    """Why what was sent to the door is no beacon at all."""

    MALFORMED = "malformed"
    TOO_LARGE = "too-large"
