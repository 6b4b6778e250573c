"""A change to the program in every process of a real service, where a test cannot bring it about outside."""

from pathlib import Path
from textwrap import dedent


def patched(folder: Path, lines: str) -> dict[str, str]:
    """The environment in which each process of the service runs those lines as it starts."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(dedent(lines))
    return {"PYTHONPATH": str(folder)}
