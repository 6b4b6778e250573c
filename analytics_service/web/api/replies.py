"""Replies of the API as HTTP: tags, links and encodings of answers; problems with an id of their own."""

from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.errors import AnalyticsError, UnknownSite
from analytics_service.web.api.call import Reply
from analytics_service.web.encodings import MIN_BYTES, choose_encoding
from analytics_service.web.errors import error_response, problem
from analytics_service.web.headers import digest_of, is_unchanged
from analytics_service.web.services import Services

REQUEST_ID_BYTES = 9


async def respond(request: Request, services: Services, reply: Reply) -> Response:
    """Returns the answer in the encoding that the client takes, or 304 where it has these bytes already."""
    body = msgspec.json.encode(reply.body)
    accepted = request.headers.get("accept-encoding", "")
    encoding = choose_encoding(accepted) if len(body) >= MIN_BYTES else ""
    # The compressed form is other bytes, and has a tag of its own.
    etag = f'"a-{digest_of(body)}{encoding and f"-{encoding}"}"'
    headers = {"ETag": etag}
    if reply.next_cursor is not None:
        kept = [pair for pair in request.query_params.multi_items() if pair[0] != "cursor"]
        following = urlencode([*kept, ("cursor", reply.next_cursor)])
        headers["Link"] = f'<?{following}>; rel="next"'
    if is_unchanged(request, etag):
        return Response(status_code=304, headers=headers)
    if encoding:
        headers["Content-Encoding"] = encoding
        body = await services.api.compressor.compress(body, encoding)
    return Response(body, headers=headers, media_type="application/json")


def refuse(request: Request, services: Services, error: AnalyticsError) -> Response:
    """Returns the problem, with the id by which it can be spoken about; it says nothing of hidden sites."""
    if isinstance(error, UnknownSite):
        detail = "There is no site of this name that this key may see."
        response = problem("unknown-site", "Unknown site", 404, detail)
    else:
        response = error_response(error, request.url.path)
    request_id = services.api.random(REQUEST_ID_BYTES).hex()
    body = msgspec.json.decode(bytes(response.body))
    body |= {"instance": request.url.path, "request_id": request_id}
    headers = {
        name: value
        for name, value in response.headers.items()
        if name not in ("access-control-allow-origin", "content-length", "content-type")
    }
    headers["X-Request-Id"] = request_id
    return Response(
        msgspec.json.encode(body), response.status_code, headers, media_type="application/problem+json"
    )
