"""The parts of the documents that are made from the code: layers, figures, the drawing of the rooms."""

import ast
import re
from pathlib import Path, PurePosixPath

from tests.house.diagram import architecture
from tests.house.figures import figures
from tests.house.floors import FLOORS
from tests.house.sources import Sources, room_of

PAGE = "CONTRIBUTING.md"
DRAWING = "docs/architecture.svg"
# Figures of size may drift this far before the page must be written again.
DRIFT = 0.1


def layers(package: Sources) -> str:
    """Returns the layers as a block of text, the highest first; rooms that are not there yet are left out."""
    rooms = {room_of(path) for path in package}
    lines = [
        f"{number}  {' · '.join(room for room in floor if room in rooms)}"
        for number, floor in reversed(list(enumerate(FLOORS)))
    ]
    return "```\n" + "\n".join(lines) + "\n```\n"


def modules(package: Sources) -> str:
    """Returns a list of the modules by package, each with the first sentence of its docstring."""
    folders: dict[str, list[str]] = {}
    for path, source in package.items():
        place = PurePosixPath(path)
        if place.name == "__init__.py":
            continue
        said = (ast.get_docstring(ast.parse(source)) or "").partition("\n")[0]
        folder = "" if place.parent == PurePosixPath(".") else f"{place.parent}/"
        folders.setdefault(folder, []).append(f"- `{place.stem}`: {said}\n")
    return "\n".join(
        f"**`{folder or '/'}`**\n\n{''.join(lines)}" for folder, lines in sorted(folders.items())
    )


def figures_table(package: Sources, tests: Sources) -> str:
    """Returns the table of figures as lines of Markdown, without its head."""
    return "".join(f"| {what} | {figure} |\n" for what, figure in figures(package, tests).items())


def _between(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


def part(page: str, name: str) -> str:
    """Returns what stands between the markers of that name."""
    (found,) = _between(name).findall(page)
    return str(found)


def write(top: Path, package: Sources, tests: Sources) -> None:
    """Writes the drawing, and the parts of the page between their markers."""
    page = (top / PAGE).read_text("utf-8")
    table = "| | |\n|---|---|\n" + figures_table(package, tests)
    page = _between("layers").sub(lambda _: layers(package), page)
    page = _between("figures").sub(lambda _: table, page)
    page = _between("modules").sub(lambda _: f"\n{modules(package)}\n", page)
    (top / PAGE).write_text(page, "utf-8")
    (top / DRAWING).write_text(architecture(package), "utf-8")


def stale_figures(page: str, package: Sources, tests: Sources) -> dict[str, tuple[str, str]]:
    """Returns the figures, written and real, that have drifted too far apart, or stand on one side only."""
    rows = [line.strip("| ").split(" | ") for line in part(page, "figures").splitlines()[2:]]
    written = dict(rows)
    real = {what: str(figure) for what, figure in figures(package, tests).items()}
    names = written.keys() | real.keys()
    pairs = {name: (written.get(name, ""), real.get(name, "")) for name in names}
    return {name: pair for name, pair in pairs.items() if not _is_near(*pair)}


def _is_near(written: str, real: str) -> bool:
    ours, theirs = (float(text.split()[0]) if text else -1.0 for text in (written, real))
    return abs(ours - theirs) <= DRIFT * theirs
