"""The commands that people type."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from analytics_service.cli import operations
from analytics_service.cli.drops import drops
from analytics_service.cli.options import Data
from analytics_service.cli.sites import sites
from analytics_service.settings import Settings, read_settings

app = typer.Typer(
    help="Counts page views, durably and once, and shows who is online.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich would take "[default: 8787]" for markup.
    rich_markup_mode=None,
)
app.add_typer(sites, name="site")
app.add_typer(drops, name="drops")
for command in (
    *(operations.status, operations.doctor, operations.verify),
    *(operations.backup, operations.restore, operations.apply),
):
    app.command()(command)


def _show_version(wanted: bool) -> None:
    if wanted:
        from analytics_service import __version__

        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Counts page views, durably and once, and shows who is online."""


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on [default: 8787].")] = None,
    data: Data = None,
    public_url: Annotated[str | None, typer.Option(help="Where the world reaches the service.")] = None,
    trusted_proxy: Annotated[
        list[str] | None, typer.Option(help="CIDR of a proxy whose X-Forwarded-For is believed; repeatable.")
    ] = None,
    redis: Annotated[
        str | None, typer.Option(help="redis://host:6379/0; needed for several workers.")
    ] = None,
    workers: Annotated[int | None, typer.Option(help="Number of workers [default: 1].")] = None,
    config: Annotated[Path | None, typer.Option(help="TOML file of settings.")] = None,
) -> None:
    """Run the service."""
    from analytics_service.cli.serve import serve as run

    given: dict[str, object] = {
        "host": host,
        "port": port,
        "data": data,
        "public_url": public_url,
        "redis": redis,
        "workers": workers,
    }
    if trusted_proxy:
        given["trusted_proxies"] = [*Settings().trusted_proxies, *trusted_proxy]
    sys.exit(run(read_settings(given, file=config)))
