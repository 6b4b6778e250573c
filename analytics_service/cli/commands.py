"""All commands of the command line, and the options of `serve`."""

import sys
from typing import Annotated

import typer

from analytics_service.cli import operations
from analytics_service.cli.ask import ask
from analytics_service.cli.audit import audit
from analytics_service.cli.drops import drops
from analytics_service.cli.keys import keys
from analytics_service.cli.options import Config, Data, PublicUrl
from analytics_service.cli.place_file import places
from analytics_service.cli.sessions import sessions
from analytics_service.cli.sites import sites
from analytics_service.cli.users import users
from analytics_service.cli.verify import verify
from analytics_service.settings import Settings, read_settings

app = typer.Typer(
    help="Web analytics: counts page views exactly once, and shows who is online.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    # Rich would take "[default: 8787]" for markup.
    rich_markup_mode=None,
)

TrustedProxies = Annotated[
    list[str] | None,
    typer.Option(
        help="Network of a proxy whose X-Forwarded-For header is trusted; repeatable.", metavar="CIDR"
    ),
]
Demo = Annotated[
    bool | None,
    typer.Option(
        "--demo/--no-demo", help="Whether a first start adds a demo site [default: on 127.0.0.1 only]."
    ),
]


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
    """Web analytics: counts page views exactly once, and shows who is online."""


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].", metavar="ADDRESS")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Port to listen on [default: 8787].", metavar="NUMBER")
    ] = None,
    data: Data = None,
    public_url: PublicUrl = None,
    trusted_proxy: TrustedProxies = None,
    redis: Annotated[
        str | None,
        typer.Option(help="redis://HOST:6379/0; required for several workers.", metavar="URL"),
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="Number of workers [default: 1].", metavar="NUMBER")
    ] = None,
    demo: Demo = None,
    log: Annotated[str | None, typer.Option(help="Form of the log: text or json.", metavar="FORM")] = None,
    config: Config = None,
) -> None:
    """Run the service until SIGTERM or Ctrl-C."""
    from analytics_service.cli.serve import run_service

    given: dict[str, object] = {
        "host": host,
        "port": port,
        "data": data,
        "public_url": public_url,
        "redis": redis,
        "workers": workers,
        "demo": None if demo is None else "yes" if demo else "no",
        "log": log,
    }
    if trusted_proxy:
        given["trusted_proxies"] = [*Settings().trusted_proxies, *trusted_proxy]
    sys.exit(run_service(read_settings(given, file=config)))


app.add_typer(sites, name="site")
app.add_typer(drops, name="drops")
app.add_typer(keys, name="key")
app.add_typer(users, name="user")
app.add_typer(sessions, name="session")
app.add_typer(places, name="places")
for command in (
    *(ask, audit, operations.status, operations.doctor, verify),
    *(operations.backup, operations.restore, operations.apply),
):
    app.command()(command)
