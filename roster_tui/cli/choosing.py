"""Whom a command acts on: named one by one, read from standard input, or found by a filter."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence

import click

from roster_tui.cli.filters import filter_from
from roster_tui.cli.session import Session
from roster_tui.roster.kinds import TEACHER
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import account_ids, clever_ids, key_of
from roster_tui.roster.window import full_window

_MOST_BYTES = 10_000_000
_STANDARD_INPUT = "-"


def chosen(session: Session, db: sqlite3.Connection, named: Sequence[str], where: str | None) -> list[str]:
    """Return the Clever IDs of whom arguments, standard input (``-``) and a filter name.

    An argument that names nobody stays as it is, and is blocked. Raises a usage error when nobody is meant at all.
    """
    ids = [_clever_id(db, each) for each in _spelt_out(named)]
    if where is not None:
        window = full_window(db, Listing(TEACHER, filter=filter_from(session, where, TEACHER)))
        ids += account_ids(db, window.keys)
    if not ids:
        raise click.UsageError("Nobody passes the filter" if where is not None else "Name at least one account")
    return list(dict.fromkeys(ids))


def _spelt_out(named: Sequence[str]) -> Iterator[str]:
    for each in named:
        if each == _STANDARD_INPUT:
            yield from _from_standard_input()
        else:
            yield each


def _from_standard_input() -> Iterator[str]:
    """Yield an ID a line; what follows a blank, a comma or a tab is for people."""
    raw = sys.stdin.buffer.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise click.UsageError(f"Standard input has more than {_MOST_BYTES:,} bytes: that is no list of accounts")
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            words = line.decode("utf-8-sig").replace(",", " ").split()
        except UnicodeDecodeError:
            raise click.UsageError(f"Line {number} of standard input is not UTF-8") from None
        if words and not words[0].startswith("#"):
            yield words[0]


def _clever_id(db: sqlite3.Connection, wanted: str) -> str:
    key = key_of(db, TEACHER, wanted)
    return wanted if key is None else clever_ids(db, [key])[0]
