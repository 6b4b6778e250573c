"""The widget as PNG, for e-mails and forums that do not show SVG."""

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from analytics_service.web.outlets import svg
from analytics_service.web.outlets.widget_view import WidgetView

DEFAULT_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
"""Where Debian's fonts-dejavu-core puts a font with all Vietnamese letters."""
SCALE = 2
NO_RENDERER = "PNG images need an optional library: pip install resvg_py"
NO_FONT = "PNG needs a font: apt-get install fonts-dejavu-core, or name one with the setting font_file"
_FAMILY_NAME = 1


@dataclass(frozen=True, slots=True)
class Fonts:
    """A font file, the bold one beside it if there is one, and the name of their family."""

    files: tuple[str, ...]
    family: str


@cache
def find_fonts(file: Path | None) -> Fonts | None:
    """Returns the fonts of that file, or of Debian's own; None where there are none."""
    regular = file or DEFAULT_FONT
    bold = regular.with_stem(regular.stem.removesuffix("-Regular") + "-Bold")
    try:
        family = read_family(regular.read_bytes())
    except (OSError, struct.error, UnicodeDecodeError, ValueError):
        return None
    return Fonts(tuple(str(one) for one in (regular, bold) if one.exists()), family)


def read_family(font: bytes) -> str:
    """Returns the family's name from a font's table `name` (OpenType). Raises ValueError, struct.error."""
    (tables,) = struct.unpack_from(">H", font, 4)
    for table in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", font, 12 + 16 * table)
        if tag != b"name":
            continue
        _, count, texts = struct.unpack_from(">HHH", font, offset)
        for record in range(count):
            platform, _, _, kind, length, at = struct.unpack_from(">HHHHHH", font, offset + 6 + 12 * record)
            if kind == _FAMILY_NAME and platform in (0, 3):
                begins = offset + texts + at
                return font[begins : begins + length].decode("utf-16-be")
    raise ValueError("the font has no name")


def find_missing(file: Path | None) -> str:
    """Returns what PNG needs and is not installed, with the command that installs it; else an empty text."""
    if find_spec("resvg_py") is None:
        return NO_RENDERER
    return "" if find_fonts(file) is not None else NO_FONT


def render_png(view: WidgetView, font_file: Path | None, problem: str = "") -> bytes:
    """Returns the view as PNG, at twice its size so that it is sharp on fine screens."""
    # Imported where it is needed: it is optional.
    import resvg_py

    fonts = find_fonts(font_file)
    # The renderer does not support media queries: `auto` is light.
    return resvg_py.svg_to_bytes(
        svg_string=svg.render_svg(view, has_sheet=False, problem=problem),
        zoom=SCALE,
        skip_system_fonts=True,
        font_files=list(fonts.files) if fonts else [],
        # The picture names fonts of a reader's system; where they are missing, these are used.
        serif_family=fonts.family if fonts else None,
        sans_serif_family=fonts.family if fonts else None,
    )
