"""A sealed bundle put on the vendor's SFTP server, which is known by its host key; never anything that is not sealed.

The bundle comes last, under a name of its own until it is whole, so whatever has its name on the server is complete.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import orjson

from roster_tui.errors import RosterError
from roster_tui.settings import SettingsError, SftpSettings, private_file, private_line
from roster_tui.support.bundle.lock import MAGIC
from roster_tui.support.bundle.seal import BundleRefused, journaled, manifest_of, need_admin
from roster_tui.support.guard.stand import outgoing
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from asyncssh import SFTPClient, SSHKey

_SECONDS = 30.0
"""How long the server may take for one answer."""
_PIECE = 256 * 1024


class HostKeyRefused(BundleRefused):
    """A server that has another key than the one it is known by."""

    def __init__(self, host: str, expected: str, seen: str) -> None:
        super().__init__(
            f"{host} shows the host key {seen}, but support.sftp.host_key is {expected}: this may be another server. "
            "Nothing was sent. Ask the vendor, by another way, which key is right"
        )


class NotDelivered(RosterError):
    """A bundle that did not arrive, or of which nobody knows; says what to do."""


@dataclass(frozen=True)
class Delivered:
    """A bundle that is on the server."""

    to: str
    name: str
    sha256: str
    before: bool
    """Whether it was there already, whole."""


@dataclass(frozen=True)
class _Parcel:
    """What is put on the server: two files by name, the bundle last."""

    files: tuple[tuple[str, bytes], ...]
    sha256: str


async def deliver(workspace: Workspace, file: Path) -> Delivered:
    """Put a bundle and its manifest on the vendor's server; one that is there already is left as it is.

    Raises `BundleRefused` (nothing was sent), `SettingsError`, OSError when the files cannot be read, or
    `NotDelivered`, which says whether nobody knows if it arrived.
    """
    need_admin(workspace)
    parcel = _sealed_parcel(file)
    server = _Server(workspace.settings.support.sftp)
    facts = {
        "kind": "ticket deliver",
        "file": outgoing(workspace, file.name),
        "sha256": parcel.sha256,
        "to": server.told,
        **workspace.operator.facts(),
    }
    with journaled(workspace, facts, {"host_key": server.fingerprint}) as outcome:
        try:
            before = await server.put(parcel)
        finally:
            # However it ended: the server was asked, and has not answered.
            if server.in_doubt:
                outcome["verdict"] = "in_doubt"
    return Delivered(server.told, file.name, parcel.sha256, before)


def _sealed_parcel(file: Path) -> _Parcel:
    """Return a bundle with its manifest as they stand. Raises `BundleRefused` when it is not what was sealed."""
    sealed, manifest = file.read_bytes(), manifest_of(file)
    try:
        described = manifest.read_bytes()
        expected = orjson.loads(described)["sha256"]
    except (FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
        raise BundleRefused(f"{manifest} is missing or is no manifest. Nothing was sent: seal it anew") from None
    if not sealed.startswith(MAGIC) or sha256(sealed).hexdigest() != expected:
        raise BundleRefused(f"{file} is not the bundle that its manifest tells of. Nothing was sent: seal it anew")
    return _Parcel(((manifest.name, described), (file.name, sealed)), expected)


class _Server:
    """The vendor's server, as the settings have it. Raises `SettingsError` where they do not."""

    def __init__(self, settings: SftpSettings) -> None:
        for name in ("host", "host_key", "username"):
            if not getattr(settings, name):
                raise SettingsError(f"support.sftp.{name} is not set, so nothing can be delivered")
        if not (settings.key_file or settings.password_file):
            raise SettingsError("Neither support.sftp.key_file nor support.sftp.password_file is set")
        self._settings = settings
        self._pinned = _pinned(settings.host_key)
        self.in_doubt = False
        """Whether the bundle was given its name, and the server has not answered."""

    @property
    def told(self) -> str:
        """Where it is, as people write it."""
        settings = self._settings
        return f"sftp://{settings.username}@{settings.host}:{settings.port}/{settings.folder}"

    @property
    def fingerprint(self) -> str:
        """The key it is known by."""
        fingerprint: str = self._pinned.get_fingerprint()
        return fingerprint

    async def put(self, parcel: _Parcel) -> bool:
        """Put files there, and return whether all of them were there before. Raises as `deliver` does."""
        import asyncssh

        try:
            async with self._opened() as sftp:
                return all([await self._put(sftp, *each, last=each == parcel.files[-1]) for each in parcel.files])
        except (asyncssh.Error, OSError, TimeoutError) as error:
            said = str(error) or type(error).__name__
            if self.in_doubt:
                raise NotDelivered(
                    f"The server did not answer ({said}) when the bundle was whole: it may be there. Run the same "
                    "again: what is there already is left as it is"
                ) from None
            raise NotDelivered(f"The bundle was not delivered: {said}. It is kept as it is; try again") from None

    async def _put(self, sftp: SFTPClient, name: str, content: bytes, *, last: bool) -> bool:
        folder = PurePosixPath(self._settings.folder)
        place, part = str(folder / name), str(folder / f".{name}.part")
        async with asyncio.timeout(_SECONDS):
            there = await sftp.exists(place)
        if there:
            if await self._holds(sftp, place, content):
                return True
            raise BundleRefused(f"Another file of the name {name} is on the server. Seal under another name")
        async with sftp.open(part, "wb") as remote:
            for at in range(0, len(content), _PIECE):
                async with asyncio.timeout(_SECONDS):
                    await remote.write(content[at : at + _PIECE])
        async with asyncio.timeout(_SECONDS):
            self.in_doubt = last
            await sftp.rename(part, place)
            self.in_doubt = False
        return False

    async def _holds(self, sftp: SFTPClient, place: str, content: bytes) -> bool:
        async with asyncio.timeout(_SECONDS):
            if await sftp.getsize(place) != len(content):
                return False
        digest = sha256()
        async with sftp.open(place, "rb") as remote:
            for at in range(0, len(content), _PIECE):
                async with asyncio.timeout(_SECONDS):
                    piece = await remote.read(_PIECE, at)
                    assert isinstance(piece, bytes)
                    digest.update(piece)
        return digest.digest() == sha256(content).digest()

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[SFTPClient]:
        import asyncssh

        settings, reached = self._settings, self._reached()
        try:
            connection = await asyncssh.connect(
                username=settings.username,
                known_hosts=([self._pinned], [], []),
                agent_path=None,
                connect_timeout=_SECONDS,
                login_timeout=_SECONDS,
                keepalive_interval=_SECONDS / 2,
                **reached,
                **self._credentials(),
            )
        except (asyncssh.HostKeyNotVerifiable, asyncssh.KeyExchangeFailed):
            # Another key, or none of that kind. It is asked once more, for its key alone: the refusal does not tell it.
            async with asyncio.timeout(_SECONDS):
                seen = await asyncssh.get_server_host_key(**reached)
            if seen is None or seen == self._pinned:
                raise
            raise HostKeyRefused(settings.host, self.fingerprint, seen.get_fingerprint()) from None
        async with connection, connection.start_sftp_client() as sftp:
            yield sftp

    def _reached(self) -> dict[str, Any]:
        """Return how the server is reached: nothing of this user's own SSH settings counts."""
        return {
            "host": self._settings.host,
            "port": self._settings.port,
            "config": None,
            # The pinned key's own kind first: a server with several shows that one.
            "server_host_key_algs": "^" + ",".join(each.decode() for each in self._pinned.sig_algorithms),
        }

    def _credentials(self) -> dict[str, Any]:
        """Return what to sign in with. Raises `SettingsError`."""
        import asyncssh

        settings = self._settings
        if not settings.key_file:
            password = private_line(Path(settings.password_file).expanduser(), "support.sftp.password_file")
            return {"password": password.reveal(), "client_keys": None}
        secret = private_file(Path(settings.key_file).expanduser(), "support.sftp.key_file")
        try:
            key = asyncssh.import_private_key(secret.reveal())
        except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
            raise SettingsError(f"support.sftp.key_file: {settings.key_file} is no key to be used: {error}") from None
        return {"client_keys": [key]}


def _pinned(host_key: str) -> SSHKey:
    """Return the key that the server is known by. Raises `SettingsError`."""
    try:
        import asyncssh
    except ModuleNotFoundError:
        raise SettingsError("Delivery over SFTP needs asyncssh. Install it: pip install 'roster-tui[sftp]'") from None
    try:
        key: SSHKey = asyncssh.import_public_key(host_key)
    except asyncssh.KeyImportError as error:
        raise SettingsError(
            f"support.sftp.host_key is no public key such as ssh-ed25519 AAAA... ({error}). Ask the vendor for it"
        ) from None
    return key
