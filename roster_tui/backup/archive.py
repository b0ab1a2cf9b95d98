"""The file of a backup: a tar whose first member says what is in it, and optionally age around it.

Nothing of a file that somebody else may have made is believed: each member must be a plain file that the manifest
names, with its size and hash, and no name leads out of a district's folder.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from roster_tui import __version__
from roster_tui.errors import RosterError
from roster_tui.ledger.head import JournalEnd
from roster_tui.workspace import DistrictName

_KIND, _FORMAT = "roster-tui backup", 1
_MANIFEST = "manifest.json"
_NAME = re.compile(r"(?:settings\.toml|ledger(?:/[\w@+%~-][\w@+%~. -]*){1,3})", re.ASCII)
_DISTRICT = re.compile("[0-9a-f]{24}")
_ENCRYPTED = b"age-encryption.org/v1\n"
_LARGEST = 4 * 2**30
"""Bytes of a backup that is read: a city's ledger has a hundredth of it."""


class BackupUnusable(RosterError):
    """A file that is no backup of ours, is damaged, or needs a key that was not given; nothing was changed."""

    def __init__(self, file: Path, why: str, fix: str = "") -> None:
        self.fix = fix
        super().__init__(f"{file} {why}. Nothing was changed")


@dataclass(frozen=True)
class Archive:
    """What a backup holds."""

    district: DistrictName
    at: str
    """When it was made, in ISO 8601."""
    end: JournalEnd
    """Of its journal."""
    files: Mapping[str, bytes]
    """By name below the district's folder, but ``settings.toml``."""

    def packed(self, recipients: Sequence[str] = ()) -> bytes:
        """Return the content of the file, encrypted to age or SSH public keys where some are given."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            for name, content in ((_MANIFEST, orjson.dumps(self._manifest())), *sorted(self.files.items())):
                member = tarfile.TarInfo(name)
                member.size, member.mode = len(content), 0o600
                tar.addfile(member, io.BytesIO(content))
        return _encrypted(out.getvalue(), recipients) if recipients else out.getvalue()

    def _manifest(self) -> dict[str, Any]:
        return {
            "kind": _KIND,
            "format": _FORMAT,
            "by": __version__,
            "at": self.at,
            "district": {"id": self.district.id, "name": self.district.name},
            "journal": self.end._asdict(),
            "files": {name: {"size": len(each), "sha256": _hash(each)} for name, each in self.files.items()},
        }


def read(file: Path, identity: Path | None = None) -> Archive:
    """Return what a backup holds. Raises `BackupUnusable`, OSError.

    ``identity`` is the file of an age identity (``AGE-SECRET-KEY-1...``), for a backup that is encrypted.
    """
    if file.stat().st_size > _LARGEST:
        raise BackupUnusable(file, "is larger than any backup")
    raw = file.read_bytes()
    if raw.startswith(_ENCRYPTED):
        raw = _decrypted(file, raw, identity)
    try:
        with tarfile.open(fileobj=io.BytesIO(raw), mode="r:") as tar:
            return _checked(file, list(_members(file, tar)))
    except tarfile.TarError:
        raise BackupUnusable(file, "is no backup, or its end is missing") from None


def _members(file: Path, tar: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in tar:
        source = tar.extractfile(member) if member.isreg() else None
        if source is None:
            raise BackupUnusable(file, "holds something else than plain files")
        content = source.read()
        if len(content) != member.size:
            raise BackupUnusable(file, "is cut off")
        yield member.name, content


def _checked(file: Path, members: Sequence[tuple[str, bytes]]) -> Archive:
    if not members or members[0][0] != _MANIFEST:
        raise BackupUnusable(file, "is no backup: it does not say what it is")
    try:
        manifest = orjson.loads(members[0][1])
        if manifest["kind"] != _KIND:
            raise BackupUnusable(file, "is no backup of roster-tui")
        if manifest["format"] > _FORMAT:
            raise BackupUnusable(
                file, f"was written by roster-tui {manifest['by']}", "Use that release, or a later one"
            )
        district = DistrictName(str(manifest["district"]["id"]), str(manifest["district"]["name"]))
        end = JournalEnd(int(manifest["journal"]["number"]), str(manifest["journal"]["hash"]))
        named = {str(name): (each["size"], each["sha256"]) for name, each in manifest["files"].items()}
        at = str(manifest["at"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise BackupUnusable(file, "does not say what is in it") from None
    files = dict(members[1:])
    if len(files) != len(members) - 1 or files.keys() != named.keys() or not _DISTRICT.fullmatch(district.id):
        raise BackupUnusable(file, "does not hold what it says")
    for name, content in files.items():
        if not _NAME.fullmatch(name):
            raise BackupUnusable(file, "holds a file that belongs to no ledger")
        if named[name] != (len(content), _hash(content)):
            raise BackupUnusable(file, f"is damaged: {name} is not what was backed up")
    return Archive(district, at, end, files)


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()


def _encrypted(plain: bytes, recipients: Sequence[str]) -> bytes:
    from roster_tui.support.bundle.lock import public_keys

    return public_keys(recipients, {}).sealed(plain)


def _decrypted(file: Path, raw: bytes, identity: Path | None) -> bytes:
    import pyrage

    if identity is None:
        raise BackupUnusable(file, "is encrypted", "Give the file of the key that opens it: --identity FILE")
    try:
        keys = [
            pyrage.x25519.Identity.from_str(line.strip())
            for line in identity.read_text().splitlines()
            if line.strip() and not line.startswith("#")
        ]
        plain: bytes = pyrage.decrypt(raw, keys)
    except (pyrage.IdentityError, pyrage.DecryptError, UnicodeDecodeError, ValueError):
        raise BackupUnusable(file, f"is not opened by the key in {identity}") from None
    return plain
