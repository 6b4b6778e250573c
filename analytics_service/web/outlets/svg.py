"""The widget as a picture, one function for each variant."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import SubElement

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.query import BUTTON_WIDTH, Variant
from analytics_service.web.outlets.svg_canvas import SvgCanvas, length
from analytics_service.web.outlets.widget_view import Row, WidgetView

HEAD, ROW, EDGE, NOTE = 36, 33, 13, 16
SLATE, PALE, LIGHTS = "#3d4756", "#ffffff", "#5fe39a"
REEL, CREASE = "#27323f", "#131a23"
SLACK = 0.93
"""Texts that flow are measured by what most fonts need, not by the widest."""
BADGE_HEIGHT, BUTTON_HEIGHT, INLINE_HEIGHT, BAND_HEIGHT = 22, 31, 22, 40
CURVE_HEIGHT = 36
SMALL_RADIUS = 5
COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Box:
    """A place on the paper."""

    x: float
    y: float
    width: float
    height: float


def drawn(scene: WidgetView, *, has_sheet: bool = True, problem: str = "") -> str:
    """The scene as SVG; without the sheet for whoever cannot read it. A `problem` is told, not shown."""
    paper = _DRAW[scene.look.variant](scene, has_sheet)
    paper.tell(scene.title, f"{scene.told} — {problem}" if problem else scene.told)
    return paper.drawn()


def size(scene: WidgetView) -> tuple[int, int]:
    """Width and height of its picture, in pixels."""
    paper = _DRAW[scene.look.variant](scene, True)
    return paper.width, paper.height


def _frame(scene: WidgetView, width: float, height: float, has_sheet: bool) -> SvgCanvas:
    """A paper with the box that holds everything."""
    paper = SvgCanvas(scene.look, width, height, has_sheet=has_sheet)
    paper.add("rect", "bg", "x", width=paper.width, height=paper.height, rx=scene.look.radius)
    edge = max(scene.look.radius - 0.5, 0)
    paper.line_box("border", x=0.5, y=0.5, width=paper.width - 1, height=paper.height - 1, rx=edge)
    return paper


def _clipped(scene: WidgetView, width: float, height: float, has_sheet: bool) -> SvgCanvas:
    """A paper without a border, nothing standing out at its corners: for small ones, as clipping is slow."""
    paper = SvgCanvas(scene.look, width, height, has_sheet=has_sheet)
    clip = SubElement(paper.root, "clipPath", {"id": "vc"})
    size = {"width": str(paper.width), "height": str(paper.height)}
    SubElement(clip, "rect", {**size, "rx": str(min(scene.look.radius, SMALL_RADIUS))})
    paper.layer.set("clip-path", "url(#vc)")
    return paper


def _heading(paper: SvgCanvas, scene: WidgetView, *, centred: bool = False) -> float:
    """Draws the heading, if there is one; where the next thing begins."""
    if not scene.heading:
        return 4
    round_by = scene.look.radius
    corner = f"a{round_by} {round_by} 0 0 1 {round_by}"
    over = f"{corner} -{round_by}H{paper.width - round_by}{corner} {round_by}"
    paper.add("path", "accent", "x", d=f"M0 {HEAD}V{round_by}{over}V{HEAD}z")
    place = {"x": paper.width / 2, "text_anchor": "middle"} if centred else {"x": EDGE}
    paper.text(scene.heading, y=23, fill="accent-text", bold=True, room=paper.width - 2 * EDGE, **place)
    return HEAD


def _rows(paper: SvgCanvas, rows: tuple[Row, ...], box: Box) -> None:
    """A row for each figure: label, number, and a line between two."""
    pitch = box.height / max(len(rows), 1)
    for number, row in enumerate(rows):
        middle = box.y + pitch * (number + 0.5)
        right = box.x + box.width
        paper.text(row.value, right, middle + 5, bold=True, text_anchor="end")
        start = box.x + _dot(paper, row, box.x, middle)
        room = right - start - length(row.value, 14, bold=True) - 8
        paper.text(row.label, start, middle + 5, "muted", room=room)
        if number:
            top = round(middle - pitch / 2) + 0.5
            paper.line(f"M{box.x} {top}h{box.width}", "border")


def _dot(paper: SvgCanvas, row: Row, x: float, middle: float, colour: str = "live") -> float:
    """Draws the dot that *online* has; how much room it took."""
    if row.item is not Item.ONLINE:
        return 0
    paper.add("circle", colour, cx=x + 4, cy=middle, r=4)
    return 15


def _note(paper: SvgCanvas, scene: WidgetView, x: float) -> None:
    if scene.note:
        room = paper.width - x - EDGE
        paper.text(scene.note, x, paper.height - 9, "muted", font_size=11, room=room)


def _list(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    width = scene.look.width or 240
    top = HEAD if scene.heading else 4
    height = ROW * max(len(scene.rows), 1)
    paper = _frame(scene, width, top + 4 + height + 4, has_sheet)
    _heading(paper, scene)
    # No state is taller than another: the note's line is taken from the rows.
    left = height - NOTE if scene.note else height
    _rows(paper, scene.rows, Box(EDGE, top + 3, width - 2 * EDGE, left))
    _note(paper, scene, EDGE)
    return paper


def _digits(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    main, *rest = scene.rows or (Row(Item.TOTAL, "", "–"),)
    plain = "".join(sign for sign in main.value if sign.isdigit())
    header_signals = plain.rjust(scene.look.digits, "0") if plain else "–" * scene.look.digits
    width = max(scene.look.width or 185, len(header_signals) * 22 + 2 * EDGE)
    top = HEAD if scene.heading else 4
    height = 31 * len(rest)
    paper = _frame(scene, width, top + 46 + height + (NOTE if not rest else 4), has_sheet)
    _heading(paper, scene, centred=True)
    left = (width - len(header_signals) * 22 + 2) / 2
    for number, sign in enumerate(header_signals):
        x = left + number * 22
        paper.add("rect", REEL, "x", x=x, y=top + 9, width=20, height=29, rx=3)
        paper.line(f"M{x} {top + 23.5}h20", CREASE)
        paper.text(sign, x + 10, top + 30.5, PALE, bold=True, font_size=19, text_anchor="middle")
    below = height - NOTE if scene.note and rest else height
    _rows(paper, tuple(rest), Box(EDGE, top + 42, width - 2 * EDGE, below))
    _note(paper, scene, EDGE)
    return paper


def _card(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    main, *rest = scene.rows or (Row(Item.TOTAL, "", "–"),)
    width, edge = scene.look.width or 256, 16
    lines = -(-len(rest) // COLUMNS)
    paper = _frame(scene, width, 108 + 46 * lines + 10, has_sheet)
    if scene.heading:
        paper.text(scene.heading, edge, 27, "muted", font_size=13, room=width - 2 * edge)
    paper.text(main.value, edge, 57, bold=True, font_size=27, room=width - 2 * edge)
    # As in a list, the note's line is taken from what stands above it.
    lift = 9 if scene.note else 0
    _curve(paper, scene.curve, Box(edge, 68, width - 2 * edge, CURVE_HEIGHT - lift))
    for line in range(lines):
        box = Box(edge, 108 - lift + 46 * line, width - 2 * edge, 46)
        _columns(paper, tuple(rest[line * COLUMNS :][:COLUMNS]), box)
    if scene.note:
        paper.text(scene.note, edge, paper.height - 7, "muted", font_size=11, room=width - 2 * edge)
    return paper


def _columns(paper: SvgCanvas, rows: tuple[Row, ...], box: Box) -> None:
    """Labels above numbers: the first column at the left edge, the last at the right, one between them."""
    dots = [13 if row.item is Item.ONLINE else 0 for row in rows]
    needs = [
        max(length(row.label, 12) + dot, length(row.value, 14, bold=True)) + 6
        for row, dot in zip(rows, dots, strict=True)
    ]
    scale = min(box.width / sum(needs), 1)
    for number, (row, dot, need) in enumerate(zip(rows, dots, needs, strict=True)):
        room = need * scale - 6
        x, anchor = _column(number, len(rows), box, [one * scale for one in needs])
        if dot and not number:
            paper.add("circle", "live", cx=x + 4, cy=box.y + 14, r=4)
        at = {"font_size": 12, "text_anchor": anchor}
        start = x if number else x + dot
        label = paper.text(row.label, start, box.y + 18, "muted", room=room - dot, **at)
        if dot and number:
            words, label.text = label.text, None
            paper.dot(label)
            label[-1].tail = words
        paper.text(row.value, x, box.y + 36, bold=True, room=room, text_anchor=anchor)


def _column(number: int, count: int, box: Box, needs: list[float]) -> tuple[float, str]:
    """Where a column's texts stand, and which of their ends stands there."""
    if not number:
        return box.x, "start"
    if number == COLUMNS - 1 or count == COLUMNS - 1:
        return box.x + box.width, "end"
    # Fonts differ: what they leave is shared by both sides.
    left, right = box.x + needs[0], box.x + box.width - (needs[2] if count == COLUMNS else 0)
    return (left + right) / 2, "middle"


def _curve(paper: SvgCanvas, values: tuple[int, ...], box: Box) -> None:
    if not values:
        paper.line(f"M{box.x} {box.y + box.height - 0.5}h{box.width}", "border")
        return
    most, step = max(*values, 1), box.width / max(len(values) - 1, 1)
    bottom = box.y + box.height
    points = [
        f"{box.x + step * day:.1f} {bottom - 1 - (box.height - 3) * value / most:.1f}"
        for day, value in enumerate(values)
    ]
    path = "M" + "L".join(points)
    paper.add("path", "accent", d=f"{path}L{box.x + box.width} {bottom}L{box.x} {bottom}Z", fill_opacity=0.14)
    paper.line(path, "accent", stroke_width=1.6, stroke_linejoin="round")


def _inline(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    """One line of text that flows, so that no guess at its length can tear it apart."""
    has_band = any(name == "bg" for name, _ in scene.look.colours)
    edge, height = (14, BAND_HEIGHT) if has_band else (1, INLINE_HEIGHT)
    dots = 15 * sum(row.item is Item.ONLINE for row in scene.rows)
    labels = sum(length(f"{row.label}:  ", 14) + length(row.value, 14, bold=True) for row in scene.rows)
    between = length("  •  ", 14) * max(len(scene.rows) - 1, 0)
    note = f"  {scene.note}" if scene.note else ""
    width = 2 * edge + (dots + labels + between + length(note, 11)) * SLACK
    if has_band:
        paper = _frame(scene, width, height, has_sheet)
    else:
        paper = SvgCanvas(scene.look, width, height, has_sheet=has_sheet)
    _flowing(paper, scene, edge, note)
    if has_band:
        # What was guessed too much is shared by both sides.
        paper.layer[-1].attrib |= {"x": str(paper.width / 2), "text-anchor": "middle"}
    return paper


def _flowing(paper: SvgCanvas, scene: WidgetView, edge: float, note: str) -> None:
    middle = paper.height / 2
    line = paper.text("", edge, middle + 5, "muted")
    line.set("xml:space", "preserve")
    for number, row in enumerate(scene.rows):
        if number:
            paper.piece(line, "  •  ", "muted")
        if row.item is Item.ONLINE:
            paper.dot(line)
        paper.piece(line, f"{row.label}: ", "muted")
        paper.piece(line, row.value, "text", bold=True)
    if note:
        paper.piece(line, note, "muted", size=11)


def _button(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    """A badge of 88 by 31: the first figure's label above its number."""
    row = scene.rows[0] if scene.rows else Row(Item.TOTAL, "", "–")
    paper = _clipped(scene, BUTTON_WIDTH, BUTTON_HEIGHT, has_sheet)
    half = BUTTON_HEIGHT // 2
    paper.add("rect", SLATE, "x", width=paper.width, height=half)
    paper.add("rect", "accent", "x", y=half, width=paper.width, height=BUTTON_HEIGHT - half)
    middle, at = paper.width / 2, {"text_anchor": "middle", "room": paper.width - 8}
    paper.text(row.label, middle, 11.3, PALE, font_size=10, **at)
    paper.text(row.value, middle, 27.2, "accent-text", font_size=12, bold=True, **at)
    return paper


def _badge(scene: WidgetView, has_sheet: bool) -> SvgCanvas:
    if scene.look.width == BUTTON_WIDTH:
        return _button(scene, has_sheet)
    cells: list[tuple[Row, float, float]] = []
    for row in scene.rows:
        label = length(row.label, 12) + 14 + (13 if row.item is Item.ONLINE else 0)
        cells.append((row, label, length(row.value, 12, bold=True) + 14))
    width = sum(label + value for _, label, value in cells)
    paper = _clipped(scene, max(width, 20), BADGE_HEIGHT, has_sheet)
    x = 0.0
    for row, label, value in cells:
        paper.add("rect", SLATE, "x", x=x, width=label, height=BADGE_HEIGHT)
        paper.add("rect", "accent", "x", x=x + label, width=value, height=BADGE_HEIGHT)
        dot = 13 if row.item is Item.ONLINE else 0
        if dot:
            paper.add("circle", LIGHTS, cx=x + 12, cy=11, r=3.5)
        at = {"text_anchor": "middle", "font_size": 12}
        paper.text(row.label, x + (label + dot) / 2, 15.3, PALE, **at)
        paper.text(row.value, x + label + value / 2, 15.3, "accent-text", bold=True, **at)
        x += label + value
    return paper


_DRAW: Mapping[Variant, Callable[[WidgetView, bool], SvgCanvas]] = {
    Variant.LIST: _list,
    Variant.INLINE: _inline,
    Variant.BADGE: _badge,
    Variant.CARD: _card,
    Variant.DIGITS: _digits,
}
