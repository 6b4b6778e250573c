"""The code that a webmaster copies: element, picture, frame and text, for one look."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from analytics_service.domain.model import Item
from analytics_service.web.outlets.paper import LIGHT

COLOURS = ("accent", "bg", "text")
_FIELDS = ("variant", "metric", "lang", "grouping", "theme", "heading")
_USUAL = {"variant": "list", "metric": "visits", "grouping": "auto", "theme": "light"}


@dataclass(frozen=True, slots=True)
class Size:
    """How large the picture is, in pixels."""

    width: int
    height: int


def chosen(form: QueryParams) -> dict[str, str]:
    """What the form asks for that is not usual anyway, by the names of the outlets' parameters."""
    asked = {name: form.get(name, "").strip() for name in _FIELDS}
    ticked = [item.value for item in Item if item.value in form.getlist("item")]
    labels = [(item.value, form.get(f"label-{item.value}", "").strip()) for item in Item]
    asked["items"] = ",".join(ticked)
    asked["labels"] = ";".join(f"{item}={_plain(label)}" for item, label in labels if label)
    for name in COLOURS:
        colour = form.get(name, "").strip().lower()
        asked[name] = "" if colour == LIGHT[name] else colour.removeprefix("#")
    return {name: value for name, value in asked.items() if value and value != _USUAL.get(name)}


def _plain(label: str) -> str:
    # It ends a label among labels.
    return label.replace(";", ",")


def query_of(asked: Mapping[str, str]) -> str:
    """The parameters as they stand in an address, with the question mark."""
    return "?" + urlencode(asked, quote_via=quote, safe=",") if asked else ""


def attributes(site: str, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """The element's attributes; its colours are custom properties."""
    return [("site", site), *((name, value) for name, value in asked.items() if name not in COLOURS)]


def codes(
    url: str, site: str, asked: Mapping[str, str], size: Size, *, title: str, items: tuple[Item, ...]
) -> dict[str, str]:
    """What may be copied, by kind."""
    query = query_of(asked)
    # An ampersand within an attribute is written out.
    picture = escape(f"{url}/w/{site}.svg{query}")
    frame = escape(f"{url}/w/{site}.html{query}")
    measures = f'width="{size.width}" height="{size.height}"'
    image = f'<img loading="lazy" {measures} src="{picture}" alt="{escape(title)}">'
    written = " ".join(f'{name}="{escape(value)}"' for name, value in attributes(site, asked))
    count = escape(f"{url}/w/{site}.svg" + query_of({**asked, "count": "1", "u": "https://www.example.vn/"}))
    spans = "\n".join(f'<span data-vstats="{item.value}"></span>' for item in items)
    return {
        "script": f'<script type="module" src="{url}/w.js"></script>\n{_style(asked)}'
        f"<visitor-stats {written}>\n  {image}\n</visitor-stats>",
        "svg": image,
        "iframe": f'<iframe src="{frame}" {measures} style="border:0" title="{escape(title)}"></iframe>',
        "span": f'<script defer src="{url}/f.js" data-site="{site}"></script>\n{spans}',
        "count": f'<img {measures} src="{count}" alt="{escape(title)}">',
    }


def _style(asked: Mapping[str, str]) -> str:
    wanted = " ".join(f"--vs-{name}: #{asked[name]};" for name in COLOURS if name in asked)
    return f"<style>visitor-stats {{ {wanted} }}</style>\n" if wanted else ""
