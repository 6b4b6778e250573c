"""Who was online before a worker began."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from analytics_service.collecting.budget import VisitorBudget
from analytics_service.domain.facts import Engagement, VisitorFact, decode_group
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.errors import Unavailable
from analytics_service.journal import FolderJournals
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.live import Live

GROUPS_READ = 10_000
"""Of each journal: more than are written within the window."""


async def recall_online(
    folder: Path, figures: FigureStore, live: Live, budget: VisitorBudget, at: datetime
) -> None:
    """Fills *online* and the budgets' known visitors from the last minutes' facts, in the order of time.

    Journals are read first, as what leaves them is in the figures. Over midnight a visitor has two names: in
    the order of time the second one takes the place of the first.
    """
    since = int((at - ONLINE_WINDOW).timestamp() * 1000)
    touches: list[tuple[int, int, int, int | None, str | None]] = []
    journals = FolderJournals(folder / "journal")
    for name in journals.names():
        with suppress(Unavailable, msgspec.DecodeError):
            # The last ones: after an outage, those before them are older than anybody who is online.
            begin = max(journals.last(name) - GROUPS_READ, 0)
            for _, row in journals.groups_after(name, begin, limit=GROUPS_READ):
                for fact in decode_group(row):
                    if isinstance(fact, VisitorFact) and fact.at >= since and not fact.drop:
                        page = None if isinstance(fact, Engagement) else fact.page
                        touches.append((fact.at, fact.site, fact.visitor_id, fact.previous_id, page))
    journals.close()
    with suppress(Unavailable):
        for site, visitor, seen_at in await figures.seen_since((at - timedelta(days=2)).date(), since):
            touches.append((seen_at, site, visitor, None, ""))
    for seen_at, site, visitor, previous_id, page in sorted(touches, key=lambda touch: touch[0]):
        # Engagement makes nobody a visitor, and whoever tells of it may be on the next page already.
        is_hit = page is not None
        if is_hit:
            budget.remember(visitor)
        live.touch(site, visitor, previous_id, seen_at, page=page or "", only_prolong=not is_hit)
