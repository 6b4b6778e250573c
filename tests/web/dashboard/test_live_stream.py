"""Who listens to a site's stream is looked up again every half minute."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from analytics_service.domain.principals import Role, User
from analytics_service.errors import Unavailable
from analytics_service.web.dashboard.live_stream import Permission
from tests.domain.test_admission import SITE
from tests.web.dashboard.answers import AT


class Desk:
    """A call whose clock the test winds, with what the lookup of its session finds."""

    def __init__(self) -> None:
        self.at: datetime = AT
        self.lookups = 0
        self.user: User | None = User("an", {SITE.number: Role.VIEWER})
        self.error: Exception | None = None
        self.site: Any = SITE

    async def run(self, _work: Callable[..., object]) -> object:
        self.lookups += 1
        if self.error is not None:
            raise self.error
        return None if self.user is None else (None, SimpleNamespace(principal=lambda: self.user))

    def call(self) -> Any:
        sites = SimpleNamespace(find=lambda _name: self.site)
        services = SimpleNamespace(
            clock=lambda: self.at,
            dashboard=SimpleNamespace(config=SimpleNamespace(run=self.run)),
            sites=sites,
        )
        return SimpleNamespace(services=services, at=AT, token="x", require_site=lambda: SITE)

    async def after(self, permission: Permission, seconds: int) -> bool:
        """Whether who listens may go on, so many seconds later and once the lookup is over."""
        self.at += timedelta(seconds=seconds)
        permission()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return permission()


async def test_who_may_read_goes_on_and_is_looked_up_each_half_minute() -> None:
    desk = Desk()
    permission = Permission(desk.call())
    assert await desk.after(permission, 29)
    assert desk.lookups == 0
    assert await desk.after(permission, 1)
    assert await desk.after(permission, 29)
    assert desk.lookups == 1


async def test_who_was_signed_out_lost_the_right_or_the_site_listens_no_longer() -> None:
    for change in ({"user": None}, {"user": User("an")}, {"site": None}):
        desk = Desk()
        permission = Permission(desk.call())
        for name, value in change.items():
            setattr(desk, name, value)
        assert not await desk.after(permission, 30)


async def test_what_cannot_be_looked_up_is_looked_up_again() -> None:
    desk = Desk()
    permission = Permission(desk.call())
    desk.error = Unavailable("busy")
    assert await desk.after(permission, 30)
    desk.error, desk.user = None, None
    assert not await desk.after(permission, 30)
