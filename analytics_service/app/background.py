"""Work that goes on beside answering: it never dies in silence."""

import asyncio
import logging
from collections.abc import Callable, Coroutine

log = logging.getLogger(__name__)


def in_background(work: Coroutine[object, object, None], stop: Callable[[], None]) -> asyncio.Task[None]:
    """A task for work that only ends when it is cancelled.

    An exception is logged with its traceback and calls `stop`, so that the worker ends and another starts:
    one that served on without this work would be wrong and seem well.
    """
    task = asyncio.create_task(work, name=getattr(work, "__qualname__", None))

    def ended(task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.critical("%s failed, so this worker ends", task.get_name(), exc_info=error)
            stop()

    task.add_done_callback(ended)
    return task
