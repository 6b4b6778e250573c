"""The widget builder: its page, its code as JSON, and its static files."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.counter import Item
from analytics_service.domain.site import Site
from analytics_service.errors import Refused
from analytics_service.web.builder import embed_code
from analytics_service.web.headers import NO_STORE, digest_of, is_unchanged
from analytics_service.web.outlets.endpoints import Outlets
from analytics_service.web.outlets.options import Grouping, Theme, Variant, strip_bidi
from analytics_service.web.public.sites import find_public_site, require_public_site
from analytics_service.web.services import Services, services_of
from analytics_service.web.translations import (
    FALLBACK,
    WIDGET_LANGUAGES,
    load_words,
    match_language,
    page_languages,
)

FOLDER = Path(__file__).parent
FILES = {"frame.js": "text/javascript", "builder.js": "text/javascript", "builder.css": "text/css"}
STATIC_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PAGE_HEADERS = {
    **NO_STORE,
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
}
METRICS = ("visits", "pageviews", "visitors")
GROUPINGS = ("auto", *(f"{way}{least}" for way in list(Grouping)[1:4] for least in ("", " min2")), "none")
_WIDGET_LANGUAGE_NAMES = {tag: language.name for tag, language in WIDGET_LANGUAGES.items()}
RECIPES = {
    "html": "HTML",
    "nukeviet": "NukeViet",
    "wordpress": "WordPress",
    "joomla": "Joomla",
    "liferay": "Liferay",
    "sharepoint": "SharePoint",
    "hugo": "Hugo",
    "docusaurus": "Docusaurus",
}


@cache
def _read(name: str) -> tuple[bytes, str]:
    body = (FOLDER / "static" / name).read_bytes()
    return body, f'"{digest_of(body)}"'


async def serve_static(request: Request) -> Response:
    """`GET /widget/static/{name}`: answers with a script or style sheet of builder and frame."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404, "There is no such file.")
    body, tag = _read(name)
    headers = {**STATIC_HEADERS, "ETag": tag}
    if is_unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FILES[name])


@cache
def _template() -> Any:
    # Imported with the first page: it takes a tenth of a second, which not every start needs.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(FOLDER / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("builder.html")


@dataclass(frozen=True, slots=True)
class BuiltWidget:
    """The result of a form: the code, the picture's address and size, and what is wrong with the form."""

    site: str
    attributes: list[tuple[str, str]]
    style: dict[str, str]
    picture: str
    size: embed_code.Size
    title: str
    codes: dict[str, str]
    recipes: dict[str, str]
    problem: str = ""


class Builder:
    """Answers with the page and with the code, both from one reading of the form."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets

    async def answer_page(self, request: Request) -> Response:
        """`GET /widget?site=`: answers with the page, which works without scripts too."""
        form = request.query_params
        language = _language(request)
        other = next(one for one in ("en", "vi") if one != language)
        services = services_of(request)
        site = _find_site(services, form)
        built = await self._build(services, site, form) if site is not None else None
        text = _template().render(
            t=load_words(language).builder,
            names=load_words(language).widget,
            language=language,
            other=other,
            # The link to the other language keeps the form: it shows the same widget.
            query=urlencode([*(pair for pair in form.multi_items() if pair[0] != "ui"), ("ui", other)]),
            form=form,
            requested_site=strip_bidi(form.get("site", site.public_id if site is not None else ""))[:64],
            site=site,
            built=built,
            choices={"variant": list(Variant), "metric": METRICS, "theme": list(Theme)},
            groupings=GROUPINGS,
            languages={
                **{one: load_words(language).builder[f"lang_{one}"] for one in page_languages()},
                **_WIDGET_LANGUAGE_NAMES,
            },
            items=list(Item),
            colours=embed_code.read_colours(form),
            recipes=RECIPES,
        )
        headers = {**PAGE_HEADERS, "Content-Language": language}
        return Response(
            text, 200 if site is not None else 404, headers, media_type="text/html; charset=utf-8"
        )

    async def answer_code(self, request: Request) -> Response:
        """`GET /widget/code?site=`: answers with the code as JSON, for the page's script."""
        services, form = services_of(request), request.query_params
        site = require_public_site(services, form.get("site", ""))
        body = msgspec.json.encode(await self._build(services, site, form))
        return Response(body, headers=PAGE_HEADERS, media_type="application/json")

    async def _build(self, services: Services, site: Site, form: QueryParams) -> BuiltWidget:
        parameters = embed_code.parse_form(form)
        problem = ""
        try:
            view, size = await self._outlets.preview(services, site, QueryParams(parameters))
        except Refused as refused:
            problem = strip_bidi(str(refused))
            parameters = {}
            view, size = await self._outlets.preview(services, site, QueryParams(parameters))
        widget = embed_code.Widget(
            url=services.url,
            site=site.public_id,
            parameters=parameters,
            size=embed_code.Size(*size),
            title=view.title,
            items=tuple(row.item for row in view.rows),
            page=f"https://{site.domain}/",
        )
        return BuiltWidget(
            site=site.public_id,
            attributes=embed_code.element_attributes(site.public_id, parameters),
            style=embed_code.element_style(widget),
            picture=f"w/{site.public_id}.svg{embed_code.encode_query(parameters)}",
            size=widget.size,
            title=view.title,
            codes=embed_code.build_codes(widget),
            recipes=embed_code.build_recipes(widget),
            problem=problem,
        )


def _find_site(services: Services, form: QueryParams) -> Site | None:
    """Returns the site that the form names, else the demo site; None where it is not public."""
    if named := form.get("site", ""):
        return find_public_site(services, named)
    return next((site for site in services.sites.all() if site.demo and site.public), None)


def _language(request: Request) -> str:
    wanted = [request.query_params.get("ui", "")]
    accepted = request.headers.get("accept-language", "").split(",")[:10]
    wanted += [part.partition(";")[0].strip() for part in accepted]
    return next((found for tag in wanted if (found := match_language(tag[:20], page_languages()))), FALLBACK)
