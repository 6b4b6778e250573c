"""The widget as PNG, for mails and forums that show no SVG."""

import struct
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from analytics_service.web.outlets import svg
from analytics_service.web.outlets.widget_view import WidgetView

USUAL_FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
"""Where Debian's fonts-dejavu-core puts a font with all Vietnamese letters."""
SCALE = 2
NO_RENDERER = "PNG needs: pip install 'analytics-service[images]'"
NO_FONT = "PNG needs a font: apt-get install fonts-dejavu-core, or name one with the setting font_file"
_FAMILY_NAME = 1


@dataclass(frozen=True, slots=True)
class Fonts:
    """A font file, its bold sister where there is one, and the family's name."""

    files: tuple[str, ...]
    family: str


@cache
def fonts(file: Path | None) -> Fonts | None:
    """The fonts to draw with, or None where there are none."""
    regular = file or USUAL_FONT
    bold = regular.with_stem(regular.stem.removesuffix("-Regular") + "-Bold")
    try:
        family = family_of(regular.read_bytes())
    except (OSError, struct.error, UnicodeDecodeError, ValueError):
        return None
    return Fonts(tuple(str(one) for one in (regular, bold) if one.exists()), family)


def family_of(font: bytes) -> str:
    """The family's name by the font's own table `name` (OpenType 1.9). Raises ValueError, struct.error."""
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


def lacking(file: Path | None) -> str:
    """What is missing here for PNG, with the way to get it; nothing where nothing is."""
    if find_spec("resvg_py") is None:
        return NO_RENDERER
    return "" if fonts(file) is not None else NO_FONT


def drawn(scene: WidgetView, font_file: Path | None, problem: str = "") -> bytes:
    """The scene as PNG, at twice its size so that it is sharp on fine screens."""
    # Imported where it is needed: it is an extra.
    import resvg_py

    found = fonts(font_file)
    # The renderer knows no media queries: `auto` is light.
    return resvg_py.svg_to_bytes(
        svg_string=svg.drawn(scene, has_sheet=False, problem=problem),
        zoom=SCALE,
        skip_system_fonts=True,
        font_files=list(found.files) if found else [],
        # What the picture asks for are fonts of its reader; whatever is not found is drawn in this one.
        serif_family=found.family if found else None,
        sans_serif_family=found.family if found else None,
    )
