"""Records that left the data, and records that came: the same one under a new SIS ID, perhaps the same, or a leaver."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta

from roster_tui.findings.catalog import SIS_ID_CHANGED, SIS_ID_MAYBE_CHANGED, TEACHER_REMOVED
from roster_tui.findings.linkage.nights import ALL, MOST_LINKED, link_night
from roster_tui.findings.linkage.reading import Behind
from roster_tui.findings.model import Evidence, Finding
from roster_tui.roster.kinds import TEACHER

WINDOW = timedelta(days=30)
"""How long a departure is worth a finding."""


def find(db: sqlite3.Connection, at: datetime) -> Iterator[Finding]:
    """Yield re-keyed schools, teachers, students and sections, those that may be, and teachers who left.

    Of the last 30 days. Nothing is done about any of them by itself. Kinds of which more came or went than
    `MOST_LINKED` are left out: sections at a rollover.
    """
    night = Behind(db, (at - WINDOW).isoformat())
    for kind, linkage in link_night(night, tuple(kind for kind in ALL if night.most(kind) <= MOST_LINKED)).items():
        for code, pairs in ((SIS_ID_CHANGED, linkage.matches), (SIS_ID_MAYBE_CHANGED, linkage.possible)):
            for pair in pairs:
                yield Finding(code, pair.old, pair.new, pair.evidence, pair.confidence)
        if kind == TEACHER.name:
            for leaver in linkage.leavers:
                yield Finding(TEACHER_REMOVED, leaver, evidence=(Evidence("in data", "yes", "no", False),))
