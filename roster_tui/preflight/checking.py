"""The checks of the files in a process of their own, beside the one that compares them: a city has two cores' work."""

from __future__ import annotations

import gc
import signal
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from roster_tui.databases import errors_of
from roster_tui.errors import RosterError
from roster_tui.sis.problems import Problems
from roster_tui.sis.upload import open_upload


@dataclass(frozen=True)
class Checks:
    """What is in the files, and wrong with them."""

    name: str
    """The folder's name."""
    layout: str
    rows: Mapping[str, int]
    """Rows by file."""
    problems: Problems


def check(folder: Path, scratch: Path) -> Checks:
    """Return what is wrong with the files of a folder. Raises `DatabaseFull` when ``scratch`` has no room, OSError."""
    with no_search_for_cycles(), room_in(scratch):
        upload = open_upload(folder, scratch / "checks.sqlite")
        with closing(upload):
            upload.finish()
        return Checks(upload.name, upload.layout, upload.row_counts, upload.problems)


@contextmanager
def checking(folder: Path, scratch: Path) -> Iterator[Callable[[], Checks]]:
    """Check the files meanwhile; gives a function that waits for the outcome, and raises what `check` did.

    The process ends with the block, whether anybody waited or not.
    """
    # Not forked: the caller has databases open.
    context = get_context("spawn")
    outcome, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_check, args=(folder, scratch, theirs), daemon=True)
    process.start()
    theirs.close()

    def wait() -> Checks:
        try:
            told = outcome.recv()
        except EOFError:
            process.join()
            raise ChildProcessError(f"The checks of the files ended with {process.exitcode}; start again") from None
        if isinstance(told, Checks):
            return told
        raise told

    try:
        yield wait
    finally:
        process.kill()
        process.join()
        outcome.close()


def _check(folder: Path, scratch: Path, outcome: Connection) -> None:
    # Ctrl-C reaches both; the one that waits ends the other.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    told: Checks | OSError | RosterError | sqlite3.Error
    try:
        told = check(folder, scratch)
    except (OSError, RosterError, sqlite3.Error) as error:
        told = error
    outcome.send(told)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Let millions of rows come and go, none of them in a cycle: looking for cycles among them costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def room_in(scratch: Path) -> Iterator[None]:
    """Turn SQLite's errors in the block, such as that of a full disk, into ours."""
    with errors_of(scratch, "The preflight's copy of the roster"):
        yield
