"""The widget as a page of its own, for an iframe."""

from base64 import b64encode
from hashlib import sha256
from html import escape

from analytics_service.web.outlets import svg
from analytics_service.web.outlets.svg_canvas import SHEET_HASH
from analytics_service.web.outlets.widget_view import WidgetView

SHEET = "html,body{margin:0;background:transparent}svg{display:block;max-width:100%;height:auto}"
_HASH = "'sha256-" + b64encode(sha256(SHEET.encode()).digest()).decode() + "'"
POLICY = (
    f"default-src 'none'; style-src {_HASH} {SHEET_HASH}; script-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors *"
)


def render_frame(view: WidgetView, problem: str = "") -> str:
    """Returns the page. Without scripts, it loads itself again after `refresh` seconds."""
    seconds = view.options.refresh
    reload = f'<noscript><meta http-equiv="refresh" content="{seconds}"></noscript>' if seconds else ""
    return (
        f'<!doctype html><html lang="{escape(view.options.lang)}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(view.title)}</title>{reload}'
        f"<style>{SHEET}</style>"
        f'<script defer src="../widget/static/frame.js" data-refresh="{seconds}"></script></head>'
        # The picture is serialised from a tree of XML: text in it cannot become a tag of the page.
        f"<body>{svg.render_svg(view, problem=problem)}</body></html>\n"
    )
