"""Texts that look alike are one text: composed letters, plain spaces, and no signs that nobody sees."""

import re
import unicodedata

# Soft hyphen, marks of direction, spaces without width, and the like; joiners apart.
_UNSEEN = "\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_PRINTABLE_UNSEEN = "\u034f"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# A joiner is seen between letters of some scripts and within emoji, and nowhere else.
_JOINED = "\u0590-\u1dff\u2190-\u2bff\ua000-\ud7ff\ufe00-\ufe0f\U0001f000-\U0001faff"
_UNSEEN_JOINER = rf"(?<![{_JOINED}])[\u200c\u200d]+|[\u200c\u200d]+(?=[\s/]|\Z)"
_INVISIBLE = re.compile(rf"[{_UNSEEN}]+|{_UNSEEN_JOINER}")
_SPACE = re.compile(f"[{_SPACES}]")


def compose(text: str) -> str:
    """Returns the one form of all texts that look like this one (Unicode NFC)."""
    if text.isascii():
        return text
    if not text.isprintable() or _PRINTABLE_UNSEEN in text:
        text = _SPACE.sub(" ", text)
        while text != (text := _INVISIBLE.sub("", text)):
            pass
    return unicodedata.normalize("NFC", text)
