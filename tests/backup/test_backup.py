"""A backup holds what cannot be fetched again and no secret; restored, it is whole, or there is nothing."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest

from roster_tui.backup import BackupUnusable, FileTaken, FolderTaken, archive, back_up, restore
from roster_tui.integrity import examine
from roster_tui.ledger import Operator
from roster_tui.ledger.files import LedgerDamaged
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.support.bundle.lock import KeyUnusable
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import NOW, frozen, settings_for

WHO = Operator("jdoe", "desk-1")
CONFIG = """\
operator = "jdoe"
token_file = "/etc/roster/token"

[notify]
mail_to = "lead@lincoln.example"
webhook = "https://hooks.example/T0000/SECRETSECRET"

[clever]
token_command = "pass show clever"
"""


async def act(workspace: Workspace, verb: str, count: int) -> None:
    performer = workspace.performer()
    some = [each.id for each in await workspace.directory.list_accounts() if each.state == "active"][:count]
    await performer.perform(await performer.plan(verb, some, "on leave"))


@pytest.fixture
async def acted(demo: Workspace) -> Workspace:
    await act(demo, "suspend", 7)
    return demo


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    return file


def restored(file: Path, root: Path, **options: Any) -> Workspace:
    restore(file, root, WHO, NOW, **options)
    return open_workspace(settings_for(root), frozen)


async def test_there_and_back_all_is_as_it_was(acted: Workspace, tmp_path: Path, config: Path) -> None:
    file = tmp_path / "backup.tar"
    made = back_up(acted, file, config=config)
    assert file.stat().st_mode & 0o777 == 0o600
    again = restored(file, tmp_path / "elsewhere")
    assert examine(again).ok
    assert await again.directory.list_accounts() == await acted.directory.list_accounts()
    assert again.journal.verify(made.end.hash).ok
    newest, *rest = again.journal.newest_first()
    assert (newest.facts["kind"], newest.facts["operator"]) == ("restore", "jdoe")
    assert rest == list(acted.journal.newest_first())
    modes = {path.stat().st_mode & 0o077 for path in again.folder.rglob("*")}
    assert modes == {0}
    # And it goes on: an act on what was restored.
    await act(again, "pin", 1)
    assert examine(again).ok


async def test_a_restore_of_an_older_copy_does_not_have_the_head_of_later(acted: Workspace, tmp_path: Path) -> None:
    back_up(acted, tmp_path / "old.tar")
    await act(acted, "pin", 1)
    later = acted.head.journal_end()
    again = restored(tmp_path / "old.tar", tmp_path / "elsewhere")
    checked = again.journal.verify(later.hash)
    assert not checked.ok
    assert "older copy" in str(checked.problem)


def test_no_secret_is_in_a_file_that_is_not_encrypted(acted: Workspace, tmp_path: Path, config: Path) -> None:
    key = acted.folder / "ledger" / "link-key"
    key.write_text("ab12" * 16)
    key.chmod(0o600)
    made = back_up(acted, tmp_path / "plain.tar", config=config)
    raw = (tmp_path / "plain.tar").read_bytes()
    for secret in (b"ab12ab12", b"SECRETSECRET", b"pass show"):
        assert secret not in raw
    assert b"lead@lincoln.example" in made.files["settings.toml"]
    assert b"/etc/roster/token" in made.files["settings.toml"]
    assert not any(name.endswith((".lock", ".tmp")) or "running" in name for name in made.files)
    config.write_text('notify = {webhook = "https://hooks.example/SECRETSECRET"}')
    assert "settings.toml" not in back_up(acted, tmp_path / "other.tar", config=config).files


def test_an_encrypted_one_holds_the_key_of_links_and_opens_with_its_own_key_only(
    acted: Workspace, tmp_path: Path
) -> None:
    key = acted.folder / "ledger" / "link-key"
    key.write_text("ab12" * 16)
    key.chmod(0o600)
    file, identity, other = (tmp_path / name for name in ("sealed.age", "identity", "other"))
    own = pyrage.x25519.Identity.generate()
    identity.write_text(f"# made today\n{own}\n")
    other.write_text(str(pyrage.x25519.Identity.generate()))
    back_up(acted, file, [str(own.to_public())])
    assert b"ledger/" not in file.read_bytes()
    with pytest.raises(BackupUnusable, match="is encrypted"):
        restored(file, tmp_path / "a")
    with pytest.raises(BackupUnusable, match="not opened by the key"):
        restored(file, tmp_path / "a", identity=other)
    again = restored(file, tmp_path / "a", identity=identity)
    assert (again.folder / "ledger" / "link-key").read_text() == "ab12" * 16
    with pytest.raises(KeyUnusable):
        back_up(acted, tmp_path / "none.age", ["no key"])
    assert not (tmp_path / "none.age").exists()


def test_a_ledger_that_is_not_whole_is_not_backed_up_over_nothing(acted: Workspace, tmp_path: Path) -> None:
    next((acted.folder / "ledger" / "accounts").glob("*.json")).unlink()
    with pytest.raises(LedgerDamaged, match="is missing"):
        back_up(acted, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_no_file_is_written_over_and_no_folder_taken(acted: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    back_up(acted, file)
    before = file.read_bytes()
    with pytest.raises(FileTaken):
        back_up(acted, file)
    assert file.read_bytes() == before
    with pytest.raises(FolderTaken, match="is not empty"):
        restored(file, acted.settings.data_root)
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "note.txt").touch()
    with pytest.raises(FolderTaken):
        restored(file, tmp_path / "used")
    assert [each.name for each in (tmp_path / "used").iterdir()] == ["note.txt"]


def members(file: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(file) as tar:
        return [(each, tar.extractfile(each).read()) for each in tar]  # type: ignore[union-attr]


def written(file: Path, found: list[tuple[tarfile.TarInfo, bytes]], *, sealed: bool = True) -> None:
    """Write members, the manifest made to fit them if ``sealed``: by somebody who knows the format."""
    if sealed:
        manifest = orjson.loads(found[0][1])
        manifest["files"] = {
            each.name: {"size": len(content), "sha256": archive._hash(content)} for each, content in found[1:]
        }
        found = [(found[0][0], orjson.dumps(manifest)), *found[1:]]
    with tarfile.open(file, "w") as tar:
        for each, content in found:
            each.size = len(content) if each.isreg() else 0
            tar.addfile(each, io.BytesIO(content))


def named(name: str) -> Callable[[list[Any]], None]:
    def harm(found: list[Any]) -> None:
        found.append((tarfile.TarInfo(name), b"planted"))

    return harm


def linked(found: list[Any]) -> None:
    member = tarfile.TarInfo("ledger/accounts/zz.json")
    member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
    found.append((member, b""))


def changed(found: list[Any]) -> None:
    place = next(index for index, (each, _) in enumerate(found) if each.name.startswith("ledger/accounts/"))
    found[place] = (found[place][0], found[place][1].replace(b"by_hand", b"by_hond"))


def dropped(found: list[Any]) -> None:
    del found[next(index for index, (each, _) in enumerate(found) if each.name.startswith("ledger/accounts/"))]


def other_district(found: list[Any]) -> None:
    manifest = orjson.loads(found[0][1])
    manifest["district"]["id"] = "../../elsewhere"
    found[0] = (found[0][0], orjson.dumps(manifest))


def later(found: list[Any]) -> None:
    found[0] = (found[0][0], orjson.dumps(orjson.loads(found[0][1]) | {"format": 9, "by": "9.9"}))


def first_missing(found: list[Any]) -> None:
    del found[0]


HARMS = {
    "up": named("../evil"),
    "absolute": named("/etc/evil"),
    "up below": named("ledger/../../evil"),
    "hidden": named("ledger/.HEAD.lock"),
    "elsewhere": named("district.json"),
    "link": linked,
    "changed": changed,
    "dropped": dropped,
    "district": other_district,
    "later": later,
}


@pytest.mark.parametrize("sealed", [True, False], ids=["manifest fits", "manifest does not"])
@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS)
def test_what_a_hostile_or_damaged_file_gets_is_nothing(
    acted: Workspace, tmp_path: Path, harm: Callable[[list[Any]], None], sealed: bool
) -> None:
    file = tmp_path / "b.tar"
    back_up(acted, file)
    found = members(file)
    harm(found)
    written(file, found, sealed=sealed)
    with pytest.raises(BackupUnusable, match="Nothing was changed"):
        restored(file, tmp_path / "deep" / "data")
    assert not list((tmp_path / "deep").rglob("*.json"))
    assert not (tmp_path / "evil").exists()


@pytest.mark.parametrize("content", [b"", b"no tar", b"{}", b"age-encryption.org/v1\nrubbish"])
def test_no_backup_at_all(tmp_path: Path, content: bytes) -> None:
    file, identity = tmp_path / "b.tar", tmp_path / "identity"
    file.write_bytes(content)
    identity.write_text(str(pyrage.x25519.Identity.generate()))
    with pytest.raises(BackupUnusable):
        restored(file, tmp_path / "data", identity=identity)


def test_cut_off_anywhere_it_is_refused(acted: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "b.tar"
    back_up(acted, file)
    whole = file.read_bytes()
    for part in (0.01, 0.3, 0.6, 0.9):
        file.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(BackupUnusable):
            restored(file, tmp_path / "data")


class Killed(BaseException):
    """Stands for signal 9: nothing may handle it."""


@pytest.mark.parametrize("at", ["_unpack", "_check", "_journal"])
def test_killed_on_the_way_there_is_nothing_and_the_next_try_is_whole(
    acted: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    from roster_tui.backup import folder as module

    file, root = tmp_path / "b.tar", tmp_path / "data"
    back_up(acted, file)
    real = getattr(module, at)

    def killed(*arguments: Any) -> None:
        real(*arguments)
        raise Killed

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(module, at, killed)
        patch.setattr(module.shutil, "rmtree", lambda *_, **__: None)
        restored(file, root)
    assert list(root.glob("*/district.json")) == list(root.glob(".restoring/district.json"))
    assert list(root.glob("[0-9a-f]*")) == []
    assert examine(restored(file, root)).ok


def test_a_copy_while_another_acts_fits_together(acted: Workspace, tmp_path: Path) -> None:
    import threading

    stop = threading.Event()
    journal = Journal(acted.folder / "ledger" / "journal", Head(acted.folder / "ledger"))

    def write() -> None:
        while not stop.is_set():
            journal.append([{"kind": "reveal"}], NOW)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            back_up(replace(acted), tmp_path / f"{number}.tar")
    finally:
        stop.set()
        writer.join()
    for number in range(5):
        assert examine(restored(tmp_path / f"{number}.tar", tmp_path / f"data{number}")).ok
