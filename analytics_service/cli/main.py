"""The command line."""

import logging
import sys
import zoneinfo
from typing import NoReturn

from analytics_service.errors import AnalyticsError


def main() -> None:
    """Runs one command; what was refused is one sentence on the standard error output."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s", level=logging.INFO)
    # One set of rules everywhere: those we ship, whatever the system has.
    zoneinfo.reset_tzpath(())
    # The parts of the service are started without the command line's own imports.
    if sys.argv[1:2] in (["worker"], ["applier"]):
        from analytics_service.processes.child import run_child

        sys.exit(run_child(sys.argv[1]))
    from analytics_service.cli.commands import app

    try:
        app()
    except AnalyticsError as error:
        _refuse(str(error))
    except OSError as error:
        from analytics_service.cli.folder import explained

        _refuse(explained(error))


def _refuse(problem: str) -> NoReturn:
    print(f"analytics-service: {problem}", file=sys.stderr)
    sys.exit(2)
