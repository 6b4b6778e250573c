"""The widget as lines of text, and as the JSON that shields.io makes a badge of."""

from datetime import timedelta

import msgspec

from analytics_service.web.outlets.colours import LIGHT
from analytics_service.web.outlets.widget_view import WidgetView

SHIELDS_MAX_AGE = timedelta(minutes=5)
"""The shortest time for which shields.io keeps an answer."""


def render_text(view: WidgetView) -> str:
    """Returns a line of text for each figure."""
    lines = [f"{row.label}: {row.value}" for row in view.rows] + ([view.note] if view.note else [])
    return "\n".join(lines) + "\n"


def render_badge(view: WidgetView) -> bytes:
    """Returns the first figure as JSON in shields' endpoint schema, version 1."""
    row = view.rows[0] if view.rows else None
    colour = dict(view.options.colours).get("accent", LIGHT["accent"]).removeprefix("#")
    badge: dict[str, object] = {
        "schemaVersion": 1,
        "label": row.label if row else view.title,
        "message": view.note if view.is_error or row is None else row.value,
        "color": "lightgrey" if view.is_error else colour,
        "cacheSeconds": int(SHIELDS_MAX_AGE.total_seconds()),
    }
    if view.is_error:
        badge["isError"] = True
    return msgspec.json.encode(badge)
