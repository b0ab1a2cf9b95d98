"""What a bundle is locked with, in age's format: public keys of those it is for, or a passphrase."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from roster_tui.errors import USAGE, RosterError
from roster_tui.settings import Secret

MAGIC = b"age-encryption.org/v1\n"
"""What every age file begins with."""
SHORTEST_PASSPHRASE = 16
"""Whoever has the file can try passphrases for ever."""


class KeyUnusable(RosterError):
    """What was given as a key cannot be sealed for; says why, without the key."""

    exit_code = USAGE


class Lock(Protocol):
    """What a bundle is locked with."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Whom it is for, as journal and manifest tell it."""

    def sealed(self, plain: bytes) -> bytes:
        """Return bytes encrypted; nothing is written anywhere."""


@dataclass(frozen=True)
class PublicKeys:
    """The keys of those who can open a bundle: age's own, or SSH keys (ed25519, RSA)."""

    by_name: Mapping[str, str]
    """Keys by the name in the settings, or by themselves where they were given as such."""

    @property
    def recipients(self) -> tuple[str, ...]:
        """Name and key of each."""
        return tuple(key if name == key else f"{name}: {key}" for name, key in self.by_name.items())

    def sealed(self, plain: bytes) -> bytes:
        """Return bytes that each of the keys opens."""
        import pyrage

        encrypted: bytes = pyrage.encrypt(plain, [_recipient(key) for key in self.by_name.values()])
        return encrypted


@dataclass(frozen=True)
class Passphrase:
    """What was agreed with the vendor over another way than the file's."""

    secret: Secret

    def __post_init__(self) -> None:
        if len(self.secret.reveal()) < SHORTEST_PASSPHRASE:
            raise KeyUnusable(f"A passphrase has at least {SHORTEST_PASSPHRASE} characters. Nothing was sealed")

    @property
    def recipients(self) -> tuple[str, ...]:
        """That it is a passphrase."""
        return ("whoever has the passphrase",)

    def sealed(self, plain: bytes) -> bytes:
        """Return bytes that the passphrase opens; takes about a second, and so does each try to open them."""
        import pyrage

        encrypted: bytes = pyrage.passphrase.encrypt(plain, self.secret.reveal())
        return encrypted


def public_keys(wanted: Sequence[str], known: Mapping[str, str]) -> PublicKeys:
    """Return the keys with these names in the settings, or given as such. Raises `KeyUnusable`."""
    found = {name.strip(): known.get(name, name).strip() for name in wanted}
    for name, key in found.items():
        if key.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY" in key:
            raise KeyUnusable("That is a private key. Ask for the public one, and never let a private one be typed")
        try:
            _recipient(key)
        except KeyUnusable as error:
            said = f"support.vendor_keys.{name}" if name in known else "What --to was given"
            raise KeyUnusable(f"{said} {error}") from None
    return PublicKeys(found)


def _recipient(key: str) -> object:
    import pyrage

    kind = pyrage.ssh.Recipient if key.startswith("ssh-") else pyrage.x25519.Recipient
    try:
        recipient: object = kind.from_str(key)
    except pyrage.RecipientError:
        raise KeyUnusable(
            "is neither a public key (age1..., ssh-ed25519 ..., ssh-rsa ...) nor a name in support.vendor_keys"
        ) from None
    return recipient
