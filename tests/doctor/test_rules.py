"""What is decided on facts alone: terminals, clocks, time zones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from roster_tui.doctor.clocks import check_clock, check_zone
from roster_tui.doctor.terminal import Terminal, check_terminal


@pytest.mark.parametrize(
    ("skew", "state", "said"),
    [
        (None, "ok", "did not tell"),
        (timedelta(seconds=-119), "ok", "as Clever's"),
        (timedelta(minutes=2), "ok", "as Clever's"),
        (timedelta(minutes=5), "warning", "5 min ahead of Clever's"),
        (timedelta(minutes=-5), "warning", "5 min behind Clever's"),
        (timedelta(hours=-7), "warning", "7 h behind Clever's"),
    ],
)
def test_a_clock_that_goes_wrong_is_told_with_its_direction(skew: timedelta | None, state: str, said: str) -> None:
    check = check_clock(skew)
    assert check.state.value == state
    assert said in check.detail


def test_a_servers_utc_is_not_taken_for_the_districts_nights() -> None:
    at = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
    night = datetime(2026, 11, 25, 1, tzinfo=UTC)
    assert check_zone("", at, night).state.value == "warning"
    told = check_zone("UTC", at, night)
    assert (told.state.value, told.detail) == ("ok", "UTC: next sync Nov 25 1:00 AM, now 2:30 PM")


@pytest.mark.parametrize(
    ("columns", "lines", "state"), [(59, 24, "failed"), (80, 14, "failed"), (79, 24, "warning"), (80, 24, "ok")]
)
def test_a_terminal_that_is_too_small(columns: int, lines: int, state: str) -> None:
    size, *_ = check_terminal(Terminal(True, "utf-8", columns, lines), {"TERM": "xterm"}, color=True)
    assert (size.state.value, size.detail) == (state, f"{columns}x{lines}")


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "dumb"}, "TERM is dumb"),
        ({}, "TERM is not set"),
        ({"TERM": "linux"}, "16, as TERM=linux says"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million"),
    ],
)
def test_colours_are_what_the_terminal_says_of_itself(environ: dict[str, str], colours: str) -> None:
    checks = check_terminal(Terminal(True, "utf-8", 80, 24), environ, color=True)
    found = next(check for check in checks if check.name == "colours")
    assert found.detail == colours
    assert (found.state.value == "failed") == colours.startswith("TERM is")


def test_the_clipboard_says_what_stands_between() -> None:
    def told(**environ: str) -> str:
        return check_terminal(Terminal(True, "UTF-8", 80, 24), environ, color=False)[-1].detail

    assert "allow-passthrough" in told(TERM="tmux-256color", TMUX="/tmp/tmux-0/default,1,0")
    assert "through screen" in told(TERM="screen.xterm-256color")
    assert "OSC 52" in told(TERM="xterm")


def test_a_terminal_without_utf8_and_none_at_all() -> None:
    checks = check_terminal(Terminal(True, "iso-8859-1", 80, 24), {"TERM": "xterm"}, color=True)
    assert [(check.name, check.state.value) for check in checks if check.state.value != "ok"] == [
        ("characters", "warning")
    ]
    (none,) = check_terminal(Terminal(False, "", 0, 0), {}, color=True)
    assert none.state.value == "ok"
