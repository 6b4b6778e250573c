"""The card: one large figure above a curve of its days, and the others in columns."""

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.svg_canvas import (
    Box,
    SvgCanvas,
    fit_number,
    make_frame,
    measure_text,
    truncate,
)
from analytics_service.web.outlets.widget_view import Row, WidgetView

CURVE_HEIGHT = 36
COLUMNS = 3
NARROW, NARROWER = 240, 200
"""Below these widths a card has two columns, and one."""


def draw_card(view: WidgetView, has_sheet: bool) -> SvgCanvas:
    """Returns the card's picture: heading, large figure with its name, curve, and the other figures."""
    main, *rest = view.rows or (Row(Item.TOTAL, "", "–"),)
    width, edge = view.options.width or 256, 16
    columns = COLUMNS if width >= NARROW else 2 if width >= NARROWER else 1
    lines = -(-len(rest) // columns)
    canvas = make_frame(view.options, width, 108 + 46 * lines + 10, has_sheet=has_sheet)
    if view.heading:
        canvas.add_text(view.heading, edge, 27, "muted", font_size=13, room=width - 2 * edge)
    _large(canvas, main, edge, width - 2 * edge)
    # As in a list, the note's line is taken from what stands above it.
    lift = 9 if view.note else 0
    _curve(canvas, view.curve, Box(edge, 68, width - 2 * edge, CURVE_HEIGHT - lift))
    for line in range(lines):
        box = Box(edge, 108 - lift + 46 * line, width - 2 * edge, 46)
        _columns(canvas, tuple(rest[line * columns :][:columns]), box)
    if view.note:
        canvas.add_text(view.note, edge, canvas.height - 7, "muted", font_size=11, room=width - 2 * edge)
    return canvas


def _large(canvas: SvgCanvas, row: Row, x: float, room: float) -> None:
    """Draws the large figure and its name on one line of text, which flows."""
    name = measure_text(row.label, 12) + 10
    # Half of the room is the name's where both do not fit.
    size = fit_number(row.value, 27, max(room - name, room / 2))
    line = canvas.add_text("", x, 57, "muted")
    line.set("xml:space", "preserve")
    canvas.append_text(line, row.value, "text", bold=True, size=size)
    left = room - measure_text(row.value, size, bold=True) - 8
    canvas.append_text(line, f"  {truncate(row.label, 12, left)}", "muted", size=12)


def _columns(canvas: SvgCanvas, rows: tuple[Row, ...], box: Box) -> None:
    """Draws labels above numbers: the first column at the left edge, the last at the right."""
    dots = [13 if row.item is Item.ONLINE else 0 for row in rows]
    needs = [
        max(measure_text(row.label, 12) + dot, measure_text(row.value, 14, bold=True)) + 6
        for row, dot in zip(rows, dots, strict=True)
    ]
    scale = min(box.width / sum(needs), 1)
    for number, (row, dot, need) in enumerate(zip(rows, dots, needs, strict=True)):
        room = need * scale - 6
        x, anchor = _column(number, len(rows), box, [one * scale for one in needs])
        if dot and not number:
            canvas.add("circle", "live" if row.is_live else "border", cx=x + 4, cy=box.y + 14, r=4)
        at = {"font_size": 12, "text_anchor": anchor}
        start = x if number else x + dot
        label = canvas.add_text(row.label, start, box.y + 18, "muted", room=room - dot, **at)
        if dot and number:
            words, label.text = label.text, None
            canvas.append_dot(label, row.is_live)
            label[-1].tail = words
        canvas.add_number(row.value, x, box.y + 36, room=room, anchor=anchor)


def _column(number: int, count: int, box: Box, needs: list[float]) -> tuple[float, str]:
    """Returns where a column's texts stand, and which of their ends stands there."""
    if not number:
        return box.x, "start"
    if number == COLUMNS - 1 or count == COLUMNS - 1:
        return box.x + box.width, "end"
    # Fonts differ: what they leave is shared by both sides.
    left, right = box.x + needs[0], box.x + box.width - (needs[2] if count == COLUMNS else 0)
    return (left + right) / 2, "middle"


def _curve(canvas: SvgCanvas, values: tuple[int, ...], box: Box) -> None:
    if not values:
        canvas.add_line(f"M{box.x} {box.y + box.height - 0.5}h{box.width}", "border")
        return
    most, step = max(*values, 1), box.width / max(len(values) - 1, 1)
    bottom = box.y + box.height
    points = [
        f"{box.x + step * day:.1f} {bottom - 1 - (box.height - 3) * value / most:.1f}"
        for day, value in enumerate(values)
    ]
    path = "M" + "L".join(points)
    canvas.add(
        "path", "accent", d=f"{path}L{box.x + box.width} {bottom}L{box.x} {bottom}Z", fill_opacity=0.14
    )
    canvas.add_line(path, "accent", stroke_width=1.6, stroke_linejoin="round")
