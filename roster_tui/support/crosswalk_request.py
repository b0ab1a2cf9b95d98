"""What Clever support is asked for when SIS IDs have changed: the accepted pairs as a file, and the letter with it."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.crosswalk import COLUMNS, TYPE_OF_KIND, Change, Ordered, covering_note, inert, ordered
from roster_tui.findings.store import known
from roster_tui.workspace import Workspace


@dataclass(frozen=True)
class CrosswalkRequest:
    """The pairs that were accepted, ready to be handed over."""

    plan: Ordered
    withheld: tuple[Change, ...]
    """Pairs whose IDs a spreadsheet would change; the note names them."""
    undecided: int
    """Proposed pairs that nobody has decided on yet."""
    note: str

    @property
    def file(self) -> str:
        """The five columns as CSV."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(COLUMNS)
        writer.writerows(change.row() for change in self.plan.changes)
        return out.getvalue()


def crosswalk_request(workspace: Workspace) -> CrosswalkRequest:
    """Return what is accepted now. Raises `LedgerDamaged`."""
    pairs = workspace.desk.accepted()
    changes = list(dict.fromkeys(Change(TYPE_OF_KIND[each.type], each.old_id, each.new_id) for each in pairs))
    withheld = [change for change in changes if not (inert(change.old_id) and inert(change.new_id))]
    plan = ordered(change for change in changes if change not in withheld)
    with workspace.cache.reading() as db:
        undecided = sum(each.opinion is None for code in PAIRS for each in known(db, code=code.code))
    district = workspace.district
    note = covering_note(district.name, district.id, plan, withheld, undecided, workspace.settings.operator_name)
    return CrosswalkRequest(plan, tuple(withheld), undecided, note)
