"""Sealed bundles: what was chosen comes out of the right key only, and its plain text is nowhere."""

from __future__ import annotations

import csv
import io
import random
import resource
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import asyncssh
import orjson
import pyrage
import pytest

from roster_tui.decisions import NoSuchFinding
from roster_tui.findings.store import known
from roster_tui.roster.fields import field_types
from roster_tui.roster.filter import parse
from roster_tui.roster.kinds import SCHOOL, SECTION, STUDENT, TEACHER
from roster_tui.roster.students import STUDENT_FIELDS
from roster_tui.settings import Secret
from roster_tui.support import drafts, help_desk
from roster_tui.support.bundle.choosing import Choice, NobodyChosen
from roster_tui.support.bundle.lock import KeyUnusable, Passphrase, PublicKeys, public_keys
from roster_tui.support.bundle.seal import BundleRefused, planned, seal
from roster_tui.workspace import DistrictName, Workspace, create_workspace, open_workspace
from tests.conftest import frozen, settings_for
from tests.end_to_end.conftest import KILLS, Victim
from tests.roster.conftest import an_id, night, school, section, student, teacher
from tests.support.test_stand import LUCIA, ROBERT

MINE, ANOTHER = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
FOR_ME = PublicKeys({"Platform": str(MINE.to_public())})
FORMULA = student(3, 2, first="=1+1", last="Okafor", sis_id="-5", grade="4")
VALUES = ("222361388", "222361389", "Quispe", "García", "lucia@", "Okafor")


@pytest.fixture
def district(tmp_path: Path) -> Workspace:
    workspace = create_workspace(settings_for(tmp_path / "data"), DistrictName("a" * 24, "Lincoln"), frozen)
    night(
        workspace.cache,
        {
            SCHOOL: [school(1), school(2, name="Bluff Elementary")],
            TEACHER: [teacher(1, [1])],
            STUDENT: [LUCIA, ROBERT, FORMULA],
            SECTION: [section(1, [1], [1, 3])],
        },
    )
    return workspace


def rows(sealed: Path, identity: Any = MINE) -> list[list[str]]:
    return list(csv.reader(io.StringIO(pyrage.decrypt(sealed.read_bytes(), [identity]).decode())))


def sealing(workspace: Workspace, file: Path, choice: Choice, *more: str) -> list[list[str]]:
    seal(workspace, planned(workspace, file, choice, more, 30), FOR_ME, "case 4711")
    return rows(file)


def entries(workspace: Workspace) -> list[Any]:
    return [entry.facts for entry in workspace.journal.entries() if entry.facts["kind"] == "ticket seal"]


# -- what is in it --------------------------------------------------------------------------------------


def test_a_bundle_holds_two_ids_of_each_chosen_student_and_more_only_by_name(
    district: Workspace, tmp_path: Path
) -> None:
    found = sealing(district, tmp_path / "a.age", Choice(ids=("222361388", an_id(STUDENT, 2))))
    assert found == [
        ["sis_id", "clever_id"],
        ["222361388", an_id(STUDENT, 1)],
        ["222361389", an_id(STUDENT, 2)],
    ]
    header, lucia = sealing(district, tmp_path / "b.age", Choice(ids=("222361388",)), *STUDENT_FIELDS)
    assert dict(zip(header, lucia, strict=True)) == {
        "sis_id": "222361388",
        "clever_id": an_id(STUDENT, 1),
        "student_number": "",
        "state_id": "52",
        "first_name": "Lucía",
        "middle_name": "",
        "last_name": "García",
        "email": "lucia@students.example",
        "birth_date": "2012-09-26",
        "grade": "5",
        "school_sis_id": "S1",
        "school_name": "School 1",
    }


def test_no_value_can_be_a_formula(district: Workspace, tmp_path: Path) -> None:
    _, row = sealing(district, tmp_path / "a.age", Choice(ids=(an_id(STUDENT, 3),)), "first_name")
    assert row == ["'-5", an_id(STUDENT, 3), "'=1+1"]


def test_students_are_chosen_by_filter_and_by_section(district: Workspace, tmp_path: Path) -> None:
    def by(**given: Any) -> list[str]:
        file = tmp_path / f"{len(list(tmp_path.iterdir()))}.age"
        return [row[1] for row in sealing(district, file, Choice(**given))[1:]]

    def where(text: str) -> list[str]:
        return by(where=parse(text, field_types(STUDENT)))

    assert where("school:bluff") == [an_id(STUDENT, 3)]
    assert where("grade:5 -sis:222361388") == [an_id(STUDENT, 2)]
    assert by(sections=("C1",)) == [an_id(STUDENT, 1), an_id(STUDENT, 3)]
    assert by(sections=("C1",), ids=("222361388", "222361389")) == [an_id(STUDENT, each) for each in (1, 2, 3)]


def test_of_a_finding_both_records_are_in_it_also_the_one_that_is_gone(demo: Workspace, tmp_path: Path) -> None:
    with demo.cache.reading() as db:
        pair = next(one.finding for one in known(db) if one.finding.subject.kind == "student" and one.finding.other)
    assert pair.other
    ids = {(each.sis_id, each.clever_id) for each in (pair.subject, pair.other)}
    assert {tuple(row[:2]) for row in sealing(demo, tmp_path / "a.age", Choice(finding=pair.id), "email")[1:]} == ids
    ticket = help_desk.open_ticket(demo, drafts.about(demo, "finding", pair.id))
    of_ticket = sealing(demo, tmp_path / "b.age", Choice(ticket=ticket.number))
    assert {tuple(row) for row in of_ticket[1:]} == ids
    with pytest.raises(NoSuchFinding):
        planned(demo, tmp_path / "c.age", Choice(finding="00000000"), (), 30)


def test_nobody_or_somebody_unknown_is_told_without_a_value(district: Workspace, tmp_path: Path) -> None:
    for choice in (
        Choice(ids=("999",)),
        Choice(sections=("C9",)),
        Choice(where=parse("grade:9", field_types(STUDENT))),
    ):
        with pytest.raises(NobodyChosen, match="Nothing was sealed") as told:
            planned(district, tmp_path / "a.age", choice, (), 30)
        assert "999" not in str(told.value)
    help_desk.open_ticket(district, help_desk.Draft("Sync fails", "No student in it."))
    with pytest.raises(NobodyChosen, match="ticket 1"):
        planned(district, tmp_path / "a.age", Choice(ticket=1), (), 30)


# -- who can open it ------------------------------------------------------------------------------------


def test_only_the_right_key_or_passphrase_opens_it(district: Workspace, tmp_path: Path) -> None:
    file, other = tmp_path / "a.age", tmp_path / "b.age"
    sealing(district, file, Choice(ids=("222361388",)))
    with pytest.raises(pyrage.DecryptError):
        rows(file, ANOTHER)
    plan = planned(district, other, Choice(ids=("222361388",)), (), 30)
    seal(district, plan, Passphrase(Secret("correct horse battery")), "case 4711")
    assert b"222361388" in pyrage.passphrase.decrypt(other.read_bytes(), "correct horse battery")
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(other.read_bytes(), "wrong horse battery")
    for each in (file, other):
        assert not [value for value in VALUES if value.encode() in each.read_bytes()]


def test_keys_are_named_in_the_settings_or_given_and_private_ones_are_refused() -> None:
    mine = str(MINE.to_public())
    ssh = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    found = public_keys(["Platform", ssh], {"Platform": mine})
    assert found.recipients == (f"Platform: {mine}", ssh)
    assert found.sealed(b"x").startswith(b"age-encryption.org/v1\n")
    for wrong in ("age1nothing", "Nobody", "ssh-ed25519 AAAA", ""):
        with pytest.raises(KeyUnusable, match="neither a public key"):
            public_keys([wrong], {})
    with pytest.raises(KeyUnusable, match=r"support\.vendor_keys\.Platform is neither"):
        public_keys(["Platform"], {"Platform": "age1nothing"})
    with pytest.raises(KeyUnusable) as told:
        public_keys([str(MINE)], {})
    assert "private key" in str(told.value)
    assert str(MINE) not in str(told.value)
    with pytest.raises(KeyUnusable, match="at least 16"):
        Passphrase(Secret("too short"))


# -- what is told ---------------------------------------------------------------------------------------


def test_manifest_and_journal_tell_fields_and_recipients_and_no_value(district: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "garcia-lucia.age"
    plan = planned(district, file, Choice(ids=("222361388",)), ("birth_date",), 14)
    done = seal(district, plan, FOR_ME, "Lucía García, 222361388, has no class")
    manifest = tmp_path / "garcia-lucia.age.manifest.json"
    assert orjson.loads(manifest.read_bytes()) == done
    assert done["sha256"] == sha256(file.read_bytes()).hexdigest()
    assert (done["students"], done["fields"]) == (1, ["sis_id", "clever_id", "birth_date"])
    assert (done["about"], done["delete_by"]) == ("1 ID", "2026-12-08")
    assert [each.stat().st_mode & 0o777 for each in (file, manifest)] == [0o600, 0o600]
    intent, outcome = entries(district)
    assert (intent["phase"], intent["fields"], intent["operator"]) == ("intent", done["fields"], "jdoe")
    assert intent["recipients"] == [f"Platform: {MINE.to_public()}"]
    assert (outcome["phase"], outcome["sha256"]) == ("outcome", done["sha256"])
    assert outcome["results"][0]["verdict"] == "done"
    said = manifest.read_bytes() + b"".join(each.read_bytes() for each in district.journal.files())
    assert not [value for value in (*VALUES, "Lucía", "2012") if value.encode() in said]
    assert b"garcia" not in b"".join(each.read_bytes() for each in district.journal.files())
    assert district.journal.verify().ok


def test_only_admins_seal_with_a_reason_and_nothing_is_written_over(district: Workspace, tmp_path: Path) -> None:
    file, choice = tmp_path / "a.age", Choice(ids=("222361388",))
    plan = planned(district, file, choice, (), 30)
    for refused in ({"operator_role": "lead"}, {"operator_role": "viewer"}, {"read_only": True}):
        other = replace(district, settings=settings_for(district.folder.parent, **refused))
        with pytest.raises(BundleRefused, match="Nothing was done"):
            seal(other, plan, FOR_ME, "case 4711")
    with pytest.raises(BundleRefused, match="needs a reason"):
        seal(district, plan, FOR_ME, "  ")
    assert not file.exists()
    assert entries(district) == []
    seal(district, plan, FOR_ME, "case 4711")
    with pytest.raises(BundleRefused, match="there already"):
        planned(district, file, choice, (), 30)


# -- what is left when it does not go well --------------------------------------------------------------

MANY = [student(number, first=f"Zofia{number}", last="Plantedname", sis_id=f"77{number:05}") for number in range(3_000)]
PLAIN = (b"Plantedname", b"sis_id,clever_id", b"7700001")


@pytest.fixture
def crowded(tmp_path: Path) -> Workspace:
    workspace = create_workspace(settings_for(tmp_path / "data"), DistrictName("a" * 24, "Lincoln"), frozen)
    night(workspace.cache, {SCHOOL: [school(1)], STUDENT: MANY})
    (tmp_path / "out").mkdir()
    return workspace


def holding_plain_text(folder: Path) -> list[str]:
    """Return the files that hold what a bundle holds, but for the roster itself and the guard's salted index."""
    return [
        str(file.relative_to(folder))
        for file in sorted(folder.rglob("*"))
        if file.is_file() and not file.name.startswith("roster.sqlite")
        if any(value in file.read_bytes() for value in PLAIN)
    ]


def run_seal(tell: Callable[[str], None], folder: Path, file: Path, key: str, room: int | None) -> None:
    import tempfile

    tempfile.tempdir = str(folder.parent / "tmp")
    workspace = open_workspace(settings_for(folder), frozen)
    choice = Choice(where=parse("sis:77", field_types(STUDENT)))
    plan = planned(workspace, file, choice, ("first_name", "last_name"), 30)
    tell("planned")
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        seal(workspace, plan, PublicKeys({"Platform": key}), "case 4711")
    except OSError as error:
        tell(f"refused: {error.strerror}")


def test_a_kill_at_any_moment_leaves_no_plain_text(crowded: Workspace, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    draw, out, whole = random.Random(3), tmp_path / "out", 0
    sealing(crowded, out / "before.age", Choice(where=parse("sis:7700001", field_types(STUDENT))))
    for number in range(KILLS):
        file = out / f"{number}.age"
        victim = Victim(run_seal, crowded.folder.parent, file, str(MINE.to_public()), None)
        victim.killed("planned", 0.12, draw)
        assert holding_plain_text(tmp_path) == []
        if file.exists():
            whole += 1
            assert len(rows(file)) == len(MANY) + 1, "what has the name is whole"
    assert whole < KILLS, "some were killed on the way"
    assert crowded.journal.verify().ok
    assert len([each for each in entries(crowded) if each["phase"] == "intent"]) >= whole + 1


def test_a_full_disk_leaves_no_bundle_and_no_plain_text(crowded: Workspace, tmp_path: Path) -> None:
    (tmp_path / "tmp").mkdir()
    file = tmp_path / "out" / "a.age"
    sealing(crowded, tmp_path / "out" / "before.age", Choice(where=parse("sis:7700001", field_types(STUDENT))))
    # A limit on the size of files stands for a full disk: the journal's small file fits, the bundle does not.
    victim = Victim(run_seal, crowded.folder.parent, file, str(MINE.to_public()), 60_000)
    heard = victim.killed("done", 0.0, random.Random(1))
    assert heard[-2:] == ["refused: File too large", "done"]
    assert [each.name for each in file.parent.iterdir() if not each.name.startswith("before")] == []
    assert holding_plain_text(tmp_path) == []
    assert [each["results"][0]["verdict"] for each in entries(crowded) if each["phase"] == "outcome"] == [
        "done",
        "failed",
    ]
