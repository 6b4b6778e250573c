"""Names in beacons that are no site's: logged at most once an hour, so that a wrong snippet is found."""

import logging
import re
from collections import Counter
from datetime import timedelta

INTERVAL_MS = timedelta(hours=1) // timedelta(milliseconds=1)
NAMES_LIMIT = 20
"""So many names are counted apart until they are logged."""
# Anybody can send anything: an address or a text of another kind is not logged.
_NAME = re.compile(r"(?=.*[a-z])[a-z0-9][a-z0-9.-]{0,63}", re.IGNORECASE)
_OTHER = "others"

log = logging.getLogger(__name__)


class UnknownSites:
    """Counts beacons that name no site of ours, and logs the names."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._logged_at_ms: int | None = None

    def note(self, name: str, at_ms: int) -> None:
        """Counts a beacon of an unknown site; the first is logged at once, the next ones within an hour."""
        is_name = _NAME.fullmatch(name) is not None
        has_room = name in self._counts or len(self._counts) < NAMES_LIMIT
        self._counts[name if is_name and has_room else _OTHER] += 1
        if self._logged_at_ms is not None and 0 <= at_ms - self._logged_at_ms < INTERVAL_MS:
            return
        named = ", ".join(f"{one} ({count})" for one, count in self._counts.most_common())
        log.warning(
            "beacons of sites that are not here: %s; compare data-site with analytics-service site list",
            named,
        )
        self._counts.clear()
        self._logged_at_ms = at_ms
