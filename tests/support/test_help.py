"""The help pages: one for each job of the field, and nothing on them that is not there."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec
import pytest

from roster_tui.actions import ACTIONS, BY_ID, VIEWS
from roster_tui.cli.group import cli
from roster_tui.findings.catalog import CODES
from roster_tui.roster.fields import FIELDS, field_types
from roster_tui.roster.filter import FilterError, parse
from roster_tui.roster.kinds import BY_NAME
from roster_tui.settings import Settings
from roster_tui.support.help import Page, filled, matching, page, pages, words_for
from roster_tui.support.help.pages import ACTION

WIDEST = 72
JOBS = {
    1: "nightly-sync", 2: "changed-ids", 3: "sections", 4: "trackers", 5: "suspension", 6: "activation", 7: "roles",
    8: "emails", 9: "tickets", 10: "passwords", 11: "courses",
}  # fmt: skip
"""The page on each of the eleven rules of the field."""
EACH = pytest.mark.parametrize("shown", pages(), ids=lambda shown: shown.topic)


def commands(shown: Page) -> Iterator[list[str]]:
    """Yield every command that stands on a page, in a line of its own or within one."""
    for found in re.findall(r"^    roster-tui (.*)$|`roster-tui ([^`]*)`", shown.text, re.MULTILINE):
        yield shlex.split(found[0] or found[1])


def parsed(arguments: list[str]) -> None:
    """Let click read a command as far as it does before it is called. Raises `click.UsageError`."""
    command: click.Command = cli
    context = click.Context(cli, info_name="roster-tui")
    while isinstance(command, click.Group) and arguments:
        name, *rest = arguments
        below = command.get_command(context, name)
        if below is None:
            assert command.invoke_without_command and name.startswith("-"), f"{command.name} has no {name}"
            break
        command, arguments = below, rest
        context = click.Context(command, info_name=name, parent=context)
    command.make_parser(context).parse_args(list(arguments))
    for option in (each for each in command.params if isinstance(each.type, click.Choice)):
        given = [argument for argument in arguments if argument in option.opts]
        for flag in given:
            option.type.convert(arguments[arguments.index(flag) + 1], option, context)


def setting_names(table: type[msgspec.Struct] = Settings, prefix: str = "") -> Iterator[str]:
    for field in msgspec.structs.fields(table):
        yield f"{prefix}{field.name}"
        if isinstance(field.type, type) and issubclass(field.type, msgspec.Struct):
            yield from setting_names(field.type, f"{prefix}{field.name}.")


def is_filter(text: str) -> bool:
    for kind in map(BY_NAME.__getitem__, FIELDS):
        try:
            if all(each.field for each in parse(text, field_types(kind)).conditions):
                return True
        except FilterError:
            continue
    return False


def test_every_job_has_its_page_and_a_file_is_a_page() -> None:
    assert sorted(JOBS) == list(range(1, 12))
    assert {shown.topic for shown in pages()} >= {*JOBS.values(), "start", "held-sync", "preflight", "student-data"}
    assert pages()[0].topic == "start"
    assert all(shown.words and shown.title and shown.text for shown in pages())
    scenarios = Path(__file__).parents[1] / "console" / "scenarios"
    assert len(list(scenarios.glob("rule-*.scenario"))) == len(JOBS), "a rule that was added needs a page"


@EACH
def test_a_page_names_only_keys_that_exist(shown: Page) -> None:
    assert set(ACTION.findall(shown.text)) <= set(BY_ID)
    keys = {action.id: f"<{action.id}>" for action in ACTIONS}
    text = filled(shown.text, keys)
    assert "{" not in text.replace("{cache|everything}", "")
    assert all(f"`<{action_id}>`" in text for action_id in ACTION.findall(shown.text))


@EACH
def test_a_page_names_only_commands_that_exist(shown: Page) -> None:
    for arguments in commands(shown):
        parsed(arguments)


@EACH
def test_what_is_quoted_on_a_page_is_a_code_a_setting_a_filter_or_a_command(shown: Page) -> None:
    settings = set(setting_names())
    for quoted in re.findall(r"`([^`]+)`", shown.text):
        known = quoted in CODES or quoted in settings or quoted.startswith("roster-tui ") or is_filter(quoted)
        assert known, quoted


@EACH
def test_a_page_fits_into_the_smallest_window_it_is_read_in(shown: Page) -> None:
    for line in filled(shown.text, {}).splitlines():
        assert len(line) <= WIDEST + 30 * line.count("`"), line
    assert all(len(line) <= WIDEST + 30 * line.count("{") for line in shown.text.splitlines())
    assert shown.text.isascii() and "\t" not in shown.text


def test_a_wrong_command_would_be_seen() -> None:
    for wrong in (["tickets"], ["hold", "accept"], ["ticket", "seal", "x", "--key", "y"], ["pin", "T1", "--foo"]):
        with pytest.raises((AssertionError, click.UsageError)):
            parsed(wrong)
    assert not is_filter("state:pending")


def test_every_finding_and_every_view_leads_to_a_page() -> None:
    for code in CODES:
        (first, *_) = matching(pages(), words_for("triage", None, code))
        assert code in first.words
    for view in VIEWS:
        assert matching(pages(), words_for(view, None)), view
    assert matching(pages(), words_for("teachers", "pending"))[0].topic == "activation"
    assert matching(pages(), words_for("teachers", "suspended"))[0].topic == "suspension"
    assert page("nothing") is None
