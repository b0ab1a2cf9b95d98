"""What a fetch leaves behind for comparing, and what both ways of fetching share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar

from roster_tui.clever import Unreadable
from roster_tui.roster.kinds import Kind

P = ParamSpec("P")
T = TypeVar("T")

MOST_FETCHES = 3
"""So often everything is read again when Clever's data moves meanwhile."""


@dataclass(frozen=True)
class Fetched:
    """The next roster is staged; this is what is known of it."""

    cursor: str | None
    last_sync: datetime | None
    counted: Mapping[str, int]
    """Records that Clever counts, by list."""
    unreadable: tuple[tuple[Kind, Unreadable], ...] = ()


async def in_thread(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a thread, and wait for its end even when cancelled: nobody may close its files."""
    # No task of its own: a loop that ends cancels every task, and would take this one for ended.
    work = asyncio.get_running_loop().run_in_executor(None, partial(function, *args, **kwargs))
    cancelled = False
    while not work.done():
        try:
            await asyncio.wait([work])
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
    return work.result()
