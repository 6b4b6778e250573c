"""`site rules` and `site counter`: whom a site counts, and what its public counter tells."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer

from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges, set_site
from analytics_service.cli.folder import settings_for_writing
from analytics_service.cli.options import Data, Json, Which, as_json_text, current_user
from analytics_service.domain.site import Site
from analytics_service.storage.sqlite.config import open_config

Excluded = Annotated[list[str] | None, typer.Option(help="An address or CIDR not to count; repeatable.")]
Pages = Annotated[list[str] | None, typer.Option(help="A page not to count, `*` for any text; repeatable.")]
Countries = Annotated[list[str] | None, typer.Option(help="A country not to count, as VN; repeatable.")]
Robots = Annotated[str | None, typer.Option(help="How robots are looked for: off, basic or strict.")]


def site_rules(
    site: Which,
    excluded_address: Excluded = None,
    excluded_page: Pages = None,
    excluded_country: Countries = None,
    robots: Robots = None,
    page_key: Annotated[
        list[str] | None, typer.Option(help="A query's key that makes another page; repeatable.")
    ] = None,
    unmasked_page: Annotated[
        list[str] | None,
        typer.Option(help="A page in which nothing is masked, `*` for any text; repeatable."),
    ] = None,
    index_files: Annotated[
        bool | None,
        typer.Option("--index-files/--no-index-files", help="Whether /a/index.php is the page /a."),
    ] = None,
    signals: Annotated[
        bool | None,
        typer.Option("--honour-signals/--ignore-signals", help="Whether GPC and DNT mean: do not count."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Whom a site counts: what is named replaces what was; an empty text empties a list."""
    changes = RuleChanges(
        excluded_networks=excluded_address,
        excluded_pages=excluded_page,
        excluded_countries=excluded_country,
        robots=robots,
        honours_signals=signals,
        index_files=index_files,
        page_keys=page_key,
        unmasked_pages=unmasked_page,
    )
    _show(_changed(site, changes, data).rules, as_json)


def site_counter(
    site: Which,
    item: Annotated[list[str] | None, typer.Option(help="An item that may be shown; repeatable.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="A metric that may be shown; repeatable.")] = None,
    series: Annotated[bool | None, typer.Option("--series/--no-series", help="Figures day by day.")] = None,
    pages: Annotated[bool | None, typer.Option("--pages/--no-pages", help="Figures of each page.")] = None,
    as_json: Json = False,
    data: Data = None,
) -> None:
    """What the public counter may tell; what is not named stays."""
    changes = RuleChanges(items=item, metrics=metric, series=series, pages=pages)
    _show(_changed(site, changes, data).counter, as_json)


def _changed(site: str, changes: RuleChanges, data: str | None) -> Site:
    with open_config(settings_for_writing(data).folder) as config:
        return set_site(config, site, SiteChanges(rules=changes), at=datetime.now(UTC), by=current_user())


def _show(rules: msgspec.Struct, as_json: bool) -> None:
    told = in_full(rules)
    if as_json:
        print(as_json_text(told))
        return
    for key, value in told.items():
        print(f"{key + ':':20}{(', '.join(value) or '-') if isinstance(value, list) else value}")


def in_full(rules: msgspec.Struct) -> dict[str, object]:
    """With what is as it is for every site, too."""
    told: dict[str, object] = msgspec.to_builtins(msgspec.structs.asdict(rules), order="sorted")
    return told
