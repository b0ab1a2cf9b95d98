"""``help``: the pages on every job, without a network or a district."""

from __future__ import annotations

import click

from roster_tui.actions import key_name
from roster_tui.cli.errors import USAGE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.keymap import Keymap, KeysError, keymap
from roster_tui.settings import SettingsError
from roster_tui.support.help import Page, filled, matching, page, pages


@click.command("help", cls=Command)
@click.argument("words", nargs=-1, metavar="[TOPIC]...")
@with_session
def help_(session: Session, words: tuple[str, ...]) -> None:
    """Show the page on TOPIC, or the topics that hold all of these words; without any, all topics."""
    asked = " ".join(words).lower()
    found = [exact] if (exact := page(asked)) else matching(pages(), asked)
    if not found:
        session.say("No page holds all of these words. All topics: roster-tui help")
        raise Stopped(USAGE)
    if asked and len(found) == 1:
        _show(session, found[0])
    elif session.as_json:
        session.print_json({"topics": [{"topic": each.topic, "title": each.title} for each in found]})
    else:
        widest = max(len(each.topic) for each in found)
        for each in found:
            click.echo(f"{each.topic:<{widest}}  {each.title}")
        session.say("Read one: roster-tui help TOPIC")


def _show(session: Session, shown: Page) -> None:
    text = filled(shown.text, {action.id: key_name(action.key) for action in _keymap(session).actions if action.key})
    if session.as_json:
        session.print_json({"topic": shown.topic, "title": shown.title, "text": text})
    else:
        click.echo(f"{shown.title}\n\n{text}")


def _keymap(session: Session) -> Keymap:
    try:
        return keymap(session.settings.console.keys)
    except (SettingsError, KeysError):
        # Whoever has broken settings needs help all the more; other commands tell of them.
        return Keymap()
