"""Minifies the snippet and the widget: `python widget/build.py [FOLDER]` writes what the service serves."""

import gzip
import sys
from pathlib import Path

import brotli
import minify

HERE = Path(__file__).parent
SOURCES = {"v.js": "tracker.js", "w.js": "visitor-stats.js"}


def build(folder: Path) -> None:
    """Writes each script minified, and compressed beside it; the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, source in SOURCES.items():
        made = minify.string("application/javascript", (HERE / source).read_text("utf-8")).encode("utf-8")
        (folder / name).write_bytes(made)
        (folder / f"{name}.br").write_bytes(brotli.compress(made, quality=11))
        (folder / f"{name}.gz").write_bytes(gzip.compress(made, 9, mtime=0))


if __name__ == "__main__":
    build(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "dist")
