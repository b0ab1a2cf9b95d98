"""``init``: ask how Clever is reached, write the settings file, try the token, offer the first sync."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn

import click

from roster_tui.clever.errors import CleverError
from roster_tui.cli.errors import BLOCKED, UNREACHABLE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.present import display_text
from roster_tui.refusals import READ_ONLY
from roster_tui.settings import Secret
from roster_tui.setup import QUESTIONS, WAYS, Draft, Found, draft, has_way, try_clever, write
from roster_tui.setup import defaults as defaults_of

if TYPE_CHECKING:
    from roster_tui.sync import SyncResult

_MOST_OF_A_TOKEN = 4_096


@click.command(cls=Command)
@click.option("--token-stdin", is_flag=True, help="Read the district token from standard input, and keep it in a file.")
@click.option("--token-file", "clever__token_file", metavar="FILE", help="File that holds the district token.")
@click.option("--token-command", "clever__token_command", metavar="COMMAND", help="Command that prints it.")
@click.option("--client-id", "clever__client_id", metavar="ID", help="Application that looks it up; see the README.")
@click.option("--timezone", "timezone", metavar="ZONE", help="The district's time zone, as in America/Chicago.")
@click.option("--sync-at", "sync_at", metavar="TIME", help="When the nightly sync runs, as in 01:00.")
@click.option("--operator-role", "operator_role", metavar="ROLE", help="viewer, lead or admin.")
@click.option("--smtp-host", "mail__host", metavar="HOST", help="Server that sends activation mail.")
@click.option("--sender", "mail__sender", metavar="ADDRESS", help="From address of that mail.")
@click.option("--yes", is_flag=True, help="Ask nothing: take the defaults for what is not given.")
@click.option("--force", is_flag=True, help="Replace a settings file that is there.")
@click.option("--no-test", is_flag=True, help="Do not ask Clever.")
@click.option("--sync/--no-sync", "wants_sync", default=None, help="Run the first sync afterwards, or do not ask.")
@with_session
def init(
    session: Session, token_stdin: bool, yes: bool, force: bool, no_test: bool, wants_sync: bool | None, **given: Any
) -> None:
    """Write the settings for your own district, and try the token.

    Asks for what is not given as an option; without a terminal, or with --yes or --json, the defaults are taken.
    """
    if session.options.get("read_only"):
        session.say(f"{READ_ONLY}: nothing was done")
        raise Stopped(BLOCKED)
    asks = not (yes or session.as_json) and sys.stdin.isatty() and sys.stderr.isatty()
    answers = {name.replace("__", "."): answer for name, answer in given.items() if answer is not None}
    answers |= _global_answers(session)
    token = _token_from_stdin() if token_stdin else None
    if (
        token is None
        and not any(setting.startswith("clever.") for setting in answers)
        and not has_way(session.settings)
    ):
        if not asks:
            _missing()
        token = _ask_way(answers)
    if asks:
        _ask_rest(session, answers)
    written = draft(answers, token)
    found = None if no_test else _tried(session, written, asks)
    _write(session, written, asks=asks, force=force)
    synced = _first_sync(session, asks and found is not None, wants_sync)
    if session.as_json:
        session.print_json(_document(written, found, synced))
    elif not synced:
        session.say("Next: roster-tui sync. When something does not work: roster-tui doctor")


def _global_answers(session: Session) -> dict[str, str]:
    named = {"data_dir": "data_dir", "district": "district"}
    return {setting: str(session.options[name]) for name, setting in named.items() if name in session.options}


def _missing() -> NoReturn:
    raise click.UsageError(
        "There is nobody to ask, and nothing says how Clever is reached. Give one of --token-stdin, --token-file, "
        "--token-command, --client-id, or set CLEVER_TOKEN"
    )


# -- asking -----------------------------------------------------------------------------------------


def _ask_way(answers: dict[str, str]) -> Secret | None:
    """Ask how Clever is reached; notes the answer, or returns a token that was typed."""
    for way, help in WAYS.items():
        click.echo(f"  {way:<12}{help}", err=True)
    way = click.prompt("How is Clever reached?", type=click.Choice(list(WAYS)), default="token", err=True)
    if way == "token":
        return Secret(click.prompt("District token (it is not shown)", hide_input=True, err=True).strip())
    setting = {"file": "clever.token_file", "command": "clever.token_command", "application": "clever.client_id"}
    title = {"file": "File", "command": "Command", "application": "Client id"}
    if way in setting:
        answers[setting[way]] = click.prompt(title[way], err=True).strip()
    if way == "application" and "district" not in answers:
        answers["district"] = click.prompt("District, by Clever ID (empty: the only one)", default="", err=True)
    return None


def _ask_rest(session: Session, answers: dict[str, str]) -> None:
    proposed = defaults_of(session.settings)
    for question in QUESTIONS:
        if question.setting in answers or (question.setting == "mail.sender" and not answers.get("mail.host")):
            continue
        click.echo(f"  {question.help}", err=True)
        answers[question.setting] = click.prompt(
            question.title,
            type=click.Choice(question.choices) if question.choices else str,
            default=proposed[question.setting],
            err=True,
        ).strip()


def _token_from_stdin() -> Secret:
    text = sys.stdin.buffer.read(_MOST_OF_A_TOKEN + 1)
    token = text.decode("ascii", "replace").strip()
    if not token or len(text) > _MOST_OF_A_TOKEN or not token.isprintable() or not token.isascii():
        raise click.UsageError("Standard input holds no token")
    return Secret(token)


# -- trying and writing -----------------------------------------------------------------------------


def _tried(session: Session, written: Draft, asks: bool) -> Found | None:
    try:
        found = asyncio.run(try_clever(written))
    except CleverError as error:
        session.say(f"{display_text(error)}\n{error.fix}.")
        if asks and click.confirm("Write the settings all the same?", default=False, err=True):
            return None
        session.say("Nothing was written.")
        raise Stopped(UNREACHABLE) from None
    session.say(found.describe())
    return found


def _write(session: Session, written: Draft, *, asks: bool, force: bool) -> None:
    if written.replaces and not force:
        for line in written.difference:
            session.say(display_text(line))
        if not asks:
            session.say(f"{written.file} is there already, and nothing was written. With --force it is replaced")
            raise Stopped(BLOCKED)
        if not click.confirm(f"Replace {written.file}?", default=False, err=True):
            session.say("Nothing was written.")
            raise Stopped(BLOCKED)
    write(written)
    if written.token and os.environ.get("CLEVER_TOKEN"):
        session.say("CLEVER_TOKEN is set in the environment: as long as it is, it wins over the token that is kept")
    session.say(
        f"The settings are in {written.file}" + (f", the token in {written.token_file}" if written.token else "")
    )


def _first_sync(session: Session, offers: bool, wanted: bool | None) -> SyncResult | None:
    if wanted is None:
        wanted = offers and click.confirm("Run the first sync now?", default=True, err=True)
    if not wanted:
        return None
    from roster_tui.cli.sync import print_result, run_one

    # The settings of this session were read before there was a file.
    result = run_one(Session(session.options))
    if not session.as_json:
        print_result(result)
    return result


def _document(written: Draft, found: Found | None, synced: SyncResult | None) -> Mapping[str, Any]:
    return {
        "file": str(written.file),
        "token_file": str(written.token_file) if written.token else None,
        "district": {"id": found.district.id, "name": found.district.name} if found else None,
        "sync": synced.document() if synced else None,
    }
