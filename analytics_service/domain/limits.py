"""How long a visit, a presence and an id are remembered, and what is left of a sender's allowance."""

from datetime import timedelta
from typing import NamedTuple

ONLINE_WINDOW = timedelta(minutes=5)


VISIT_TIMEOUT = timedelta(minutes=30)


BOUNCE_ENGAGEMENT = timedelta(seconds=10)


ENGAGEMENT_LIMIT = timedelta(hours=24)


ID_RETENTION = timedelta(hours=72)
"""How long the id of a view is remembered: trusted callers reach 48 hours back."""


LAG_LIMIT = timedelta(seconds=15)
"""How old the oldest fact that waits for the applier may be before something is wrong."""


class Allowance(NamedTuple):
    """What a sender may still send now, when all of it will be there again, and when one more may pass."""

    left: int
    whole_in: timedelta
    wait: timedelta
