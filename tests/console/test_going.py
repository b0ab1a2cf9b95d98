"""Going anywhere: ``:`` with a view, a school, a severity or a name; and back and forward through where one was."""

import pytest

from roster_tui.console.completion import completed_filter
from roster_tui.console.going import School, completed, destination
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import FilterError
from roster_tui.roster.kinds import TEACHER
from roster_tui.workspace import Workspace
from tests.console.conftest import Open

SCHOOLS = [School(1, "City High School"), School(2, "Alamo High School")]


def named(words: str) -> list[School]:
    return [school for school in SCHOOLS if words.lower() in school.name.lower()]


@pytest.mark.parametrize(
    ("text", "view", "filter_text"),
    [
        ("teachers", "teachers", ""),
        ("teachers status:pending", "teachers", "status:pending"),
        ("Sections grade:7", "sections", "grade:7"),
        ("school high", "schools", "high"),
        ("teacher glover", "teachers", "glover"),
        ("glover braeden", "teachers", "glover braeden"),
        (" sync ", "sync", ""),
    ],
)
def test_where_a_text_leads(text: str, view: str, filter_text: str) -> None:
    place = destination(text, named)
    assert (place.view, place.filter_text, place.within) == (view, filter_text, None)


def test_a_school_that_only_one_can_be_is_opened() -> None:
    place = destination("school city", named)
    assert (place.view, place.within, place.crumbs) == (
        "teachers",
        ("school", 1),
        ("Schools", "City High School", "Teachers"),
    )


@pytest.mark.parametrize(
    ("text", "wrong", "said"),
    [
        ("", "", "say where to"),
        ("sync now", "now", "takes nothing"),
        ("conflicts terrible", "terrible", "no severity"),
        ("teachers colour:red", "colour", "no field colour"),
        ("colour:red", "colour", "no field colour"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, wrong: str, said: str) -> None:
    with pytest.raises(FilterError, match=said) as caught:
        destination(text, named)
    assert text[caught.value.start : caught.value.end] == wrong


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("te", "teacher"),
        ("teachers", "teachers"),
        ("school ci", "school City High School"),
        ("conflicts h", "conflicts high"),
        ("conflicts sis", "conflicts sis-id-changed"),
        ("zz", None),
        ("", None),
    ],
)
def test_what_was_begun_is_finished(text: str, whole: str | None) -> None:
    assert completed(text, named) == whole


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("st", "status:"),
        ("glover st", "glover status:"),
        ("-status:p", "-status:pending"),
        ("school:ci", "school:city"),
        ("finding:email-m", "finding:email-missing"),
        ("status:pending", None),
        ("", None),
        ('"two wo', None),
    ],
)
def test_a_filter_is_finished(text: str, whole: str | None) -> None:
    assert completed_filter(text, field_types(TEACHER), named) == whole


async def test_from_anywhere_to_anywhere_and_back(open_console: Open) -> None:
    async with open_console(size=(80, 24)) as desk:
        await desk.press("colon")
        await desk.type("conflicts high")
        await desk.press("enter")
        assert desk.crumb.startswith("Conflicts > high")
        assert desk.rows and all("high" in row for row in desk.rows)
        await desk.press("colon")
        await desk.type("sections st")
        await desk.press("enter")
        assert desk.crumb.startswith("Sections   filter: st")
        await desk.press("left_square_bracket")
        assert desk.crumb.startswith("Conflicts > high")
        await desk.press("left_square_bracket")
        assert desk.crumb.startswith("Triage")
        await desk.press("left_square_bracket")
        assert "This is the first place" in desk.toasts
        await desk.press("right_square_bracket", "right_square_bracket")
        assert desk.crumb.startswith("Sections   filter: st")
        await desk.press("right_square_bracket")
        assert "This is the latest place" in desk.toasts


async def test_a_mistake_is_said_and_one_stays_where_one_is(open_console: Open) -> None:
    async with open_console() as desk:
        await desk.press("3", "colon")
        await desk.type("conflicts terrible")
        await desk.press("enter")
        assert "no severity and no finding is called so" in desk.crumb
        await desk.press("escape")
        assert desk.crumb.startswith("Teachers") and "no severity" not in desk.crumb


async def test_tab_takes_what_is_proposed(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("status:p")
        await desk.press("tab")
        assert "filter: status:pending" in desk.crumb
        await desk.press("escape", "colon")
        await desk.type("school ")
        name = demo.cache.reader().execute("SELECT name FROM school ORDER BY sort_name").fetchone()[0]
        await desk.type(name[:6])
        await desk.press("tab", "enter")
        assert desk.crumb.startswith(f"Schools > {name}")
