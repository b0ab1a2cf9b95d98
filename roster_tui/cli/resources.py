"""``resources``: articles and courses that help, as a list that can be searched."""

from __future__ import annotations

import sys

import click

from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import display_text
from roster_tui.support.resources import known_resources, matching


@click.command(cls=Command)
@click.argument("words", nargs=-1)
@with_session
def resources(session: Session, words: tuple[str, ...]) -> None:
    """List Help Center articles, Clever's, and courses: those that hold every one of WORDS, or all."""
    found = matching(known_resources(session.settings.support.resources), " ".join(words))
    if session.as_json:
        session.print_json({"resources": [{**each._asdict(), "tags": list(each.tags)} for each in found]})
        return
    for each in found:
        click.echo(f"{_linked(display_text(each.title), each.url)}  [{', '.join(each.tags)}]")
        click.echo(f"  {display_text(each.url, 600)}")
    if not found:
        session.say("Nothing holds all of these words")


def _linked(title: str, url: str) -> str:
    """Return a title that a terminal opens when it is clicked (OSC 8); plain text for files and pipes."""
    if not (sys.stdout.isatty() and url.isascii() and url.isprintable()):
        return title
    return f"\x1b]8;;{url}\x1b\\{title}\x1b]8;;\x1b\\"
