"""What the system page reads of the installation, by the same functions as the command line."""

from collections.abc import Callable
from dataclasses import dataclass

from analytics_service.operating.findings import Finding
from analytics_service.operating.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Status and checks of host and data folder; each call reads files, so none is for the event loop."""

    read_status: Callable[[], Status]
    examine: Callable[[], list[Finding]]
    free_space: Callable[[], int]
    has_redis: bool
    code_command: str
    """The command line that prints a code for the first account; it names folders of this machine."""
