"""The stream of a site's figures for who is signed in; their right to it is looked at again and again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from starlette.responses import Response

from analytics_service.administering.sessions import find_signed_in
from analytics_service.domain.principals import Action, can_see
from analytics_service.domain.site import Site
from analytics_service.errors import Unavailable
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.public.stream import Streams
from analytics_service.web.services import Services

CHECK_INTERVAL = timedelta(seconds=30)


class Permission:
    """Whether somebody who listens may go on: asked often, and looked up every CHECK_INTERVAL."""

    def __init__(self, call: PageCall) -> None:
        self._call = call
        self._checked_at: datetime = call.at
        self._is_valid = True
        self._checking: asyncio.Task[None] | None = None

    def __call__(self) -> bool:
        """Tells whether they may, as far as was last found."""
        at = self._call.services.clock()
        if at - self._checked_at >= CHECK_INTERVAL and (self._checking is None or self._checking.done()):
            self._checked_at = at
            self._checking = asyncio.create_task(self.look_up(at))
        return self._is_valid

    async def look_up(self, at: datetime) -> None:
        """Finds whether the session still holds, and its account may still read the site's figures."""
        call = self._call
        try:
            found = await call.services.dashboard.config.run(
                lambda stores: find_signed_in(stores, call.token, at)
            )
        except Unavailable:
            # What cannot be looked up now is looked up again.
            return
        site = find_site(call.services, call.require_site().public_id)
        account = found[1] if found is not None else None
        self._is_valid = (
            account is not None
            and site is not None
            and can_see(account.principal(), Action.READ_FIGURES, site)
        )


def find_site(services: Services, name: str) -> Site | None:
    """Returns the site of that name, public or not."""
    return services.sites.find(name)


def make_stream_handler(streams: Streams) -> Callable[[PageCall], Awaitable[Response]]:
    """Returns the handler of `GET /s/{site}/stream`."""

    async def answer(call: PageCall) -> Response:
        return streams.open(call.request, call.services, call.require_site(), find_site, Permission(call))

    return answer
