"""The language that a browser asks for first, and the class of a screen by its width."""

import re
from functools import lru_cache

# Language and script alone: `vi-VN` is vi, `zh-Hant-TW` is zh-Hant.
_FIRST = re.compile(
    r"\s*([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?(?:-[a-z\d]+)*\s*(?:[;,]|$)", re.IGNORECASE
)
_TRADITIONAL = frozenset({"TW", "HK", "MO"})
# Widths in CSS pixels from which a class begins: those at which pages are commonly laid out anew.
SCREENS = ((1536, "xl"), (1024, "lg"), (768, "md"), (480, "sm"), (1, "xs"))
LANGUAGES_LIMIT = 100


@lru_cache(maxsize=4096)
def language_of(accepted: str) -> str:
    """The first language of an Accept-Language header, with its script where that matters; or nothing."""
    match = _FIRST.match(accepted[:LANGUAGES_LIMIT])
    if match is None:
        return ""
    language, script, region = match.groups()
    language = language.lower()
    if language == "zh":
        is_traditional = (script or "").title() == "Hant" or (
            not script and (region or "").upper() in _TRADITIONAL
        )
        return "zh-Hant" if is_traditional else "zh-Hans"
    return f"{language}-{script.title()}" if script else language


def screen_class(width: int) -> str:
    """xs, sm, md, lg or xl; nothing where the width is not known."""
    return next((name for least, name in SCREENS if width >= least), "")
