"""The scenarios' language itself: a scenario that must fail does, and what is not understood is no scenario."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from roster_tui.workspace import Workspace
from tests.console.districts import DISTRICTS
from tests.console.scenario import BOTH, parse, play
from tests.console.steps import WORDS, ScenarioError, StepFailed, keys_of

README = Path(__file__).parent / "scenarios" / "README.md"


def one(steps: str) -> str:
    return f"scenario A try\n{steps}"


@pytest.mark.parametrize(
    "lie",
    [
        "see Teachers",
        "see not Triage",
        "line 1 contains Springfield",
        "line 99 contains Lincoln",
        "row 1 contains Nobody",
        "row 999 contains Broken",
        "a row has Nobody",
        "no row has Email missing",
        "cursor on Nobody",
        "move to Nobody",
        "crumb is Teachers",
        "count is 14",
        "detail has Jones",
        "focus is line",
        "toast anything",
        "mails 1",
        "closed",
    ],
)
async def test_what_does_not_hold_fails_with_file_line_and_screen(
    lie: str, demo: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.console.stage._PAUSES", 3)
    (scenario,) = parse(one(f"  see Triage\n  {lie}\n"), "some.scenario", list(DISTRICTS))
    with pytest.raises(StepFailed) as caught:
        await play(scenario, demo, (80, 24))
    told = str(caught.value)
    assert told.startswith(f"some.scenario:3: {lie}\n")
    assert "|    What " in told and "Jones, Selma" in told


async def test_a_message_of_before_the_last_key_is_no_news(demo: Workspace) -> None:
    (scenario,) = parse(one("press esc\ntoast first step\npress down\ntoast first step"), "some", [])
    with pytest.raises(StepFailed, match=re.escape("some:5: toast first step")) as caught:
        await play(scenario, demo, (80, 24))
    assert "since the last key: []" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("press down", 1, "a scenario begins with"),
        (one("see Triage\njump about"), 3, "this is no step"),
        (one("see"), 2, "this is no step"),
        (one("press downup\nsee Triage"), 2, "there is no key downup"),
        (one("focus is everywhere"), 2, "focus is one of"),
        (one("resize small\nsee Triage"), 2, "no size"),
        (one("size 80\nsee Triage"), 2, "no size"),
        (one("rule five\nsee Triage"), 2, "has a number"),
        (one("district of Columbia\nsee Triage"), 2, "no such district"),
        (one("see Triage\ndistrict the demo"), 3, "before the steps"),
        (one("press down"), 1, "cannot fail"),
        ("scenario Nothing at all", 1, "cannot fail"),
    ],
)
def test_what_is_not_understood_is_an_error_with_its_line(text: str, line: int, said: str) -> None:
    with pytest.raises(ScenarioError, match=said) as caught:
        parse(text, "some.scenario", list(DISTRICTS))
    assert str(caught.value).startswith(f"some.scenario:{line}: ")


def test_keys_are_named_as_the_help_names_them() -> None:
    assert keys_of("down*3 / esc ? * - [ A ctrl+p") == [
        *["down"] * 3,
        "slash",
        "escape",
        "question_mark",
        "asterisk",
        "minus",
        "left_square_bracket",
        "A",
        "ctrl+p",
    ]


def test_a_job_is_played_in_both_sizes_and_comments_are_none_of_it() -> None:
    (job, state) = parse(
        '# A comment\n\nscenario A job\n rule 5\n # more\n see Triage\nscenario A state\n see "not this"',
        "some",
        [],
    )
    assert (job.rule, job.sizes, len(job.steps)) == (5, BOTH, 1)
    assert (state.rule, state.sizes, state.steps[0].given) == (None, ((80, 24),), ("not this",))


def test_every_word_and_every_district_is_documented() -> None:
    told = README.read_text(encoding="utf-8")
    for word in WORDS:
        assert f"`{re.sub('[(].*?[)]', '...', word.pattern.pattern)}`" in told, word.pattern.pattern
    for district in DISTRICTS:
        assert f"`{re.sub('[(].*?[)]', '...', district)}`" in told, district
