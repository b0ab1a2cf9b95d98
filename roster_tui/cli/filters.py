"""A filter as it is typed on the command line; a mistake in it is pointed at."""

from __future__ import annotations

from collections.abc import Mapping

from roster_tui.cli.errors import USAGE, Stopped
from roster_tui.cli.session import Session
from roster_tui.present import display_text
from roster_tui.roster.filter import FieldType, Filter, FilterError, parse


def filter_from(session: Session, text: str, fields: Mapping[str, FieldType]) -> Filter:
    """Return the filter that a text means; ends the command, after pointing at the mistake, if it means none."""
    try:
        return parse(text, fields)
    except FilterError as error:
        session.say(f"Error: {error.message}")
        session.say(f"  {display_text(text)}")
        session.say(f"  {' ' * error.start}{'^' * max(1, error.end - error.start)}")
        raise Stopped(USAGE) from None
