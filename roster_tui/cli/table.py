"""Rows on standard output: aligned columns for people, CSV for spreadsheets, both safe to look at."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import click

from roster_tui.present import NOTHING, cell_width, csv_cell, display_text, fitted

_WIDEST = 48


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]], *, last_whole: bool = False) -> None:
    """Print aligned columns; no line is wider than it needs to be, no cell wider than 48 columns.

    With ``last_whole`` the last column is as wide as its text: a reason that is cut off tells nothing.
    """
    lines = [list(header), *([display_text(cell) or NOTHING for cell in row] for row in rows)]
    widths = [min(_WIDEST, max(map(cell_width, column))) for column in zip(*lines, strict=True)]
    if last_whole:
        widths[-1] = max(cell_width(line[-1]) for line in lines)
    for line in lines:
        cells = [fitted(cell, width) for cell, width in zip(line, widths, strict=True)]
        click.echo("  ".join(cells).rstrip())


def print_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print CSV with a header; no cell can be a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in row])
        click.echo(out.getvalue(), nl=False)
        out.seek(0)
        out.truncate()
    click.echo(out.getvalue(), nl=False)
