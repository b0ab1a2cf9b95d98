"""A filter as it is typed on the command line; a mistake in it is pointed at."""

from __future__ import annotations

from roster_tui.cli.errors import USAGE, Stopped
from roster_tui.cli.session import Session
from roster_tui.present import display_text
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import Filter, FilterError, parse
from roster_tui.roster.kinds import Kind


def filter_from(session: Session, text: str, kind: Kind) -> Filter:
    """Return the filter that a text means; ends the command, after pointing at the mistake, if it means none."""
    try:
        return parse(text, field_types(kind))
    except FilterError as error:
        session.say(f"Error: {error.message}")
        session.say(f"  {display_text(text)}")
        session.say(f"  {' ' * error.start}{'^' * max(1, error.end - error.start)}")
        raise Stopped(USAGE) from None
