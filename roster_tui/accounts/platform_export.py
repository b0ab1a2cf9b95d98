"""The platform's own CSV export of accounts, read for who has activated there. Nothing is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from roster_tui.accounts.model import Account
from roster_tui.errors import RosterError
from roster_tui.settings import ExportSettings
from roster_tui.sis.lenient import SURROGATE, LenientFile
from roster_tui.sis.problems import ProblemCode, Severity

_KEPT_BY_SPREADSHEET = re.compile(r'="([^"]*)"')
"""How a spreadsheet keeps the zeros of ``0047``: as a formula that is only a text."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t")


class ExportUnreadable(RosterError):
    """A file that is no such export; says why. Nothing was changed."""


class Trouble(NamedTuple):
    """A line that is left out, and why."""

    line: int
    said: str


class Told(NamedTuple):
    """What one line says of one account."""

    line: int
    email: str
    """Lower case; empty where the line has none."""
    sis_id: str
    active: bool


@dataclass(frozen=True)
class Export:
    """What an export says."""

    told: Sequence[Told]
    troubles: Sequence[Trouble]


@dataclass(frozen=True)
class Activated:
    """Who is active by an export, and the lines that tell nothing."""

    ids: Sequence[str]
    """Accounts that are active on the platform, in the order of the file."""
    troubles: Sequence[Trouble]
    """Also for accounts that are active here and pending there, or unknown here."""


def read_export(file: Path, settings: ExportSettings) -> Export:
    """Return what an export says, line by line. Raises `ExportUnreadable` when it has not the columns, or no line."""
    troubles: dict[int, Trouble] = {}

    def note(code: ProblemCode, line: int, message: str, cell: int | None) -> None:
        if code.severity is not Severity.NOTE:
            troubles.setdefault(line, Trouble(line, message or code.meaning))

    source = LenientFile(file, note)
    if not source.header:
        raise ExportUnreadable(_unreadable(file, next(iter(troubles.values())).said if troubles else "it is empty"))
    columns = _columns(file, source.header, settings)
    told: list[Told] = []
    for batch in source.batches():
        for line, row in zip(batch.lines, zip(*batch.columns, strict=True), strict=True):
            if line in troubles:
                continue
            found = _told(line, {name: row[place] for name, place in columns.items()}, settings)
            if isinstance(found, Told):
                told.append(found)
            else:
                troubles[line] = found
    if not told and not troubles:
        raise ExportUnreadable(_unreadable(file, "it holds no account, only the header"))
    return Export(told, sorted(troubles.values()))


def _columns(file: Path, header: Sequence[str], settings: ExportSettings) -> dict[str, int]:
    places = {_word(cell): place for place, cell in reversed(list(enumerate(header)))}
    wanted = {"email": settings.email_column, "sis_id": settings.sis_id_column, "state": settings.state_column}
    found = {name: places[_word(column)] for name, column in wanted.items() if _word(column) in places}
    if "state" not in found or len(found) < 2:
        columns = f"{settings.state_column}, and {settings.email_column} or {settings.sis_id_column}"
        raise ExportUnreadable(
            _unreadable(file, f"its first line does not name the columns {columns} (settings export.*_column)")
        )
    return found


def _told(line: int, cells: Mapping[str, str], settings: ExportSettings) -> Told | Trouble:
    for name, cell in cells.items():
        if SURROGATE.search(cell):
            column = getattr(settings, f"{name}_column")
            return Trouble(line, f"{column} is not UTF-8. Export the file as UTF-8")
    values = {name: _inert(cell) for name, cell in cells.items()}
    for name, value in values.items():
        if value.startswith(_FORMULA_STARTS):
            return Trouble(line, f"{getattr(settings, f'{name}_column')} begins like a formula, not like a value")
    email, sis_id = values.get("email", "").lower(), values.get("sis_id", "")
    if not email and not sis_id:
        return Trouble(line, "names nobody")
    state = _word(values["state"])
    if state in map(_word, settings.active_words):
        return Told(line, email, sis_id, True)
    if state in map(_word, settings.other_words):
        return Told(line, email, sis_id, False)
    return Trouble(line, f"{settings.state_column} is {values['state'][:40]!r}, which the settings do not know")


def _inert(cell: str) -> str:
    kept = _KEPT_BY_SPREADSHEET.fullmatch(cell.strip())
    return (kept[1] if kept else cell).strip()


def _word(text: str) -> str:
    return " ".join(text.replace("_", " ").split()).lower()


def _unreadable(file: Path, why: str) -> str:
    return f"{file} is no export of accounts: {why}. Nothing was changed"


def activated(told: Iterable[Told], accounts: Iterable[Account]) -> Activated:
    """Return which accounts an export says are active; a line that fits none, or two, is left out and told."""
    by_email: dict[str, list[Account]] = {}
    by_sis_id: dict[str, list[Account]] = {}
    for account in accounts:
        by_email.setdefault((account.email or "").lower(), []).append(account)
        by_sis_id.setdefault(account.sis_id or "", []).append(account)
    said: dict[str, Told] = {}
    contradicted: set[str] = set()
    troubles: list[Trouble] = []
    for each in told:
        found = _named_by(each, by_email, by_sis_id)
        if isinstance(found, Trouble):
            troubles.append(found)
            continue
        first = said.setdefault(found.id, each)
        if first.active is not each.active:
            contradicted.add(found.id)
            troubles.append(Trouble(each.line, f"says otherwise than line {first.line} about the same account"))
        elif not each.active and found.activated_at is not None:
            troubles.append(Trouble(each.line, f"{found.name} is active here, and not on the platform: look there"))
    ids = [clever_id for clever_id, each in said.items() if each.active and clever_id not in contradicted]
    return Activated(ids, troubles)


def _named_by(
    each: Told, by_email: Mapping[str, list[Account]], by_sis_id: Mapping[str, list[Account]]
) -> Account | Trouble:
    sets = [
        found
        for key, index in ((each.email, by_email), (each.sis_id, by_sis_id))
        if key and (found := index.get(key, []))
    ]
    if not sets:
        return Trouble(each.line, "names nobody who has an account here")
    both = [account for account in sets[0] if all(account in others for others in sets)]
    if len(both) == 1:
        return both[0]
    return Trouble(each.line, "names several accounts" if both else "its email and SIS ID belong to different accounts")
