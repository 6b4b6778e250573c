"""The tags that a page carries: the snippet that counts it, and the widget that shows figures."""

from collections.abc import Mapping
from html import escape

_INERT = str.maketrans({"{": "&#123;", "}": "&#125;", "\n": " ", "\r": " "})


def write_tag(name: str, attributes: Mapping[str, str | None]) -> str:
    """Returns an opening tag; an attribute of None has no value.

    No character of a value means anything to HTML, and braces nothing to templates around it.
    """
    written = (
        f" {key}" if value is None else f' {key}="{escape(value).translate(_INERT)}"'
        for key, value in attributes.items()
    )
    return f"<{name}{''.join(written)}>"


def tracker_tags(url: str, site: str, pinned: tuple[str, str] | None = None) -> str:
    """Returns the snippet of a site, and the image for pages without scripts.

    `pinned` is a release and its `integrity`: the page then loads that release only.
    """
    source = {"src": f"{url}/v.js"}
    if pinned is not None:
        release, integrity = pinned
        source = {"src": f"{url}/v/{release}.js", "integrity": integrity, "crossorigin": "anonymous"}
    script = write_tag("script", {"defer": None, **source, "data-site": site})
    image = write_tag("img", {"src": f"{url}/v.gif?s={site}", "alt": ""})
    return f"{script}</script>\n<noscript>{image}</noscript>"


def widget_tags(url: str, attributes: Mapping[str, str], content: str = "") -> str:
    """Returns the widget's script and its element, with what stands in it until the script runs."""
    script = write_tag("script", {"type": "module", "src": f"{url}/w.js"})
    return f"{script}</script>\n{write_widget(attributes, content)}"


def write_widget(attributes: Mapping[str, str], content: str = "") -> str:
    """Returns the widget's element alone, `site` among its attributes."""
    return f"{write_tag('visitor-stats', attributes)}{content}</visitor-stats>"


def span_tags(url: str, site: str, items: tuple[str, ...]) -> str:
    """Returns the script that fills figures into a page's own text, and a span for each figure."""
    script = write_tag("script", {"defer": None, "src": f"{url}/f.js", "data-site": site})
    spans = (f"{write_tag('span', {'data-vstats': item})}</span>" for item in items)
    return "\n".join([f"{script}</script>", *spans])
