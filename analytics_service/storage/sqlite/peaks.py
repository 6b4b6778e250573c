"""Records of visitors online: what a visit that is rejected, or accepted, takes from them or adds to them."""

import sqlite3
from collections.abc import Collection

from analytics_service.domain.batch import Visit
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.storage.sqlite.sql import queries

SQL = queries("peaks")
WINDOW_MS = int(ONLINE_WINDOW.total_seconds() * 1000)


def move_peaks(db: sqlite3.Connection, visits: Collection[Visit], by: int) -> None:
    """Adds `by` to each record of a time at which one of the visits was online, within a transaction.

    A visitor is online from the visit's beginning until the window after its end. The record of all time is
    then the highest of those that are kept.
    """
    sites = set()
    for visit in visits:
        moment = {"site": visit.site, "began": visit.began_at, "until": visit.seen_at + WINDOW_MS, "by": by}
        moment["begins"] = visit.began_at // 1000 - int(PEAK_EACH.total_seconds())
        moment["ends"] = moment["until"] // 1000
        if db.execute(SQL["move_online_peaks"], moment).rowcount:
            sites.add(visit.site)
    for site in sites:
        for statement in ("withdraw_peak", "find_peak"):
            db.execute(SQL[statement], {"site": site})
