"""The widget as a picture, one function for each variant."""

from collections.abc import Callable, Mapping
from xml.etree.ElementTree import SubElement

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.colours import LABEL_BACKGROUND, LABEL_LIVE, LABEL_TEXT
from analytics_service.web.outlets.options import BUTTON_WIDTH, Variant
from analytics_service.web.outlets.svg_canvas import Box, SvgCanvas, make_frame, measure_text
from analytics_service.web.outlets.svg_card import draw_card
from analytics_service.web.outlets.widget_view import Row, WidgetView

HEAD, ROW, EDGE, NOTE = 36, 33, 13, 16
REEL, CREASE = "#27323f", "#131a23"
SLACK = 1.02
"""Texts that flow get a little more room than the widest of common fonts need: no digit is cut off."""
BADGE_HEIGHT, BUTTON_HEIGHT, INLINE_HEIGHT, BAND_HEIGHT = 22, 31, 22, 40
SMALL_RADIUS = 5
NAME = 18
"""The height of the large figure's name above digits."""


def render_svg(view: WidgetView, *, has_sheet: bool = True, problem: str = "") -> str:
    """Returns the view as SVG, without a style sheet for renderers that read none.

    A `problem` is part of the description only.
    """
    canvas = _DRAW[view.options.variant](view, has_sheet)
    canvas.describe(view.title, f"{view.description} — {problem}" if problem else view.description)
    return canvas.serialise()


def measure_svg(view: WidgetView) -> tuple[int, int]:
    """Returns width and height of the view's picture, in pixels."""
    canvas = _DRAW[view.options.variant](view, True)
    return canvas.width, canvas.height


def _clipped(view: WidgetView, width: float, height: float, has_sheet: bool) -> SvgCanvas:
    """Returns a canvas that is clipped at round corners: for small pictures, as clipping is slow."""
    canvas = SvgCanvas(view.options, width, height, has_sheet=has_sheet)
    clip = SubElement(canvas.root, "clipPath", {"id": "vc"})
    size = {"width": str(canvas.width), "height": str(canvas.height)}
    SubElement(clip, "rect", {**size, "rx": str(min(view.options.radius, SMALL_RADIUS))})
    canvas.layer.set("clip-path", "url(#vc)")
    return canvas


def _heading(canvas: SvgCanvas, view: WidgetView, *, centred: bool = False) -> float:
    """Draws the heading, if there is one; returns where the next element begins."""
    if not view.heading:
        return 4
    round_by = view.options.radius
    corner = f"a{round_by} {round_by} 0 0 1 {round_by}"
    over = f"{corner} -{round_by}H{canvas.width - round_by}{corner} {round_by}"
    canvas.add("path", "accent", "x", d=f"M0 {HEAD}V{round_by}{over}V{HEAD}z")
    place = {"x": canvas.width / 2, "text_anchor": "middle"} if centred else {"x": EDGE}
    canvas.add_text(view.heading, y=23, fill="accent-text", bold=True, room=canvas.width - 2 * EDGE, **place)
    return HEAD


def _rows(canvas: SvgCanvas, rows: tuple[Row, ...], box: Box) -> None:
    """Draws a row for each figure: label, number, and a line between two rows."""
    pitch = box.height / max(len(rows), 1)
    for line, row in enumerate(rows):
        middle = box.y + pitch * (line + 0.5)
        right = box.x + box.width
        start = box.x + _dot(canvas, row, box.x, middle)
        number = canvas.add_number(row.value, right, middle + 5, room=(right - start) * 0.6, anchor="end")
        size = float(number.get("font-size", 14))
        room = right - start - measure_text(row.value, size, bold=True) - 8
        canvas.add_text(row.label, start, middle + 5, "muted", room=room)
        if line:
            top = round(middle - pitch / 2) + 0.5
            canvas.add_line(f"M{box.x} {top}h{box.width}", "border")


def _dot(canvas: SvgCanvas, row: Row, x: float, middle: float, colour: str = "live") -> float:
    """Draws the dot of *online*; returns how wide it is."""
    if row.item is not Item.ONLINE:
        return 0
    canvas.add("circle", colour if row.is_live else "border", cx=x + 4, cy=middle, r=4)
    return 15


def _note(canvas: SvgCanvas, view: WidgetView, x: float) -> None:
    if view.note:
        room = canvas.width - x - EDGE
        canvas.add_text(view.note, x, canvas.height - 9, "muted", font_size=11, room=room)


def _list(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    width = view.options.width or 240
    top = HEAD if view.heading else 4
    height = ROW * max(len(view.rows), 1)
    canvas = make_frame(view.options, width, top + 4 + height + 4, has_sheet=has_sheet)
    _heading(canvas, view)
    # All states have one height: the note's line is taken from the rows.
    left = height - NOTE if view.note else height
    _rows(canvas, view.rows, Box(EDGE, top + 3, width - 2 * EDGE, left))
    _note(canvas, view, EDGE)
    return canvas


def _digits(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    main, *rest = view.rows or (Row(Item.TOTAL, "", "–"),)
    plain = "".join(character for character in main.value if character.isdigit())
    digits = plain.rjust(view.options.digits, "0") if plain else "–" * view.options.digits
    width = max(view.options.width or 185, len(digits) * 22 + 2 * EDGE)
    top = HEAD if view.heading else 4
    height = 31 * len(rest)
    canvas = make_frame(
        view.options, width, top + NAME + 46 + height + (NOTE if not rest else 4), has_sheet=has_sheet
    )
    _heading(canvas, view, centred=True)
    at = {"font_size": 12, "text_anchor": "middle", "room": width - 2 * EDGE}
    canvas.add_text(main.label, width / 2, top + 19, "muted", **at)
    top += NAME
    left = (width - len(digits) * 22 + 2) / 2
    for number, digit in enumerate(digits):
        x = left + number * 22
        canvas.add("rect", REEL, "x", x=x, y=top + 9, width=20, height=29, rx=3)
        canvas.add_line(f"M{x} {top + 23.5}h20", CREASE)
        canvas.add_text(digit, x + 10, top + 30.5, LABEL_TEXT, bold=True, font_size=19, text_anchor="middle")
    below = height - NOTE if view.note and rest else height
    _rows(canvas, tuple(rest), Box(EDGE, top + 42, width - 2 * EDGE, below))
    _note(canvas, view, EDGE)
    return canvas


def _inline(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    """Draws one line of text that flows, so that a wrong guess at its width does no harm."""
    has_band = any(name == "bg" for name, _ in view.options.colours)
    edge, height = (14, BAND_HEIGHT) if has_band else (1, INLINE_HEIGHT)
    dots = 15 * sum(row.item is Item.ONLINE for row in view.rows)
    labels = sum(
        measure_text(f"{row.label}:  ", 14) + measure_text(row.value, 14, bold=True) for row in view.rows
    )
    between = measure_text("  •  ", 14) * max(len(view.rows) - 1, 0)
    note = f"  {view.note}" if view.note else ""
    width = 2 * edge + (dots + labels + between + measure_text(note, 11)) * SLACK
    if has_band:
        canvas = make_frame(view.options, width, height, has_sheet=has_sheet)
    else:
        canvas = SvgCanvas(view.options, width, height, has_sheet=has_sheet)
    _flowing(canvas, view, edge, note)
    if has_band:
        # What was measured too wide is shared by both sides.
        canvas.layer[-1].attrib |= {"x": str(canvas.width / 2), "text-anchor": "middle"}
    return canvas


def _flowing(canvas: SvgCanvas, view: WidgetView, edge: float, note: str) -> None:
    middle = canvas.height / 2
    line = canvas.add_text("", edge, middle + 5, "muted")
    line.set("xml:space", "preserve")
    for number, row in enumerate(view.rows):
        if number:
            canvas.append_text(line, "  •  ", "muted")
        if row.item is Item.ONLINE:
            canvas.append_dot(line, row.is_live)
        canvas.append_text(line, f"{row.label}: ", "muted")
        canvas.append_text(line, row.value, "text", bold=True)
    if note:
        canvas.append_text(line, note, "muted", size=11)


def _button(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    """Draws a badge of 88 by 31 pixels: the first figure's label above its number."""
    row = view.rows[0] if view.rows else Row(Item.TOTAL, "", "–")
    canvas = _clipped(view, BUTTON_WIDTH, BUTTON_HEIGHT, has_sheet)
    half = BUTTON_HEIGHT // 2
    canvas.add("rect", LABEL_BACKGROUND, "x", width=canvas.width, height=half)
    canvas.add("rect", "accent", "x", y=half, width=canvas.width, height=BUTTON_HEIGHT - half)
    middle, room = canvas.width / 2, canvas.width - 8
    canvas.add_text(row.label, middle, 11.3, LABEL_TEXT, font_size=10, text_anchor="middle", room=room)
    canvas.add_number(row.value, middle, 27.2, "accent-text", room=room, size=12, anchor="middle")
    return canvas


def _badge(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    if view.options.width == BUTTON_WIDTH:
        return _button(view, has_sheet)
    cells: list[tuple[Row, float, float]] = []
    for row in view.rows:
        label = measure_text(row.label, 12) + 14 + (13 if row.item is Item.ONLINE else 0)
        cells.append((row, label, measure_text(row.value, 12, bold=True) + 14))
    width = sum(label + value for _, label, value in cells)
    canvas = _clipped(view, max(width, 20), BADGE_HEIGHT, has_sheet)
    x = 0.0
    for row, label, value in cells:
        canvas.add("rect", LABEL_BACKGROUND, "x", x=x, width=label, height=BADGE_HEIGHT)
        canvas.add("rect", "accent", "x", x=x + label, width=value, height=BADGE_HEIGHT)
        dot = 13 if row.item is Item.ONLINE else 0
        if dot:
            canvas.add("circle", LABEL_LIVE if row.is_live else LABEL_TEXT, cx=x + 12, cy=11, r=3.5)
        at = {"text_anchor": "middle", "font_size": 12}
        canvas.add_text(row.label, x + (label + dot) / 2, 15.3, LABEL_TEXT, **at)
        canvas.add_text(row.value, x + label + value / 2, 15.3, "accent-text", bold=True, **at)
        x += label + value
    return canvas


_DRAW: Mapping[Variant, Callable[[WidgetView, bool], SvgCanvas]] = {
    Variant.LIST: _list,
    Variant.INLINE: _inline,
    Variant.BADGE: _badge,
    Variant.CARD: draw_card,
    Variant.DIGITS: _digits,
}
