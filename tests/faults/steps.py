"""Pieces of work under the fault shim, each in a forked process of its own; acknowledged steps are lines.

Reads lines `work folder output` and answers each with the exit status: 0 done, 1 said that it could not.
"""

import asyncio
import os
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from pathlib import Path

from analytics_service.app.openers import open_installation
from analytics_service.domain.facts import View, encode
from analytics_service.errors import AnalyticsError
from analytics_service.journal import open_journal
from analytics_service.operating.backup import create_backup
from analytics_service.processes.applier_process import run_alone
from analytics_service.settings import Settings
from analytics_service.storage.sqlite.config import create_config
from analytics_service.storage.sqlite.stats import create_stats

GROUPS = 6
AT_MS = int(time.time() * 1000) - 3_600_000
BUG = 70


def now() -> datetime:
    return datetime.now(UTC)


def a_view(view: str, number: int) -> View:
    """A view of site 1."""
    at = AT_MS + number * 1000
    return View(site=1, at=at, visitor_id=number % 5, id=view, page=f"/{number % 3}")


async def write_journal(folder: Path) -> None:
    """Writes groups; the ids of each are told once it is on disk."""
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        for group in range(GROUPS):
            views = [secrets.token_hex(9) for _ in range(3)]
            await asyncio.gather(*[journal.append(encode(a_view(view, group))) for view in views])
            print(*views, flush=True)


def work_on(work: str, folder: Path) -> None:
    """One piece of work. Raises AnalyticsError where it cannot be done."""
    if work == "journal":
        asyncio.run(write_journal(folder))
    elif work == "applier":
        print(run_alone(Settings(data=str(folder)), clock=now, stay=False))
    elif work == "backup":
        create_backup(open_installation(folder, f"sqlite:{folder}"), folder / "kept.tar", at=now())
        print("done")
    elif work == "migration":
        create_config(folder)
        create_stats(folder)
        print("done")
    else:
        raise ValueError(work)


def run_forked(work: str, folder: Path, output: Path) -> int:
    """The exit status of that work in a child."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 0
    try:
        sys.stdout = output.open("w")
        work_on(work, folder)
    except AnalyticsError as error:
        print(f"refused: {error}")
        status = 1
    except BaseException:
        traceback.print_exc(file=sys.stdout)
        status = BUG
    finally:
        sys.stdout.flush()
        os._exit(status)


def main() -> None:
    for line in sys.stdin:
        work, folder, output = line.split()
        print(run_forked(work, Path(folder), Path(output)), flush=True)


if __name__ == "__main__":
    main()
