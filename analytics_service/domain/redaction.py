"""E-mail addresses and secrets in paths, titles and values, replaced before anything is stored.

Only what looks random is a secret: slugs, document numbers, ids and names of files are pages.
"""

import re
from functools import lru_cache

EMAIL, TOKEN = "[email]", "[token]"
MIN_TOKEN = 20
MIN_TOKEN_NEAR_WORD = 16
CACHE_SIZE = 4096
CACHED_LENGTH = 256

_WITH_AT = re.compile(r"[^\s/?&=;,]*@[^\s/?&=;,]*")
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_TOP_LEVEL = re.compile(r"[^\W\d_]{2,24}(?![^\W_])")
_FILE_ENDINGS = frozenset(
    "png jpg jpeg gif svg webp avif ico bmp html htm xhtml shtml php asp aspx jsp cgi pdf doc docx xls xlsx "
    "ppt pptx txt csv xml json zip rar mp3 mp4 css js mjs map woff ttf".split()
)
_SIGNED = re.compile(r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
# A segment of one of these words says that the next one is secret: `reset-password`, but not `author`.
_SECRET_WORD = re.compile(
    r"(?<![A-Za-z])(?:tokens?|reset|verify|verification|activate|activation|invite|invitation|confirm"
    r"|confirmation|unsubscribe|sessions?|auth|keys?|password|otp)(?![a-z])",
    re.IGNORECASE,
)
_WORD = re.compile(r"[\w.~+=%-]{16,}", re.ASCII)
_PART = re.compile(r"[0-9A-Za-z]+")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# No word of letters has these: no vowel at all, or too many consonants or vowels in a row.
_UNSAYABLE = re.compile(
    r"^[^aeiouy0-9]+$|^[^aeiouy0-9]{4}|[^aeiouy0-9]{3}$|[^aeiouy0-9]{6}|[aeiouy]{4}", re.IGNORECASE
)
_HEX = re.compile(r"(?=[0-9]*[A-F])(?=[A-F]*[0-9])[0-9A-F]+|(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]+")
_ENDING = re.compile(r"\.[A-Za-z]{2,5}$")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# An id of MongoDB begins with its second, here of the years 2009 to 2039.
_OBJECT_ID = re.compile(r"(?:4[a-f]|[5-7][0-9a-f]|8[0-2])[0-9a-f]{22}")
MAX_CODE, MAX_CODE_PIECES, MIN_PIECE = 7, 3, 3
"""A name of a product ("s918b") is short; signs of a word that is none stand, in the mean, in long pieces."""


def redact(text: str) -> str:
    """The text with e-mail addresses and secrets taken out; the same again changes nothing."""
    return _cached(text) if len(text) <= CACHED_LENGTH else _redacted(text)


def _redacted(text: str) -> str:
    if "@" in text:
        text = _WITH_AT.sub(_without_email, text)
    if len(text) < MIN_TOKEN_NEAR_WORD:
        return text
    segments = _SIGNED.sub(TOKEN, text).split("/")
    after_word = False
    for place, segment in enumerate(segments):
        if len(segment) >= MIN_TOKEN_NEAR_WORD:
            segments[place] = _WORD.sub(_without_token_after_word if after_word else _without_token, segment)
        after_word = len(segment) <= MIN_TOKEN and _SECRET_WORD.search(segment) is not None
    return "/".join(segments)


_cached = lru_cache(maxsize=CACHE_SIZE)(_redacted)


def _without_email(word: re.Match[str]) -> str:
    # A whole word goes, in one look: an expression for addresses takes a hundred times as long.
    name, _, rest = word.group(0).partition("@")
    return EMAIL if name and _is_domain(rest) else word.group(0)


def _is_domain(text: str) -> bool:
    """Whether a domain's name is in it; `2x.png` is a file's, and `3.min.js` a release's."""
    for found in _DOMAIN.finditer(text):
        labels = found.group(0).rstrip("-").split(".")
        if labels[-1].lower() in _FILE_ENDINGS:
            labels.pop()
            if len(labels) < 2 or labels[0].isdecimal():
                continue
        if _TOP_LEVEL.match(labels[-1]):
            return True
    return False


def _without_token(word: re.Match[str]) -> str:
    return _without(word.group(0), MIN_TOKEN)


def _without_token_after_word(word: re.Match[str]) -> str:
    return _without(word.group(0), MIN_TOKEN_NEAR_WORD)


def _without(word: str, least: int) -> str:
    """The word without the random part of it, where that has at least so many signs."""
    after_word = least < MIN_TOKEN
    if len(word) < least:
        return word
    if _UUID.search(word):
        return _UUID.sub(TOKEN, word) if after_word else word
    ending = _ENDING.search(word)
    stem = word[: ending.start()] if ending else word
    return _without_random(stem, least, after_word) + word[len(stem) :]


def _without_random(stem: str, least: int, after_word: bool) -> str:
    parts = [(part.start(), part.end(), part.group(0)) for part in _PART.finditer(stem)]
    # Words and numbers at both ends are no part of a secret: "ban-tin-5f2b8c…".
    within = [part for part in parts if not _is_plain(part[2], after_word)]
    if not within:
        return stem
    begins = 0 if within[0] is parts[0] else within[0][0]
    ends = len(stem) if within[-1] is parts[-1] else within[-1][1]
    random_signs = sum(len(text) for _, _, text in within if _is_random(text, after_word))
    # Where there is no word and no number at all, half of a token is enough.
    needed = (ends - begins) / 2 if len(within) < len(parts) else MIN_TOKEN / 2
    if ends - begins < least or random_signs < needed:
        return stem
    return stem[:begins] + TOKEN + stem[ends:]


def _is_plain(part: str, after_word: bool) -> bool:
    """Whether it is a number, or a word that can be said."""
    if part.isdecimal():
        return not after_word or len(part) < MIN_TOKEN_NEAR_WORD
    return len(part) > 1 and _PIECE.fullmatch(part) is not None and not _UNSAYABLE.search(part)


def _is_random(part: str, after_word: bool) -> bool:
    least = MIN_TOKEN_NEAR_WORD if after_word else MIN_TOKEN
    if len(part) >= least and (part.isdecimal() or _HEX.fullmatch(part)):
        return after_word or not _OBJECT_ID.fullmatch(part)
    pieces = _PIECE.findall(part)
    if len(pieces) == 1 or (len(part) <= MAX_CODE and len(pieces) <= MAX_CODE_PIECES):
        return False
    return len(part) < MIN_PIECE * len(pieces) or any(map(_UNSAYABLE.search, pieces))
