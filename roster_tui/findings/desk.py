"""What people decided about findings: dismissed with a reason, a proposed pair accepted or rejected.

Kept in the ledger, since no sync can bring it back. Each decision is in the journal before it takes effect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from roster_tui.errors import USAGE, RosterError
from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.model import Finding
from roster_tui.findings.store import Opinion, Opinions
from roster_tui.ledger import Operator
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.journal import Journal

_DISMISSALS, _PAIRS = "dismissals", "pairs"
ACCEPTED, REJECTED, DISMISSED = "accepted", "rejected", "dismissed"


class NotDecidable(RosterError):
    """A decision that makes no sense for this finding; nothing was changed."""

    exit_code = USAGE


@dataclass(frozen=True)
class Pair:
    """Two records that somebody said are one: for the crosswalk."""

    type: str
    old_id: str
    new_id: str


class Desk:
    """The decisions of one district; any number of consoles may use it at once."""

    def __init__(self, documents: Documents, journal: Journal, operator: Operator) -> None:
        self._documents = documents
        self._journal = journal
        self._operator = operator

    def opinions(self) -> Opinions:
        """Return what is decided at this moment, as a question to be asked of any finding. Raises `LedgerDamaged`."""
        database = self._documents.reading()
        dismissals = {str(each.doc_id): dict(each) for each in database.table(_DISMISSALS)}
        pairs = {str(each.doc_id): dict(each) for each in database.table(_PAIRS)}

        def opinion_of(finding: Finding) -> Opinion | None:
            dismissed = dismissals.get(finding.id)
            if dismissed and dismissed["fingerprint"] == finding.fingerprint:
                return _opinion(DISMISSED, dismissed)
            decided = pairs.get(_pair_key(finding)) if finding.code in PAIRS else None
            return _opinion(decided["verdict"], decided) if decided else None

        return opinion_of

    def dismiss(self, finding: Finding, reason: str, at: datetime) -> Opinion:
        """Set a finding aside until its evidence changes.

        Raises `NotDecidable` without a reason, OSError when it cannot be written: nothing has changed then.
        """
        if not reason.strip():
            raise NotDecidable("A finding is dismissed with a reason. Nothing was changed")
        opinion = Opinion(DISMISSED, reason.strip(), self._operator.name, at)
        with self._journaled("dismiss", finding, reason.strip(), at):
            self._put(_DISMISSALS, finding.id, {**_stored(opinion), "fingerprint": finding.fingerprint})
        return opinion

    def decide(self, finding: Finding, verdict: str, at: datetime, reason: str = "") -> Opinion:
        """Note that a proposed pair is ``accepted`` or ``rejected``. Raises `NotDecidable` for any other finding."""
        if finding.code not in PAIRS or finding.other is None:
            raise NotDecidable(f"{finding.code.title}: only a proposed pair can be accepted or rejected")
        opinion = Opinion(verdict, reason, self._operator.name, at)
        pair = {
            "verdict": verdict,
            "type": finding.subject.kind,
            "old_id": finding.subject.sis_id or "",
            "new_id": finding.other.sis_id or "",
        }
        with self._journaled(f"pair {verdict}", finding, reason, at):
            self._put(_PAIRS, _pair_key(finding), {**_stored(opinion), **pair})
        return opinion

    def reopen(self, finding: Finding, at: datetime) -> bool:
        """Take back what was decided about a finding; returns whether anything was."""
        database = self._documents.reading()
        known = database.table(_DISMISSALS).pick([finding.id]) or database.table(_PAIRS).pick([_pair_key(finding)])
        if not known:
            return False
        with self._journaled("reopen", finding, "", at), self._documents.changing() as changing:
            changing.table(_DISMISSALS).drop([finding.id])
            changing.table(_PAIRS).drop([_pair_key(finding)])
        return True

    def reveal(self, finding: Finding, at: datetime) -> None:
        """Note that a student's values were looked at; raises OSError or `LedgerDamaged`: show them to nobody then."""
        facts = {"kind": "reveal", "finding": finding.id, "code": finding.code.code, **self._operator.facts()}
        self._journal.append([{**facts, "phase": "outcome", "results": [{"id": finding.id, "verdict": "done"}]}], at)

    def accepted(self) -> list[Pair]:
        """Return the pairs that were accepted, by type and old ID. Raises `LedgerDamaged`."""
        table = self._documents.reading().table(_PAIRS)
        pairs = [Pair(each["type"], each["old_id"], each["new_id"]) for each in table if each["verdict"] == ACCEPTED]
        return sorted(pairs, key=lambda pair: (pair.type, len(pair.old_id), pair.old_id))

    def _put(self, table: str, key: str, document: Mapping[str, Any]) -> None:
        with self._documents.changing() as database:
            database.table(table).put({key: document})

    @contextmanager
    def _journaled(self, kind: str, finding: Finding, reason: str, at: datetime) -> Iterator[None]:
        """Write the intent, let the block take effect, write the outcome. Names no person but by Clever ID."""
        ids = [each.clever_id for each in (finding.subject, finding.other) if each]
        facts = {"kind": kind, "finding": finding.id, "code": finding.code.code, **self._operator.facts()}
        self._journal.append([{**facts, "phase": "intent", "ids": ids, "reason": reason}], at)
        yield
        results = [{"id": finding.id, "verdict": "done"}]
        self._journal.append([{**facts, "phase": "outcome", "results": results}], at)


def _pair_key(finding: Finding) -> str:
    return f"{finding.subject.clever_id}-{finding.other.clever_id if finding.other else ''}"


def _stored(opinion: Opinion) -> dict[str, str]:
    return {"reason": opinion.reason, "by": opinion.by, "at": opinion.at.isoformat()}


def _opinion(verdict: str, document: Mapping[str, Any]) -> Opinion:
    return Opinion(verdict, document["reason"], document["by"], datetime.fromisoformat(document["at"]))
