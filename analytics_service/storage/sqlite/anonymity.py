"""Visitors' ids of days that are over: each becomes a number that means nothing."""

import sqlite3
from datetime import date
from hashlib import blake2b

from analytics_service.storage.sqlite.sql import day_number, queries

ROWS_OF_A_STEP = 5_000
LAST_VISIT = 2**62
SQL = queries("anonymity")


class Anonymiser:
    """Gives the visitors of closed days other ids, a site's day at a time.

    Within a day the new ids are as distinct as the old ones were. They are made with a random key that is
    stored until the day is done, so that a process which ends in its midst is followed by one that goes on.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        connection.create_function("anonymous_id", 2, anonymous_id, deterministic=True)

    def step(self, before: date) -> bool:
        """Does some thousand rows of the days before, within its caller's transaction.

        Returns whether there may be more.
        """
        in_hand = self._day_in_hand()
        if in_hand is None:
            self._db.execute(SQL["begin_next_day"], {"before": day_number(before)})
            in_hand = self._day_in_hand()
        if in_hand is None:
            return False
        site, day, after, key = in_hand
        part: dict[str, object] = {"site": site, "day": day, "after": after, "rows": ROWS_OF_A_STEP}
        found = self._db.execute(SQL["last_of_step"], part).fetchone()
        part |= {"last": found[0] if found else LAST_VISIT, "key": key}
        for statement in ("name_views_of_later_days", "rename_views", "rename_visits"):
            self._db.execute(SQL[statement], part)
        self._db.execute(SQL["note_step" if found else "end_day"], part)
        return True

    def _day_in_hand(self) -> tuple[int, int, int, bytes] | None:
        found: tuple[int, int, int, bytes] | None = self._db.execute(SQL["day_in_hand"]).fetchone()
        return found


def anonymous_id(visitor: int, key: bytes) -> int:
    """Returns the number that takes a visitor's place under a key: 64 signed bits, as before."""
    hashed = blake2b(visitor.to_bytes(8, "big", signed=True), key=key, digest_size=8)
    return int.from_bytes(hashed.digest(), "big", signed=True)
