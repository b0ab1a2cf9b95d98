"""Text that leaves by itself: the notices of a sync."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import orjson
import pytest

from roster_tui.cli import lists
from roster_tui.cli.session import Session
from roster_tui.cli.sync import _cleaned
from roster_tui.roster.kinds import SECTION
from roster_tui.settings import NotifySettings
from roster_tui.support.guard.stand import WITHHELD, outgoing
from roster_tui.sync import notify
from roster_tui.sync.errors import SyncRefused
from roster_tui.workspace import Workspace
from tests.sync.conftest import replaced


def a_student(demo: Workspace) -> tuple[str, str, str]:
    with demo.cache.reading() as db:
        found: tuple[str, str, str] = db.execute(
            "SELECT first, last, sis_id FROM student WHERE last = 'Nguyen' LIMIT 1"
        ).fetchone()
    return found


def test_a_notice_names_no_student_even_where_an_error_does(demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first, last, sis_id = a_student(demo)
    sent: list[bytes] = []
    monkeypatch.setattr(notify, "_post", lambda url, body: sent.append(body) or "")
    settings = replaced(demo.settings, notify=NotifySettings(webhook="https://hooks.example/x"))
    error = SyncRefused(f"The record of {last}, {first} ({sis_id}) came twice")
    assert asyncio.run(notify.tell_failed(settings, error, partial(outgoing, demo), demo.clock)) == []
    document: dict[str, Any] = orjson.loads(sent[0])
    assert document["error"] == f"The record of {'•' * len(f'{last}, {first}')} ({'•' * len(sis_id)}) came twice"
    assert document["district"]["name"] == "Lincoln Unified"


def test_what_cannot_be_checked_is_withheld(demo: Workspace) -> None:
    assert outgoing(demo, "1,204 of 1,900 students removed (63.4 %), more than 10 %") != WITHHELD
    for file in (demo.folder / "guard").iterdir():
        file.unlink()
    (demo.folder / "guard").rmdir()
    (demo.folder / "guard").write_text("in the way")
    assert outgoing(demo, "anything") == WITHHELD


def test_the_words_of_a_hold_pass_as_they_are(demo: Workspace) -> None:
    for reason in (
        "1,204 of 1,900 students removed (63.4 %), more than 10 %",
        "51 accounts would be suspended, more than 50",
        "Clever refused the token (https://api.clever.com/v3.1/districts)",
        "A sync is running: by jdoe, since 2026-11-24T14:30:00+00:00",
    ):
        assert outgoing(demo, reason) == reason


def test_before_the_first_sync_there_is_no_student_to_be_told_of(tmp_path: Any) -> None:
    assert _cleaned(Session({"data_dir": tmp_path}))("Clever refused the token") == "Clever refused the token"


def test_a_section_named_after_a_student_is_masked_where_the_list_is_handed_on(
    demo: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    first, last, _ = a_student(demo)
    with demo.cache.writing() as db:
        (teacher,) = db.execute("SELECT first || ' ' || last FROM teacher WHERE last <> ? LIMIT 1", (last,)).fetchone()
        keys = [key for (key,) in db.execute("SELECT key FROM section LIMIT 2")]
        db.execute("UPDATE section SET name = ? WHERE key = ?", (f"Tutoring {last}, {first}", keys[0]))
        db.execute("UPDATE section SET name = ? WHERE key = ?", (f"Homeroom {teacher}", keys[1]))
    session = Session({"data_dir": demo.folder.parent})
    lists._print(session, SECTION, "", True, None)
    out = capsys.readouterr().out
    assert f"Tutoring {'•' * len(f'{last}, {first}')}" in out
    assert f"Homeroom {teacher}" in out
    assert f"{last}, {first}" not in out
    with demo.cache.reading() as db:
        (total,) = db.execute("SELECT count(*) FROM section").fetchone()
    assert len(out.splitlines()) == total + 1
