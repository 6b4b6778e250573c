"""The overview: totals with their series and some panels, of which each may fail alone."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from analytics_service.domain.answers import Overview
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.query import Query, default_metrics
from analytics_service.domain.site import Site
from analytics_service.errors import AnalyticsError, BadParameter
from analytics_service.ports.answers import AnswerStore
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.queue import Turns
from analytics_service.reporting.totals import answer_totals

PANELS = (Dimension.SOURCE, Dimension.PAGE, Dimension.COUNTRY, Dimension.DEVICE)
_Answer = TypeVar("_Answer")


async def answer_overview(
    store: AnswerStore,
    turns: Turns,
    sites: Sequence[Site],
    query: Query,
    at: datetime,
    *,
    panels: Sequence[Dimension] = PANELS,
    compares_panels: bool = True,
) -> Overview:
    """Returns totals with their series, and a breakdown for each panel; an error stands where one failed.

    Panels have their default metrics, the query's limit and, with `compares_panels`, its comparison.
    Raises BadParameter.
    """
    of_rows = query if compares_panels else replace(query, comparison=None)
    queries = [
        replace(
            of_rows, dimension=panel, metrics=default_metrics(panel), sort=None, cursor=None, interval=None
        )
        for panel in panels
    ]
    async with asyncio.TaskGroup() as group:
        totals = group.create_task(_guard(answer_totals(store, turns, sites, query, at, series=True)))
        rows = [
            group.create_task(_guard(answer_breakdown(store, turns, sites, panel, at))) for panel in queries
        ]
    if isinstance(refused := totals.result(), BadParameter):
        # What is wrong in the query is wrong in all of it.
        raise refused
    return Overview(
        totals.result(), {panel.word: row.result() for panel, row in zip(panels, rows, strict=True)}
    )


async def _guard(answer: Awaitable[_Answer]) -> _Answer | AnalyticsError:
    try:
        return await answer
    except AnalyticsError as error:
        return error
