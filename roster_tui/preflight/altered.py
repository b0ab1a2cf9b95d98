"""New IDs that look like one that goes tonight: a spreadsheet took the zeros, or somebody typed an O."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from roster_tui.roster.compare import ADDED, REMOVED
from roster_tui.roster.kinds import COUNTED, STUDENT
from roster_tui.sis import catalog
from roster_tui.sis.crosscheck import folded_id
from roster_tui.sis.problems import Problems
from roster_tui.sis.upload import Upload


class AlteredId(NamedTuple):
    """Two SIS IDs of one kind that are the same once they are folded."""

    kind: str
    gone: str
    come: str


def altered_ids(db: sqlite3.Connection) -> Iterator[AlteredId]:
    """Yield the added IDs that look like a removed one; ``db`` has the staged file attached and compared."""
    for kind in COUNTED:
        gone = db.execute(
            "SELECT t.sis_id FROM staged.change c CROSS JOIN record r ON r.id = c.id"
            f" CROSS JOIN {kind.name} t ON t.key = r.key WHERE c.kind = ? AND c.what = ? AND t.sis_id IS NOT NULL",
            (kind.code, REMOVED),
        )
        by_folded = {folded_id(sis_id): sis_id for (sis_id,) in gone}
        if not by_folded:
            continue
        come = db.execute(
            f"SELECT s.sis_id FROM staged.change c CROSS JOIN staged.{kind.name} s ON s.id = c.id"
            " WHERE c.kind = ? AND c.what = ? AND s.sis_id IS NOT NULL",
            (kind.code, ADDED),
        )
        for (sis_id,) in come:
            if old := by_folded.get(folded_id(sis_id)):
                yield AlteredId(kind.name, old, sis_id)


def tell_altered(altered: Iterable[AlteredId], upload: Upload, problems: Problems) -> None:
    """Add a problem for each, at the line of the new ID."""
    by_kind: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for each in altered:
        by_kind[each.kind][each.come] = each.gone
    for kind, gone in by_kind.items():
        file, column, lines = upload.lines_of(kind, gone.keys())
        for sis_id, line in lines.items():
            which = (
                "a student's ID that goes tonight" if kind == STUDENT.name else f"{gone[sis_id]}, which goes tonight"
            )
            problems.add(catalog.ID_ALTERED, file, line, column, f"the new {kind} ID looks like {which}")
