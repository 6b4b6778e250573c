"""A drawing of floors and rooms, made from the package's docstrings and imports."""

import ast
from collections.abc import Iterator
from html import escape
from textwrap import wrap

from tests.house.floors import FLOORS
from tests.house.sources import Sources, room_of, rooms_imported

WIDTH, LEFT, GAP = 1200, 44, 12
LINE, HEAD, PAD = 15, 22, 10
CHARACTER = 6.1
"""How wide a character is, about, at the size of the small text."""
STYLE = (
    "text{font:11px system-ui,sans-serif;fill:#1b2733}.room{font-weight:700;font-size:14px}"
    ".modules{font-style:italic}.uses{fill:#55606b}.floor{fill:#f1f4f7}.box{fill:#fff;stroke:#8796a5}.number{font-size:16px;fill:#55606b}"
)


def described(package: Sources) -> dict[str, str]:
    """Returns the first sentence of each room's docstring."""
    faces = {room_of(path): path for path in sorted(package, reverse=True) if _is_face(path)}
    texts = {room: ast.get_docstring(ast.parse(package[path])) or "" for room, path in faces.items()}
    return {room: text.partition("\n")[0] for room, text in texts.items()}


def _is_face(path: str) -> bool:
    return path.count("/") == 0 or (path.endswith("/__init__.py") and path.count("/") == 1)


def modules(package: Sources) -> dict[str, str]:
    """Returns the names of each room's modules, those of a package inside it in brackets after its name."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in sorted(package):
        room, *inside, name = path.removesuffix(".py").split("/") if "/" in path else ("", path)
        if room and name != "__init__":
            found.setdefault(room, {}).setdefault("/".join(inside), []).append(name)
    return {room: " · ".join(_listed(folders)) for room, folders in found.items()}


def _listed(folders: dict[str, list[str]]) -> Iterator[str]:
    for folder, names in folders.items():
        if folder:
            yield f"{folder}/ ({' · '.join(names)})"
        else:
            yield from names


def used(package: Sources) -> dict[str, list[str]]:
    """Returns the rooms that each room imports, as the floors list them from above."""
    order = [room for floor in reversed(FLOORS) for room in floor]
    found: dict[str, set[str]] = {}
    for path, source in package.items():
        found.setdefault(room_of(path), set()).update(room for room, _ in rooms_imported(path, source))
    return {room: [one for one in order if one in rooms - {room}] for room, rooms in found.items()}


def _lines(texts: tuple[str, str, list[str]], width: int) -> list[tuple[str, str]]:
    """Returns class and text of each line of small text in a box of that width."""
    columns = int((width - 2 * PAD) / CHARACTER)
    description, names, uses = texts
    arrow = f"→ {', '.join(uses)}" if uses else ""
    kinds = (("", description), ("modules", names), ("uses", arrow))
    return [(kind, line) for kind, text in kinds for line in wrap(text, columns)]


def _box(room: str, lines: list[tuple[str, str]], corner: tuple[int, int], size: tuple[int, int]) -> str:
    x, y = corner
    drawn = [
        f'<rect class="box" x="{x}" y="{y}" width="{size[0]}" height="{size[1]}" rx="5"/>',
        f'<text class="room" x="{x + PAD}" y="{y + HEAD}">{escape(room)}</text>',
    ]
    for number, (kind, line) in enumerate(lines, start=1):
        at = y + HEAD + number * LINE + 2
        drawn.append(f'<text class="{kind}" x="{x + PAD}" y="{at}">{escape(line)}</text>')
    return "\n".join(drawn)


def architecture(package: Sources) -> str:
    """Returns the drawing as SVG: a band for each floor, the highest on top, a box for each room."""
    texts, names, uses = described(package), modules(package), used(package)
    drawn, top = [], 0
    for number, floor in reversed(list(enumerate(FLOORS))):
        rooms = [room for room in floor if room in uses]
        width = (WIDTH - LEFT - GAP * len(rooms)) // len(rooms)
        about = {room: (texts.get(room, ""), names.get(room, ""), uses[room]) for room in rooms}
        lines = {room: _lines(about[room], width) for room in rooms}
        height = HEAD + PAD + LINE * max(map(len, lines.values()))
        drawn.append(f'<rect class="floor" x="0" y="{top}" width="{WIDTH}" height="{height + 2 * GAP}"/>')
        drawn.append(f'<text class="number" x="{GAP}" y="{top + GAP + HEAD}">{number}</text>')
        for place, room in enumerate(rooms):
            corner = (LEFT + place * (width + GAP), top + GAP)
            drawn.append(_box(room, lines[room], corner, (width, height)))
        top += height + 2 * GAP + 6
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" role="img">'
    title = "<title>The layers of the package, their rooms, and what each imports</title>"
    return "\n".join([head, title, f"<style>{STYLE}</style>", *drawn, "</svg>"]) + "\n"
