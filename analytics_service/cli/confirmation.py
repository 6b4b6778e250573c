"""The question that a command asks before it changes figures."""

import sys

import typer

from analytics_service.errors import BadParameter


def ask(question: str) -> None:
    """Ends the command where the answer is no. Raises BadParameter where there is no terminal to ask at."""
    if not sys.stdin.isatty():
        raise BadParameter("yes", "value", "there is no terminal to ask at; add --yes to change figures")
    # Not `typer.confirm`: it writes a space to the standard output.
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise typer.Abort
