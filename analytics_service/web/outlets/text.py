"""The widget as lines of text, and as what shields.io asks of a badge."""

import msgspec

from analytics_service.web.outlets.widget_view import WidgetView

KEPT_BY_SHIELDS = 300
"""Seconds: the least that it keeps an answer."""


def text(scene: WidgetView) -> str:
    """A line for each figure."""
    lines = [f"{row.label}: {row.value}" for row in scene.rows] + ([scene.note] if scene.note else [])
    return "\n".join(lines) + "\n"


def badge(scene: WidgetView) -> bytes:
    """The first figure in shields' endpoint schema, version 1."""
    row = scene.rows[0] if scene.rows else None
    colour = dict(scene.look.colours).get("accent", "#0b6b88").removeprefix("#")
    told: dict[str, object] = {
        "schemaVersion": 1,
        "label": row.label if row else scene.title,
        "message": scene.note if scene.is_error or row is None else row.value,
        "color": "lightgrey" if scene.is_error else colour,
        "cacheSeconds": KEPT_BY_SHIELDS,
    }
    if scene.is_error:
        told["isError"] = True
    return msgspec.json.encode(told)
