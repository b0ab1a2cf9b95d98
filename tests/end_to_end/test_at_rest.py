"""What is on disk of a student: what shows that one was re-keyed, and nothing else; and nobody else can read it."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import stat
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.sandbox.generator import GeneratedDistrict, Size, student_sis_id
from roster_tui.sandbox.incidents import Incidents, WithIncidents
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.support.guard import check
from roster_tui.sync import sync
from tests.conftest import frozen, serving, settings_for

MARK = "ZQXDEMOGRAPHICZQX"
"""In every value that may not be kept; no roster has it otherwise."""

STUDENT_ONLY = {
    "gender": MARK, "race": MARK, "hispanic_ethnicity": MARK, "ell_status": MARK, "frl_status": MARK,
    "iep_status": MARK, "section_504_status": MARK, "home_language": MARK, "home_language_code": MARK,
    "gifted_status": MARK, "unweighted_gpa": MARK, "weighted_gpa": MARK, "graduation_year": MARK,
    "disability_type_1": MARK, "disability_code_1": MARK, "title_1_status": MARK, "migrant_status": MARK,
    "location": {"address": MARK, "city": MARK, "state": MARK, "zip": MARK, "lat": MARK, "lon": MARK},
    "credentials": {"district_username": MARK}, "ext": {"lunch": MARK, "counselor": MARK},
    "contacts": [{"name": MARK, "phone": MARK, "email": MARK, "relationship": MARK}],
    "enrollments": [{"school": MARK, "start_date": MARK}], MARK: MARK,
}  # fmt: skip
"""What Clever may send of a student beyond what is kept (v3.1 field tables), and what it may send one day."""


class WithDemographics:
    """A service that adds demographics to every student it sends, in lists, in events, before and after."""

    def __init__(self, application: Any) -> None:
        self._application = application
        self.students = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        start: dict[str, Any] = {}
        body = b""

        async def holding(message: Any) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = dict(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            sent = self._added(body)
            headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", str(len(sent)).encode())]})
            await send({"type": "http.response.body", "body": sent})

        await self._application(scope, receive, holding if scope["type"] == "http" else send)

    def _added(self, body: bytes) -> bytes:
        try:
            document = json.loads(body)
        except ValueError:
            return body
        self._walk(document)
        return json.dumps(document).encode()

    def _walk(self, value: Any) -> None:
        if isinstance(value, list):
            for each in value:
                self._walk(each)
        elif isinstance(value, dict):
            student = (value.get("roles") or {}).get("student") if isinstance(value.get("roles"), dict) else None
            if isinstance(student, dict):
                self.students += 1
                student.update(STUDENT_ONLY)
                value[f"{MARK}_top"] = MARK
            for each in list(value.values()):
                self._walk(each)


def told(folder: Path) -> Iterator[str]:
    """Yield the files of a folder that hold the mark, plain or as programs pack text."""
    packed = [MARK.encode(), MARK.lower().encode(), MARK.encode("utf-16-le"), MARK.encode().hex().encode()]
    packed += [base64.b64encode(b" " * shift + MARK.encode())[4:20] for shift in range(3)]
    for file in sorted(folder.rglob("*")):
        raw = file.read_bytes() if file.is_file() else b""
        if any(form in raw for form in packed) or MARK in file.name or MARK.encode() in _inflated(raw):
            yield str(file.relative_to(folder))


def _inflated(raw: bytes) -> bytes:
    found = b""
    for header in (b"\x78\x9c", b"\x78\xda", b"\x1f\x8b"):
        at = raw.find(header)
        while at >= 0:
            with contextlib.suppress(zlib.error):
                found += zlib.decompressobj(47).decompress(raw[at:])
            at = raw.find(header, at + 1)
    return found


def test_the_search_finds_what_it_looks_for(tmp_path: Path) -> None:
    """A search that finds nothing proves something only if it would have found it."""
    for number, raw in enumerate(
        (
            b"x" + MARK.encode(),
            MARK.encode("utf-16-le"),
            base64.b64encode(b'{"race":"' + MARK.encode()),
            base64.b64encode(b'"race":"' + MARK.encode()),
            base64.b64encode(b'race":"' + MARK.encode()),
            b"abc" + zlib.compress(MARK.encode() * 3),
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "file").write_bytes(raw)
        assert list(told(folder)) == ["file"], number


def test_no_demographic_field_of_a_student_is_on_disk_after_syncs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = Store(tmp_path / "clever.sqlite")
    district = GeneratedDistrict(Size(schools=3, teachers=40, sections=90, students=200, staff=2), 3, 2026, "Lincoln")
    rekeyed = {student_sis_id(number): f"77{number}" for number in range(4)}
    changed = WithIncidents(district, Incidents(rekeyed_students=rekeyed))
    held = settings_for(data, hold={"updated_percent": 0, "floor": 0})
    runs = [(district, settings_for(data), False), (changed, settings_for(data), False), (district, held, True)]
    for number, (source, settings, full) in enumerate(runs):
        load_night(store, source, datetime(2026, 11, 20 + number, 7, tzinfo=UTC))
        service = WithDemographics(Service(store).app())
        with serving(service) as url:
            workspace, result = asyncio.run(sync(settings, DEMO_TOKEN.reveal(), url, full=full, clock=frozen))
        assert service.students > (0 if number == 1 else 150), "the service did send them"
        assert result.state == ("held" if full else "applied")
        with workspace.cache.reading() as db:
            assert db.execute("SELECT count(*) FROM student").fetchone()[0] >= 190
            check(workspace, "Nothing in here")
            assert list(told(data)) == [], f"after run {number + 1}, the cache open"
    store.close()
    assert list(told(data)) == []
    assert (workspace.folder / "staged.sqlite").exists()


COMMANDS = (
    ["demo", "--prepare"],
    ["status"],
    ["teachers", "--csv"],
    ["conflicts"],
    ["ticket", "check", "-"],
    ["activate", "--all-pending", "--yes"],
    ["sync"],
    ["journal", "verify"],
)


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
@pytest.mark.parametrize(
    "umask",
    [0o000, *(pytest.param(umask, marks=pytest.mark.thorough) for umask in (0o022, 0o277))],
)
def test_the_data_folder_is_its_owners_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    data = tmp_path / "data"
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "roster_tui", *command, "--data-dir", str(data)],
            input="Nothing in here",
            capture_output=True,
            text=True,
            umask=umask,
            check=False,
        )
        assert done.returncode in (0, 3), (command, done.stderr)
    found = [data, *data.rglob("*")]
    assert len(found) > 20
    modes = {str(path.relative_to(tmp_path)): stat.S_IMODE(path.stat().st_mode) for path in found}
    # A file of the journal that is full is its owner's to read, and nobody's to write.
    full = {str(path.relative_to(tmp_path)) for folder in data.glob("*/ledger/journal") for path in _full_files(folder)}
    wrong = {
        name: oct(mode)
        for name, mode in modes.items()
        if mode & 0o077 or (mode & 0o777 != 0o400 if name in full else mode & 0o600 != 0o600)
    }
    assert wrong == {}


def _full_files(journal: Path) -> list[Path]:
    return sorted(journal.glob("[0-9]*.json"))[:-1]


def test_a_folder_that_was_opened_to_others_is_closed_by_the_next_sync(tmp_path: Path) -> None:
    run = [sys.executable, "-m", "roster_tui"]
    subprocess.run([*run, "demo", "--prepare", "--data-dir", str(tmp_path)], check=True, capture_output=True)
    (folder,) = (file.parent for file in tmp_path.glob("*/district.json"))
    folder.chmod(0o755)
    subprocess.run([*run, "sync", "--data-dir", str(tmp_path)], check=False, capture_output=True)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
