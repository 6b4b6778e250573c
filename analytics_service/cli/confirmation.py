"""The question that a command asks before it changes figures."""

import sys

import typer

from analytics_service.errors import BadParameter


def ask(question: str) -> None:
    """Ends the command where the answer is no. Raises BadParameter where there is no terminal to ask at."""
    if ask_for_text(f"{question} [y/N]").lower() not in ("y", "yes"):
        raise typer.Abort


def ask_for_text(question: str) -> str:
    """Returns what is typed, without spaces around it. Raises BadParameter where there is no terminal."""
    if not sys.stdin.isatty():
        raise BadParameter("yes", "value", "there is no terminal to ask at; add --yes to change figures")
    # Not `typer.prompt`: it writes a space to the standard output.
    print(f"{question} ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()
