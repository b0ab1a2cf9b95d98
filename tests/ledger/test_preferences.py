"""What an operator keeps: alone in a private file, by two consoles at once, and after damage."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from roster_tui.ledger import LedgerDamaged, ListLook, Preferences, PreferencesFile, SavedFilter


def with_filter(name: str, text: str) -> object:
    return lambda kept: msgspec.structs.replace(kept, filters={**kept.filters, name: SavedFilter("teachers", text)})


def test_what_is_kept_is_read_back_by_that_operator_alone(tmp_path: Path) -> None:
    look = ListLook({"narrow": ("Account", "Email")}, "email", True)
    own = PreferencesFile(tmp_path, "jdoe")
    assert own.read() == Preferences()
    own.change(lambda kept: msgspec.structs.replace(kept, lists={"teachers": look}))
    assert PreferencesFile(tmp_path, "jdoe").read().lists == {"teachers": look}
    assert PreferencesFile(tmp_path, "asmith").read() == Preferences()
    assert own.file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("operator", ["../../etc/passwd", "..", "a/b", "Zoë 日本", "x" * 5_000, "\x00", "%2e"])
def test_no_name_of_an_operator_leads_out_of_the_folder(tmp_path: Path, operator: str) -> None:
    own = PreferencesFile(tmp_path / "kept", operator)
    (tmp_path / "kept").mkdir()
    own.change(with_filter("one", "glover"))  # type: ignore[arg-type]
    assert own.file.parent == tmp_path / "kept"
    assert list(own.read().filters) == ["one"]


def test_consoles_that_keep_something_at_once_lose_nothing(tmp_path: Path) -> None:
    def keep(number: int) -> None:
        PreferencesFile(tmp_path, "jdoe").change(with_filter(f"filter {number}", "glover"))  # type: ignore[arg-type]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(keep, range(40)))
    assert len(PreferencesFile(tmp_path, "jdoe").read().filters) == 40


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"filters": {"a": 1}}', b'{"lists": []}', b"\xff\xfe"])
def test_a_damaged_file_is_said_and_moved_aside_by_the_next_change(tmp_path: Path, content: bytes) -> None:
    own = PreferencesFile(tmp_path, "jdoe")
    own.file.write_bytes(content)
    with pytest.raises(LedgerDamaged, match="cannot be read"):
        own.read()
    own.change(with_filter("one", "glover"))  # type: ignore[arg-type]
    assert list(own.read().filters) == ["one"]
    assert own.file.with_suffix(".damaged").read_bytes() == content


def test_what_a_newer_version_keeps_does_not_stop_this_one(tmp_path: Path) -> None:
    own = PreferencesFile(tmp_path, "jdoe")
    own.file.write_bytes(b'{"filters": {"a": {"view": "teachers", "text": "x", "colour": 1}}, "later": true}')
    assert own.read().filters == {"a": SavedFilter("teachers", "x")}


def test_a_change_has_another_signature(tmp_path: Path) -> None:
    own = PreferencesFile(tmp_path, "jdoe")
    seen = {own.signature()}
    for text in ("one", "two"):
        own.change(with_filter("a", text))  # type: ignore[arg-type]
        seen.add(own.signature())
    assert len(seen) == 3
