"""All kinds of one night linked in turn: a re-keyed school is known when its teachers and students are compared."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from roster_tui.findings.linkage import people, schools, sections
from roster_tui.findings.linkage.decide import Linkage, link
from roster_tui.findings.linkage.model import Model
from roster_tui.findings.linkage.population import shares, stayers
from roster_tui.findings.linkage.reading import Ahead, Night
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER, Kind

MODELS: Mapping[str, Model] = {
    SCHOOL.name: schools.MODEL,
    TEACHER.name: people.TEACHER_MODEL,
    STUDENT.name: people.STUDENT_MODEL,
    SECTION.name: sections.MODEL,
}
"""By kind, in the order in which they are linked: each may refer to those before it."""

_NEEDED = {
    SCHOOL.name: (SCHOOL,),
    TEACHER.name: (SCHOOL, TEACHER),
    STUDENT.name: (SCHOOL, STUDENT),
    SECTION.name: (SCHOOL, TEACHER, STUDENT, SECTION),
}
ALL = (SCHOOL, TEACHER, STUDENT, SECTION)
MOST_LINKED = 30_000
"""Removed or added records of one kind beyond which none are compared.

A pair takes 8 to 10 kB while it is weighed. More than this at once is a rollover, or a migration that wants one
crosswalk from the SIS vendor, not thirty thousand questions.
"""


def link_night(night: Night, kinds: tuple[Kind, ...] = ALL) -> dict[str, Linkage]:
    """Return what became of removed and added records, by kind; ``kinds`` in the order of `MODELS`."""
    names = night.names()
    found: dict[str, Linkage] = {}
    for kind in kinds:
        removed, added = night.removed(kind, names), night.added(kind, names)
        if not removed or not added:
            found[kind.name] = Linkage(
                leavers=tuple(each.subject for each in removed), joiners=tuple(each.subject for each in added)
            )
            continue
        found[kind.name] = link(
            MODELS[kind.name],
            removed,
            added,
            shares(night.db, kind, names, removed),
            stayers(night.db, kind, names, removed, added),
        )
        for pair in found[kind.name].matches:
            names.renamed[bytes.fromhex(pair.new.clever_id)] = bytes.fromhex(pair.old.clever_id)
    return found


def pairs_ahead(db: sqlite3.Connection, kind: Kind) -> Linkage:
    """Return who of one kind is re-keyed, leaves or joins with the staged roster, before it is applied.

    ``db`` is a connection to the roster with the staged file attached and compared. An added record that was never
    in the data has the key 0.
    """
    return link_night(Ahead(db), _NEEDED[kind.name])[kind.name]


def all_pairs_ahead(db: sqlite3.Connection) -> dict[str, Linkage]:
    """Return the same for all kinds at once, by name of the kind; cheaper than one after the other."""
    return link_night(Ahead(db))
