"""A password that a command reads: typed twice at a terminal, else one line of the standard input."""

import getpass
import sys
from collections.abc import Callable

from analytics_service.errors import BadParameter


def read_password(check: Callable[[str], None]) -> str:
    """Returns a password that passed the check. Raises BadParameter."""
    if not sys.stdin.isatty():
        password = sys.stdin.readline().rstrip("\n")
        check(password)
        return password
    password = getpass.getpass("Password: ")
    check(password)
    if getpass.getpass("The password again: ") != password:
        raise BadParameter("password", "differs", "the two passwords differ")
    return password
