"""Windows of the roster for the console: worked out beside the event loop, the newest question first."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock

from roster_tui.errors import RosterError
from roster_tui.roster.cache import Cache
from roster_tui.roster.listing import Listing
from roster_tui.roster.window import FIRST, Window, first_window, full_window

_Ask = Callable[[sqlite3.Connection, Listing], Window]
_PATIENCE_SECONDS = 0.02
"""How long few first rows are kept back when all of them may come at once."""


class Superseded(RosterError):
    """A newer question was asked meanwhile; this answer would be too late."""


class Reading:
    """Three connections to one cache: for pages on the event loop, for first windows, for whole orders."""

    def __init__(self, cache: Cache) -> None:
        self.pages = cache.reader()
        self._first = cache.reader()
        self._full = cache.reader()
        self._in_use = {self._first: Lock(), self._full: Lock()}
        self._generation = 0
        self._last: Window | None = None
        """What was listed last, whole, and the version of the cache that it is of."""
        self._last_version = 0

    def close(self) -> None:
        """Close all connections; whoever still reads from one is stopped first."""
        self._generation += 1
        self.pages.close()
        for db in self._in_use:
            with self._alone_with(db, self._generation):
                db.close()

    @contextmanager
    def _alone_with(self, db: sqlite3.Connection, generation: int) -> Iterator[None]:
        """Give a connection once nobody else uses it; an older question is stopped, also if it begins only now.

        Raises `Superseded` for the older one, so that it never stops the newer.
        """
        lock = self._in_use[db]
        while not lock.acquire(timeout=0.01):
            if generation != self._generation:
                raise Superseded
            db.interrupt()
        try:
            if generation != self._generation:
                raise Superseded
            yield
        finally:
            lock.release()

    def version(self) -> int:
        """Return a number that changes whenever anybody writes to the cache."""
        return int(self.pages.execute("PRAGMA data_version").fetchone()[0])

    async def ask(self, listing: Listing, show: Callable[[Window], None]) -> None:
        """Show what is known of a listing at once, unless that takes as long as all of it, and then all of it.

        Raises `Superseded` when another is asked for meanwhile.
        """
        self._generation += 1
        # A query for an earlier key press only holds this one up.
        for db in self._in_use:
            db.interrupt()
        version = self.version()
        before = self._last if version == self._last_version else None
        known = await self._answer(self._generation, partial(first_window, before=before), self._first, listing)
        if known.complete or len(known.keys) == FIRST:
            show(known)
        if known.complete:
            self._last, self._last_version = known, version
            return
        full = asyncio.ensure_future(self._answer(self._generation, full_window, self._full, listing))
        try:
            if len(known.keys) < FIRST:
                await asyncio.wait({full}, timeout=_PATIENCE_SECONDS)
                if not full.done():
                    show(known)
            known = await full
            self._last, self._last_version = known, version
            show(known)
        finally:
            full.cancel()

    async def _answer(self, generation: int, ask: _Ask, db: sqlite3.Connection, listing: Listing) -> Window:
        def answer() -> Window:
            with self._alone_with(db, generation):
                return ask(db, listing)

        try:
            window = await asyncio.to_thread(answer)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise Superseded from None
            raise
        if generation != self._generation:
            raise Superseded
        return window
