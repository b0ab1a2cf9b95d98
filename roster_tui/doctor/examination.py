"""All checks, side by side, told in one order."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from typing import Any

from roster_tui.doctor.checks import Check, State, failed, warning
from roster_tui.doctor.clever import check_clever
from roster_tui.doctor.clocks import check_zone
from roster_tui.doctor.data_folder import check_district, check_root
from roster_tui.doctor.directory import check_directory
from roster_tui.doctor.keys import check_keys
from roster_tui.doctor.mail import check_mail
from roster_tui.doctor.settings_file import check_settings
from roster_tui.doctor.terminal import Terminal, check_terminal
from roster_tui.doctor.versions import check_versions
from roster_tui.present import display_text
from roster_tui.settings import Settings, config_path
from roster_tui.workspace import Clock, NoDistrict, NothingYet, Workspace, next_sync, now, open_workspace


async def examine(
    settings: Settings, terminal: Terminal, clock: Clock = now, environ: Mapping[str, str] = os.environ
) -> AsyncIterator[Check]:
    """Yield the checks as they are done; what waits for others is asked at the same time, nothing is written."""
    workspace, none = _opened(settings, clock)
    district_id = workspace.district.id if workspace else None
    under_way: list[asyncio.Future[list[Check]]] = [
        asyncio.ensure_future(each)
        for each in (
            _one(asyncio.to_thread(check_settings, config_path(), environ)),
            _told([check_keys(settings.console, config_path())]),
            asyncio.to_thread(check_root, settings.data_root),
            asyncio.to_thread(check_district, workspace) if workspace else _told(none),
            check_clever(settings, district_id, environ),
            _one(check_directory(settings.directory, workspace)),
            _one(check_mail(settings.mail)),
            _told([check_zone(settings.timezone, clock().astimezone(settings.zone), next_sync(settings, clock()))]),
            _told(check_terminal(terminal, environ, color=settings.color)),
            _told([check_versions()]),
        )
    ]
    try:
        for each in under_way:
            for check in await each:
                yield check
    finally:
        for each in under_way:
            each.cancel()


def examine_without_settings(problem: str, terminal: Terminal, environ: Mapping[str, str] = os.environ) -> list[Check]:
    """Return what can be said when the settings cannot be read."""
    return [
        check_settings(config_path(), environ, problem),
        *check_terminal(terminal, environ, color=True),
        check_versions(),
    ]


def report(checks: Sequence[Check]) -> dict[str, Any]:
    """Return the checks as ``doctor --json`` prints them."""
    return {
        "ok": all(check.state is not State.FAILED for check in checks),
        "counts": {state.value: sum(check.state is state for check in checks) for state in State},
        "checks": [check.document() for check in checks],
    }


def _opened(settings: Settings, clock: Clock) -> tuple[Workspace | None, list[Check]]:
    try:
        return open_workspace(settings, clock), []
    except NothingYet:
        return None, [warning("district", "none yet", "Run: roster-tui init, or roster-tui demo")]
    except NoDistrict as error:
        return None, [failed("district", display_text(error), "Choose one with --district, or set district")]


async def _one(check: Awaitable[Check]) -> list[Check]:
    return [await check]


async def _told(checks: list[Check]) -> list[Check]:
    return checks
