"""Errors as people and scripts meet them: one plain message, and the exit code of the contract."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable

from roster_tui.errors import (
    BLOCKED,
    DONE,
    FAILED,
    FINDINGS,
    INTERRUPTED,
    UNREACHABLE,
    USAGE,
    RosterError,
    in_words,
)

__all__ = ["BLOCKED", "DONE", "FAILED", "FINDINGS", "INTERRUPTED", "UNREACHABLE", "USAGE", "Stopped", "exit_code_of"]


class Stopped(RosterError):
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
    if not isinstance(error, RosterError | OSError):
        return None
    happened, fix = in_words(error)
    click.echo(f"Error: {happened}", err=True)
    if fix:
        click.echo(f"{fix}.", err=True)
    return error.exit_code if isinstance(error, RosterError) else FAILED


def _interrupted() -> int:
    import click

    click.echo("Interrupted. Nothing was left half done.", err=True)
    return INTERRUPTED
