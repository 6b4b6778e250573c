"""Findings: what a check of `doctor` saw, how bad it is, and what to do about it."""

from enum import StrEnum

import msgspec


class Level(StrEnum):
    """How bad a finding is: `bad` means that the service does not work as it should."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


class Finding(msgspec.Struct, frozen=True):
    """One thing that was checked, what was seen, and what to do about it."""

    level: Level
    about: str
    seen: str
    advice: str = ""


def ok(about: str, seen: str, advice: str = "") -> Finding:
    """Returns a finding that nothing is wrong with something."""
    return Finding(Level.OK, about, seen, advice)


def warning(about: str, seen: str, advice: str = "") -> Finding:
    """Returns a finding that something could become a problem, and the advice."""
    return Finding(Level.WARN, about, seen, advice)


def problem(about: str, seen: str, advice: str = "") -> Finding:
    """Returns a finding that something must be mended, and the advice."""
    return Finding(Level.BAD, about, seen, advice)
