"""What became of mutants: each in a line of JSON, those that survive printed, and the sum at the end."""

import json
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tests.mutants.mutations import Mutant

KILLED, TIMED_OUT = "killed", "timed out"
SURVIVED, UNTESTED = "survived", "untested"
DEAD = (KILLED, TIMED_OUT)


def reasons_of(file: Path) -> dict[str, str]:
    """Why each known survivor may live, by its name.

    In the file a mutant has three lines: its file and function, the line before and the line after. What
    stands below, up to the next blank line, is the reason.
    """
    reasons: dict[str, str] = {}
    for block in file.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if len(lines) >= 4:
            where, before, after, *reason = lines
            name = f"{where}: {before.removeprefix('- ')} → {after.removeprefix('+').strip()}"
            reasons[name] = " ".join(line.strip() for line in reason)
    return reasons


def alive_of(log: Path) -> set[str]:
    """The names of the mutants that a run left alive."""
    rows = [json.loads(row) for row in log.read_text("utf-8").splitlines()]
    return {row["name"] for row in rows if row["end"] not in DEAD}


@dataclass
class Report:
    """Notes the ends of mutants as they come."""

    file: TextIO
    reasons: dict[str, str]
    ends: Counter[str] = field(default_factory=Counter)
    rooms: dict[str, Counter[bool]] = field(default_factory=dict)
    unnamed: int = 0
    began: float = field(default_factory=time.monotonic)

    def add(self, mutant: Mutant, end: str, seconds: float, by: str) -> None:
        """Notes how a mutant ended, and by which test."""
        self.ends[end] += 1
        is_alive = end not in DEAD
        self.rooms.setdefault(mutant.path.split("/")[0], Counter())[is_alive] += 1
        row = {"end": end, "kind": mutant.kind, "line": mutant.line, "name": mutant.name}
        row |= {"seconds": round(seconds, 2), "by": by}
        print(json.dumps(row, ensure_ascii=False), file=self.file, flush=True)
        if is_alive:
            reason = self.reasons.get(mutant.name, "")
            self.unnamed += not reason
            print(f"{end}, line {mutant.line}, {by or 'no test runs it'}", flush=True)
            print(mutant.path, mutant.function, flush=True)
            print(f"- {mutant.before}\n+ {mutant.after}\n{reason}\n", flush=True)

    def end(self, seed: int) -> int:
        """Prints the sums; returns 1 if a survivor has no reason yet."""
        total = sum(self.ends.values())
        alive = total - sum(self.ends[end] for end in DEAD)
        share = 100 * alive / total if total else 0
        minutes = (time.monotonic() - self.began) / 60
        print(f"seed {seed}: {total} mutants, {dict(self.ends)}; {share:.1f} % alive; {minutes:.0f} minutes")
        for room, counts in self.rooms.items():
            print(f"  {room}: {counts[True]} of {counts.total()} alive")
        print(f"  not in survivors.txt: {self.unnamed}")
        return int(self.unnamed > 0)
