"""A first word with Clever: whose token it is, and what there is to be synced."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from roster_tui.access import Access, access_with, clever_access
from roster_tui.clever import CleverError, Client, Patience
from roster_tui.present import display_text, number
from roster_tui.setup.draft import Draft
from roster_tui.workspace import DistrictName

_PATIENCE = Patience(connect_seconds=5.0, read_seconds=15.0, attempts=2, total_seconds=30.0)
_COUNTED = (("schools", None), ("sections", None), ("users", "teacher"))
_NAMES = ("schools", "sections", "teachers")


@dataclass(frozen=True)
class Found:
    """What Clever answered to a token."""

    district: DistrictName
    counts: tuple[int | None, ...]
    """Schools, sections and teachers; None for what it does not count or does not share."""

    def describe(self) -> str:
        """Return it for people, as display text."""
        counts = [f"{number(n)} {what}" for n, what in zip(self.counts, _NAMES, strict=True) if n is not None]
        name = display_text(self.district.name, 80)
        return f"Clever accepts the token for {name}" + (f": {', '.join(counts)}" if counts else "")


@contextmanager
def access_of(draft: Draft) -> Iterator[Access]:
    """Give access to Clever as a draft says, also before it is written. Raises `NoToken` or `SettingsError`."""
    with ExitStack() as stack:
        yield (
            access_with(draft.token, draft.settings)
            if draft.token is not None
            else stack.enter_context(clever_access(draft.settings))
        )


async def try_clever(draft: Draft) -> Found:
    """Ask Clever whose token it is. Raises a `CleverError` by cause, `NoToken` or `SettingsError`."""
    with ExitStack() as stack:
        # A token may come from a command, which takes its time.
        access = await asyncio.to_thread(stack.enter_context, access_of(draft))
        version = draft.settings.clever.version
        async with Client(access.token, access.base_url, version=version, patience=_PATIENCE) as client:
            district = await client.district()
            counts = await asyncio.gather(*(_counted(client, *what) for what in _COUNTED))
    return Found(DistrictName(district.id, district.name or district.id), tuple(counts))


async def _counted(client: Client, resource: str, role: str | None) -> int | None:
    try:
        return await client.count(resource, role)
    except CleverError:
        return None
