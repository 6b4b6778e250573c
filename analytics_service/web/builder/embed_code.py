"""The code that a webmaster copies: element, picture, frame and text, for one look."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.colours import DARK, LIGHT, completed
from analytics_service.web.outlets.query import strip_bidi

COLOURS = ("accent", "bg", "text")
_FIELDS = ("variant", "metric", "lang", "grouping", "theme", "heading")
_USUAL = {"variant": "list", "metric": "visits", "grouping": "auto", "theme": "light"}
_COLOUR = re.compile("#[0-9a-f]{6}")
FLOWING = ("inline", "badge")
"""Variants that stand within a line of text."""
SPARE = 4
"""Pixels by which the element may be higher than the picture."""
FITS = "max-width:100%;height:auto"


@dataclass(frozen=True, slots=True)
class Size:
    """How large the picture is, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a form chose for one site; `page` is where an image that counts says it stands."""

    url: str
    site: str
    asked: Mapping[str, str]
    size: Size
    title: str
    items: tuple[Item, ...]
    page: str


def chosen(form: QueryParams) -> dict[str, str]:
    """What the form asks for that is not usual anyway, by the names of the outlets' parameters."""
    asked = {name: strip_bidi(form.get(name, "")).strip() for name in _FIELDS}
    ticked = [item.value for item in Item if item.value in form.getlist("item")]
    labels = [(item.value, form.get(f"label-{item.value}", "").strip()) for item in Item]
    asked["items"] = ",".join(ticked)
    asked["labels"] = ";".join(f"{item}={_plain(label)}" for item, label in labels if label)
    for name in COLOURS:
        colour = form.get(name, "").strip().lower()
        asked[name] = "" if colour == LIGHT[name] else colour.removeprefix("#")
    kept = {name: value for name, value in asked.items() if value and value != _USUAL.get(name)}
    return kept | ({"heading": ""} if form.get("no-heading") else {})


def colours(form: QueryParams) -> dict[str, str]:
    """The colours as a form's fields take them: what is none there is black to a browser."""
    written = {name: form.get(name, "").strip().lower() for name in COLOURS}
    return {name: one if _COLOUR.fullmatch(one) else LIGHT[name] for name, one in written.items()}


def _plain(label: str) -> str:
    # It ends a label among labels.
    return strip_bidi(label).replace(";", ",")


def query_of(asked: Mapping[str, str]) -> str:
    """The parameters as they stand in an address, with the question mark."""
    return "?" + urlencode(asked, quote_via=quote, safe=",") if asked else ""


def attributes(site: str, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """The element's attributes; its colours are custom properties."""
    return [("site", site), *((name, value) for name, value in asked.items() if name not in COLOURS)]


def properties(asked: Mapping[str, str]) -> dict[str, str]:
    """The element's custom properties: the colours that were chosen, and those that follow from them."""
    colours = {name: "#" + asked[name].removeprefix("#") for name in COLOURS if name in asked}
    theme = DARK if asked.get("theme") == "dark" else LIGHT
    return {f"--vs-{name}": colour for name, colour in completed(colours, theme).items()}


def style(look: Chosen) -> dict[str, str]:
    """The element's style: of the picture's size from the first moment, so that nothing on the page moves."""
    text = {"font-size": "14px", "line-height": "1.4"}
    width, height = f"{look.size.width}px", look.size.height
    if look.asked.get("variant") in FLOWING:
        place = {"display": "inline-block", "min-height": f"{height}px"}
    else:
        place = {"display": "block", "width": width, "max-width": "100%", "min-height": f"{height + SPARE}px"}
    return {**place, **text, **properties(look.asked)}


def codes(look: Chosen) -> dict[str, str]:
    """What may be copied, by kind."""
    query = query_of(look.asked)
    picture = f"{look.url}/w/{look.site}.svg"
    counting = query_of({**look.asked, "count": "1", "u": look.page})
    frame = _tag(
        "iframe",
        src=f"{look.url}/w/{look.site}.html{query}",
        **_measures(look.size),
        style="border:0;max-width:100%",
        title=look.title,
    )
    spans = "\n".join(f"<span{_written({'data-vstats': item.value})}></span>" for item in look.items)
    return {
        "script": f"{_script(look.url)}\n{_element(look)}",
        "svg": _image(look, picture + query, loading="lazy"),
        "iframe": f"{frame}</iframe>",
        "span": f'<script defer src="{escape(look.url)}/f.js" data-site="{look.site}"></script>\n{spans}',
        "count": _image(look, picture + counting),
    }


def recipe_codes(look: Chosen) -> dict[str, str]:
    """What is written for systems that take no HTML as it is."""
    # React reads HTML only so; within a string of JavaScript, two signs more mean something.
    html = _element(look).replace("\n", "").replace("\\", "&#92;").replace("'", "&#x27;")
    return {
        "docusaurus": f"// docusaurus.config.js\nscripts: [{{ src: '{look.url}/w.js', type: 'module' }}],\n\n"
        f"// .mdx\n<div dangerouslySetInnerHTML={{{{ __html: '{html}' }}}} />",
    }


def _script(url: str) -> str:
    return f'<script type="module" src="{escape(url)}/w.js"></script>'


def _element(look: Chosen) -> str:
    """The element with the picture in it, which keeps its place and stands in for it without scripts."""
    written = dict(attributes(look.site, look.asked)) | {
        "style": ";".join(f"{name}:{value}" for name, value in style(look).items())
    }
    source = f"{look.url}/w/{look.site}.svg{query_of(look.asked)}"
    picture = _image(look, source, f"display:block;{FITS}", loading="lazy")
    return f"<visitor-stats{_written(written)}>\n  {picture}\n</visitor-stats>"


def _image(look: Chosen, source: str, style: str = FITS, **more: str) -> str:
    return _tag("img", **more, **_measures(look.size), src=source, alt=look.title, style=style)


def _measures(size: Size) -> dict[str, str]:
    return {"width": str(size.width), "height": str(size.height)}


def _tag(name: str, **written: str) -> str:
    return f"<{name}{_written(written)}>"


def _written(written: Mapping[str, str]) -> str:
    """Attributes in which no sign means anything to HTML, nor braces to the templates around it."""
    quoted = {name: escape(value) for name, value in written.items()}
    header_signals = str.maketrans({"{": "&#123;", "}": "&#125;", "\n": " ", "\r": " "})
    return "".join(f' {name}="{value.translate(header_signals)}"' for name, value in quoted.items())
