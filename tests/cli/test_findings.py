"""Findings on the command line: set aside and restored, explained, and the crosswalk from pair to file to plan."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path

from tests.cli.conftest import Run


def codes(run: Run, folder: Path, *options: str) -> dict[str, str]:
    """Return code and id of the causes among the findings."""
    found = run("conflicts", "--json", *options, "--data-dir", folder).json["findings"]
    return {each["code"]: each["id"] for each in found if each["because"] is None}


def test_status_and_history_of_a_finding(run: Run, demo_folder: Path) -> None:
    document = run("conflicts", "--json", "--data-dir", demo_folder).json
    by_code = {each["code"]: each for each in document["findings"]}
    assert by_code["email-missing"]["status"] == "new"
    assert by_code["term-not-begun"]["status"] == "open"
    assert by_code["section-teacher-pending"]["because"] is not None
    assert document["gone"] == []


def test_the_list_shows_causes_and_counts_what_follows(run: Run, demo_folder: Path) -> None:
    told = run("conflicts", "--data-dir", demo_folder)
    assert "Section waits for its teacher" not in told.out
    assert "33 findings" in told.err
    assert "20 of them follow from others" in told.err
    assert len(run("conflicts", "--all", "--data-dir", demo_folder).out.splitlines()) == 34


def test_dismiss_and_restore(run: Run, demo_folder: Path) -> None:
    wanted = codes(run, demo_folder)["email-shared"]
    told = run("conflicts", "dismiss", wanted, "--reason", "father and son", "--json", "--data-dir", demo_folder)
    assert (told.code, told.json) == (0, {"id": wanted, "verdict": "dismissed"})
    assert "email-shared" not in codes(run, demo_folder)
    assert "email-shared" not in run("status", "--json", "--data-dir", demo_folder).json["findings"]
    aside = run("conflicts", "--all", "--json", "--data-dir", demo_folder).json["findings"]
    (kept,) = (each for each in aside if each["status"] == "set-aside")
    assert (kept["decision"]["reason"], kept["decision"]["by"]) == ("father and son", "jdoe")
    shown = run("conflicts", "show", wanted, "--data-dir", demo_folder).out
    assert "First seen Nov 24 1:04 AM\nDismissed by jdoe" in shown
    assert "father and son" in shown
    assert run("sync", "--data-dir", demo_folder).code == 0
    assert "email-shared" not in codes(run, demo_folder)
    assert run("conflicts", "restore", wanted, "--data-dir", demo_folder).code == 0
    assert codes(run, demo_folder)["email-shared"] == wanted
    again = run("conflicts", "restore", wanted, "--json", "--data-dir", demo_folder)
    assert again.json["verdict"] == "noop"


def test_what_cannot_be_dismissed(run: Run, demo_folder: Path) -> None:
    wanted = codes(run, demo_folder)["email-shared"]
    assert run("conflicts", "dismiss", wanted, "--data-dir", demo_folder).code == 2
    assert run("conflicts", "dismiss", wanted, "--reason", " ", "--data-dir", demo_folder).code == 2
    unknown = run("conflicts", "dismiss", "00000000", "--reason", "x", "--data-dir", demo_folder)
    assert (unknown.code, "roster-tui conflicts" in unknown.err) == (2, True)
    blocked = run("conflicts", "dismiss", wanted, "--reason", "x", "--read-only", "--data-dir", demo_folder)
    assert (blocked.code, "read-only" in blocked.err) == (3, True)
    assert codes(run, demo_folder)["email-shared"] == wanted


def test_a_mended_finding_is_gone(run: Run, demo_folder: Path) -> None:
    (file,) = demo_folder.glob("*/roster.sqlite")
    with sqlite3.connect(file) as db:
        db.execute("DELETE FROM change WHERE what = 'removed' AND kind = 5")
    db.close()
    assert run("sync", "--data-dir", demo_folder).code == 0
    told = run("conflicts", "--json", "--data-dir", demo_folder).json
    assert {(each["code"], each["type"], each["status"]) for each in told["gone"]} == {
        ("sis-id-changed", "student", "gone"),
        ("sis-id-maybe-changed", "student", "gone"),
    }
    assert run("conflicts", "--data-dir", demo_folder).err.count("Gone: SIS ID changed") == 2


def test_every_kind_can_be_looked_up(run: Run) -> None:
    told = run("conflicts", "explain", "email-moved")
    assert (told.code, "Who fixes it  SIS office" in told.out) == (0, True)
    assert run("conflicts", "explain", "email-moved", "--json").json["severity"] == "high"
    wrong = run("conflicts", "explain", "emailmoved")
    assert (wrong.code, "did you mean email-moved?" in wrong.err) == (2, True)


def test_explain(run: Run, demo_folder: Path) -> None:
    found = run("conflicts", "--json", "--data-dir", demo_folder).json["findings"]
    blank = next(each["subject"] for each in found if each["code"] == "email-missing")
    document = run("explain", "teacher", blank["sis_id"], "--json", "--data-dir", demo_folder).json
    assert set(document) >= {"subject", "visible", "chain", "broken_at"}
    assert (document["visible"], document["broken_at"]) == (False, "teacher valid")
    assert document["subject"]["clever_id"] == blank["clever_id"]
    link = next(each for each in document["chain"] if each["link"] == "teacher valid")
    assert set(link) == {"link", "state", "detail", "owner", "fix", "effect_at"}
    assert (link["state"], link["owner"]) == ("broken", "SIS office")
    told = run("explain", "teacher", blank["sis_id"], "--data-dir", demo_folder).out
    assert "not visible, broken at: teacher valid" in told
    assert "Suspended since Nov 24 by sync run 2: email blank in the SIS" in told
    section = next(each["subject"] for each in found if each["code"] == "section-without-valid-teacher")
    assert [(each["kind"], each["operator"]) for each in document["history"]] == [("suspend", "sync")]
    assert "suspend, sync: email blank in the SIS" in told
    document = run("explain", "section", section["sis_id"], "--json", "--data-dir", demo_folder).json
    assert [link["link"] for link in document["chain"]][-1] == "visible"
    assert run("explain", "teacher", "nobody", "--data-dir", demo_folder).code == 2


def test_from_pair_to_file(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    found = run("conflicts", "--json", "--data-dir", demo_folder).json["findings"]
    pairs = {each["subject"]["sis_id"]: each for each in found if each["code"] == "sis-id-changed"}
    first, second, third = (each["id"] for each in pairs.values())
    assert run("crosswalk", "accept", first, second, "--data-dir", demo_folder).code == 0
    assert run("crosswalk", "reject", third, "--reason", "twins", "--data-dir", demo_folder).code == 0
    file = tmp_path / "crosswalk.csv"
    document = run("crosswalk", "export", file, "--json", "--data-dir", demo_folder).json
    assert (document["rows"], document["undecided"], document["withheld"]) == (2, 1, [])
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert list(rows[0]) == ["old_id", "new_id", "old_integration_id", "new_integration_id", "type"]
    accepted = [each for each in pairs.values() if each["id"] in (first, second)]
    assert {(row["old_id"], row["new_id"], row["type"]) for row in rows} == {
        (each["subject"]["sis_id"], each["other"]["sis_id"], "user") for each in accepted
    }
    note = (tmp_path / "crosswalk-note.txt").read_text()
    assert "2 users" in note
    (cache,) = demo_folder.glob("*/roster.sqlite")
    db = sqlite3.connect(cache)
    names = {name for row in db.execute("SELECT first, last FROM student") for name in row}
    db.close()
    assert not [name for name in names if name in note.replace("Lincoln Unified", "") or name in file.read_text()]
    statuses = {
        each["id"]: each["decision"]["verdict"]
        for each in run("conflicts", "--all", "--json", "--data-dir", demo_folder).json["findings"]
        if each["decision"]
    }
    assert statuses == {first: "accepted", second: "accepted", third: "rejected"}
    assert run("conflicts", "restore", first, "--data-dir", demo_folder).code == 0
    document = run("crosswalk", "export", file, "--json", "--data-dir", demo_folder).json
    assert (document["rows"], document["undecided"]) == (1, 2)


def test_an_id_that_is_a_formula_stays_out_of_the_file_and_stands_in_the_note(
    run: Run, demo_folder: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from roster_tui.findings.catalog import SIS_ID_CHANGED
    from roster_tui.findings.store import known
    from roster_tui.workspace import open_workspace
    from tests.conftest import frozen, settings_for

    workspace = open_workspace(settings_for(demo_folder), frozen)
    with workspace.cache.reading() as db:
        finding = known(db, code=SIS_ID_CHANGED.code)[0].finding
    assert finding.other is not None
    formula = replace(finding, other=replace(finding.other, sis_id="=1+1"))
    workspace.desk.decide(formula, "accepted", frozen())
    file = tmp_path / "x.csv"
    document = run("crosswalk", "export", file, "--json", "--data-dir", demo_folder).json
    assert (document["rows"], document["withheld"][0]["new_id"]) == (0, "=1+1")
    assert "=1+1" not in file.read_text()
    assert "'=1+1'" in (tmp_path / "x-note.txt").read_text()


def test_a_plan_is_checked_and_nothing_is_written(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    found = run("teachers", "in-data:yes", "--json", "--limit", "2", "--data-dir", demo_folder).json["rows"]
    first, second = (row["sis_id"] for row in found)
    plan = tmp_path / "plan.csv"
    plan.write_text(f"\ufeffold_id,new_id\r\n{first},N-1\r\n\r\n{second},{first}0\r\n")
    before = {file: file.read_bytes() for file in demo_folder.rglob("*.json")}
    document = run("crosswalk", "import", plan, "--json", "--data-dir", demo_folder).json
    assert [row["line"] for row in document["rows"]] == [2, 4]
    assert document["verdicts"]["blocked"] == 0
    assert (document["sections"], document["trackers"]) == (sum(row["sections"] for row in found), 0)
    assert {file: file.read_bytes() for file in demo_folder.rglob("*.json")} == before
    plan.write_text(f"old_id,new_id\n{first},{second}\n")
    told = run("crosswalk", "import", plan, "--data-dir", demo_folder)
    assert told.code == 3
    assert "line 2: the new ID is another teacher's: the two would collide" in told.out


def test_a_plan_that_cannot_be_read(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    for content, why in (
        (b"old,new\n1,2\n", "no column old_id and new_id"),
        (b"old_id,new_id\n", "only the header"),
        (b"", "no column"),
        (b"old_id,new_id\n1,2,3\n", "line 2 has 3 columns, not 2"),
        (b"old_id,new_id\n\xff,2\n", "not UTF-8 at byte 15"),
    ):
        plan.write_bytes(content)
        told = run("crosswalk", "import", plan, "--data-dir", demo_folder)
        assert (told.code, why in told.err, told.out) == (1, True, ""), told.err
    assert run("crosswalk", "import", tmp_path / "none.csv", "--data-dir", demo_folder).code == 1


def test_two_records_side_by_side_in_print(run: Run, demo_folder: Path) -> None:
    wanted = codes(run, demo_folder)["sis-id-changed"]
    told = run("conflicts", "show", wanted, "--data-dir", demo_folder)
    assert told.code == 0
    lines = told.out.splitlines()
    assert lines[0].split()[0] == "field" and lines[0].endswith("odds of one")
    assert any(line.startswith("differs") and "T10001" in line and "2026-10001" in line for line in lines)
    assert any(line.startswith("same") and "caleb.singh@" in line and "strongly for" in line for line in lines)
    assert lines[-2:] == [
        "7 agree, 1 differs, 1 silent; 99.9 % sure that they are one",
        "First seen Nov 24 1:04 AM, new with the latest sync",
    ]
    document = run("conflicts", "show", wanted, "--json", "--data-dir", demo_folder).json
    assert {each["field"]: each["doublings"] for each in document["evidence"]}["state_id"] > 10
    alone = run("conflicts", "show", codes(run, demo_folder)["email-missing"], "--data-dir", demo_folder)
    assert "SIS office: enter the email" in alone.err
    assert run("conflicts", "show", "00000000", "--data-dir", demo_folder).code == 2
