"""Keys and tokens in files: their form is looked at before they are sent or sign anything, and none is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.settings import SettingsError, clever_token, directory_token, load, private_file, private_line


def written(file: Path, content: bytes, mode: int = 0o600) -> Path:
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_blanks_around_a_key_do_not_count(tmp_path: Path) -> None:
    assert private_file(written(tmp_path / "key", b" abc\r\n"), "key").reveal() == "abc"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"a\xff", "is not UTF-8 text"),
        (b"a" * 65_537, "has more than 65,536 bytes"),
    ],
)
def test_what_is_no_key_is_told_with_its_cause_first(tmp_path: Path, content: bytes, why: str) -> None:
    file = written(tmp_path / "key", content)
    with pytest.raises(SettingsError) as raised:
        private_file(file, "mail.password_file")
    assert str(raised.value).startswith(f"mail.password_file {why}")
    assert str(raised.value).endswith(str(file))


def test_a_key_that_is_not_there_or_for_all_to_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read \\(No such file or directory\\)"):
        private_file(tmp_path / "none", "key")
    with pytest.raises(SettingsError, match="can be read by others"):
        private_file(written(tmp_path / "key", b"abc", 0o640), "key")


def test_a_device_is_no_key_and_is_not_read_for_ever() -> None:
    with pytest.raises(SettingsError, match="has more than 65,536 bytes"):
        private_file(Path("/dev/zero"), "key")


def test_a_password_is_one_line_and_may_hold_blanks(tmp_path: Path) -> None:
    assert private_line(written(tmp_path / "key", b"correct horse\n"), "key").reveal() == "correct horse"
    with pytest.raises(SettingsError, match="more than one line"):
        private_line(written(tmp_path / "key", b"one\ntwo"), "key")


@pytest.mark.parametrize("content", ["two words", "one\r\nX-Other: two", "t\u00f6ken", "a\x00b"])
def test_a_token_goes_into_a_header_so_it_is_one_word(tmp_path: Path, content: str) -> None:
    file = written(tmp_path / "token", content.encode())
    given = {"clever": {"token_file": str(file)}, "directory": {"token_file": str(file)}}
    settings = load(tmp_path / "no-config.toml", {}, given)
    for read in (lambda: clever_token(settings, {}), lambda: directory_token(settings.directory)):
        with pytest.raises(SettingsError, match=r"token_file holds more than") as raised:
            read()
        assert content not in str(raised.value)
    file.write_text("abc-123._~+/=\n")
    assert directory_token(settings.directory).reveal() == "abc-123._~+/="
