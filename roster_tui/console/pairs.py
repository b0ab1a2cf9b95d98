"""Two records side by side: each field of both, whether they agree, and what that says."""

from __future__ import annotations

from collections.abc import Iterable

from roster_tui.console.columns import Column, Row
from roster_tui.console.lines import Part, Parts, wrapped
from roster_tui.console.reports import Report
from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.store import Known, Status, known, set_aside, with_id
from roster_tui.keymap import keys_of
from roster_tui.present import display_text, number
from roster_tui.side_by_side import Compared, SideBySide, side_by_side
from roster_tui.workspace import Workspace

_COLUMNS = (
    Column("", 1),
    Column("Field", 9, share=1),
    Column("", 14, share=4),
    Column("", 14, share=4),
    Column("Says", 16, share=2),
    Column("Odds of one", 18, right=True, from_width=110),
)
_SIGNS = {True: ("=", "good"), False: ("≠", "bad"), None: ("·", "dim")}
_ALIKE = "≈", "good"
_NOTHING = "No finding is about two records.\nNobody changed an ID, and nothing is shared by two."


def pair_report(workspace: Workspace, finding_id: str, among: tuple[str, ...], *, revealed: bool) -> Report:
    """Return both records of a finding, one row a field, under what they are and what they come to."""
    with workspace.cache.reading() as db:
        each = with_id(db, finding_id)
        opened = side_by_side(db, each, revealed=revealed) if each else None
    if each is None or opened is None:
        gone = keys_of(workspace.settings.console).told(
            "This finding is gone: the records have changed since.\n{pair.next} and {pair.previous} show the others,"
            " {nav.back} goes back."
        )
        return Report((), (), gone if finding_id else _NOTHING)
    before, after = opened.sides
    columns = tuple(
        Column(side, column.width, column.share) if side else column
        for column, side in zip(_COLUMNS, ("", "", _role(each, 0, before), _role(each, 1, after), "", ""), strict=True)
    )
    rows = [
        Row("summary", "heading", (Part(f" {_headline(opened)}"),), heading=True),
        *(_row(field) for field in opened.fields),
        Row("besides", "heading", (Part(" Also known, not weighed"),), heading=True),
        *(_row(field) for field in opened.besides),
    ]
    told = f"{number(among.index(finding_id) + 1)} of {number(len(among))}" if finding_id in among else ""
    by_key = {str(row.key): each for row in rows if not row.heading}
    return Report(columns, rows, "", len(rows), by_key, told)


def _role(each: Known, side: int, label: str) -> str:
    role = ("Before: ", "Now: ")[side] if each.finding.code in PAIRS else ""
    return role + label


def _headline(opened: SideBySide) -> str:
    opinion = opened.known.opinion
    decided = f"{opinion.verdict.capitalize()} by {display_text(opinion.by)}. " if opinion else ""
    return f"{decided}{opened.known.finding.code.title}: {opened.summary}"


def _row(each: Compared) -> Row:
    sign, style = _ALIKE if each.alike else _SIGNS[each.agrees]
    cells = (
        Part(sign, style),
        Part(each.field.replace("_", " "), "dim"),
        Part(each.before, "" if each.agrees is None else style),
        Part(each.after, "" if each.agrees is None else style),
        Part(each.says, _says_style(each)),
        Part(each.odds, "dim"),
    )
    return Row(each.field, "field", cells)


def _says_style(each: Compared) -> str:
    return "dim" if each.agrees is None else ""


def field_lines(row: Row, width: int) -> list[Parts]:
    """Return one field in full, for values that a column has no room for."""
    sign, field, before, after, says, odds = row.cells
    lines: list[Parts] = [[Part(f"{sign.text} ", sign.style), Part(field.text, "title")]]
    for value in (before, after):
        lines += wrapped(value.text, width)
    told = f"{says.text}, {odds.text}" if odds.text else says.text
    return [*lines, *(wrapped(told, width, "dim") if told else []), []]


def of_two_records(found: Iterable[Known]) -> tuple[str, ...]:
    """Return the ids of those findings that are about two records, in their order."""
    return tuple(each.finding.id for each in found if each.finding.other and each.status is not Status.GONE)


def pairs_of(workspace: Workspace) -> tuple[str, ...]:
    """Return the ids of all findings about two records, worst first; those set aside at the end."""
    with workspace.cache.reading() as db:
        return of_two_records([*known(db), *set_aside(db)])
