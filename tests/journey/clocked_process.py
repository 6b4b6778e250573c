"""Workers and applier of the real program under a clock that the test winds."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from analytics_service.processes.applier_process import run_applier
from analytics_service.processes.worker_process import run_worker
from analytics_service.settings import Settings


def main() -> int:
    settings = msgspec.json.decode(sys.argv[1], type=Settings)
    wound = Path(sys.argv[4])

    def clock() -> datetime:
        return datetime.fromisoformat(wound.read_text()).astimezone(UTC)

    beats = os.open(os.devnull, os.O_WRONLY)
    if sys.argv[3] == "applier":
        return run_applier(settings, beats, clock=clock)
    return run_worker(
        settings, int(sys.argv[2]), beats, clock=clock, address_key=b"the same", is_applier_away=bool
    )


if __name__ == "__main__":
    sys.exit(main())
