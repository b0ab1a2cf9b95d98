"""Commands that read: one JSON document on standard output, words for people elsewhere."""

import csv
import io
from pathlib import Path

from roster_tui import __version__
from tests.cli.conftest import Run, command


def test_version_and_help(run: Run) -> None:
    assert run("--version").out == f"roster-tui, version {__version__}\n"
    told = run("--help").out
    for word in ("demo", "sync", "status", "teachers", "conflicts", "suspend", "journal"):
        assert word in told


def test_status(run: Run, demo_folder: Path) -> None:
    document = run("status", "--json", "--data-dir", demo_folder).json
    assert document["district"]["name"] == "Lincoln Unified"
    assert document["sync"]["state"] == "applied"
    assert document["sync"]["held"] is False
    assert set(document["sync"]) == {"state", "finished_at", "age_hours", "next_at", "held"}
    assert document["counts"] == {"schools": 6, "teachers": 127, "sections": 520, "students": 1900}
    assert sum(document["accounts"][state] for state in ("pending", "active", "suspended")) == 129
    assert document["findings"]["sis-id-changed"] == 3


def test_lists(run: Run, demo_folder: Path) -> None:
    for name, total in (("schools", 6), ("teachers", 129), ("sections", 520)):
        document = run(name, "--json", "--data-dir", demo_folder).json
        assert (document["total"], len(document["rows"])) == (total, total)
    row = run("teachers", "status:suspended", "finding:email-missing", "--json", "--data-dir", demo_folder).json[
        "rows"
    ][0]
    assert set(row) >= {"clever_id", "sis_id", "name", "email", "schools", "sections", "account", "findings"}
    assert row["email"] is None
    assert (row["account"]["state"], row["account"]["cause"]) == ("suspended", "email blank in the SIS")
    assert set(row["schools"][0]) == {"clever_id", "name"}
    section = run("sections", "--json", "--limit", "1", "--data-dir", demo_folder).json
    assert (section["total"], len(section["rows"])) == (520, 1)
    assert set(section["rows"][0]) >= {"school", "teachers", "students", "term", "subject", "grade"}


def test_global_options_stand_before_or_after(run: Run, demo_folder: Path) -> None:
    before = run("--data-dir", demo_folder, "--json", "schools")
    after = run("schools", "--data-dir", demo_folder, "--json")
    assert before.json == after.json


def test_text_lists_are_for_people(run: Run, demo_folder: Path) -> None:
    told = run("teachers", "--data-dir", demo_folder)
    assert told.out.startswith("name")
    assert len(told.out.splitlines()) == 51
    assert "129 teachers; 50 shown, --limit 0 shows all" in told.err
    assert len(run("teachers", "--limit", "0", "--data-dir", demo_folder).out.splitlines()) == 130


def test_csv_can_open_no_formula(run: Run, demo_folder: Path) -> None:
    from tests.cli.test_hostile import plant

    plant(demo_folder, '=HYPERLINK("http://evil")')
    told = run("teachers", "hyperlink", "--csv", "--data-dir", demo_folder)
    (row,) = csv.DictReader(io.StringIO(told.out))
    assert row["name"].startswith("'=HYPERLINK")


def test_a_mistake_in_a_filter_is_pointed_at(run: Run, demo_folder: Path) -> None:
    told = run("teachers", "glover", "statsu:x", "--data-dir", demo_folder)
    assert told.code == 2
    assert "did you mean status:?" in told.err
    line, mark = told.err.splitlines()[-2:]
    assert line[mark.index("^") : mark.rindex("^") + 1] == "statsu"


def test_quoted_words_survive_the_shell(run: Run, demo_folder: Path) -> None:
    found = run("teachers", "school:Adams Elementary", "--json", "--data-dir", demo_folder).json
    assert (
        found["total"]
        == run("teachers", 'school:"Adams Elementary"', "--json", "--data-dir", demo_folder).json["total"]
    )
    assert found["total"] > 0


def test_conflicts(run: Run, demo_folder: Path) -> None:
    document = run("conflicts", "--json", "--data-dir", demo_folder).json
    found = [each for each in document["findings"] if each["code"] == "sis-id-changed"]
    teacher = next(each for each in found if each["type"] == "teacher")
    assert teacher["other"]["sis_id"].startswith("2026-")
    assert set(teacher) >= {
        "id", "severity", "subject", "evidence", "confidence", "owner", "remedy", "effect_at",
    }  # fmt: skip
    student = next(each for each in found if each["type"] == "student")
    assert student["subject"]["label"].count("•") == 2
    hidden = [each for each in student["evidence"] if each["field"] in ("name", "born", "email", "state_id")]
    assert all("•" in (each["before"] or "•") for each in hidden)
    assert run("conflicts", "--exit-code", "--data-dir", demo_folder).code == 4


def test_no_student_name_is_in_any_command(run: Run, demo_folder: Path) -> None:
    import sqlite3

    (file,) = demo_folder.glob("*/roster.sqlite")
    names = {last for (last,) in sqlite3.connect(file).execute("SELECT last FROM student")}
    emails = {email for (email,) in sqlite3.connect(file).execute("SELECT email FROM student WHERE email <> ''")}
    told = "".join(run(*command, "--data-dir", demo_folder).out for command in (["conflicts"], ["conflicts", "--json"]))
    assert not any(email in told for email in emails)
    assert len(names) > 50


def test_nothing_there_yet_says_what_to_do(run: Run, tmp_path: Path) -> None:
    told = run("status", "--data-dir", tmp_path / "empty")
    assert told.code == 2
    assert "roster-tui demo" in told.err
    assert "roster-tui init" in told.err
    assert told.out == ""


def test_a_district_that_is_not_there(run: Run, demo_folder: Path) -> None:
    told = run("status", "--district", "Springfield", "--data-dir", demo_folder)
    assert told.code == 2
    assert "there is: Lincoln Unified" in told.err


def test_an_unknown_command_or_option_is_wrong_usage(run: Run) -> None:
    assert run("teach").code == 2
    assert run("status", "--wizard").code == 2


def test_a_wrong_setting_is_named(run: Run, demo_folder: Path) -> None:
    told = run("status", "--data-dir", demo_folder, ROSTER_TUI_MAIL__PORT="many")
    assert told.code == 2
    assert "mail.port" in told.err


def test_a_damaged_cache_is_said_once_and_then_empty(run: Run, demo_folder: Path) -> None:
    (file,) = demo_folder.glob("*/roster.sqlite")
    file.write_bytes(b"rubbish" * 1000)
    for suffix in ("-wal", "-shm"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)
    first = run("status", "--data-dir", demo_folder)
    assert first.code == 1
    assert "Run a sync" in first.err
    assert run("status", "--json", "--data-dir", demo_folder).json["sync"]["state"] == "never"
    assert run("sync", "--data-dir", demo_folder).code == 0
    assert run("status", "--json", "--data-dir", demo_folder).json["counts"]["teachers"] == 127


def test_a_reader_that_has_enough_is_no_error(demo_folder: Path) -> None:
    import shlex
    import subprocess

    sections = shlex.join(command("sections", "--json", "--data-dir", demo_folder))
    done = subprocess.run(["bash", "-c", f"{sections} | head -c 100"], capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
