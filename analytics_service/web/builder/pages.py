"""The page on which a widget is put together, and the files it is made of."""

from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
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
from analytics_service.web.outlets.outlets import Outlets
from analytics_service.web.outlets.query import Grouping, Theme, Variant, strip_bidi
from analytics_service.web.public.counter import public_site
from analytics_service.web.services import Services, services_of
from analytics_service.web.translations import FALLBACK, OTHERS, language_of, spoken, words

FOLDER = Path(__file__).parent
FILES = {"frame.js": "text/javascript", "builder.js": "text/javascript", "builder.css": "text/css"}
STATIC_HEADERS = {
    "Cache-Control": "public, max-age=3600",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PAGE_HEADERS = {
    "Cache-Control": "no-store",
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
_OTHER_NAMES = {tag: other.name for tag, other in OTHERS.items()}
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
    return body, f'"{blake2b(body, digest_size=8).hexdigest()}"'


async def static(request: Request) -> Response:
    """A script or style sheet of builder and frame."""
    name = request.path_params["name"]
    if name not in FILES:
        raise HTTPException(404, "There is no such file.")
    body, tag = _read(name)
    headers = {**STATIC_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=FILES[name])


@cache
def _template() -> Any:
    # Imported with the first page: it would cost every start a tenth of a second.
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(FOLDER / "templates")
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.get_template("builder.html")


@dataclass(frozen=True, slots=True)
class Built:
    """What came of a form: the code, the picture's address and size, and what is wrong with it."""

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
    """Answers with page and code; both say the same of one form."""

    def __init__(self, outlets: Outlets) -> None:
        self._outlets = outlets

    async def page(self, request: Request) -> Response:
        """`GET /widget?site=`: works without scripts too, by its own button."""
        form = request.query_params
        language = _language(request)
        other = next(one for one in ("en", "vi") if one != language)
        services = services_of(request)
        site = _site(services, form)
        built = await self._built(services, site, form) if site is not None else None
        text = _template().render(
            t=words(language).builder,
            names=words(language).widget,
            language=language,
            other=other,
            # What was asked for is kept where it was: the other language shows the same widget.
            query=urlencode([*(pair for pair in form.multi_items() if pair[0] != "ui"), ("ui", other)]),
            form=form,
            asked_site=strip_bidi(form.get("site", site.public_id if site is not None else ""))[:64],
            site=site,
            built=built,
            choices={"variant": list(Variant), "metric": METRICS, "theme": list(Theme)},
            groupings=GROUPINGS,
            languages={**{one: words(language).builder[f"lang_{one}"] for one in spoken()}, **_OTHER_NAMES},
            items=list(Item),
            colours=embed_code.colours(form),
            recipes=RECIPES,
        )
        headers = {**PAGE_HEADERS, "Content-Language": language}
        return Response(
            text, 200 if site is not None else 404, headers, media_type="text/html; charset=utf-8"
        )

    async def code(self, request: Request) -> Response:
        """`GET /widget/code?site=`: what the page's script puts in place."""
        services, form = services_of(request), request.query_params
        site = public_site(services, form.get("site", ""))
        body = msgspec.json.encode(await self._built(services, site, form))
        return Response(body, headers=PAGE_HEADERS, media_type="application/json")

    async def _built(self, services: Services, site: Site, form: QueryParams) -> Built:
        asked = embed_code.chosen(form)
        problem = ""
        try:
            scene, size = await self._outlets.previewed(services, site, QueryParams(asked))
        except Refused as refused:
            problem = strip_bidi(str(refused))
            asked = {}
            scene, size = await self._outlets.previewed(services, site, QueryParams(asked))
        look = embed_code.Chosen(
            url=services.url,
            site=site.public_id,
            asked=asked,
            size=embed_code.Size(*size),
            title=scene.title,
            items=tuple(row.item for row in scene.rows),
            page=f"https://{site.domain}/",
        )
        codes = embed_code.codes(look)
        return Built(
            site=site.public_id,
            attributes=embed_code.attributes(site.public_id, asked),
            style=embed_code.style(look),
            picture=f"w/{site.public_id}.svg{embed_code.query_of(asked)}",
            size=look.size,
            title=scene.title,
            codes=codes,
            recipes=embed_code.recipe_codes(look),
            problem=problem,
        )


def _site(services: Services, form: QueryParams) -> Site | None:
    """The site that is named, else the demo site."""
    if named := form.get("site", ""):
        site = services.sites.find(named)
        return site if site is not None and site.public else None
    return next((site for site in services.sites.all() if site.demo and site.public), None)


def _language(request: Request) -> str:
    wanted = [request.query_params.get("ui", "")]
    accepted = request.headers.get("accept-language", "").split(",")[:10]
    wanted += [part.partition(";")[0].strip() for part in accepted]
    return next((known for tag in wanted if (known := language_of(tag[:20], spoken()))), FALLBACK)
