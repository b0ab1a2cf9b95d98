"""Decisions about findings, wherever they are made: in the ledger. Whoever makes one shows it with `catch_up`."""

from __future__ import annotations

from roster_tui.errors import USAGE, RosterError
from roster_tui.findings.store import Known, with_id
from roster_tui.workspace import Workspace


class NoSuchFinding(RosterError):
    """No finding has this id, or it is gone."""

    exit_code = USAGE

    def __init__(self, finding_id: str) -> None:
        super().__init__(f"There is no finding {finding_id} now. List them: roster-tui conflicts --all")


def dismiss(workspace: Workspace, finding_id: str, reason: str) -> Known:
    """Set a finding aside until its evidence changes, and return it as it was.

    Raises `NoSuchFinding`, `NotDecidable` without a reason, OSError or `LedgerDamaged`: nothing has changed then.
    """
    known = _known(workspace, finding_id)
    workspace.desk.dismiss(known.finding, reason, workspace.clock())
    return known


def decide(workspace: Workspace, finding_id: str, verdict: str, reason: str = "") -> Known:
    """Accept or reject a proposed pair, and return its finding as it was. Raises as `dismiss` does."""
    known = _known(workspace, finding_id)
    workspace.desk.decide(known.finding, verdict, workspace.clock(), reason)
    return known


def reopen(workspace: Workspace, finding_id: str) -> bool:
    """Take back what was decided about a finding; returns whether anything was. Raises as `dismiss` does."""
    known = _known(workspace, finding_id)
    return workspace.desk.reopen(known.finding, workspace.clock())


def reveal(workspace: Workspace, finding_id: str) -> Known:
    """Return a finding whose student values may be shown: the journal says who looks. Raises as `dismiss` does."""
    known = _known(workspace, finding_id)
    workspace.desk.reveal(known.finding, workspace.clock())
    return known


def _known(workspace: Workspace, finding_id: str) -> Known:
    with workspace.cache.reading() as db:
        known = with_id(db, finding_id)
    if known is None:
        raise NoSuchFinding(finding_id)
    return known
