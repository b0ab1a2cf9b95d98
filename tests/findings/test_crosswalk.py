"""The crosswalk: pairs in an order in which they can be applied, and a planned change checked beforehand."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from roster_tui.findings.crosswalk import Change, Checked, Planned, Verdict, check, covering_note, inert, ordered
from roster_tui.findings.planned_ids import known_ids
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER
from roster_tui.roster.tracker_rows import TrackerRow, put_trackers
from tests.findings.cases import District, district
from tests.roster.conftest import school, section, student, teacher


def user(old: str, new: str) -> Change:
    return Change("user", old, new)


def test_a_chain_frees_each_id_before_it_is_taken() -> None:
    plan = ordered([user("A", "B"), user("B", "C"), user("X", "Y")])
    assert [change.old_id for change in plan.changes] == ["B", "A", "X"]
    assert plan.chains == (("A", "B", "C"),)
    assert plan.swaps == ()


def test_a_swap_needs_an_intermediate_id() -> None:
    plan = ordered([user("A", "B"), user("B", "A")])
    assert plan.swaps == (("A", "B"),)
    assert plan.chains == ()
    assert len(plan.changes) == 2


def test_types_do_not_mix() -> None:
    plan = ordered([user("A", "B"), Change("section", "B", "A")])
    assert (plan.chains, plan.swaps) == ((), ())


@given(st.dictionaries(st.integers(0, 12), st.integers(0, 12), max_size=12))
def test_every_change_stands_once_and_no_new_id_is_taken_but_in_a_ring(moves: dict[int, int]) -> None:
    changes = [user(str(old), str(new)) for old, new in moves.items() if old != new]
    plan = ordered(changes)
    assert sorted(plan.changes, key=repr) == sorted(changes, key=repr)
    ringed = {each for ring in plan.swaps for each in ring}
    taken = {change.old_id for change in changes}
    for change in plan.changes:
        assert change.new_id not in taken or change.new_id in ringed
        taken.discard(change.old_id)


def test_the_note_names_ids_and_what_is_special_about_them() -> None:
    plan = ordered([user("A", "B"), user("B", "A"), user("1", "2"), user("2", "3")])
    note = covering_note("Lincoln", "d1", plan, [user("=A", "B2")], 3, "jdoe")
    assert "4 users" in note
    assert "1 -> 2 -> 3" in note
    assert "A -> B -> A" in note
    assert "'=A' -> 'B2'" in note
    assert "Not decided yet on our side: 3" in note


def test_what_a_spreadsheet_would_change() -> None:
    assert [inert(value) for value in ("T07", "007", "=1", "-4", "+1", "@x", "a\tb", "a\nb")] == [True] * 2 + [
        False
    ] * 6


_DISTRICT = district(
    {
        SCHOOL: [school(1)],
        TEACHER: [teacher(1, sis_id="T1"), teacher(2, sis_id="T2"), teacher(3, sis_id="T3")],
        STUDENT: [student(1, sis_id="100"), student(2, sis_id="200"), student(4, sis_id="400")],
        SECTION: [section(1, [1], [1, 2], sis_id="C1"), section(2, [1, 2], [1], sis_id="C2")],
    },
    {
        SCHOOL: [school(1)],
        TEACHER: [teacher(1, sis_id="T1"), teacher(2, sis_id="T2")],
        STUDENT: [student(1, sis_id="100"), student(2, sis_id="200")],
        SECTION: [section(1, [1], [1, 2], sis_id="C1"), section(2, [1, 2], [1], sis_id="C2")],
    },
)


def checked(
    folder: Path, *changes: tuple[str, str], type: str | None = None, of: District = _DISTRICT
) -> list[Checked]:
    plan = [Planned(line, type, old, new) for line, (old, new) in enumerate(changes, start=2)]
    with of.open(folder).cache.reading() as db:
        return check(plan, known_ids(db, plan))


def one(folder: Path, old: str, new: str) -> tuple[str, str]:
    (found,) = checked(folder, (old, new))
    return found.verdict.value, "; ".join(found.reasons)


def test_a_good_change_and_what_hangs_on_it(tmp_path: Path) -> None:
    cache = _DISTRICT.open(tmp_path).cache
    with cache.writing() as db:
        ids = dict(db.execute("SELECT s.sis_id, lower(hex(r.id)) FROM section s JOIN record r ON r.key = s.key"))
        (teacher_id,) = db.execute(
            "SELECT lower(hex(r.id)) FROM teacher t JOIN record r ON r.key = t.key WHERE t.sis_id = 'T1'"
        ).fetchone()
        states = ((ids["C1"], "archived"), (ids["C2"], "live"))
        put_trackers(db, [TrackerRow(each, state, "", 2026, teacher_id, 1, 0, 0, "", None) for each, state in states])
    changes = ("T1", "N1"), ("100", "N2"), ("C1", "N3"), ("C2", "N4"), ("S1", "N5")
    plan = [Planned(line, None, old, new) for line, (old, new) in enumerate(changes, start=2)]
    with cache.reading() as db:
        found = check(plan, known_ids(db, plan))
    assert {each.verdict for each in found} == {Verdict.OK}
    assert [(each.kind, each.sections, each.trackers) for each in found] == [
        ("teacher", 2, 1),
        ("student", 2, 0),
        ("section", 1, 0),
        ("section", 1, 1),
        ("school", 2, 1),
    ]


def test_an_id_that_is_in_use_collides(tmp_path: Path) -> None:
    assert one(tmp_path, "T1", "T2") == ("blocked", "the new ID is another teacher's: the two would collide")


def test_an_id_that_was_an_archived_persons(tmp_path: Path) -> None:
    verdict, reason = one(tmp_path, "T1", "T3")
    assert (verdict, "archived" in reason) == ("blocked", True)
    assert one(tmp_path / "s", "100", "400")[0] == "blocked"


def test_an_old_id_that_nobody_has(tmp_path: Path) -> None:
    assert one(tmp_path, "T9", "N1") == ("blocked", "nobody has the old ID")
    assert "archived or re-keyed" in one(tmp_path / "a", "T3", "N1")[1]
    assert one(tmp_path / "b", "t1", "N1") == ("blocked", "nobody has the old ID; look-alike in use: T1")


def test_look_alikes_of_the_new_id(tmp_path: Path) -> None:
    verdict, reason = one(tmp_path, "T1", "0200")
    assert (verdict, reason) == ("warning", "the new ID looks like 200, which is in use")
    assert "differ only by case" in one(tmp_path / "a", "T1", "t1")[1]
    assert "looks like the new ID" in checked(tmp_path / "b", ("T1", "X7"), ("T2", "x7"))[0].reasons[0]


def test_swap_and_chain_within_the_plan(tmp_path: Path) -> None:
    first, second = checked(tmp_path, ("T1", "T2"), ("T2", "T1"))
    assert {first.verdict, second.verdict} == {Verdict.WARNING}
    assert "intermediate ID" in first.reasons[0]
    first, second = checked(tmp_path / "chain", ("T1", "T2"), ("T2", "N9"))
    assert first.reasons == ("part of a chain: line 3 must be done first",)
    assert second.verdict is Verdict.OK


def test_the_same_id_twice(tmp_path: Path) -> None:
    first, second = checked(tmp_path, ("T1", "N1"), ("T2", "N1"))
    assert first.reasons == ("the new ID stands in line 3 too",)
    assert second.reasons == ("the new ID stands in line 2 too",)
    assert checked(tmp_path / "old", ("T1", "N1"), ("T1", "N2"))[0].verdict is Verdict.BLOCKED


def test_blank_same_and_unknown_type(tmp_path: Path) -> None:
    assert "the new ID is blank" in one(tmp_path, "T1", " ")[1]
    assert "the same" in one(tmp_path / "a", "T1", "T1")[1]
    assert "the type is none of" in checked(tmp_path / "b", ("T1", "N1"), type="class")[0].reasons[0]


def test_an_id_of_two_types_must_say_which(tmp_path: Path) -> None:
    both = district({TEACHER: [teacher(1, sis_id="7")], STUDENT: [student(1, sis_id="7")]})
    (found,) = checked(tmp_path, ("7", "N1"), of=both)
    assert found.reasons == ("a student and a teacher have the old ID: write student or teacher in the type column",)
    (found,) = checked(tmp_path / "typed", ("7", "N1"), type="teacher", of=both)
    assert (found.verdict, found.kind) == (Verdict.OK, "teacher")
