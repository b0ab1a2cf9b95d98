"""The control desk: for programs on this machine, and never for a page in a browser."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.faults import KINDS
from roster_tui.sandbox.store import Store
from roster_tui.sis import SisFile
from roster_tui.sis.layout import LAYOUTS
from tests.sandbox.conftest import NIGHT

FAULTS = "/_sandbox/faults"


def test_a_fault_is_begun_looked_at_and_ended(api: httpx.Client) -> None:
    assert api.get(FAULTS).json()["faults"] == []
    begun = api.post(FAULTS, json={"kind": "server-errors", "times": 1})
    assert begun.status_code == 201
    assert begun.json()["faults"] == [{"kind": "server-errors", "times": 1, "seen": 0, "struck": 0}]
    assert [api.get("/v3.1/terms").status_code for _ in range(2)] == [500, 200]
    shown = api.get(FAULTS).json()
    assert shown["faults"][0]["struck"] == 1
    assert set(shown["kinds"]) == set(KINDS)
    assert api.delete(FAULTS).status_code == 204
    assert api.get(FAULTS).json()["faults"] == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('{"kind":"wizard"}', "there is no fault wizard"),
        ('{"kind":"slow","after":-1}', "after"),
        ('{"kind":"slow","every":1}', "every"),
        ("{", "truncated"),
        ("[]", "Expected `object`"),
    ],
)
def test_a_request_that_makes_no_sense_says_why(api: httpx.Client, body: str, said: str) -> None:
    answer = api.post(FAULTS, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert said in answer.json()["message"]
    assert api.get(FAULTS).json()["faults"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "localhost.evil.example:80"},
        {"host": "10.0.0.1"},
        {"host": "[::ffff:8.8.8.8]"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"content-type": "text/plain"},
    ],
    ids=str,
)
def test_what_a_browser_may_send_is_refused(api: httpx.Client, headers: dict[str, str]) -> None:
    sent = {"content-type": "application/json", **headers}
    answer = api.post(FAULTS, content='{"kind":"server-errors"}', headers=sent)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers
    assert api.get(FAULTS).json()["faults"] == []
    assert api.post("/_sandbox/token", content="{}", headers=sent).status_code == 403
    assert api.get("/v3.1/terms").status_code == 200


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:1", "[::1]:1"])
def test_loopback_has_several_names(api: httpx.Client, host: str) -> None:
    assert api.get(FAULTS, headers={"host": host}).status_code == 200


def test_a_browsers_question_before_the_request_is_not_answered(api: httpx.Client) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    answer = api.options(FAULTS, headers=asked)
    assert answer.status_code == 405
    assert "access-control-allow-origin" not in answer.headers


def test_the_token_is_exchanged(api: httpx.Client) -> None:
    new = api.post("/_sandbox/token", json={}).json()["access_token"]
    assert api.get("/v3.1/terms").status_code == 401
    assert api.get("/v3.1/terms", headers={"Authorization": f"Bearer {new}"}).status_code == 200
    assert new != TOKEN


def write(folder: Path, schools: str) -> Path:
    folder.mkdir()
    for file in SisFile:
        header = ",".join(sorted(LAYOUTS[file].required))
        (folder / file.file_name).write_text(f"{header}\n")
    (folder / "schools.csv").write_text(schools)
    return folder


def test_the_next_night_is_loaded_from_a_folder(api: httpx.Client, store: Store, tmp_path: Path) -> None:
    folder = write(tmp_path / "csv", "School_id,School_name\n7,Seventh School\n")
    assert api.post("/_sandbox/nights", json={"csv": str(folder)}).json() == {"nights": 2}
    (school,) = api.get("/v3.1/schools").json()["data"]
    assert school["data"]["name"] == "Seventh School"
    last = store.last_night()
    assert last is not None and last > NIGHT


def test_files_that_cannot_be_read_change_nothing(api: httpx.Client, store: Store, tmp_path: Path) -> None:
    before = api.get("/v3.1/schools").json()
    for folder in (tmp_path / "none", write(tmp_path / "csv", "School_name\nNo id\n")):
        answer = api.post("/_sandbox/nights", json={"csv": str(folder)})
        assert answer.status_code == 400
        assert answer.json()["message"]
    assert api.get("/v3.1/schools").json() == before
    assert store.nights == 1
