"""What the command line asks of a data folder in use, and of its applier."""

import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from analytics_service.cli.texts import somebody
from analytics_service.domain.orders import OrderKind, OrderState
from analytics_service.errors import Unavailable
from analytics_service.settings import Settings, read_settings
from analytics_service.storage.sqlite.orders import open_orders
from analytics_service.storage.sqlite.stats import create_stats

CARRIED_OUT_WITHIN = 600.0


def _now() -> datetime:
    return datetime.now(UTC)


def folder_in_use(data: str | None, config: Path | None = None) -> Settings:
    """The settings of a folder from which something was served. Raises Unavailable."""
    settings = read_settings({"data": data}, file=config)
    if not (settings.folder / "stats.db").exists():
        create_stats_or_explain(settings.folder)
    return settings


def create_stats_or_explain(folder: Path) -> None:
    """Raises Unavailable: nothing is made where nothing was, and what is gone is named."""
    if (folder / "stats.marker").exists():
        create_stats(folder)
    raise Unavailable(f"nothing was ever served from {folder}; name the data folder with --data")


def carried_out(settings: Settings, kind: OrderKind, arguments: Mapping[str, object]) -> dict[str, object]:
    """Has the applier do it; where none runs, this process is one for as long as it takes."""
    from analytics_service.cli.applier import run_alone

    with open_orders(settings.folder) as orders:
        number = orders.place(kind, arguments, by=somebody(), at=_now())
        deadline = time.monotonic() + CARRIED_OUT_WITHIN
        while time.monotonic() < deadline:
            order = orders.find(number)
            if order is not None and order.state is OrderState.DONE:
                return dict(order.answer)
            if order is not None and order.state is OrderState.FAILED:
                raise Unavailable(f"the {kind.value} failed: {order.answer.get('error')}")
            # Another applier works on the folder: it will carry out the order.
            with suppress(Unavailable):
                run_alone(settings, clock=_now, stay=False)
            time.sleep(0.1)
    raise Unavailable(f"order {number} still waits: does the applier run? see `analytics-service status`")
