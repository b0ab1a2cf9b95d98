"""``ticket``: what leaves is checked, nothing that was found is printed; a ticket from draft to answer."""

from __future__ import annotations

from pathlib import Path

import pyrage

from roster_tui.workspace import Workspace
from tests.cli.conftest import Run
from tests.conftest import Inbox


def a_student(demo: Workspace) -> tuple[str, str, str]:
    """Return a student's given name, surname and SIS ID."""
    with demo.cache.reading() as db:
        found: tuple[str, str, str] = db.execute(
            "SELECT first, last, sis_id FROM student WHERE last = 'Nguyen' AND first <> 'Will' LIMIT 1"
        ).fetchone()
    return found


def test_a_hit_exits_with_3_and_shows_where_it_stands(
    run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path
) -> None:
    first, last, sis_id = a_student(demo)
    file = tmp_path / "ticket.txt"
    file.write_text(f"Hello,\n  {last}, {first} has no class.\nSIS ID {sis_id}\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert told.code == 3
    lines = told.out.splitlines()
    assert lines[0].startswith(f"2:3 name    {'•' * len(f'{last}, {first}')} has no class.")
    assert lines[1] == f"3:8 id  SIS ID {'•' * len(sis_id)}"
    assert told.err == "2 places to take out before this leaves\n"
    as_json = run("ticket", "check", file, "--json", "--data-dir", demo_folder)
    assert as_json.code == 3
    assert [hit["kind"] for hit in as_json.json["hits"]] == ["name", "id"]
    assert set(as_json.json["hits"][0]) == {"kind", "start", "end", "line"}
    for said in (told.out, told.err, as_json.out, as_json.err):
        assert last not in said
        assert sis_id not in said


def test_nothing_found_exits_with_0(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "ticket.txt"
    file.write_text("Since Tuesday, 14 sections have no teacher.\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert (told.code, told.out, told.err) == (0, "", "Nothing was found\n")
    assert run("ticket", "check", file, "--json", "--data-dir", demo_folder).json == {"hits": []}


def test_files_of_other_encodings_are_read(run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path) -> None:
    first, last, _ = a_student(demo)
    for encoding in ("utf-16", "utf-8-sig", "cp1252"):
        file = tmp_path / f"{encoding}.csv"
        file.write_bytes(f"é;{first};{last}\r\n".encode(encoding))
        assert run("ticket", "check", file, "--data-dir", demo_folder).code == 3, encoding


def test_what_is_no_text_is_not_passed(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "export.xlsx"
    file.write_bytes(b"PK\x03\x04\0\0\0\0")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert (told.code, told.out) == (1, "")
    assert "no text file" in told.err
    assert run("ticket", "check", tmp_path / "none.txt", "--data-dir", demo_folder).code == 2


def test_a_hostile_text_draws_nothing(run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path) -> None:
    first, last, _ = a_student(demo)
    file = tmp_path / "ticket.txt"
    file.write_text(f"\x1b]52;c;ZXZpbA==\x07 \u202e {first} {last} \x1b[2J\n", "utf-8")
    told = run("ticket", "check", file, "--data-dir", demo_folder)
    assert told.code == 3
    assert "\x1b" not in told.out
    assert "\u202e" not in told.out


def test_a_ticket_from_draft_to_desk(
    run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path, inbox: Inbox
) -> None:
    first, last, _ = a_student(demo)
    here = ("--data-dir", demo_folder)
    mail = {
        "ROSTER_TUI_MAIL__HOST": "127.0.0.1",
        "ROSTER_TUI_MAIL__PORT": str(inbox.port),
        "ROSTER_TUI_MAIL__SECURITY": "none",
        "ROSTER_TUI_SUPPORT__HELP_DESK": "help@platform.example",
    }
    finding = run("conflicts", "--json", *here).json["findings"][0]
    made = run("ticket", "new", "finding", finding["id"], "--json", *here)
    assert made.code == 0
    assert (made.json["number"], made.json["state"], made.json["hits"]) == (1, "draft", {})
    assert finding["subject"]["clever_id"] in made.json["body"]
    named = f"{made.json['body']}\n{first} {last} is in it.\n"
    assert run("ticket", "edit", "1", "--text", "-", *here, stdin=named.encode()).code == 0
    stopped = run("ticket", "send", "1", *here, **mail)
    assert (stopped.code, stopped.out, inbox.messages) == (3, "", [])
    assert "gives students away (1 name)" in stopped.err
    told = run("ticket", "check", "1", "--json", *here)
    assert (told.code, [(hit["kind"], hit["part"]) for hit in told.json["hits"]]) == (3, [("name", "body")])
    shown = run("ticket", "show", "1", *here)
    for said in (stopped.err, told.out, shown.out):
        assert last not in said
    assert run("ticket", "redact", "1", *here).err == "1 place replaced in ticket 1\n"
    assert run("ticket", "check", "1", *here).code == 0
    listed = run("ticket", "list", "--state", "checked", "--json", *here).json
    assert [each["number"] for each in listed["tickets"]] == [1]
    folder = tmp_path / "out"
    assert run("ticket", "export", "1", folder, *here).code == 0
    assert "Student-" in (folder / "ticket-1.txt").read_text("utf-8")
    assert run("ticket", "send", "1", "--json", *here, **mail).json["state"] == "sent"
    assert [message["To"] for message in inbox.messages] == ["help@platform.example"]
    assert run("ticket", "send", "1", *here, **mail).code == 3
    for step, state in (("answered", "answered"), ("close", "closed"), ("reopen", "draft")):
        assert run("ticket", step, "1", "--json", *here).json["state"] == state


def test_wrong_calls_of_ticket_are_told(run: Run, demo_folder: Path) -> None:
    here = ("--data-dir", demo_folder)
    for arguments in (("new",), ("new", "teacher", "nobody"), ("show", "7"), ("new", "finding", "ffffffff")):
        told = run("ticket", *arguments, *here)
        assert (told.code, told.out) == (2, ""), arguments
    assert run("ticket", "new", "--subject", "x", "--read-only", *here).code == 3
    assert run("ticket", "list", "--json", *here).json == {"total": 0, "tickets": []}


def test_a_ticket_is_edited_in_the_editor_of_ones_own(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    here = ("--data-dir", demo_folder)
    run("ticket", "new", "--subject", "Sections are missing", *here)
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nprintf 'Another subject\\n\\nAnother text\\n' > \"$1\"\n", "utf-8")
    editor.chmod(0o700)
    assert run("ticket", "edit", "1", *here, VISUAL=str(editor)).code == 0
    shown = run("ticket", "show", "1", "--json", *here).json
    assert (shown["subject"], shown["body"]) == ("Another subject", "Another text\n")


def test_what_a_vendor_asked_for_is_sealed_for_that_vendor(
    run: Run, demo: Workspace, demo_folder: Path, tmp_path: Path
) -> None:
    _, last, sis_id = a_student(demo)
    here, file, mine = ("--data-dir", demo_folder), tmp_path / "case.age", pyrage.x25519.Identity.generate()
    asked = ("ticket", "seal", file, sis_id, "--field", "last_name", "--to", mine.to_public())
    shown = run(*asked, "--dry-run", "--json", *here)
    assert (shown.code, shown.json["students"], shown.json["fields"]) == (0, 1, ["sis_id", "clever_id", "last_name"])
    assert not file.exists()
    reason = ("--reason", "case 4711")
    assert run(*asked, *here).code == 3
    refused = run(*asked, *reason, *here, ROSTER_TUI_OPERATOR_ROLE="lead")
    assert (refused.code, refused.out) == (3, "")
    done = run(*asked, *reason, *here)
    assert done.code == 0
    plain = pyrage.decrypt(file.read_bytes(), [mine]).decode()
    assert plain.startswith("sis_id,clever_id,last_name\r\n")
    assert f"{sis_id}," in plain
    for said in (shown.out, done.out, done.err, refused.err, run("journal", "show", "--json", *here).out):
        assert last not in said
        assert sis_id not in said
    assert run(*asked, *reason, *here).code == 3, "never over a bundle that is there"
    undelivered = run("ticket", "deliver", file, *here)
    assert (undelivered.code, undelivered.out) == (2, "")
    assert "support.sftp.host is not set" in undelivered.err


def test_wrong_calls_of_seal_are_told(run: Run, demo_folder: Path, tmp_path: Path) -> None:
    file, key = tmp_path / "x.age", str(pyrage.x25519.Identity.generate().to_public())
    for arguments, said in (
        (("1",), "Say who can open it"),
        (("1", "--to", key, "--passphrase"), "Say who can open it"),
        (("--to", key), "Say which students"),
        (("--where", "nguyen", "--to", key), "not by words"),
        (("--where", "iep:yes", "--to", key), "there is no field iep"),
        (("1", "--to", key, "--field", "race"), "'race' is not one of"),
        (("--section", "none", "--to", key, "--reason", "x"), "There is no section none"),
        (("--where", "school:bluff", "--to", "nobody", "--reason", "x"), "neither a public key"),
    ):
        told = run("ticket", "seal", file, *arguments, "--data-dir", demo_folder)
        assert (told.code, told.out) == (2, ""), arguments
        assert said in told.err
    assert not file.exists()
