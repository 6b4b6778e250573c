"""Options and wordings that commands share."""

import getpass
import os
from typing import Annotated

import msgspec
import typer

Data = Annotated[
    str | None, typer.Option("--data", help="Data folder (or ANALYTICS_DATA).", show_default=False)
]
Which = Annotated[str, typer.Argument(help="Public id, uuid, number or domain.")]
Json = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def as_json_text(value: object) -> str:
    """The value as JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def current_user() -> str:
    """Who types, as far as the system knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
