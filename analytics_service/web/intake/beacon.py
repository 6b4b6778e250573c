"""Our own dialect: a beacon in JSON, in the body of `POST /v` or in the query of `/v.gif`."""

from base64 import b64decode
from collections.abc import Mapping, Sequence

from starlette.responses import Response

from analytics_service.collecting.admit import Verdict
from analytics_service.domain.beacons import BEACON_LIMIT, Beacon, parse, pixel

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "X-Vstats, Retry-After",
    "Cache-Control": "no-store",
}
IMAGE_HEADERS = {**HEADERS, "Cross-Origin-Resource-Policy": "cross-origin"}


def translate(body: bytes, _query: Mapping[str, str], _headers: Mapping[str, str]) -> tuple[Beacon]:
    """Returns the one beacon in a body. Raises BadBeacon."""
    return (parse(body),)


def translate_image(_body: bytes, query: Mapping[str, str], headers: Mapping[str, str]) -> tuple[Beacon]:
    """Returns the one beacon in a query: as JSON in `d`, or told by `s` and `u`. Raises BadBeacon."""
    if "d" in query:
        return (parse(query["d"].encode("utf-8", "replace")[: BEACON_LIMIT + 1]),)
    return (pixel(query.get("s", ""), query.get("u", ""), headers.get("referer", "")),)


def answer(verdicts: Sequence[Verdict]) -> Response:
    """Returns a 202 whose header tells the verdict."""
    return Response(status_code=202, headers={**HEADERS, "X-Vstats": header_value(verdicts)})


def answer_with_image(verdicts: Sequence[Verdict]) -> Response:
    """Returns an image of one pixel whose header tells the verdict."""
    headers = {**IMAGE_HEADERS, "X-Vstats": header_value(verdicts)}
    return Response(GIF, headers=headers, media_type="image/gif")


def header_value(verdicts: Sequence[Verdict]) -> str:
    """Returns the first verdict as the header X-Vstats tells it; without any, nothing was to be counted."""
    if not verdicts:
        return "asked only"
    verdict = verdicts[0]
    return f"dropped; reason={verdict.drop.value}" if verdict.drop else "counted"
