"""The entry point: sets up logging and time zones, runs a command, and prints its errors."""

import sys
import zoneinfo
from typing import NoReturn

from analytics_service.errors import AnalyticsError
from analytics_service.logs import set_up_logging


def main() -> None:
    """Runs one command; an error is one sentence on the standard error output, with exit status 2."""
    set_up_logging("text", "")
    # The same rules everywhere: those of the tzdata package, whatever the system has.
    zoneinfo.reset_tzpath(())
    # `serve` starts these; they do without the imports of the command line.
    if sys.argv[1:2] in (["worker"], ["applier"], ["mailer"]):
        from analytics_service.processes.child import run_child

        sys.exit(run_child(sys.argv[1]))
    from analytics_service.cli.commands import app

    try:
        app()
    except AnalyticsError as error:
        _refuse(str(error))
    except OSError as error:
        from analytics_service.cli.folder import explain_os_error

        _refuse(explain_os_error(error))


def _refuse(problem: str) -> NoReturn:
    from analytics_service.cli.folder import complete_commands

    print(f"analytics-service: {complete_commands(problem)}", file=sys.stderr)
    sys.exit(2)
