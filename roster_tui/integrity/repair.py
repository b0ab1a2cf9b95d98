"""What can be rebuilt of a ledger that is not whole: planned and shown first, then done and journaled.

What was damaged is kept aside. Nothing is made up: what neither the file, nor a backup, nor the list, nor the journal
holds is told as lost.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from roster_tui.accounts.fold import folded
from roster_tui.integrity import last_notice
from roster_tui.integrity.accounts import listed_accounts, rebuilt
from roster_tui.ledger.envelope import Kind, Tables, damaged_documents, packed, unpacked
from roster_tui.ledger.faults import Fault, faults
from roster_tui.ledger.files import Damage, LedgerDamaged, replace_atomically
from roster_tui.ledger.head import FIRST_HASH, Head, JournalEnd
from roster_tui.ledger.journal import Journal
from roster_tui.ledger.journal_entries import entries_in
from roster_tui.ledger.kinds import ACCOUNTS, kind_of
from roster_tui.workspace import Workspace

_ASIDE = "damaged"
"""Below the ledger: what was replaced, by the moment of the repair."""
Files = Mapping[str, bytes]
"""Of a backup: contents by name in the ledger."""


@dataclass(frozen=True)
class Step:
    """What would be done about one fault."""

    name: str
    """Of the file, in the ledger."""
    said: str
    """What comes into its place, as a sentence without a full stop."""
    lost: str = ""
    """What cannot be brought back."""
    content: bytes | None = None
    """What the file will hold; None where it goes aside, or nothing can be done."""
    end: JournalEnd | None = None
    """Where the journal ends from now on, where that changes."""
    possible: bool = True


def planned(workspace: Workspace, backup: Files | None = None) -> list[Step]:
    """Return what would be done about each fault; nothing where the ledger is whole. Raises OSError."""
    return [_step(workspace, fault, backup or {}) for fault in faults(workspace.head)]


def carry_out(workspace: Workspace, steps: Sequence[Step]) -> Path:
    """Do what was planned, and journal it; returns the folder of what was damaged. Raises OSError, `LedgerDamaged`.

    Killed on the way, it is planned and done again.
    """
    head, at = workspace.head, workspace.clock()
    aside = head.folder / _ASIDE / f"{at:%Y%m%dT%H%M%SZ}"
    done = [step for step in steps if step.possible]
    for step in done:
        file = head.folder / step.name
        if file.exists():
            (aside / step.name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copytree(file, aside / step.name) if file.is_dir() else shutil.copy2(file, aside / step.name)
    for step in done:
        _do(head, step)
    who = {"kind": "repair", **workspace.operator.facts()}
    told = [{"file": step.name, "said": step.said, **({"lost": step.lost} if step.lost else {})} for step in done]
    workspace.journal.append([{**who, "phase": "outcome", "repaired": told, "results": []}], at)
    last_notice.note(workspace, head.journal_end())
    return aside


def _do(head: Head, step: Step) -> None:
    file = head.folder / step.name
    if step.end is not None:
        head.reseal({}, step.end)
        return
    if step.content is None:
        file.unlink(missing_ok=True)
    else:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        replace_atomically(file, step.content)
    if kind_of(step.name):
        # In this order: killed between the two, the fault is still one.
        head.reseal({file: step.content})


# -- what can be done ---------------------------------------------------------------------------------


def _step(workspace: Workspace, fault: Fault, backup: Files) -> Step:
    kind = kind_of(fault.name)
    if kind is None:
        return _of_journal(workspace.head, fault, backup)
    file = workspace.head.folder / fault.name
    sealed = workspace.head.files().get(fault.name)
    if fault.damage is Damage.NEW and (sealed is None or sealed.hash is None):
        return Step(fault.name, "it goes aside: this ledger did not write it")
    if fault.name in backup and sealed and workspace.head.damage(file, backup[fault.name]) is None:
        return Step(fault.name, "the backup holds it as it was written last", content=backup[fault.name])
    tables = _merged(_kept(file, kind), _of_backup(file, kind, backup.get(fault.name)))
    if kind is ACCOUNTS:
        return _of_accounts(workspace, fault, kind, tables)
    found = sum(map(len, tables.values()))
    if not found:
        return Step(fault.name, "nothing is left of it: it starts empty", "all that was in it", packed(kind, {}))
    lost = "what was written since the backup, or was damaged"
    return Step(fault.name, f"what is still whole: {found} of its documents", lost, packed(kind, tables))


def _of_accounts(workspace: Workspace, fault: Fault, kind: Kind, tables: Tables) -> Step:
    shard = Path(fault.name).stem
    journal = Journal(workspace.head.folder / "journal", workspace.head)
    told = folded(journal.entries()) if journal.verify().ok else {}
    with workspace.cache.reading() as db:
        listed = {account.id: account for account in listed_accounts(db, shard)}
    kept = tables.get("accounts", {})
    accounts = rebuilt(kept, listed, told)
    from_list = len(accounts.keys() - kept.keys())
    lost = "when those from the list were made, and what became of their mails" if from_list else ""
    missing = [each for each in told if each.endswith(shard) and each not in accounts]
    if missing:
        lost = "; ".join(filter(None, (lost, f"accounts that nothing names any more: {len(missing)}")))
    said = (
        f"{len(accounts)} accounts: {len(kept)} still whole, {from_list} from the list; all as the journal tells them"
    )
    return Step(fault.name, said, lost, packed(kind, {"accounts": accounts}))


def _of_journal(head: Head, fault: Fault, backup: Files) -> Step:
    if fault.name != "journal":
        return Step(fault.name, "it cannot be rebuilt", "restore the whole ledger from a backup", possible=False)
    if fault.damage not in (Damage.SHORT, Damage.MISSING):
        return Step(fault.name, "it cannot be rebuilt", "restore the whole ledger from a backup", possible=False)
    end = head.journal_end()
    for name, content in sorted(backup.items()):
        if _holds(head.folder / name, name, content, end):
            return Step(name, f"the backup holds it up to entry {end.number:,}", content=content)
    journal = Journal(head.folder / "journal", head)
    last = next(iter(journal.latest(1)), None)
    now = JournalEnd(last.number, last.hash) if last else JournalEnd(0, FIRST_HASH)
    lost = f"entries {now.number + 1:,} to {end.number:,}: nobody can tell any more what was done by them"
    return Step(fault.name, f"it goes on after entry {now.number:,}", lost, end=now)


def _holds(file: Path, name: str, content: bytes, end: JournalEnd) -> bool:
    """Return whether a file of a backup is the journal's newest, up to its end."""
    if not name.startswith("journal/"):
        return False
    entries = entries_in(file, content)
    return bool(entries) and (entries[-1].number, entries[-1].hash) == end


def _kept(file: Path, kind: Kind) -> Tables:
    """Return the documents of a damaged file that still have their checksum."""
    try:
        raw = file.read_bytes()
        tables = unpacked(file, kind, raw)
        damaged = set(damaged_documents(raw))
    except (OSError, LedgerDamaged, orjson.JSONDecodeError):
        return {}
    return {
        table: {key: each for key, each in documents.items() if (table, key) not in damaged}
        for table, documents in tables.items()
    }


def _of_backup(file: Path, kind: Kind, content: bytes | None) -> Tables:
    try:
        return unpacked(file, kind, content) if content is not None else {}
    except LedgerDamaged:
        return {}


def _merged(kept: Tables, backup: Tables) -> Tables:
    return {table: {**backup.get(table, {}), **kept.get(table, {})} for table in (*kept, *backup)}
