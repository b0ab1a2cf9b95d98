"""The directory of accounts: whether it can be read, and what it can do."""

from __future__ import annotations

import asyncio

from roster_tui.accounts.directory import Capabilities, DirectoryError
from roster_tui.doctor.checks import Check, failed, ok
from roster_tui.ledger import LedgerDamaged
from roster_tui.present import counted, display_text
from roster_tui.settings import DirectorySettings, SettingsError
from roster_tui.workspace import Workspace

_SECONDS = 30.0


async def check_directory(settings: DirectorySettings, workspace: Workspace | None) -> Check:
    """Return whether the accounts can be read; the platform is asked, changed nothing."""
    if settings.backend == "scim":
        return await _scim(settings)
    if workspace is None or not (workspace.folder / "ledger").exists():
        return ok("directory", "local, empty: the first sync makes the accounts")
    try:
        accounts = await workspace.directory.list_accounts()
    except (LedgerDamaged, DirectoryError, OSError) as error:
        return failed("directory", display_text(error), "Restore the file from a backup; nothing was changed")
    return ok("directory", f"local, {counted(len(accounts), 'account')}{_can(workspace.directory.capabilities)}")


async def _scim(settings: DirectorySettings) -> Check:
    from roster_tui.accounts.scim.errors import PlatformError
    from roster_tui.accounts.scim.offers import capabilities
    from roster_tui.accounts.scim.opening import opened_service
    from roster_tui.doctor.clever import PATIENCE

    try:
        async with asyncio.timeout(_SECONDS), opened_service(settings, PATIENCE) as service:
            offers = await service.offers()
            if offers.filter:
                # What a service offers it may tell anybody; its users it shows only to a good token.
                await service.find(offers, ["roster-tui-doctor"])
    except SettingsError as error:
        return failed("directory", display_text(error), "Set directory.token_file or directory.token_command")
    except PlatformError as error:
        said = f"{type(error).__name__}: {display_text(error)}"
        return failed("directory", said, error.fix, unreachable=True)
    except TimeoutError:
        said = f"{settings.url} gave no answer in {_SECONDS:.0f} s"
        return failed("directory", said, "Check the network, and directory.url", unreachable=True)
    return ok("directory", f"SCIM at {display_text(settings.url, 80)}{_can(capabilities(offers))}")


def _can(capabilities: Capabilities) -> str:
    cannot = [f"{kind} ({why})" for kind, why in capabilities.cannot.items()]
    return f"; cannot: {'; '.join(cannot)}" if cannot else ", can do everything"
