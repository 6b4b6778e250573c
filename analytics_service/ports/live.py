"""Who is online now."""

from collections.abc import Sequence
from typing import Protocol


class Live(Protocol):
    """Who is online now; best effort, and never in a beacon's way."""

    def touch(
        self,
        site: int,
        visitor: int,
        previous_id: int | None,
        at_ms: int,
        page: str = "",
        *,
        only_prolong: bool = False,
    ) -> None:
        """Notes that the visitor was seen, and on which page; "" leaves them where they were.

        The id of today takes the place of yesterday's. With `only_prolong` nobody comes online who was not.
        """
        ...

    async def online(self, site: int, at_ms: int, page: str | None = None) -> int | None:
        """Distinct visitors seen within the online window, or those last seen on one page.

        None while nobody can know.
        """
        ...

    async def online_by_page(self, site: int, at_ms: int, pages: Sequence[str]) -> dict[str, int] | None:
        """Returns how many were last seen on each of these pages, those without anybody left out.

        None while nobody can know.
        """
        ...
