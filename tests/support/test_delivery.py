"""Delivery to a real SFTP server on loopback: known by its key, whole or not at all, never twice."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from roster_tui.settings import SettingsError
from roster_tui.support.bundle import delivery
from roster_tui.support.bundle.choosing import Choice
from roster_tui.support.bundle.delivery import HostKeyRefused, NotDelivered, deliver
from roster_tui.support.bundle.seal import BundleRefused, planned, seal
from roster_tui.workspace import Workspace
from tests.conftest import settings_for
from tests.support.test_bundle import FOR_ME, MINE, district, rows

__all__ = ["district"]
SERVER_KEY, ANOTHER_KEY, OUR_KEY = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))
RSA_KEY = asyncssh.generate_private_key("ssh-rsa")


def public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()


@dataclass
class Vendor:
    """A vendor's server: what is in its folder, and what it does wrong."""

    folder: Path
    host_keys: list[asyncssh.SSHKey] = field(default_factory=lambda: [RSA_KEY, SERVER_KEY])
    dies_at: str = ""
    """``write`` or ``rename``: the connection breaks there; a rename is done first."""
    port: int = 0

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        vendor = self

        class SignsIn(asyncssh.SSHServer):
            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == ("lincoln", "s3cret")

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == "lincoln" and public(key) == public(OUR_KEY)

        class Files(asyncssh.SFTPServer):
            def __init__(self, chan: Any) -> None:
                super().__init__(chan, chroot=os.fsencode(vendor.folder))

            def write(self, file_obj: object, offset: int, data: bytes) -> int:
                if vendor.dies_at == "write":
                    self.connection.abort()
                    raise asyncssh.SFTPConnectionLost("gone")
                return int(super().write(file_obj, offset, data))  # type: ignore[call-overload]

            def rename(self, oldpath: bytes, newpath: bytes) -> None:
                super().rename(oldpath, newpath)
                if vendor.dies_at == "rename" and not newpath.endswith(b".json"):
                    self.connection.abort()

        server = await asyncssh.listen(
            "127.0.0.1", 0, server_factory=SignsIn, server_host_keys=self.host_keys, sftp_factory=Files
        )
        self.port = server.get_port()
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    def names(self) -> list[str]:
        return sorted(each.name for each in (self.folder / "in").iterdir())


@pytest.fixture
def vendor(tmp_path: Path) -> Vendor:
    (tmp_path / "vendor" / "in").mkdir(parents=True)
    return Vendor(tmp_path / "vendor")


@pytest.fixture
def bundle(district: Workspace, tmp_path: Path) -> Path:
    file = tmp_path / "case-4711.age"
    seal(district, planned(district, file, Choice(ids=("222361388",)), ("last_name",), 30), FOR_ME, "case 4711")
    return file


def delivering(workspace: Workspace, vendor: Vendor, tmp_path: Path, file: Path, **sftp: Any) -> Any:
    password = tmp_path / "password"
    password.touch(0o600)
    password.write_text("s3cret")

    async def served() -> Any:
        async with vendor.serving():
            given = {
                "host": "127.0.0.1",
                "port": vendor.port,
                "host_key": public(SERVER_KEY),
                "username": "lincoln",
                "password_file": str(password),
                "folder": "in",
                **sftp,
            }
            settings = settings_for(workspace.folder.parent, support={"sftp": given})
            return await deliver(replace(workspace, settings=settings), file)

    return asyncio.run(served())


def journaled(workspace: Workspace) -> list[str]:
    found = [entry.facts for entry in workspace.journal.entries() if entry.facts["kind"] == "ticket deliver"]
    return [facts["results"][0]["verdict"] if facts["phase"] == "outcome" else facts["phase"] for facts in found]


def test_a_bundle_arrives_whole_with_its_manifest_and_is_not_sent_twice(
    district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path
) -> None:
    done = delivering(district, vendor, tmp_path, bundle)
    assert not done.before
    assert vendor.names() == ["case-4711.age", "case-4711.age.manifest.json"]
    arrived = vendor.folder / "in" / "case-4711.age"
    assert rows(arrived, MINE)[1][0] == "222361388"
    first = arrived.stat().st_mtime_ns
    assert delivering(district, vendor, tmp_path, bundle).before
    assert arrived.stat().st_mtime_ns == first
    assert journaled(district) == ["intent", "done"] * 2
    facts = next(entry.facts for entry in district.journal.entries() if entry.facts["kind"] == "ticket deliver")
    assert facts["host_key"] == SERVER_KEY.get_fingerprint()
    assert facts["to"] == f"sftp://lincoln@127.0.0.1:{facts['to'].rpartition(':')[2].partition('/')[0]}/in"


def test_a_key_signs_in_as_well(district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path) -> None:
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_bytes(OUR_KEY.export_private_key())
    assert not delivering(district, vendor, tmp_path, bundle, key_file=str(file)).before
    file.write_bytes(ANOTHER_KEY.export_private_key())
    with pytest.raises(NotDelivered, match="Permission denied"):
        delivering(district, vendor, tmp_path, bundle, key_file=str(file))
    file.write_text("no key")
    with pytest.raises(SettingsError, match="is no key to be used"):
        delivering(district, vendor, tmp_path, bundle, key_file=str(file))


@pytest.mark.parametrize("shown", [[ANOTHER_KEY], [RSA_KEY]], ids=["same kind", "another kind"])
def test_a_server_with_another_host_key_gets_nothing(
    district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path, shown: list[asyncssh.SSHKey]
) -> None:
    vendor.host_keys = shown
    with pytest.raises(HostKeyRefused) as told:
        delivering(district, vendor, tmp_path, bundle)
    assert SERVER_KEY.get_fingerprint() in str(told.value)
    assert shown[0].get_fingerprint() in str(told.value)
    assert vendor.names() == []
    assert journaled(district) == ["intent", "failed"]


def test_a_connection_that_breaks_on_the_way_leaves_nothing_of_its_name(
    district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path
) -> None:
    vendor.dies_at = "write"
    with pytest.raises(NotDelivered, match="was not delivered"):
        delivering(district, vendor, tmp_path, bundle)
    assert [name for name in vendor.names() if not name.endswith(".part")] == []
    vendor.dies_at = ""
    assert not delivering(district, vendor, tmp_path, bundle).before
    assert vendor.names() == ["case-4711.age", "case-4711.age.manifest.json"]
    assert journaled(district) == ["intent", "failed", "intent", "done"]


def test_without_an_answer_it_is_in_doubt_and_found_by_asking_again(
    district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path
) -> None:
    vendor.dies_at = "rename"
    with pytest.raises(NotDelivered, match="may be there"):
        delivering(district, vendor, tmp_path, bundle)
    vendor.dies_at = ""
    assert delivering(district, vendor, tmp_path, bundle).before
    assert journaled(district) == ["intent", "in_doubt", "intent", "done"]


def test_only_what_was_sealed_leaves(district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path) -> None:
    plain = tmp_path / "students.csv"
    plain.write_text("sis_id\n222361388\n")
    with pytest.raises(BundleRefused, match="is no manifest"):
        delivering(district, vendor, tmp_path, plain)
    sealed = bundle.read_bytes()
    bundle.write_bytes(sealed + b"x")
    with pytest.raises(BundleRefused, match="is not the bundle"):
        delivering(district, vendor, tmp_path, bundle)
    bundle.write_bytes(sealed)
    (vendor.folder / "in" / bundle.name).write_bytes(sealed[::-1])
    with pytest.raises(BundleRefused, match="Another file of the name"):
        delivering(district, vendor, tmp_path, bundle)
    assert vendor.names() == [bundle.name, f"{bundle.name}.manifest.json"]
    lead = replace(district, settings=settings_for(district.folder.parent, operator_role="lead"))
    with pytest.raises(BundleRefused, match="Only admins"):
        asyncio.run(deliver(lead, bundle))


def test_what_is_not_set_is_named_before_anything_is_begun(
    district: Workspace, vendor: Vendor, tmp_path: Path, bundle: Path
) -> None:
    for name in ("host", "host_key", "username"):
        with pytest.raises(SettingsError, match=rf"support\.sftp\.{name} is not set"):
            delivering(district, vendor, tmp_path, bundle, **{name: ""})
    with pytest.raises(SettingsError, match="password_file"):
        delivering(district, vendor, tmp_path, bundle, password_file="")
    with pytest.raises(SettingsError, match="no public key"):
        delivering(district, vendor, tmp_path, bundle, host_key="SHA256:abc")
    assert journaled(district) == []


def test_a_server_that_does_not_answer_is_not_waited_for_without_end(
    district: Workspace, tmp_path: Path, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "_SECONDS", 0.3)

    class Silent(Vendor):
        @asynccontextmanager
        async def serving(self) -> AsyncIterator[None]:
            held = []
            server = await asyncio.start_server(lambda *both: held.append(both), "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            try:
                yield
            finally:
                server.close()
                for _, writer in held:
                    writer.close()

    with pytest.raises(NotDelivered, match="was not delivered"):
        delivering(district, Silent(tmp_path), tmp_path, bundle)
    assert journaled(district) == ["intent", "failed"]
