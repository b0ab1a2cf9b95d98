"""Trackers follow the roster through real nights, whatever is lost or killed in between."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.trackers.model import Tracker
from roster_tui.catch_up import catch_up
from roster_tui.roster.classes import Section, sections
from roster_tui.roster.tracker_rows import count_trackers, trackers
from roster_tui.settings import HoldSettings
from roster_tui.sync import finish_interrupted
from roster_tui.sync.trackers import follow_trackers
from roster_tui.tracking import tracker_performer
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.sync.conftest import Killed, Night
from tests.sync.town import DEEDS, Town

FREE = HoldSettings(removed_percent=100, updated_percent=100, suspensions=10_000)


def section_ids(workspace: Workspace) -> list[str]:
    with workspace.cache.reading() as db:
        rows = db.execute("SELECT lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key ORDER BY r.id")
        return [clever_id for (clever_id,) in rows]


def create(workspace: Workspace, *, shown: bool = True) -> None:
    """Make a tracker of every section that can have one."""
    performer = tracker_performer(workspace)
    asyncio.run(performer.perform(asyncio.run(performer.plan("create-tracker", section_ids(workspace)))))
    if shown:
        asyncio.run(catch_up(workspace))


def kept(workspace: Workspace) -> dict[str, Tracker]:
    return {section: tracker for found in workspace.trackers.each() for section, tracker in found.items()}


def in_data(workspace: Workspace) -> dict[str, Section]:
    with workspace.cache.reading() as db:
        return {each.id: each for each in sections(db, section_ids(workspace))}


def assert_in_step(workspace: Workspace) -> None:
    """Check every tracker against the roster, and the list against the ledger."""
    now, ledger = in_data(workspace), kept(workspace)
    for tracker in ledger.values():
        assert (tracker.archived is None) == (tracker.section in now)
        if tracker.archived is None:
            assert tracker.students == now[tracker.section].students
    with workspace.cache.reading() as db:
        listed = {each.section: each for each in trackers(db, 1_000)}
    assert {section: (each.state, each.students, each.former, each.name) for section, each in listed.items()} == {
        section: (each.state, len(each.students), len(each.former), each.name) for section, each in ledger.items()
    }


def night(clever: Night, town: Town) -> tuple[Workspace, dict[str, int]]:
    clever.load(town)
    workspace, result = clever.sync(hold=FREE)
    assert result.state == "applied"
    return workspace, dict(result.trackers)


def test_nights_of_a_town(clever: Night) -> None:
    town = Town()
    workspace, told = night(clever, town)
    assert told == {}
    create(workspace)
    assert len(kept(workspace)) == 5
    assert_in_step(workspace)

    town.enrolled.discard(sorted(town.enrolled)[0])
    gone = town.sections.pop("C19")
    taken = {pair for pair in town.enrolled if pair[0] == "C19"}
    town.enrolled -= taken
    workspace, told = night(clever, town)
    assert told == {"archived": 1, "updated": 1}
    assert sum(len(each.former) for each in kept(workspace).values()) == 1
    assert_in_step(workspace)
    entries = [entry.facts for entry in workspace.journal.entries() if entry.facts["kind"] == "follow trackers"]
    assert [entry["phase"] for entry in entries] == ["intent", "outcome"]
    assert entries[1]["results"] == {"archived": 1, "updated": 1}

    assert night(clever, town)[1] == {}
    town.sections["C19"] = gone
    town.enrolled |= taken
    workspace, told = night(clever, town)
    assert told == {"restored": 1}
    assert_in_step(workspace)
    assert workspace.journal.verify().ok


@settings(max_examples=5)
@given(
    st.lists(st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 9), st.integers(0, 9)), max_size=4), max_size=3)
)
def test_any_nights_of_a_town(
    tmp_path_factory: pytest.TempPathFactory, nights: list[list[tuple[str, int, int]]]
) -> None:
    clever, town = Night(tmp_path_factory.mktemp("town")), Town()
    try:
        workspace, _ = night(clever, town)
        create(workspace)
        seen: dict[str, set[str]] = {}
        for deeds in nights:
            for deed in deeds:
                town.do(*deed)
            workspace, _ = night(clever, town)
            assert_in_step(workspace)
            for section, tracker in kept(workspace).items():
                everybody = {*tracker.students, *(each.student for each in tracker.former)}
                assert seen.get(section, set()) <= everybody
                seen[section] = everybody
    finally:
        clever.store.close()


def test_killed_while_trackers_follow_the_next_run_ends_it(clever: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    town = Town()
    workspace, _ = night(clever, town)
    create(workspace)
    for number in (0, 0, 0):
        town.remove_section(number, 0)
    clever.load(town)

    def killed(*arguments: object) -> None:
        raise Killed

    with monkeypatch.context() as during:
        during.setattr("roster_tui.sync.trackers.show_trackers", killed)
        with pytest.raises(Killed):
            clever.sync(hold=FREE)
    asyncio.run(finish_interrupted(workspace))
    assert sum(each.archived is not None for each in kept(workspace).values()) == 3
    assert_in_step(workspace)
    assert night(clever, town)[1] == {}


def test_what_was_made_and_not_shown_before_a_sync_is_shown_by_it(clever: Night) -> None:
    town = Town()
    workspace, _ = night(clever, town)
    create(workspace, shown=False)
    with workspace.cache.reading() as db:
        assert list(trackers(db, 1_000)) == []
    assert night(clever, town)[1] == {}
    assert_in_step(workspace)


def test_without_the_cache_the_ledger_tells_everything_again(clever: Night) -> None:
    town = Town()
    workspace, _ = night(clever, town)
    create(workspace)
    for file in workspace.folder.glob("roster.sqlite*"):
        file.unlink()
    town.remove_section(0, 0)
    town.drop(0, 0)
    workspace, told = night(clever, town)
    assert (told["archived"], told["updated"]) == (1, 1)
    assert_in_step(workspace)


def test_at_rollover_all_archive_and_the_new_year_has_its_own(clever: Night) -> None:
    workspace, _ = night(clever, Town())
    create(workspace)
    eve, day = (datetime(2027, *date, 6, tzinfo=UTC) for date in ((7, 1), (7, 2)))
    # In Chicago the last day of June has five hours to go.
    assert follow_trackers(workspace, eve - timedelta(hours=2)) == {}
    assert follow_trackers(workspace, day) == {"archived": 5}
    assert follow_trackers(workspace, day + timedelta(days=1)) == {}
    assert {str(each.archived) for each in kept(workspace).values()} == {"its school year is over"}
    with workspace.cache.reading() as db:
        assert count_trackers(db) == {"live": 0, "archived": 5}
    later = Workspace(workspace.folder, workspace.district, workspace.settings, lambda: day)
    plan = asyncio.run(tracker_performer(later).plan("create-tracker", section_ids(later)))
    assert {item.reason for item in plan.items} == {
        "its term Term 0 ended on 2027-06-01",
        "its term Term 1 ended on 2027-06-01",
    }


def test_what_a_person_archived_no_night_brings_back_or_explains_otherwise(clever: Night) -> None:
    town = Town()
    workspace, _ = night(clever, town)
    create(workspace)
    by_hand = section_ids(workspace)[0]
    performer = tracker_performer(workspace)
    plan = asyncio.run(performer.plan("archive-tracker", [by_hand], "made twice"))
    (item,) = asyncio.run(performer.perform(plan)).items
    assert item.verdict is Verdict.DONE
    for _ in range(4):
        town.remove_section(0, 0)
    workspace, told = night(clever, town)
    assert told["archived"] == len({*kept(workspace)} - {*section_ids(workspace), by_hand})
    assert str(kept(workspace)[by_hand].archived) == "by jdoe: made twice"
    assert kept(workspace)[by_hand].archived.at == NOW  # type: ignore[union-attr]
