"""Who acts, as the journal tells it: a name, a machine, and the SSH key where the server says which it was."""

from __future__ import annotations

import base64
import binascii
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

_LARGEST_FILE = 65_536


@dataclass(frozen=True)
class Operator:
    """Who acts."""

    name: str
    host: str
    ssh_from: str = ""
    """The address that the SSH session came from."""
    ssh_key: str = ""
    """Fingerprint of the key that opened it, as ``ssh-keygen -l`` prints it."""

    def facts(self) -> dict[str, str]:
        """Return what stands in each entry of the journal."""
        ssh = {"ssh_from": self.ssh_from, "ssh_key": self.ssh_key}
        return {"operator": self.name, "host": self.host, **{name: value for name, value in ssh.items() if value}}


def operator_here(name: str, environ: Mapping[str, str]) -> Operator:
    """Return who acts in this process.

    sshd tells the client's address in ``SSH_CONNECTION``, and with ``ExposeAuthInfo yes`` the key in the file
    that ``SSH_USER_AUTH`` names (sshd_config(5)).
    """
    client = environ.get("SSH_CONNECTION", "").split(" ")[0][:64]
    return Operator(name, socket.gethostname(), client, _fingerprint(environ.get("SSH_USER_AUTH", "")))


def _fingerprint(told: str) -> str:
    if not told:
        return ""
    try:
        with Path(told).open("rb") as file:
            lines = file.read(_LARGEST_FILE).decode("ascii").splitlines()
        key = next(line for line in lines if line.startswith("publickey ")).split(" ")[2]
        digest = sha256(base64.b64decode(key, validate=True)).digest()
    except (OSError, UnicodeDecodeError, ValueError, IndexError, StopIteration, binascii.Error):
        return ""
    return f"SHA256:{base64.b64encode(digest).decode().rstrip('=')}"
