"""The commands by name, and the options that every one of them takes, before or after its name."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import update_wrapper
from pathlib import Path
from typing import Any

import click

from roster_tui import __version__
from roster_tui.cli.session import Session

COMMANDS = {
    "demo": ("demo:demo", "Open the console on a simulated district."),
    "sandbox": ("demo:sandbox", "Serve only the simulated Clever."),
    "init": ("init:init", "Write the settings for your own district, and try the token."),
    "doctor": ("doctor:doctor", "Check settings, token, data, directory, mail and terminal."),
    "sync": ("sync:sync", "Fetch the roster from Clever, and apply it or hold it; show a run."),
    "hold": ("hold:hold", "Show, approve or discard a sync that is held for review."),
    "status": ("status:status", "Show freshness, what is held, and the numbers."),
    "schools": ("lists:schools", "List schools."),
    "teachers": ("lists:teachers", "List teachers and their accounts."),
    "sections": ("lists:sections", "List sections."),
    "filters": ("saved:filters", "List the filters saved in the console."),
    "conflicts": ("conflicts:conflicts", "List SIS ID conflicts and other findings; dismiss some."),
    "crosswalk": ("crosswalk:crosswalk", "Decide on proposed pairs, write them for Clever support, check a plan."),
    "explain": ("explain:explain", "Say why a teacher or section can, or can't, be seen."),
    "preflight": ("preflight:preflight", "Show what uploading SIS files would do tonight."),
    "suspend": ("acts:suspend", "Take away the right to sign in."),
    "unsuspend": ("acts:unsuspend", "Give the right to sign in back."),
    "activate": ("acts:activate", "Send the activation email."),
    "reset-password": ("acts:reset_password", "Send an email to choose a new password."),
    "role": ("acts:role", "Change roles and permissions, for good or until a day."),
    "pin": ("acts:pin", "Shield accounts from the sync."),
    "unpin": ("acts:unpin", "Let the sync update and suspend accounts again."),
    "support-lead": ("acts:support_lead", "Mark whom teachers turn to."),
    "trackers": ("trackers:trackers", "List the class gradebooks of sections."),
    "create-tracker": ("tracker_acts:create", "Make class gradebooks of sections."),
    "archive-tracker": ("tracker_acts:archive", "Hide class gradebooks; all data stays."),
    "undo": ("acts:undo", "Take a whole action back."),
    "accounts": ("accounts:accounts", "Confirm a mailed link, import who has activated, write own mail texts."),
    "purge": ("purge:purge", "Remove a district's cache, or everything kept about it."),
    "ticket": ("ticket:ticket", "Ask for help without giving students away; check any text."),
    "resources": ("resources:resources", "List articles and courses that help."),
    "journal": ("journal:journal", "Show or verify the record of actions."),
    "backup": ("backup:backup", "Write what cannot be fetched again into one file."),
    "restore": ("backup:restore", "Make an empty data folder hold a backup."),
    "ledger": ("ledger:ledger", "Check that what cannot be fetched again is whole."),
    "help": ("help:help_", "Read a page on a job: what it is, and what to do."),
}
"""Module and name of each command, and its line in the help, which imports none of them."""


def _global_options() -> list[click.Option]:
    def note(context: click.Context, option: click.Parameter, value: Any) -> None:
        # An option that was not given must not undo the one given before the command.
        if value is not None and option.name:
            context.find_root().ensure_object(dict)[option.name] = value

    def option(*names: str, help: str, **kinds: Any) -> click.Option:
        return click.Option(names, help=help, default=None, expose_value=False, callback=note, **kinds)

    return [
        option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder of the data."),
        option("--district", help="Which district, by name or Clever ID, when there are several."),
        option("--json", "as_json", is_flag=True, help="Print one JSON document and nothing else."),
        option("--read-only", is_flag=True, help="Refuse whatever would change something."),
        option("--no-color", is_flag=True, help="Use no colour."),
    ]


class Command(click.Command):
    """A command that takes the global options as well."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += _global_options()


class CommandGroup(click.Group):
    """A command with commands below it, which takes the global options as well."""

    command_class = Command

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.params += _global_options()


class Commands(click.Group):
    """A group whose commands are imported when they are called."""

    def list_commands(self, context: click.Context) -> list[str]:
        """Return the names in the order of the table."""
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """Return a command by name, or None."""
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name][0].partition(":")
        found = getattr(importlib.import_module(f"roster_tui.cli.{module}"), attribute)
        assert isinstance(found, click.Command)
        return found

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands with their lines."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])


@click.group(
    cls=Commands,
    params=_global_options(),
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="roster-tui")
@click.pass_context
def cli(context: click.Context) -> None:
    """A console for the people who keep a school district's rosters healthy.

    Without a command it opens the console on the configured district.
    """
    context.ensure_object(dict)
    if context.invoked_subcommand is None:
        Session.of(context).open_console()


def with_session(function: Callable[..., None]) -> Callable[..., None]:
    """Pass the session, made of settings and global options, as the first argument."""

    @click.pass_context
    def wrapper(context: click.Context, *args: Any, **options: Any) -> None:
        function(Session.of(context), *args, **options)

    return update_wrapper(wrapper, function)
