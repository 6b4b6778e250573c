"""Cursors: where the next page of rows begins, as a text that fits one question only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from math import isfinite

import msgspec

from analytics_service.domain.calendars import MAX_DAY, MIN_DAY, Calendar
from analytics_service.domain.period_forms import Dates, Unit
from analytics_service.domain.ranges import Grain, Range, range_of_days, range_of_hours
from analytics_service.errors import BadParameter

VERSION = 1
CURSOR_LIMIT = 20_000
"""Of a cursor, in signs: a page's name of 3,072 signs of four bytes fits."""
KEY_LIMIT = 3_100
_MARK_SIZE = 8
_SUM_SIZE = 8
_MAX_NUMBER = 2**63 - 1

_MIN_INSTANT = int(datetime(MIN_DAY.year - 1, 12, 30, tzinfo=UTC).timestamp())
_MAX_INSTANT = int(datetime(MAX_DAY.year + 1, 1, 3, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row of a page: what it was sorted by, its key among equals, and the period of its page.

    `value` is None for a rate whose divisor is 0; `key` is the row's word or its stored number, None
    where the value is not known.
    """

    value: int | float | None
    key: int | str | None
    period: Range


class _Wire(msgspec.Struct, array_like=True, frozen=True, forbid_unknown_fields=True):
    """What stands in a cursor; the period's ends are ordinals of days or seconds since 1970."""

    value: int | float | None
    key: int | str | None
    grain: Grain
    first: int
    last: int
    unit: Unit | None


def format_cursor(cursor: Cursor, question: str) -> str:
    """The cursor as a text for URLs, good for that question only (`Query.identity`)."""
    period = cursor.period
    if period.grain is Grain.DAY:
        first, last = period.first.toordinal(), period.last.toordinal()
    else:
        first, last = int(period.start.timestamp()), int(period.end.timestamp())
    wire = _Wire(cursor.value, cursor.key, period.grain, first, last, unit=period.unit)
    body = bytes([VERSION]) + _digest(question.encode(), _MARK_SIZE) + msgspec.msgpack.encode(wire)
    return urlsafe_b64encode(body + _digest(body, _SUM_SIZE)).rstrip(b"=").decode()


def parse_cursor(text: str, question: str, calendar: Calendar, at: datetime) -> Cursor:
    """The cursor that `format_cursor` made for that question. Raises BadParameter for any other text."""
    body = _checked(text)
    mark, rest = body[1 : 1 + _MARK_SIZE], body[1 + _MARK_SIZE :]
    if mark != _digest(question.encode(), _MARK_SIZE):
        raise _bad("belongs to another question: sites, period, filters, metrics or sorting have changed")
    try:
        wire = msgspec.msgpack.decode(rest, type=_Wire)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _damaged() from None
    if isinstance(wire.value, float) and not isfinite(wire.value):
        raise _damaged()
    if isinstance(wire.key, str) and len(wire.key) > KEY_LIMIT:
        raise _damaged()
    if any(isinstance(number, int) and abs(number) > _MAX_NUMBER for number in (wire.value, wire.key)):
        raise _damaged()
    return Cursor(wire.value, wire.key, _period(wire, calendar, at))


def format_place(place: Sequence[int | str], question: str) -> str:
    """The last entry of a page of a list, as a cursor that is good for that list only."""
    body = bytes([VERSION]) + _digest(question.encode(), _MARK_SIZE) + msgspec.msgpack.encode(place)
    return urlsafe_b64encode(body + _digest(body, _SUM_SIZE)).rstrip(b"=").decode()


def parse_place(text: str, question: str) -> tuple[int | str, ...]:
    """The place that `format_place` put into a cursor of that list. Raises BadParameter for other texts."""
    body = _checked(text)
    if body[1 : 1 + _MARK_SIZE] != _digest(question.encode(), _MARK_SIZE):
        raise _bad("belongs to another question: begin again with the first page")
    try:
        return msgspec.msgpack.decode(body[1 + _MARK_SIZE :], type=tuple[int | str, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _damaged() from None


def _checked(text: str) -> bytes:
    """The bytes of a cursor without their check sum, once that fits."""
    if len(text) > CURSOR_LIMIT:
        raise _bad(f"is longer than {CURSOR_LIMIT} signs: give it as it was answered")
    try:
        encoded = text.encode("ascii")
        whole = urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    except (UnicodeEncodeError, Error):
        raise _damaged() from None
    # The decoder overlooks signs that are none of its own, and bits beyond the end.
    if urlsafe_b64encode(whole).rstrip(b"=") != encoded or len(whole) <= 1 + _MARK_SIZE + _SUM_SIZE:
        raise _damaged()
    body, check = whole[:-_SUM_SIZE], whole[-_SUM_SIZE:]
    if check != _digest(body, _SUM_SIZE):
        raise _damaged()
    if body[0] != VERSION:
        raise _bad("is of another version of this service: begin again with the first page")
    return body


def _period(wire: _Wire, calendar: Calendar, at: datetime) -> Range:
    if wire.grain is Grain.DAY:
        if not MIN_DAY.toordinal() - 7 <= wire.first <= wire.last <= MAX_DAY.toordinal() + 7:
            raise _damaged()
        first, last = (MIN_DAY.fromordinal(number) for number in (wire.first, wire.last))
        return range_of_days(Dates(first, last, wire.unit), calendar, at)
    if wire.grain is Grain.MINUTE or not _MIN_INSTANT <= wire.first < wire.last <= _MAX_INSTANT:
        raise _damaged()
    start, end = (datetime.fromtimestamp(seconds, UTC) for seconds in (wire.first, wire.last))
    return range_of_hours(start, end, calendar, at)


def _digest(content: bytes, size: int) -> bytes:
    return blake2b(content, digest_size=size, person=b"cursor").digest()


def _damaged() -> BadParameter:
    return _bad("is no cursor of this service: give it as it was answered, or begin with the first page")


def _bad(problem: str) -> BadParameter:
    return BadParameter("cursor", "value", problem)
