"""What a list shows, and the same as SQL, where ``t`` is the listed row and ``o`` its ranks; nothing is read here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from roster_tui.roster.fields import CONCERNED, FIELDS, ORDERS
from roster_tui.roster.filter import EVERYTHING, Condition, Filter
from roster_tui.roster.kinds import SECTION, TEACHER, Kind

_WITHIN = {
    (TEACHER.name, "school"): "t.key IN (SELECT teacher FROM teacher_school WHERE school = ?)",
    (TEACHER.name, "section"): "t.key IN (SELECT teacher FROM section_teacher WHERE section = ?)",
    (SECTION.name, "school"): "t.school = ?",
    (SECTION.name, "teacher"): "t.key IN (SELECT section FROM section_teacher WHERE teacher = ?)",
}


@dataclass(frozen=True)
class Listing:
    """What a list shows."""

    kind: Kind
    within: tuple[str, int] | None = None
    """Only what belongs to a ``school``, ``teacher`` or ``section`` with this key."""
    filter: Filter = EVERYTHING
    order: str = "name"
    descending: bool = False

    @property
    def everything(self) -> bool:
        """Whether every row of the kind is listed."""
        return self.within is None and self.filter == EVERYTHING


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its bound values."""

    text: str
    values: list[Any] = field(default_factory=list)


def narrows(new: Listing, old: Listing) -> bool:
    """Return whether every row of ``new`` is certainly among those of ``old``, and in the same order.

    So it is with each letter that is typed on to a word, and each condition behind the others.
    """
    return replace(new, filter=old.filter) == old and all(
        any(_implies(condition, wanted) for condition in new.filter.conditions) for wanted in old.filter.conditions
    )


def _implies(new: Condition, old: Condition) -> bool:
    words = not (new.field or new.negated or old.field or old.negated)
    return new == old or (words and old.value in new.value)


def all_of(parts: Sequence[Sql]) -> Sql:
    """Return the condition that holds where all parts do."""
    return Sql(" AND ".join(part.text for part in parts) or "1", [value for part in parts for value in part.values])


def within(listing: Listing) -> Sql:
    """Return the condition that a row belongs where the list is drilled down to."""
    if listing.within is None:
        return Sql("1")
    relation, key = listing.within
    return Sql(_WITHIN[listing.kind.name, relation], [key])


def hits(listing: Listing, match: str) -> Sql:
    """Return ``FROM … WHERE …`` for every row that passes; ``match`` holds the words, as the index takes them.

    The row itself is joined only when it is asked for: it is ten times as wide as its ranks.
    """
    name = listing.kind.name
    conditions = _conditions(listing, match)
    if match:
        source, key = f"{name}_text x", "x.rowid"
        source += f" CROSS JOIN {name} t ON t.key = x.rowid" if "t." in conditions.text else ""
        conditions = all_of([Sql(f"{name}_text MATCH ?", [match]), conditions])
    else:
        source, key = (f"{name} t", "t.key") if "t." in conditions.text else (f"{name}_rank o", "")
    source += f" CROSS JOIN {name}_rank o ON o.key = {key}" if key else ""
    source += f" LEFT JOIN {CONCERNED} c ON c.key = o.key" if listing.order == "findings" else ""
    return Sql(f"FROM {source} WHERE {conditions.text}", conditions.values)


def row_tests(listing: Listing) -> Sql:
    """Return the same conditions as tests of one row at a time, without any index."""
    parts = [within(listing)] if listing.within else []
    for each in listing.filter.conditions:
        if each.field:
            text, values = FIELDS[listing.kind.name][each.field].of_row(each)
            parts.append(Sql(f"NOT coalesce({text}, 0)" if each.negated else f"({text})", values))
    parts += [_holds(listing, word, wanted=True) for word in listing.filter.words]
    parts += [_holds(listing, word, wanted=False) for word in listing.filter.unwanted]
    return all_of(parts)


def sorted_by(listing: Listing) -> str:
    """Return the ``ORDER BY`` of a list; equal rows follow their names."""
    direction = "DESC" if listing.descending else "ASC"
    parts = dict.fromkeys([ORDERS[listing.kind.name][listing.order], "o.by_name"])
    return "ORDER BY " + ", ".join(f"{part} {direction}" for part in parts)


def _conditions(listing: Listing, match: str) -> Sql:
    """Everything a row must pass besides what the index decides by ``match``."""
    parts = [within(listing)] if listing.within else []
    for each in listing.filter.conditions:
        if each.field:
            text, values = FIELDS[listing.kind.name][each.field].sql(each)
            parts.append(Sql(f"NOT coalesce({text}, 0)" if each.negated else f"({text})", values))
    if not match:
        parts += [_holds(listing, word, wanted=False) for word in listing.filter.unwanted]
    return all_of(parts)


def _holds(listing: Listing, word: str, *, wanted: bool) -> Sql:
    return Sql(f"instr({listing.kind.text.format('t.')}, ?) {'> 0' if wanted else '= 0'}", [word])
