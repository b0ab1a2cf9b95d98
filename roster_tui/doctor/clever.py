"""Clever as this console asks it: whether the token is good, for which district, and what it may read."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from contextlib import ExitStack
from typing import NamedTuple

from roster_tui.access import Access, NoToken, clever_access
from roster_tui.clever import CleverError, Client, District, Patience
from roster_tui.doctor.checks import Check, failed, ok, warning
from roster_tui.doctor.clocks import check_clock
from roster_tui.present import display_text, number
from roster_tui.settings import Settings, SettingsError, demo_store

_SECONDS = 30.0
PATIENCE = Patience(connect_seconds=5.0, read_seconds=10.0, attempts=1, total_seconds=15.0)


class _Kind(NamedTuple):
    """Records that a sync asks for."""

    resource: str
    role: str | None
    name: str
    is_needed: bool
    """Whether there is no roster without them."""


_KINDS = (
    _Kind("schools", None, "schools", True),
    _Kind("terms", None, "terms", False),
    _Kind("courses", None, "courses", False),
    _Kind("sections", None, "sections", True),
    _Kind("users", "teacher", "teachers", True),
    _Kind("users", "staff", "staff", False),
    _Kind("users", "student", "students", False),
)


def token_source(settings: Settings, environ: Mapping[str, str] = os.environ) -> str:
    """Return where the token comes from, for people; never the token."""
    if demo_store(settings.data_root).exists():
        return "the demo's own"
    if environ.get("CLEVER_TOKEN", "").strip():
        return "from CLEVER_TOKEN"
    if settings.clever.token_file:
        return f"from {settings.clever.token_file}"
    if settings.clever.token_command:
        return "from clever.token_command"
    return "looked up by the application"


async def check_clever(settings: Settings, district_id: str | None, environ: Mapping[str, str]) -> list[Check]:
    """Return whether Clever can be asked; ``district_id`` is the one that is open, if one is."""
    try:
        with ExitStack() as stack:
            if demo_store(settings.data_root).exists():
                access = stack.enter_context(clever_access(settings))
            else:
                # A token may come from a command, which takes its time.
                access = await asyncio.to_thread(stack.enter_context, clever_access(settings))
            async with asyncio.timeout(_SECONDS):
                return await _asked(settings, access, district_id, token_source(settings, environ))
    except (NoToken, SettingsError) as error:
        return [failed("token", display_text(error), "Run: roster-tui init")]
    except CleverError as error:
        return [_refused("token", error)]
    except TimeoutError:
        return [failed("token", f"Clever gave no answer in {_SECONDS:.0f} s", "Try again later", unreachable=True)]


async def _asked(settings: Settings, access: Access, district_id: str | None, source: str) -> list[Check]:
    clever = settings.clever
    async with Client(access.token, access.base_url, version=clever.version, patience=PATIENCE) as client:
        try:
            district = await client.district()
        except CleverError as error:
            return [_refused("token", error), *([check_clock(client.skew)] if client.skew is not None else [])]
        named = display_text(district.name or district.id, 80)
        checks = [ok("token", f"accepted for {named}, {source}")]
        if district_id is not None and district_id != district.id:
            checks = [failed("token", f"for {named}, {source}, not for the open district",
                             "Choose the other with --district, or take its token: roster-tui init")]  # fmt: skip
        return [*checks, *_state(district), *await _readable(client, settings), check_clock(client.skew)]


def _refused(name: str, error: CleverError) -> Check:
    return failed(name, f"{type(error).__name__}: {display_text(error)}", error.fix, unreachable=True)


def _state(district: District) -> list[Check]:
    if district.state in (None, "running", "success"):
        return []
    said = f"Clever says {display_text(district.state, 40)}: {display_text(district.error, 200)}".rstrip(": ")
    return [warning("clever sync", said, "Look at the district's sync in Clever's dashboard")]


async def _readable(client: Client, settings: Settings) -> list[Check]:
    kinds = [kind for kind in _KINDS if kind.name != "students" or settings.clever.students == "all"]
    found = await asyncio.gather(*(_counted(client, kind) for kind in kinds))
    refused = [(kind, got) for kind, got in zip(kinds, found, strict=True) if isinstance(got, CleverError)]
    counts = [(kind, got) for kind, got in zip(kinds, found, strict=True) if not isinstance(got, CleverError)]
    none = [kind.name for kind, got in counts if got == 0 and kind.is_needed]
    told = ", ".join(kind.name if got is None else f"{number(got)} {kind.name}" for kind, got in counts)
    checks = [_refused_kind(kind, error) for kind, error in refused]
    if none:
        share = "Share them in Clever's dashboard; the district shares nothing of them now"
        checks.append(warning("records", f"no {' and no '.join(none)}", share))
    if counts:
        checks.insert(0, ok("records", told))
    return [*checks, await _events(client)]


async def _counted(client: Client, kind: _Kind) -> int | CleverError | None:
    try:
        return await client.count(kind.resource, kind.role)
    except CleverError as error:
        return error


def _refused_kind(kind: _Kind, error: CleverError) -> Check:
    said = f"{kind.name}: {type(error).__name__}: {display_text(error)}"
    if kind.is_needed:
        return failed("records", said, error.fix, unreachable=True)
    return warning("records", said, "Share them with the application in Clever's dashboard")


async def _events(client: Client) -> Check:
    try:
        latest = await client.latest_event_id()
    except CleverError as error:
        said = f"{type(error).__name__}: {display_text(error)}"
        return warning("events", said, "Switch events on for the application; every sync fetches everything until then")
    if latest is None:
        return warning("events", "none yet, or switched off", "Every sync fetches everything until there are some")
    return ok("events", "kept: a sync reads only what changed")
