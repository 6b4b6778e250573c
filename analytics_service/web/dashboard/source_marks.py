"""Marks of sources: a letter on a colour, read at a glance and without pictures from elsewhere."""

from dataclasses import dataclass

# Dark enough for a white letter.
_KNOWN = {
    "Google": ("#3367d6", "G"),
    "Facebook": ("#1566d6", "f"),
    "Zalo": ("#0058d9", "Z"),
    "Cốc Cốc": ("#2d7d32", "c"),
    "Bing": ("#00736b", "b"),
    "YouTube": ("#c4161c", "▶"),
    "TikTok": ("#111111", "♪"),
    "X": ("#111111", "X"),
    "Instagram": ("#b5246e", "I"),
    "Messenger": ("#5a3fd6", "M"),
    "ChatGPT": ("#0d7a5f", "C"),
    "DuckDuckGo": ("#b8431f", "D"),
}
_COLOURS = ("#56627a", "#7a4d9c", "#a2452b", "#2f6f8f", "#5f6b1f", "#8a3b62", "#3c6e47", "#4a5aa8")
_DIRECT = ("#5b667a", "↗")


@dataclass(frozen=True, slots=True)
class SourceMark:
    """A colour and a letter."""

    colour: str
    letter: str


def mark_source(source: str | None) -> SourceMark:
    """Returns the mark of a source: its own where we know one, else its first letter."""
    if not source:
        return SourceMark(*_DIRECT)
    if source in _KNOWN:
        return SourceMark(*_KNOWN[source])
    letter = next((sign for sign in source if sign.isalnum()), "?")
    return SourceMark(_COLOURS[sum(source.encode("utf-8", "replace")) % len(_COLOURS)], letter.upper())
