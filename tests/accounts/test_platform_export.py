"""The platform's export, as it may come: each line tells one thing, or is left out and named."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.platform_export import ExportUnreadable, activated, read_export
from roster_tui.settings import ExportSettings
from tests.accounts.conftest import account, an_id
from tests.conftest import NOW

HEADER = b"Name,Email,SIS ID,Status\r\n"
ACCOUNTS = [account(1), account(2, activated_at=NOW), account(3), account(4, sis_id="0047")]


def told(tmp_path: Path, content: bytes, **options: str) -> tuple[list[str], dict[int, str]]:
    file = tmp_path / "export.csv"
    file.write_bytes(content)
    export = read_export(file, ExportSettings(**options))
    found = activated(export.told, ACCOUNTS)
    return list(found.ids), {trouble.line: trouble.said for trouble in (*export.troubles, *found.troubles)}


def test_who_is_active_there(tmp_path: Path) -> None:
    lines = (
        HEADER
        + b'"Le, Ann",T1@Example.org ,T1,Active\r\n,t2@example.org,,active\r\n,,="0047",ACTIVE\r\n,,T3,Pending\r\n'
    )
    assert told(tmp_path, lines) == ([an_id(1), an_id(2), an_id(4)], {})


def test_columns_and_words_are_settings(tmp_path: Path) -> None:
    lines = "Correo,Estado\nt1@example.org,Sí\nt3@example.org,No\n".encode()
    names = {"email_column": "correo", "state_column": "estado", "active": "sí", "others": "no"}
    assert told(tmp_path, lines, **names) == ([an_id(1)], {})


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b",nobody@example.org,,Active", "names nobody who has an account here"),
        (b",,,Active", "names nobody"),
        (b",t1@example.org,T3,Active", "its email and SIS ID belong to different accounts"),
        (b",t1@example.org,T1,Aktiv", "Status is 'Aktiv', which the settings do not know"),
        (b",=HYPERLINK(1),T1,Active", "Email begins like a formula, not like a value"),
        (b",t\xe91@example.org,T1,Active", "Email is not UTF-8. Export the file as UTF-8"),
        (b",t2@example.org,T2,Pending", "Le2, Ann is active here, and not on the platform: look there"),
        (b",t1@example.org,T1", "3 cells; the header has 4"),
    ],
)
def test_a_line_that_tells_nothing_is_left_out_and_named(line: bytes, said: str, tmp_path: Path) -> None:
    ids, troubles = told(tmp_path, HEADER + line + b"\r\n,t3@example.org,,Active\r\n")
    assert ids == [an_id(3)]
    assert troubles[2].startswith(said)


def test_lines_that_contradict_each_other_say_nothing(tmp_path: Path) -> None:
    lines = HEADER + b",t1@example.org,,Active\n,,T1,Pending\n,t3@example.org,,Active\n,t3@example.org,,Active\n"
    assert told(tmp_path, lines) == ([an_id(3)], {3: "says otherwise than line 2 about the same account"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"Name,Mail\nx,y\n", "does not name the columns Status, and Email or SIS ID"),
        (HEADER, "holds no account"),
        ("Email,Status\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_export_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(content)
    with pytest.raises(ExportUnreadable, match=said) as raised:
        read_export(file, ExportSettings())
    assert str(raised.value).endswith("Nothing was changed")


@given(st.binary(max_size=200))
def test_any_bytes_activate_nobody_by_accident(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(HEADER + content)
    try:
        export = read_export(file, ExportSettings())
    except ExportUnreadable:
        return
    if b"active" not in content.lower():
        assert activated(export.told, ACCOUNTS).ids == []
