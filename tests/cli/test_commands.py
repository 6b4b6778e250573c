"""All commands take the same options for the data folder and the settings, and help is plain text."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer

from analytics_service.cli.commands import app


def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    for word, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{name}{word} ")
        else:
            yield f"{name}{word}", command


COMMANDS = dict(commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_folder_and_the_file_of_settings(name: str) -> None:
    options = {option: parameter.help for parameter in COMMANDS[name].params for option in parameter.opts}
    assert options["--data"] == "Data folder (or ANALYTICS_DATA)."
    assert options["--config"] == "TOML file of settings (or ANALYTICS_CONFIG)."


@pytest.mark.parametrize("name", COMMANDS)
def test_every_summary_fits_into_the_list_of_commands(name: str) -> None:
    # 80 columns, less the longest name and the margins.
    assert not COMMANDS[name].get_short_help_str(limit=62).endswith("...")


def test_the_former_names_of_accept_and_reject_are_hidden() -> None:
    assert {name for name, command in COMMANDS.items() if command.hidden} == {"drops people", "drops robots"}
