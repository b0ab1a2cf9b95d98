"""The districts that scenarios play in: each line of a scenario adds to the demo district, or takes another."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from roster_tui.access import clever_access
from roster_tui.accounts.model import Role
from roster_tui.demo import NAME, SEED
from roster_tui.roster.cache import discard
from roster_tui.sandbox.faults import parse as parse_fault
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import demo_store
from roster_tui.sis import SisFile
from roster_tui.sync import sync
from roster_tui.workspace import DistrictName, Workspace, create_workspace, open_workspace
from tests.conftest import NOW, Inbox, frozen, mail_options, serving, settings_for
from tests.findings.cases import CASES


class HalfTheTeachers:
    """The demo district after an export that lost every second teacher."""

    name = NAME

    def rows(self, file: SisFile) -> Any:
        district = GeneratedDistrict(SIZES["small"], SEED, 2026, NAME)
        rows = district.rows(file)
        return (row for place, row in enumerate(rows) if file is not SisFile.TEACHERS or place % 2)


def hold_a_sync(folder: Path) -> None:
    """Sync a demo's data folder after the export that lost half the teachers: it is held."""
    settings = settings_for(folder)
    store = Store(demo_store(folder))
    load_night(store, HalfTheTeachers(), NOW + timedelta(minutes=5))
    store.close()
    with clever_access(settings) as access:
        _, result = asyncio.run(sync(settings, access.token, access.base_url, clock=frozen))
    assert result.state == "held"


@dataclass
class Making:
    """A district while it is made for one scenario."""

    folder: Path
    """An empty folder of its own."""
    demo: Path
    """A prepared demo, to be copied."""
    held: Callable[[], Path]
    """Gives the same with a sync held."""
    stack: ExitStack
    """Ends what runs for the scenario."""
    inbox: Callable[[], Inbox]
    """Starts a mail server."""
    environ: pytest.MonkeyPatch
    options: dict[str, Any] = field(default_factory=dict)
    days_later: int = 0
    mails: Sequence[object] = ()
    workspace: Workspace | None = None
    after: list[Callable[[Workspace], Workspace]] = field(default_factory=list)
    """What is done to the district once it stands."""

    def made(self, districts: Sequence[str]) -> Workspace:
        """Return the district that some lines describe."""
        base = self.demo
        for line in districts:
            base = self.held() if line == "a sync is held" else base
        data = self.folder / "data"
        shutil.copytree(base, data)
        for line in districts:
            make, given = _found(line)
            make(self, *given)
        settings = settings_for(self.folder / "data", **self.options)
        workspace = self.workspace or open_workspace(settings, frozen)
        now = NOW + timedelta(days=self.days_later)
        workspace = Workspace(workspace.folder, workspace.district, settings, lambda: now)
        for change in self.after:
            workspace = change(workspace)
        return workspace

    @property
    def cache_file(self) -> Path:
        """The demo's roster."""
        (file,) = (self.folder / "data").glob("*/roster.sqlite")
        return file


def _demo(making: Making) -> None:
    """Two nights behind it, incidents planted; one needs no line to play here."""


def _finding(making: Making, code: str) -> None:
    making.workspace = CASES[code][0].open(making.folder / "data" / "case")


def _no_finding(making: Making, code: str) -> None:
    making.workspace = CASES[code][1].open(making.folder / "data" / "case")


def _brand_new(making: Making) -> None:
    making.workspace = create_workspace(
        settings_for(making.folder / "new"), DistrictName("d" * 24, "Lincoln Unified"), frozen
    )


def _nothing_yet(making: Making) -> None:
    if _ADDRESS not in os.environ:
        # Whatever is tried here reaches nobody.
        making.environ.setenv(_ADDRESS, "http://127.0.0.1:9")
    making.workspace = Workspace(
        making.folder / "none" / "yet", DistrictName("", ""), settings_for(making.folder / "none"), frozen
    )


def _option(**options: Any) -> Callable[[Making], None]:
    def make(making: Making) -> None:
        making.options.update(options)

    return make


def _with_mail(making: Making) -> None:
    inbox = making.inbox()
    making.options["mail"] = mail_options(inbox)
    making.mails = inbox.messages


def _later(making: Making, days: str) -> None:
    making.days_later = int(days)


def _never_synced(making: Making) -> None:
    discard(making.cache_file)


def _cache_damaged(making: Making) -> None:
    file = making.cache_file
    discard(file)
    file.write_bytes(b"rubbish" * 3_000)


def _journal_damaged(making: Making) -> None:
    (file,) = (making.folder / "data").glob("*/ledger/journal/*.json")
    file.write_bytes(file.read_bytes()[:-40])


def _no_token(making: Making) -> None:
    demo_store(making.folder / "data").unlink()


_ADDRESS = "ROSTER_TUI_CLEVER__BASE_URL"


def _served(making: Making, token: str, fault: str = "") -> None:
    """Let Clever be a host of its own, as a real district's is."""
    file = making.folder / "clever.sqlite"
    demo_store(making.folder / "data").rename(file)
    store = Store(file)
    making.stack.callback(store.close)
    service = Service(store)
    if fault:
        service.faults.add(parse_fault(fault))
    address = making.stack.enter_context(serving(service.app()))
    making.options["clever"] = {"base_url": address}
    making.environ.setenv(_ADDRESS, address)
    making.environ.setenv("CLEVER_TOKEN", token)


def _token_refused(making: Making) -> None:
    _served(making, "a-token-that-was-exchanged")


def _fault(making: Making, fault: str) -> None:
    _served(making, "DEMO_DISTRICT_TOKEN", fault)


def _last_administrator(making: Making) -> None:
    def make(workspace: Workspace) -> Workspace:
        accounts = asyncio.run(workspace.directory.list_accounts())
        (chosen,) = (each for each in accounts if each.name == "Aguilar, Gabriel N")
        asyncio.run(workspace.directory.write([replace(chosen, role=Role.DISTRICT_ADMIN)]))
        workspace.show_accounts(asyncio.run(workspace.directory.list_accounts()))
        return workspace

    making.after.append(make)


def _i_am(making: Making, name: str) -> None:
    def make(workspace: Workspace) -> Workspace:
        accounts = asyncio.run(workspace.directory.list_accounts())
        (own,) = (each for each in accounts if each.name == name)
        settings = msgspec.structs.replace(workspace.settings, operator_email=own.email or "")
        return Workspace(workspace.folder, workspace.district, settings, workspace.clock)

    making.after.append(make)


DISTRICTS: dict[str, Callable[..., None]] = {
    "the demo": _demo,
    "brand new": _brand_new,
    "nothing yet": _nothing_yet,
    f"finding ({'|'.join(CASES)})": _finding,
    f"no finding ({'|'.join(CASES)})": _no_finding,
    "never synced": _never_synced,
    r"(\d+) days later": _later,
    "a sync is held": _demo,
    "the cache is damaged": _cache_damaged,
    "the journal is damaged": _journal_damaged,
    "no token": _no_token,
    "Clever refuses the token": _token_refused,
    "Clever has the fault ([a-z-]+)": _fault,
    "with a mail server": _with_mail,
    "read-only": _option(read_only=True),
    "the operator is a viewer": _option(operator_role="viewer"),
    "the operator is a lead": _option(operator_role="lead"),
    "the only administrator is Aguilar": _last_administrator,
    "the operator is (.+, .+)": _i_am,
}
"""By how a scenario says it: what makes it so."""


def _found(line: str) -> tuple[Callable[..., None], tuple[str, ...]]:
    for said, make in DISTRICTS.items():
        if match := re.fullmatch(said, line):
            return make, match.groups()
    raise LookupError(line)
