"""The whole ledger, examined: each file against its seal, accounts and trackers against the journal's fold.

It blocks the thread, for seconds with a city's ledger, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from roster_tui.accounts.fold import Disagreement, disagreements, folded
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.trackers.fold import made
from roster_tui.accounts.trackers.store import TrackerStore
from roster_tui.errors import RosterError
from roster_tui.ledger.faults import Fault, faults
from roster_tui.ledger.head import JournalEnd
from roster_tui.ledger.journal import Entry, Journal
from roster_tui.ledger.kinds import PATTERNS
from roster_tui.workspace import Workspace

_LOOKS = 3
"""At accounts and journal, while somebody acts between one and the other."""
_IDS_TOLD = 5


@dataclass(frozen=True)
class Examination:
    """What was found."""

    files: int
    """Files of documents."""
    end: JournalEnd
    faults: tuple[Fault, ...] = ()
    accounts: tuple[Disagreement, ...] = ()
    """Accounts that are not what the journal says; empty where a platform keeps them, or a file has a fault."""
    trackers: tuple[str, ...] = ()
    """Sections whose tracker is missing, though the journal says that it was made."""

    @property
    def ok(self) -> bool:
        """Whether all is as it was written."""
        return not (self.faults or self.accounts or self.trackers)

    @property
    def problems(self) -> Iterator[str]:
        """Sentences without a full stop, one for each thing that is wrong; they name people by Clever ID only."""
        for fault in self.faults:
            documents = f" ({len(fault.documents)} documents in it)" if fault.documents else ""
            yield f"{fault.name}: {fault.why}{documents}"
        for each in self.accounts[:_IDS_TOLD]:
            what = ", ".join(each.fields) if each.fields else "it is missing"
            yield f"account {each.id} is not what the journal says: {what}"
        if more := len(self.accounts) - _IDS_TOLD:
            yield from [f"{more} more accounts are not what the journal says"] if more > 0 else []
        if self.trackers:
            yield f"{len(self.trackers)} trackers that the journal says were made are missing"


class LedgerNotWhole(RosterError):
    """Files of the ledger are not what was written: nothing may be built on them."""

    fix = "Run: roster-tui ledger verify. It names every file that is damaged"

    def __init__(self, examined: Examination) -> None:
        first, *more = examined.problems
        said = f"{first}; {len(more)} more" if more else first
        super().__init__(f"The ledger is not whole: {said}. Nothing was changed")


def examine(workspace: Workspace) -> Examination:
    """Examine the whole ledger. Raises OSError."""
    head = workspace.head
    found = tuple(faults(head))
    files = sum(1 for pattern in PATTERNS for _ in head.folder.glob(pattern))
    named = {fault.name.partition("/")[0] for fault in found}
    if "HEAD" in named or "journal" in named:
        return Examination(files, JournalEnd(0, ""), found)
    for _ in range(_LOOKS):
        end = head.journal_end()
        accounts = () if "accounts" in named else tuple(_accounts(workspace))
        trackers = () if "trackers" in named else tuple(_trackers(workspace))
        if not (accounts or trackers) or head.journal_end() == end:
            break
    return Examination(files, end, found, accounts, trackers)


def _accounts(workspace: Workspace) -> Iterator[Disagreement]:
    if not workspace.on_platform:
        directory = LocalDirectory(workspace.folder / "ledger" / "accounts", workspace.head)
        yield from disagreements(folded(_entries(workspace)), {account.id: account for account in directory.all()})


def _trackers(workspace: Workspace) -> Iterator[str]:
    if sections := made(_entries(workspace)):
        yield from sorted(sections - TrackerStore(workspace.trackers_folder, workspace.head).latest(sections).keys())


def _entries(workspace: Workspace) -> Iterator[Entry]:
    # Not the workspace's own, which makes the folder where there is none.
    return Journal(workspace.folder / "ledger" / "journal", workspace.head).entries()
