"""Errors as people and scripts meet them: one plain message, and the exit code of the contract."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

DONE, FAILED, USAGE, BLOCKED, FINDINGS, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


class Stopped(Exception):
    """A command that has said what there was to say, and ends with a code."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(code)


def exit_code_of(call: Callable[[], None]) -> int:
    """Make a call on the arguments of the process; returns its exit code, all known errors told."""
    try:
        call()
    except Stopped as stopped:
        return stopped.code
    except KeyboardInterrupt:
        return _interrupted()
    except BrokenPipeError:
        # Whoever read our output has enough, as `head` does.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        code = _told(error)
        if code is None:
            raise
        return code
    return DONE


def _told(error: Exception) -> int | None:
    """Tell people of an error and return its code; None for a fault of ours."""
    import click

    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        return _interrupted()
    if isinstance(error, click.ClickException):
        error.show()
        return USAGE if isinstance(error, click.UsageError) else FAILED
    if (code := _known(error)) is not None:
        click.echo(f"Error: {error}", err=True)
        if fix := getattr(error, "fix", ""):
            click.echo(f"{fix}.", err=True)
    return code


def _interrupted() -> int:
    import click

    click.echo("Interrupted. Nothing was left half done.", err=True)
    return INTERRUPTED


def _known(error: Exception) -> int | None:
    """Return the code of an error that we raise on purpose; None for a fault of ours.

    The classes are looked up only now: a command that goes well pays for none of their modules.
    """
    from filelock import Timeout

    from roster_tui.access import NoToken
    from roster_tui.accounts.carrying import Unrecorded
    from roster_tui.accounts.directory import DirectoryError
    from roster_tui.accounts.platform_export import ExportUnreadable
    from roster_tui.accounts.undo import CannotUndo
    from roster_tui.clever.errors import CleverError
    from roster_tui.decisions import NoSuchFinding
    from roster_tui.demo import OtherDemo
    from roster_tui.findings.desk import NotDecidable
    from roster_tui.keymap import KeysError
    from roster_tui.ledger import LedgerDamaged
    from roster_tui.roster.cache import CacheDamaged
    from roster_tui.sandbox.serve import PortTaken
    from roster_tui.settings import SettingsError
    from roster_tui.sis import SisFileError
    from roster_tui.support.bundle.choosing import NobodyChosen
    from roster_tui.support.bundle.delivery import NotDelivered
    from roster_tui.support.bundle.lock import KeyUnusable
    from roster_tui.support.bundle.seal import BundleRefused
    from roster_tui.support.drafts import NothingToTell
    from roster_tui.support.help_desk import TicketNotSent
    from roster_tui.support.ticket_store import NoSuchTicket
    from roster_tui.support.tickets import TicketRefused
    from roster_tui.sync.errors import HoldChanged, SyncRefused, WrongDistrict
    from roster_tui.workspace import FolderUnusable, NoDistrict

    if isinstance(error, CleverError | DirectoryError):
        return UNREACHABLE
    if isinstance(error, HoldChanged | CannotUndo | TicketRefused | BundleRefused):
        return BLOCKED
    if isinstance(
        error,
        SettingsError
        | KeysError
        | KeyUnusable
        | NobodyChosen
        | NoToken
        | NoDistrict
        | NoSuchFinding
        | NoSuchTicket
        | NotDecidable
        | NothingToTell
        | WrongDistrict,
    ):
        return USAGE
    known = (
        CacheDamaged
        | ExportUnreadable
        | FolderUnusable
        | LedgerDamaged
        | NotDelivered
        | OSError
        | OtherDemo
        | PortTaken
        | SisFileError
        | TicketNotSent
        | Unrecorded
    )
    return FAILED if isinstance(error, known | SyncRefused | Timeout) else None
