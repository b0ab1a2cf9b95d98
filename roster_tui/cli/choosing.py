"""Whom a command acts on: named one by one, read from standard input, or found by a filter."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Sequence

import click

from roster_tui.cli.filters import filter_from
from roster_tui.cli.session import Session
from roster_tui.roster.fields import field_types
from roster_tui.roster.kinds import TEACHER, Kind
from roster_tui.roster.listing import Listing
from roster_tui.roster.read import account_ids, clever_ids, key_of, section_ids
from roster_tui.roster.window import full_window

_MOST_BYTES = 10_000_000
_STANDARD_INPUT = "-"


def chosen(
    session: Session, db: sqlite3.Connection, named: Sequence[str], where: str | None, kind: Kind = TEACHER
) -> list[str]:
    """Return the Clever IDs of what arguments, standard input (``-``) and a filter name: accounts, or sections.

    An argument that names nothing stays as it is, and is blocked. Raises a usage error when nothing is meant at all.
    """
    ids = [_clever_id(db, kind, each) for each in _spelt_out(named)]
    if where is not None:
        window = full_window(db, Listing(kind, filter=filter_from(session, where, field_types(kind))))
        ids += (account_ids if kind is TEACHER else section_ids)(db, window.keys)
    if not ids:
        what = "account" if kind is TEACHER else kind.name
        raise click.UsageError(f"No {what} passes the filter" if where is not None else f"Name at least one {what}")
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
        raise click.UsageError(f"Standard input has more than {_MOST_BYTES:,} bytes: that is no list of IDs")
    for number, line in enumerate(raw.splitlines(), start=1):
        try:
            words = line.decode("utf-8-sig").replace(",", " ").split()
        except UnicodeDecodeError:
            raise click.UsageError(f"Line {number} of standard input is not UTF-8") from None
        if words and not words[0].startswith("#"):
            yield words[0]


def _clever_id(db: sqlite3.Connection, kind: Kind, wanted: str) -> str:
    key = key_of(db, kind, wanted)
    return wanted if key is None else (clever_ids if kind is TEACHER else section_ids)(db, [key])[0]
