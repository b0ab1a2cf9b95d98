"""The rows of a report in another order than its own; each group between headings by itself. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any

from roster_tui.console.columns import USUAL_ORDER, Column, Row
from roster_tui.console.reports import Report
from roster_tui.present import NOTHING


def ordered(report: Report, order: str, descending: bool) -> Report:
    """Return a report sorted by one of its columns, the largest number first; equal rows keep their places."""
    index = next((place for place, column in enumerate(report.columns) if order and column.order == order), None)
    if index is None and (order != USUAL_ORDER or not descending):
        return report
    return replace(report, rows=list(_sorted(report, index, descending)))


def _sorted(report: Report, index: int | None, descending: bool) -> Iterator[Row]:
    for heading, rows in groupby(report.rows, key=lambda row: row.heading):
        group = list(rows)
        if not heading and index is not None:
            column = report.columns[index]
            group.sort(key=lambda row: _value(row, column, index), reverse=descending)
        elif not heading:
            group.reverse()
        yield from group


def _value(row: Row, column: Column, index: int) -> tuple[bool, Any]:
    """Return what a row is sorted by: numbers, times or words; what has none comes last."""
    if row.sorts and column.order in row.sorts:
        return False, row.sorts[column.order]
    text = row.cells[index].text
    if text in ("", NOTHING):
        return True, 0 if column.right else ""
    return False, -float(text.replace(",", "")) if column.right else text.lower()
