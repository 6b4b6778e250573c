"""`site rules` and `site counter`: what a site counts, and what its public counter shows."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import settings_for_writing
from analytics_service.cli.options import Config, Data, Json, SiteName, administer_sites
from analytics_service.cli.site_fields import format_fields, list_rule_fields
from analytics_service.cli.text import format_json
from analytics_service.domain.site import Site

Excluded = Annotated[
    list[str] | None, typer.Option(help="An IP address or network not to count; repeatable.")
]
Pages = Annotated[
    list[str] | None, typer.Option(help="A path not to count, `*` stands for any text; repeatable.")
]
Countries = Annotated[list[str] | None, typer.Option(help="A country not to count, as in VN; repeatable.")]
Robots = Annotated[str | None, typer.Option(help="How strictly bots are detected: off, basic or strict.")]


def site_rules(
    site: SiteName,
    excluded_address: Excluded = None,
    excluded_page: Pages = None,
    excluded_country: Countries = None,
    robots: Robots = None,
    page_key: Annotated[
        list[str] | None, typer.Option(help="A query parameter that distinguishes pages; repeatable.")
    ] = None,
    unmasked_page: Annotated[
        list[str] | None,
        typer.Option(help="A path that is never masked, `*` stands for any text; repeatable."),
    ] = None,
    index_files: Annotated[
        bool | None,
        typer.Option("--index-files/--no-index-files", help="Whether /a/index.php counts as the page /a."),
    ] = None,
    signals: Annotated[
        bool | None,
        typer.Option("--honour-signals/--ignore-signals", help="Whether GPC and DNT exclude a visitor."),
    ] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change what a site counts. An option replaces the old value; an empty text empties a list."""
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
    _print_rules(_change_rules(site, changes, data, config).rules, as_json)


def site_counter(
    site: SiteName,
    item: Annotated[list[str] | None, typer.Option(help="An item that may be shown; repeatable.")] = None,
    metric: Annotated[list[str] | None, typer.Option(help="A metric that may be shown; repeatable.")] = None,
    series: Annotated[
        bool | None, typer.Option("--series/--no-series", help="Show figures day by day.")
    ] = None,
    pages: Annotated[
        bool | None, typer.Option("--pages/--no-pages", help="Show figures of each page.")
    ] = None,
    as_json: Json = False,
    data: Data = None,
    config: Config = None,
) -> None:
    """Change what the public counter of a site may show. What is not named stays as it is."""
    changes = RuleChanges(items=item, metrics=metric, series=series, pages=pages)
    _print_rules(_change_rules(site, changes, data, config).counter, as_json)


def _change_rules(site: str, changes: RuleChanges, data: str | None, config: Path | None) -> Site:
    with open_storage(settings_for_writing(data, config).database).open_config() as stores:
        return administer_sites(stores).change(site, SiteChanges(rules=changes))


def _print_rules(rules: msgspec.Struct, as_json: bool) -> None:
    fields = list_rule_fields(rules)
    print(format_json(fields) if as_json else "\n".join(format_fields(fields)))
