"""The code that a webmaster copies: element, picture, frame and text, for one widget."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from analytics_service.domain.counter import Item
from analytics_service.web.outlets.colours import DARK, LIGHT, complete_colours
from analytics_service.web.outlets.options import ITEMS_OF, Variant, strip_bidi
from analytics_service.web.snippet import span_tags, tracker_tags, widget_tags, write_tag, write_widget

COLOURS = ("accent", "bg", "text")
_FIELDS = ("variant", "metric", "lang", "grouping", "theme", "heading")
_DEFAULTS = {"variant": "list", "metric": "visits", "grouping": "auto", "theme": "light"}
_COLOUR = re.compile("#[0-9a-f]{6}")
INLINE_VARIANTS = ("inline", "badge")
"""Variants that are part of a line of text."""
EXTRA_HEIGHT = 4
"""Pixels by which the element may be higher than the picture."""
EXTRA_HEIGHT_OF_DIGITS = 20
"""Pixels for digits, which are a plain row, and higher, for the moment until their own styles are there."""
FIT_STYLE = "max-width:100%;height:auto"


@dataclass(frozen=True, slots=True)
class Size:
    """The size of a picture, in pixels."""

    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Widget:
    """A widget as a form describes it; `page` is the address that an image that counts gives as its own."""

    url: str
    site: str
    parameters: Mapping[str, str]
    size: Size
    title: str
    items: tuple[Item, ...]
    page: str


def parse_form(form: QueryParams) -> dict[str, str]:
    """Returns the outlets' parameters that a form asks for, without those that are the default anyway."""
    parameters = {name: strip_bidi(form.get(name, "")).strip() for name in _FIELDS}
    ticked: list[str] = [item.value for item in Item if item.value in form.getlist("item")]
    labels = [(item.value, form.get(f"label-{item.value}", "").strip()) for item in Item]
    if (first := form.get("first", "")) in set(Item):
        variant = form.get("variant", "")
        usual = ITEMS_OF[Variant(variant) if variant in set(Variant) else Variant.LIST]
        ticked = [first, *(one for one in ticked or [item.value for item in usual] if one != first)]
    parameters["items"] = ",".join(ticked)
    parameters["labels"] = ";".join(f"{item}={_clean_label(label)}" for item, label in labels if label)
    for name in COLOURS:
        colour = form.get(name, "").strip().lower()
        parameters[name] = "" if colour == LIGHT[name] else colour.removeprefix("#")
    chosen = {name: value for name, value in parameters.items() if value and value != _DEFAULTS.get(name)}
    return chosen | ({"heading": ""} if form.get("no-heading") else {})


def read_colours(form: QueryParams) -> dict[str, str]:
    """Returns the colours for the form's fields: browsers show an invalid one as black."""
    written = {name: form.get(name, "").strip().lower() for name in COLOURS}
    return {name: one if _COLOUR.fullmatch(one) else LIGHT[name] for name, one in written.items()}


def _clean_label(label: str) -> str:
    # A semicolon ends a label in the list of labels.
    return strip_bidi(label).replace(";", ",")


def encode_query(parameters: Mapping[str, str]) -> str:
    """Returns the parameters as the query of an address, with the question mark."""
    return "?" + urlencode(parameters, quote_via=quote, safe=",") if parameters else ""


def element_attributes(site: str, parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    """Returns the element's attributes; colours are no attributes but custom properties."""
    return [("site", site), *((name, value) for name, value in parameters.items() if name not in COLOURS)]


def colour_properties(parameters: Mapping[str, str]) -> dict[str, str]:
    """Returns the element's custom properties: the chosen colours and those that must change with them."""
    colours = {name: "#" + parameters[name].removeprefix("#") for name in COLOURS if name in parameters}
    theme = DARK if parameters.get("theme") == "dark" else LIGHT
    return {f"--vs-{name}": colour for name, colour in complete_colours(colours, theme).items()}


def element_style(widget: Widget) -> dict[str, str]:
    """Returns the element's style, which reserves the picture's size, so that nothing on the page moves."""
    text = {"font-size": "14px", "line-height": "1.4"}
    width, height = f"{widget.size.width}px", widget.size.height
    if widget.parameters.get("variant") in INLINE_VARIANTS:
        place = {"display": "inline-block", "min-height": f"{height}px"}
    else:
        extra = EXTRA_HEIGHT_OF_DIGITS if widget.parameters.get("variant") == "digits" else EXTRA_HEIGHT
        place = {
            "display": "block",
            "width": width,
            "max-width": "100%",
            "min-height": f"{height + extra}px",
        }
    return {**place, **text, **colour_properties(widget.parameters)}


def build_codes(widget: Widget) -> dict[str, str]:
    """Returns the code for each kind of embedding."""
    query = encode_query(widget.parameters)
    picture = f"{widget.url}/w/{widget.site}.svg"
    counting = encode_query({**widget.parameters, "count": "1", "u": widget.page})
    frame = write_tag(
        "iframe",
        {
            "src": f"{widget.url}/w/{widget.site}.html{query}",
            **_dimensions(widget.size),
            "style": "border:0;max-width:100%",
            "title": widget.title,
        },
    )
    return {
        "tracker": tracker_tags(widget.url, widget.site),
        "script": widget_tags(widget.url, *_element(widget)),
        "svg": _image(widget, picture + query, loading="lazy"),
        "png": _image(widget, f"{widget.url}/w/{widget.site}.png{query}", loading="lazy"),
        "iframe": f"{frame}</iframe>",
        "span": span_tags(widget.url, widget.site, tuple(item.value for item in widget.items)),
        "count": _image(widget, picture + counting),
        "badge": f"{widget.url}/badge/{widget.site}.json{query}",
    }


def build_recipes(widget: Widget) -> dict[str, str]:
    """Returns the code for systems that do not take HTML as it is."""
    # React takes HTML only so; in a string of JavaScript, two more characters have a meaning.
    html = write_widget(*_element(widget)).replace("\n", "").replace("\\", "&#92;").replace("'", "&#x27;")
    return {
        "docusaurus": "// docusaurus.config.js\n"
        f"scripts: [{{ src: '{widget.url}/w.js', type: 'module' }}],\n\n"
        f"// .mdx\n<div dangerouslySetInnerHTML={{{{ __html: '{html}' }}}} />",
    }


def _element(widget: Widget) -> tuple[dict[str, str], str]:
    """Returns the element's attributes, and the picture in it, which is shown until the script runs."""
    attributes = dict(element_attributes(widget.site, widget.parameters))
    attributes["style"] = ";".join(f"{name}:{value}" for name, value in element_style(widget).items())
    source = f"{widget.url}/w/{widget.site}.svg{encode_query(widget.parameters)}"
    return attributes, f"\n  {_image(widget, source, f'display:block;{FIT_STYLE}', loading='lazy')}\n"


def _image(widget: Widget, source: str, style: str = FIT_STYLE, **more: str) -> str:
    attributes = {**more, **_dimensions(widget.size), "src": source, "alt": widget.title, "style": style}
    return write_tag("img", attributes)


def _dimensions(size: Size) -> dict[str, str]:
    return {"width": str(size.width), "height": str(size.height)}
