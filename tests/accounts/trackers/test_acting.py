"""Acting on trackers: intent before effect, done once, undone whole, settled after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path

import pytest

from roster_tui.accounts.deeds import HowFar
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.record import Record
from roster_tui.accounts.running import Running
from roster_tui.accounts.settling import CHANGED_SINCE
from roster_tui.accounts.trackers.acting import TrackerPerformer
from roster_tui.accounts.trackers.model import Tracker
from roster_tui.accounts.trackers.plan import TrackerReport
from roster_tui.accounts.trackers.store import Rewrite, TrackerStore
from roster_tui.accounts.undo import CannotUndo
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.ledger.operator import Operator
from roster_tui.roster.classes import Section
from tests.accounts.trackers.cases import an_id, section, teacher
from tests.conftest import NOW

SECTIONS = {an_id(number): section(number) for number in range(1, 41)} | {
    an_id(99): section(99, teachers=(teacher(account="suspended"),))
}


@pytest.fixture
def performer(tmp_path: Path) -> TrackerPerformer:
    for name in ("journal", "running", "trackers"):
        (tmp_path / name).mkdir()

    @contextmanager
    def sections(ids: Iterable[str], class_lists: bool) -> Iterator[Iterator[Section]]:
        yield (SECTIONS[each] for each in ids if each in SECTIONS)

    return TrackerPerformer(
        store=TrackerStore(tmp_path / "trackers", Head(tmp_path)),
        sections=sections,
        record=Record(Journal(tmp_path / "journal", Head(tmp_path)), Operator("jdoe", "desk-1"), lambda: NOW),
        running=Running(tmp_path / "running"),
        clock=lambda: NOW,
        today=lambda at: at.astimezone(UTC).date(),
        rollover=(7, 1),
    )


async def do(performer: TrackerPerformer, verb: str, *numbers: int, reason: str = "") -> TrackerReport:
    return await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers], reason))


def verdicts(report: TrackerReport) -> list[str]:
    return [item.verdict.value for item in report.items]


async def test_each_is_done_once(performer: TrackerPerformer) -> None:
    first = await do(performer, "create-tracker", 1, 2, 99, 7777)
    assert verdicts(first) == ["done", "done", "blocked", "blocked"]
    assert first.items[2].reason == "its teacher Le99, Ann is suspended".replace("Le99", "Le901")
    again = await do(performer, "create-tracker", 1, 2)
    assert (verdicts(again), again.action) == (["noop", "noop"], None)
    assert set(performer.store.latest([an_id(1), an_id(2), an_id(99)])) == {an_id(1), an_id(2)}
    assert verdicts(await do(performer, "archive-tracker", 1, reason="double")) == ["done"]
    assert verdicts(await do(performer, "archive-tracker", 1, 3)) == ["noop", "noop"]
    phases = [(entry.facts["kind"], entry.facts["phase"]) for entry in performer.record.journal.entries()]
    assert phases == [
        ("create-tracker", "intent"), ("create-tracker", "outcome"),
        ("archive-tracker", "intent"), ("archive-tracker", "outcome"),
    ]  # fmt: skip
    assert performer.record.journal.verify().ok


async def test_no_student_is_in_the_journal(performer: TrackerPerformer, tmp_path: Path) -> None:
    await do(performer, "create-tracker", 1)
    written = b"".join(file.read_bytes() for file in (tmp_path / "journal").glob("*.json"))
    assert an_id(1).encode() in written
    assert an_id(101).encode() not in written


async def test_what_changed_since_it_was_shown_is_left_and_asked_about_again(performer: TrackerPerformer) -> None:
    plan = await performer.plan("create-tracker", [an_id(1), an_id(2)])
    await do(performer, "create-tracker", 2)
    await do(performer, "archive-tracker", 2)
    report = await performer.perform(plan)
    assert verdicts(report) == ["done", "failed"]
    assert report.again is not None
    assert [(item.id, item.warning) for item in report.again.todo] == [
        (an_id(2), "archived, by jdoe: comes back with its data")
    ]


async def test_an_action_is_taken_back_whole(performer: TrackerPerformer) -> None:
    made = await do(performer, "create-tracker", 1, 2, 3)
    await do(performer, "archive-tracker", 3)
    assert made.action
    undo = await performer.undo_plan(made.action)
    assert [(item.verdict.value, item.reason) for item in undo.items] == [
        ("would_do", ""), ("would_do", ""), ("noop", "archived already, by jdoe"),
    ]  # fmt: skip
    undone = await performer.perform(undo)
    assert verdicts(undone) == ["done", "done", "noop"]
    assert undone.action
    assert {each.state for found in performer.store.each() for each in found.values()} == {"archived"}
    back = await performer.perform(await performer.undo_plan(undone.action))
    assert verdicts(back) == ["done", "done"]
    with pytest.raises(CannotUndo):
        await performer.undo_plan("261124-1430-NOBODY")


async def test_what_was_changed_since_is_not_taken_back(performer: TrackerPerformer) -> None:
    made = await do(performer, "create-tracker", 1)
    await do(performer, "archive-tracker", 1)
    await do(performer, "create-tracker", 1)
    assert made.action
    undo = await performer.undo_plan(made.action)
    assert [(item.verdict.value, item.reason) for item in undo.items] == [("blocked", "changed since then")]


async def test_killed_in_the_middle_it_is_settled_by_reading(performer: TrackerPerformer) -> None:
    killed = await killed_after_first(performer, *range(1, 9))
    (intent,) = performer.record.journal.entries()
    assert [intent.facts["action"]] == [killed]
    (report,) = await performer.settle()
    assert report.tally() == {Verdict.DONE: 1, Verdict.FAILED: 7}
    assert list(performer.store.latest(an_id(number) for number in range(1, 9))) == [an_id(1)]
    assert await performer.settle() == []
    rest = await do(performer, "create-tracker", *range(1, 9))
    assert rest.tally() == {Verdict.NOOP: 1, Verdict.DONE: 7}


async def test_a_full_disk_is_told_per_tracker(performer: TrackerPerformer, monkeypatch: pytest.MonkeyPatch) -> None:
    from roster_tui.ledger.files import replace_atomically as real

    def full(file: Path, content: bytes) -> None:
        if file.name == "03.json":
            raise OSError(28, "No space left on device")
        real(file, content)

    monkeypatch.setattr("roster_tui.ledger.head.replace_atomically", full)
    report = await do(performer, "create-tracker", *range(1, 6))
    assert verdicts(report) == ["done", "done", "failed", "failed", "failed"]
    assert report.items[2].reason == "cannot be written: No space left on device"


async def test_no_intent_no_effect(performer: TrackerPerformer, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = await performer.plan("create-tracker", [an_id(1)])

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr("roster_tui.ledger.journal.Journal.append", full)
        with pytest.raises(OSError, match="No space"):
            await performer.perform(plan)
    assert list(performer.store.each()) == []
    assert await performer.settle() == []
    assert performer.running.abandoned() == []


async def test_stopped_it_ends_what_is_in_hand(performer: TrackerPerformer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.accounts.trackers.acting._AT_ONCE", 10)
    plan = await performer.plan("create-tracker", [an_id(number) for number in range(1, 41)])
    task: asyncio.Task[TrackerReport] | None = None

    def stop(how_far: HowFar) -> None:
        assert task is not None
        task.cancel()

    task = asyncio.create_task(performer.perform(plan, stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    told = [result for entry in performer.record.journal.entries() for result in entry.facts.get("results", ())]
    done = {result["id"] for result in told if result["verdict"] == "done"}
    assert done == {section for found in performer.store.each() for section in found}
    assert len(told) == 40
    assert 0 < len(done) < 40


async def test_many_at_once_make_one_each(performer: TrackerPerformer) -> None:
    async def create() -> TrackerReport:
        return await do(performer, "create-tracker", *range(1, 41))

    reports = await asyncio.gather(*(create() for _ in range(4)))
    made = [item.id for report in reports for item in report.items if item.verdict is Verdict.DONE]
    assert sorted(made) == [an_id(number) for number in range(1, 41)]
    assert performer.record.journal.verify().ok


async def test_what_a_dead_console_did_is_written_down_before_another_acts_on_the_tracker(
    performer: TrackerPerformer,
) -> None:
    killed = await killed_after_first(performer, 1)
    report = await do(performer, "archive-tracker", 1)
    assert verdicts(report) == ["done"]
    assert [(each.action, verdicts(each)) for each in report.first] == [(killed, ["done"])]
    assert performer.running.marked() == []


async def test_a_tracker_that_another_changed_since_is_in_doubt(performer: TrackerPerformer) -> None:
    """One that never asks what was left before: the console of an earlier release."""
    await killed_after_first(performer, 1)
    elsewhere = replace(performer, running=Running(performer.store._shards.folder.parent / "elsewhere"))
    await do(elsewhere, "archive-tracker", 1)
    (report,) = await performer.settle()
    assert [(item.verdict.value, item.reason) for item in report.items] == [("in_doubt", CHANGED_SINCE)]


class _Killed(BaseException):
    """Stands for signal 9: nothing may handle it."""


async def killed_after_first(performer: TrackerPerformer, *numbers: int) -> str:
    """Die once the first shard of trackers stands, and before an outcome does; returns the action."""
    written = TrackerStore.rewrite

    def killed(store: TrackerStore, sections: Iterable[str], rewrite: Rewrite) -> Iterator[list[Tracker]]:
        yield next(written(store, sections, rewrite))
        raise _Killed

    plan = await performer.plan("create-tracker", [an_id(number) for number in numbers])
    with pytest.MonkeyPatch.context() as during, pytest.raises(_Killed):
        during.setattr(TrackerStore, "rewrite", killed)
        await performer.perform(plan)
    # The mark of a process that is gone: its file is there, and nobody holds it.
    (action,) = performer.running.abandoned()
    return action
