"""The SCIM directory of a district, from its settings and its folder."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.accounts.scim.members import Members
from roster_tui.accounts.scim.notes import Notes
from roster_tui.roster.cache import Cache
from roster_tui.settings import DirectorySettings, directory_token

if TYPE_CHECKING:
    from roster_tui.accounts.scim.service import Service
    from roster_tui.http.connections import Patience


def scim_directory(
    settings: DirectorySettings, folder: Path, notes: Notes, cache: Cache, clock: Callable[[], datetime]
) -> ScimDirectory:
    """Return the directory that the settings name; the platform is asked, and its token read, only when needed.

    ``notes`` keeps what the platform has no word for.
    """
    return ScimDirectory(
        _service_opener(settings),
        Members(cache, settings.external_id),
        notes,
        folder / "scim-offers.json",
        clock,
        settings.filter,
    )


def _service_opener(settings: DirectorySettings) -> Callable[[], Service]:
    return lambda: opened_service(settings)


def opened_service(settings: DirectorySettings, patience: Patience | None = None) -> Service:
    """Return the platform's service; its token is read when it is asked."""
    # Imported when the platform is asked: HTTP alone takes a tenth of a second.
    from roster_tui.accounts.scim.service import Service
    from roster_tui.http.credentials import Credential, ReadToken

    tokens = ReadToken(lambda: Credential.bearer(directory_token(settings).reveal()))
    return Service(settings.url, tokens, patience=patience)
