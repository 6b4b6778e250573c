"""Answers as tables, and tables as CSV that a spreadsheet opens without running anything in it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from analytics_service.domain.answers import Breakdown, Line
from analytics_service.domain.query import Query
from analytics_service.reporting.forms import form_instant

Cell = str | int | float | None
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Table:
    """A heading for each column, and rows of as many cells; None is a figure or value that is not known."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tabulate_line(line: Line, query: Query, *, series: bool) -> Table:
    """Returns totals as one row, or a series with a row for each bucket."""
    measures = tuple(measure.value for measure in query.metrics)
    if series:
        rows = [(form_instant(point.start), *point.values.values()) for point in line.points]
        return Table(("start", *measures), tuple(rows))
    if line.comparison is None:
        return Table(measures, (tuple(line.results.values()),))
    before, change = line.comparison.results, line.comparison.change
    return Table(
        ("metric", "value", "before", "change"),
        tuple((one.value, line.results[one], before[one], change[one]) for one in query.metrics),
    )


def tabulate_rows(answer: Breakdown, query: Query) -> Table:
    """Returns the rows of a breakdown; with a comparison, each figure is followed by its change."""
    word = query.dimension.word if query.dimension is not None else "value"
    is_compared = any(row.change is not None for row in answer.rows)
    header = [word]
    for measure in query.metrics:
        header += [measure.value, f"{measure.value}_change"] if is_compared else [measure.value]
    rows = []
    for row in answer.rows:
        cells: list[Cell] = ["(other)" if row.is_other else row.value]
        for measure in query.metrics:
            cells.append(row.values[measure])
            if is_compared:
                cells.append(row.change[measure] if row.change else None)
        rows.append(tuple(cells))
    return Table(tuple(header), tuple(rows))


def format_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> str:
    """Returns a table as CSV (RFC 4180); a text that begins like a formula is marked by an apostrophe."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([_mark(cell) for cell in row] for row in rows)
    return text.getvalue()


def _mark(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return f"'{cell}"
    return "" if cell is None else cell
