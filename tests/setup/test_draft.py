"""The settings file that follows from answers: read back as given, the rest kept, nothing lost."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.settings import Secret, SettingsError, load
from roster_tui.setup import draft, write
from roster_tui.setup.document import document
from roster_tui.setup.questions import system_zone

TOKEN = Secret("s3cret-t0ken")
_VALUES = st.recursive(
    st.one_of(st.text(), st.integers(-(2**53), 2**53), st.booleans(), st.floats(allow_nan=False, allow_infinity=False)),
    lambda inner: st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), _VALUES, max_size=5))
def test_whatever_stands_in_settings_is_read_back_as_it_was(values: dict[str, object]) -> None:
    read = tomllib.loads(document(values))
    assert read == _without_empty_tables(values)


def _without_empty_tables(values: dict[str, object]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for key, value in values.items():
        if not isinstance(value, dict):
            kept[key] = value
        elif inner := _without_empty_tables(value):
            kept[key] = inner
    return kept


def test_a_typed_token_stands_in_a_file_of_its_own_and_never_in_the_settings(tmp_path: Path) -> None:
    file = tmp_path / "config" / "config.toml"
    written = draft({"timezone": "America/Chicago", "mail.host": "smtp.example.org"}, TOKEN, file)
    assert not file.exists()
    write(written)
    text = file.read_text()
    assert "s3cret" not in text
    assert "# The district's time zone, as in Europe/Paris; the system's by default\n" in text
    assert tomllib.loads(text) == {
        "timezone": "America/Chicago",
        "clever": {"token_file": str(tmp_path / "config" / "clever-token")},
        "mail": {"host": "smtp.example.org"},
    }
    assert [path.stat().st_mode & 0o777 for path in (file, written.token_file, file.parent)] == [0o600, 0o600, 0o700]
    assert load(file, {}).clever.token_file == str(written.token_file)


def test_what_was_not_asked_stays_and_the_old_file_is_kept_beside(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    before = '# mine\nsync_at = "02:00"\noperator = "ann"\n[hold.school]\nfloor = 2\n[mail]\nhost = "old.example.org"\n'
    file.write_text(before)
    written = draft({"sync_at": "03:00", "mail.host": ""}, file=file)
    assert written.replaces
    difference = list(written.difference)
    assert '-sync_at = "02:00"' in difference
    assert '+sync_at = "03:00"' in difference
    write(written)
    values = tomllib.loads(file.read_text())
    assert values == {"sync_at": "03:00", "operator": "ann", "hold": {"school": {"floor": 2}}}
    assert (tmp_path / "config.toml.bak").read_text() == before
    assert not draft({"sync_at": "03:00"}, file=file).replaces


def test_another_token_is_not_replaced_unseen(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    write(draft({}, TOKEN, file))
    assert not draft({}, TOKEN, file).replaces
    other = draft({}, Secret("another"), file)
    assert other.replaces
    assert list(other.difference) == [f"The token in {tmp_path / 'clever-token'} is replaced"]


def test_another_way_to_clever_takes_the_place_of_the_one_that_was(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    write(draft({"sync_at": "03:00"}, TOKEN, file))
    command = draft({"clever.token_command": "pass clever"}, file=file)
    assert command.settings.clever.token_file == ""
    write(command)
    assert tomllib.loads(file.read_text()) == {"sync_at": "03:00", "clever": {"token_command": "pass clever"}}
    assert draft({"sync_at": "04:00"}, file=file).settings.clever.token_command == "pass clever"


def test_what_cannot_be_a_setting_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    for answers, said in (
        ({"timezone": "Mars/Base"}, "which this system does not know"),
        ({"sync_at": "late"}, "no time of day"),
        ({"operator_role": "king"}, "operator_role"),
    ):
        with pytest.raises(SettingsError, match=said):
            draft(answers, file=file)
    file.write_text("timezon = 'x'\n")
    with pytest.raises(SettingsError, match="did you mean timezone"):
        draft({}, file=file)
    assert file.read_text() == "timezon = 'x'\n"


def test_a_file_that_somebody_else_wrote_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    written = draft({"sync_at": "03:00"}, file=file)
    file.write_text('sync_at = "04:00"\n')
    with pytest.raises(SettingsError, match="changed meanwhile"):
        write(written)
    assert file.read_text() == 'sync_at = "04:00"\n'


def test_a_demos_folder_is_no_place_for_a_district(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite").touch()
    with pytest.raises(SettingsError, match="demo's data folder"):
        draft({"data_dir": str(tmp_path)}, file=tmp_path / "config.toml")


def test_the_zone_is_taken_from_the_system_only_where_it_has_one(tmp_path: Path) -> None:
    linked = tmp_path / "localtime"
    linked.symlink_to("/usr/share/zoneinfo/Europe/Paris")
    assert system_zone({}, linked) == "Europe/Paris"
    assert system_zone({"TZ": "America/Chicago"}, linked) == "America/Chicago"
    assert system_zone({"TZ": "Mars/Base"}, linked) == ""
    assert system_zone({"TZ": "UTC"}, linked) == ""
    assert system_zone({"TZ": "Etc/UTC"}, linked) == ""
