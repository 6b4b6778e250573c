"""Words out of a closed set: a word that is not in it is refused together with the nearest that is."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from analytics_service.errors import BadParameter

SHOWN_LENGTH = 40


def choose(parameter: str, word: str, allowed: Iterable[str]) -> str:
    """The word, where it is allowed. Raises BadParameter "enum" with all that are, and the nearest."""
    words = [str(one) for one in allowed]
    if word not in words:
        raise BadParameter(parameter, "enum", f"unknown value {shorten(word)}{suggest(word, words)}", words)
    return word


def suggest(word: str, allowed: Sequence[str]) -> str:
    """The end of a message that names the nearest allowed word, or nothing where none is near."""
    near = get_close_matches(word[:SHOWN_LENGTH].lower(), allowed, 1)
    return f"; did you mean {str(near[0])!r}?" if near else ""


def shorten(text: str) -> str:
    """What somebody wrote as a message quotes it: its first 40 characters, in ASCII where it is odd."""
    quoted = repr(text[:SHOWN_LENGTH])
    return quoted if text.isprintable() else ascii(text[:SHOWN_LENGTH])
