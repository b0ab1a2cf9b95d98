"""``filters``: what the operator has saved in the console; and a saved filter for the lists."""

from __future__ import annotations

import click

from roster_tui.cli.errors import USAGE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.cli.table import print_table
from roster_tui.ledger import SavedFilter
from roster_tui.present import counted, display_text
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import FilterError, parse
from roster_tui.roster.kinds import SCHOOL, SECTION, TEACHER, Kind

_HEADER = ("name", "list", "filter", "mistake")
_LISTS = {f"{kind.name}s": kind for kind in (SCHOOL, TEACHER, SECTION)}


@click.command(cls=Command)
@with_session
def filters(session: Session) -> None:
    """List the filters that were saved in the console, each with what is wrong with it now, if anything is."""
    kept = session.workspace().preferences.read().filters
    rows = [(name, kept[name].view, kept[name].text, _mistake(kept[name])) for name in sorted(kept, key=str.casefold)]
    if session.as_json:
        session.print_json({"filters": [dict(zip(_HEADER, row, strict=True)) for row in rows]})
        return
    print_table(_HEADER, rows)
    session.say(counted(len(rows), "saved filter"))


def saved_text(session: Session, name: str, kind: Kind) -> str:
    """Return the text of a saved filter; ends the command if there is none of that name, or it is for another list."""
    kept = session.workspace().preferences.read().filters
    called = next((each for each in kept if each.casefold() == name.casefold()), None)
    if called is not None and kept[called].view == f"{kind.name}s":
        return kept[called].text
    if called is None:
        session.say(f"Error: no filter is saved as {display_text(name)}. roster-tui filters lists them")
    else:
        session.say(f"Error: {display_text(name)} is a filter of {display_text(kept[called].view)}")
    raise Stopped(USAGE)


def _mistake(saved: SavedFilter) -> str:
    if saved.view not in _LISTS:
        return f"there is no list of {saved.view}"
    try:
        parse(saved.text, field_types(_LISTS[saved.view]))
    except FilterError as error:
        return error.message
    return ""
