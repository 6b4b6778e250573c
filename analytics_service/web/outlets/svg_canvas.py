"""A canvas for SVG pictures: no style attributes, and colours by their role."""

import unicodedata
from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from xml.etree.ElementTree import Element, SubElement, tostring

from analytics_service.web.outlets.colours import DARK, LIGHT, complete_colours
from analytics_service.web.outlets.options import Theme, WidgetOptions

FONT = "system-ui,'Segoe UI',Roboto,'Noto Sans','DejaVu Sans',Arial,sans-serif"
_CLASSES = {
    "accent": "a",
    "accent-text": "i",
    "bg": "b",
    "text": "t",
    "muted": "m",
    "border": "l",
    "live": "o",
}
# One style sheet for all pictures, so that its hash can be in the policy.
SHEET = (
    ".n{font-variant-numeric:tabular-nums}@media(prefers-color-scheme:dark){"
    + "".join(
        f".{sign}{{fill:{DARK[role]}}}.s{sign}{{stroke:{DARK[role]}}}" for role, sign in _CLASSES.items()
    )
    + "}@media(forced-colors:active){.x{fill:Canvas;stroke:CanvasText}.y{fill:CanvasText}}"
)
SHEET_HASH = "'sha256-" + b64encode(sha256(SHEET.encode()).digest()).decode() + "'"
OVERFLOW_TOLERANCE = 1.04
_NARROW = frozenset("iíìỉĩịjlIÍÌỈĨỊftr.,:;'|!()[]1 \u202f\u00a0")
_BROAD = frozenset("mwMW@%ƯỨỪỬỮỰ—…")


def measure_text(text: str, size: float, *, bold: bool = False) -> float:
    """Returns the most pixels that a text is wide in common fonts; the reader's own cannot be measured."""
    return size * (1.1 if bold else 1.0) * sum(map(_em, text))


def _em(sign: str) -> float:
    if unicodedata.combining(sign):
        return 0.0
    if unicodedata.east_asian_width(sign) in "WF":
        return 1.0
    if "\u0400" <= sign <= "\u04ff":
        return 0.78 if sign.isupper() else 0.68
    if sign in _NARROW:
        return 0.64 if sign == "1" else 0.38
    return 0.95 if sign in _BROAD else 0.7 if sign.isupper() else 0.62


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the canvas, in pixels."""

    x: float
    y: float
    width: float
    height: float


class SvgCanvas:
    """A picture in the making, as a tree of SVG elements."""

    def __init__(
        self, options: WidgetOptions, width: float, height: float, *, has_sheet: bool = True
    ) -> None:
        self.width, self.height = round(width), round(height)
        theme = DARK if options.theme is Theme.DARK else LIGHT
        self._chosen = complete_colours(dict(options.colours), theme)
        self._colours = {**theme, **self._chosen}
        self._follows = options.theme is Theme.AUTO and has_sheet
        size = {"width": str(self.width), "height": str(self.height)}
        box = f"0 0 {self.width} {self.height}"
        names = {"role": "img", "aria-labelledby": "vt vd", "lang": options.lang}
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "viewBox": box, **names})
        self._title = SubElement(self.root, "title", {"id": "vt"})
        self._description = SubElement(self.root, "desc", {"id": "vd"})
        if has_sheet:
            SubElement(self.root, "style").text = SHEET
        self.layer = SubElement(self.root, "g", {"font-family": FONT, "font-size": "14"})

    def describe(self, title: str, description: str) -> None:
        """Sets the picture's title and its figures in words."""
        self._title.text, self._description.text = title, description

    def add(self, tag: str, fill: str, *classes: str, **attributes: object) -> Element:
        """Adds a shape filled with a colour or a role's colour; `_` in names of attributes is a hyphen."""
        return self._add(tag, "fill", fill, classes, attributes)

    def add_line(self, path: str, stroke: str, **attributes: object) -> None:
        """Adds a line along that path."""
        self._add("path", "stroke", stroke, (), {"d": path, "fill": "none", **attributes})

    def add_outline(self, stroke: str, **attributes: object) -> None:
        """Adds a line around a box."""
        self._add("rect", "stroke", stroke, (), {"fill": "none", **attributes})

    def _add(
        self, tag: str, way: str, colour: str, classes: tuple[str, ...], attributes: dict[str, object]
    ) -> Element:
        own = self._class(colour) if way == "fill" else self._stroke_class(colour)
        names = " ".join(filter(None, (*classes, own)))
        given = {name.replace("_", "-"): format_attribute(value) for name, value in attributes.items()}
        given[way] = self.colour(colour)
        if names:
            given["class"] = names
        return SubElement(self.layer, tag, given)

    def add_text(self, words: str, x: float, y: float, fill: str = "text", **more: object) -> Element:
        """Adds a text that is at most `room` wide, in bold where `bold` is set."""
        bold, room = bool(more.pop("bold", False)), more.pop("room", None)
        size = float(str(more.get("font_size", 14)))
        if size == 14:
            more.pop("font_size", None)
        if bold:
            more["font_weight"] = "700"
        # Most fonts are narrower than measured: a text that almost fits is left as it is.
        if isinstance(room, int | float) and measure_text(words, size, bold=bold) > room * OVERFLOW_TOLERANCE:
            words = truncate(words, size, room * 1.3, bold=bold)
            more |= {"textLength": max(float(room), 1.0), "lengthAdjust": "spacingAndGlyphs"}
        element = self.add("text", fill, "n", "y", x=x, y=y, **more)
        element.text = words
        return element

    def add_number(
        self,
        number: str,
        x: float,
        y: float,
        fill: str = "text",
        *,
        room: float,
        size: float = 14,
        anchor: str,
    ) -> Element:
        """Adds a number in bold, smaller where there is no room: no digit is left out."""
        size = fit_number(number, size, room)
        return self.add_text(number, x, y, fill, bold=True, font_size=size, text_anchor=anchor)

    def append_text(
        self, line: Element, words: str, fill: str, *, bold: bool = False, size: float = 0
    ) -> None:
        """Appends a piece to a line of text."""
        given = {"fill": self.colour(fill), "class": f"n y {self._class(fill)}".strip()}
        given |= {"font-weight": "700"} if bold else {}
        given |= {"font-size": format_attribute(size)} if size else {}
        SubElement(line, "tspan", given).text = words

    def append_dot(self, line: Element, is_live: bool) -> None:
        """Appends the dot of *online* to a line of text: a character, as the line's width is not known."""
        role = "live" if is_live else "border"
        given = {"fill": self.colour(role), "class": self._class(role), "font-size": "10", "dy": "-1.2"}
        SubElement(line, "tspan", {name: value for name, value in given.items() if value}).text = "●"
        SubElement(line, "tspan", {"dy": "1.2"}).text = " "

    def colour(self, role: str) -> str:
        """Returns the colour of a role; a colour stays itself."""
        return self._colours.get(role, role)

    def _stroke_class(self, role: str) -> str:
        """Returns the class that the sheet has for a line of that role."""
        return f"s{own}" if (own := self._class(role)) else ""

    def _class(self, role: str) -> str:
        # A colour that the owner chose stays the same in the dark.
        return _CLASSES.get(role, "") if self._follows and role not in self._chosen else ""

    def serialise(self) -> str:
        """Returns the picture as SVG."""
        return tostring(self.root, encoding="unicode")


def make_frame(options: WidgetOptions, width: float, height: float, *, has_sheet: bool) -> SvgCanvas:
    """Returns a canvas with the box that holds everything."""
    canvas = SvgCanvas(options, width, height, has_sheet=has_sheet)
    canvas.add("rect", "bg", "x", width=canvas.width, height=canvas.height, rx=options.radius)
    edge = max(options.radius - 0.5, 0)
    canvas.add_outline("border", x=0.5, y=0.5, width=canvas.width - 1, height=canvas.height - 1, rx=edge)
    return canvas


def format_attribute(value: object) -> str:
    """Returns a number with at most two decimals; anything else as a text."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def fit_number(number: str, size: float, room: float) -> float:
    """Returns the size in which a bold number is at most that wide; at most `size`."""
    return min(size, round(size * room / max(measure_text(number, size, bold=True), 1), 2))


def truncate(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """Returns the text, or as much of it as there is room for, with an ellipsis."""
    while len(text) > 1 and measure_text(text, size, bold=bold) > room:
        text = text.removesuffix("…")[:-1].rstrip() + "…"
    return text
