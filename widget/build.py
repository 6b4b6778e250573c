"""Minifies snippet, widget and spans: `python widget/build.py [FOLDER]` writes what the service serves."""

import gzip
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from string import ascii_letters

import brotli
import minify

HERE = Path(__file__).parent
PARTS = ("texts", "sheet", "feed", "element")
SOURCES = {
    "v.js": ("tracker.js",),
    "w.js": tuple(f"visitor-stats/{part}.js" for part in PARTS),
    "more.js": ("visitor-stats/extras.js",),
    "f.js": ("spans.js",),
}


def build(folder: Path) -> None:
    """Writes each script, its parts in one, and each language, minified; the same bytes each time."""
    for name, sources in SOURCES.items():
        source = "\n".join((HERE / part).read_text("utf-8") for part in sources)
        if len(sources) > 1:
            # In a block the parts' own names are nobody else's, so that they can be shortened.
            source = _shorten_private_names(f"{{{source}}}")
        # What the snippet is written in, older browsers understand: it is not made newer.
        minify.config({"js-version": 2018 if name == "v.js" else 2021})
        _write(folder / name, minify.string("application/javascript", source))
    # Pages that name a release go on with it: those of before stay where they are.
    _write(folder / "v" / f"{_version()}.js", (folder / "v.js").read_text("utf-8"))
    for texts in sorted((HERE / "locales").glob("*.json")):
        _write(folder / "l" / texts.name, minify.string("application/json", texts.read_text("utf-8")))


def _shorten_private_names(source: str) -> str:
    """Returns the source with short names for properties that begin with an underscore: they are its own."""
    counted = Counter(re.findall(r"\._([a-z]\w*)", source))
    short = {name: letter for (name, _), letter in zip(counted.most_common(), ascii_letters, strict=False)}
    return re.sub(r"\b_([a-z]\w*)", lambda found: f"_{short[found[1]]}", source)


def _version() -> str:
    with (HERE.parent / "pyproject.toml").open("rb") as file:
        version: str = tomllib.load(file)["project"]["version"]
    return version


def _write(path: Path, text: str) -> None:
    made = text.encode("utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(made)
    path.with_name(f"{path.name}.br").write_bytes(brotli.compress(made, quality=11))
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(made, 9, mtime=0))


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dist")
