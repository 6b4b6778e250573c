"""Agents of real browsers and robots from public fixtures: one half is to tune by, the other to assert on.

The fixtures are those of Matomo's Device Detector, in the development dependency of its name.
"""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import yaml_rs

Half = Literal["tune", "assert"]


def half_of(agent: str) -> Half:
    """Says in which half an agent is, by a hash of it."""
    return "assert" if hashlib.sha256(agent.encode()).digest()[0] % 2 else "tune"


@cache
def _fixtures() -> tuple[frozenset[str], frozenset[str]]:
    spec = find_spec("device_detector")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "tests" / "fixtures" / "upstream"
    browsers, robots = set(), set()
    for file in sorted(folder.glob("*.yml")):
        entries: Any = yaml_rs.loads(file.read_text("utf-8"))
        for entry in entries:
            client = entry.get("client")
            if "bot" in entry:
                robots.add(entry["user_agent"])
            elif isinstance(client, dict) and client.get("type") == "browser":
                browsers.add(entry["user_agent"])
    return frozenset(browsers), frozenset(robots)


def browser_agents(half: Half) -> list[str]:
    """Agents of browsers that people use, sorted."""
    return sorted(agent for agent in _fixtures()[0] if half_of(agent) == half)


def robot_agents(half: Half) -> list[str]:
    """Agents of robots of every kind, sorted."""
    return sorted(agent for agent in _fixtures()[1] if half_of(agent) == half)
