"""The floor: a bare ASGI function that parses the same JSON and stores nothing."""

from typing import Any

import msgspec

DECODER = msgspec.json.Decoder(dict[str, Any])
HEADERS = [(b"content-length", b"0")]


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answers every POST with 202."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if body:
        DECODER.decode(body)
    await send({"type": "http.response.start", "status": 202, "headers": HEADERS})
    await send({"type": "http.response.body", "body": b""})
