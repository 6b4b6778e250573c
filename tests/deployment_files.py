"""What Dockerfile, .dockerignore, docker-compose.yml and the systemd unit say."""

import json
import re
import shutil
from collections import deque
from collections.abc import Iterator, Mapping
from configparser import RawConfigParser
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parents[1]
VARIABLE = re.compile(r"ANALYTICS_[A-Z_]*[A-Z]")
_DEFAULTED = re.compile(r"\$\{(\w+)(:?)-([^${}]*)\}")
_PLAIN = re.compile(r"[\w./-]+(?::[\w./-]+)*")


class Dockerfile:
    """The instructions, by stage."""

    def __init__(self, text: str) -> None:
        kept = (line for line in text.splitlines() if line.strip() and not line.startswith("#"))
        joined = re.sub(r"\\\n\s*", "", "\n".join(kept))
        self.instructions = [tuple(line.split(" ", 1)) for line in joined.splitlines()]
        last = max(n for n, (name, _) in enumerate(self.instructions) if name == "FROM")
        self.build, self.final = self.instructions[:last], self.instructions[last:]

    def all(self, name: str) -> list[str]:
        """What every instruction of that name says, in both stages."""
        return [text for found, text in self.instructions if found == name]

    def last(self, name: str) -> str:
        """What the image itself says."""
        return [text for found, text in self.final if found == name][-1]

    def environment(self) -> dict[str, str]:
        """The variables of the image."""
        return dict(part.split("=", 1) for part in self.last("ENV").split())

    def health(self) -> list[str]:
        """The health command's words."""
        words: list[str] = json.loads(self.last("HEALTHCHECK").partition("CMD ")[2])
        return words

    def lay_out(self, folder: Path) -> None:
        """Copies into a folder what the build stage copies, as far as it is sent to the builder."""
        for sources in (text.split() for name, text in self.build if name == "COPY"):
            target = folder / sources.pop()
            for source in sources:
                for path in sent(source):
                    inside = path.relative_to(source) if (ROOT / source).is_dir() else path.name
                    (target / inside).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / path, target / inside)


def dockerfile() -> Dockerfile:
    """The project's own."""
    return Dockerfile((ROOT / "Dockerfile").read_text("utf-8"))


def sent(source: str) -> Iterator[PurePosixPath]:
    """The files at or below a path that .dockerignore lets through."""
    rules = [
        line
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]
    start = ROOT / source
    for path in sorted(start.rglob("*")) if start.is_dir() else [start]:
        name = PurePosixPath(path.relative_to(ROOT).as_posix())
        if path.is_file() and not _is_ignored(name, rules):
            yield name


def _is_ignored(name: PurePosixPath, rules: list[str]) -> bool:
    """The last rule that fits decides."""
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        anywhere = pattern.removeprefix("**/")
        if pattern == "*" or name.is_relative_to(pattern) or (anywhere != pattern and anywhere in name.parts):
            ignored = not rule.startswith("!")
    return ignored


def compose(given: Mapping[str, str] | None = None) -> Any:
    """docker-compose.yml with its variables' values in place."""
    text = (ROOT / "docker-compose.yml").read_text("utf-8")
    while match := _DEFAULTED.search(text):
        name, or_empty, default = match.groups()
        value = (given or {}).get(name)
        text = (
            text[: match.start()]
            + (default if value is None or (or_empty and not value) else value)
            + (text[match.end() :])
        )
    lines = (line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#"))
    return _block(deque((len(line) - len(line.lstrip()), line.strip()) for line in lines), 0)


def _block(lines: deque[tuple[int, str]], indent: int) -> Any:
    """Maps and lists of maps: the part of YAML that the file keeps to; anything else fails."""
    if lines[0][1].startswith("- "):
        listed = []
        while lines and lines[0][0] == indent and lines[0][1].startswith("- "):
            lines[0] = (indent + 2, lines[0][1].removeprefix("- "))
            listed.append(_block(lines, indent + 2))
        return listed
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent:
        key, colon, value = lines.popleft()[1].partition(":")
        assert colon, key
        assert key not in found, key
        assert re.fullmatch(r"\w+", key), key
        if value:
            found[key] = _scalar(value.strip())
        else:
            assert lines[0][0] > indent, key
            found[key] = _block(lines, lines[0][0])
    assert not lines or lines[0][0] < indent, lines[0]
    return found


def _scalar(text: str) -> Any:
    if text[0] in '["{' or text in ("true", "false") or text.isdecimal():
        return json.loads(text)
    assert _PLAIN.fullmatch(text), text
    return text


def unit() -> RawConfigParser:
    """The systemd unit; of an option that is given twice, the last."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string((ROOT / "deploy" / "analytics-service.service").read_text("utf-8"))
    return parser
