"""Secrets, which are resolved only when they are needed: from the environment, a private file or a command."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from roster_tui.settings.errors import SettingsError

if TYPE_CHECKING:
    from roster_tui.settings import Settings
    from roster_tui.settings.sections import DirectorySettings

_TOKEN_COMMAND_SECONDS = 30
_LARGEST_FILE = 65_536
"""Bytes; no key or token comes near."""


class Secret:
    """A value that never shows itself in a repr, a log or a traceback."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value, for the one call that sends it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('***')"


def clever_token(settings: Settings, environ: Mapping[str, str] = os.environ) -> Secret | None:
    """Return the district token from environment, file or command, in this order; None when none is set.

    Raises `SettingsError` when a file can be read by others, or a command fails.
    """
    if token := environ.get("CLEVER_TOKEN", "").strip():
        return Secret(token)
    if settings.clever.token_file:
        return _token_file(settings.clever.token_file, "clever.token_file")
    if settings.clever.token_command:
        return _from_command(settings.clever.token_command, "clever.token_command")
    return None


def directory_token(settings: DirectorySettings) -> Secret:
    """Return the token of a platform's SCIM service, from file or command.

    Raises `SettingsError` when there is none, a file can be read by others, or a command fails.
    """
    if settings.token_file:
        return _token_file(settings.token_file, "directory.token_file")
    if settings.token_command:
        return _from_command(settings.token_command, "directory.token_command")
    raise SettingsError(
        "directory.backend is scim, but there is no token for it. Set directory.token_file or directory.token_command"
    )


class ClientSecret(NamedTuple):
    """What an application looks up its districts' tokens with."""

    client_id: str
    secret: Secret


def client_secret(settings: Settings, environ: Mapping[str, str] = os.environ) -> ClientSecret | None:
    """Return the application's client id and secret from environment or settings; None when there is no id.

    Raises `SettingsError` when there is an id without a secret, or others can read the secret's file.
    """
    client_id = environ.get("CLEVER_CLIENT_ID", "").strip() or settings.clever.client_id
    if not client_id:
        return None
    if secret := environ.get("CLEVER_CLIENT_SECRET", "").strip():
        return ClientSecret(client_id, Secret(secret))
    if settings.clever.client_secret_file:
        file = Path(settings.clever.client_secret_file).expanduser()
        return ClientSecret(client_id, private_line(file, "clever.client_secret_file"))
    raise SettingsError(
        f"clever.client_id is {client_id}, but there is no secret for it. Set CLEVER_CLIENT_SECRET in the "
        "environment, or clever.client_secret_file in the settings"
    )


def private_file(path: Path, setting: str, *, may_be_empty: bool = False) -> Secret:
    """Return the content of a file that only its owner can read. Raises `SettingsError`."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            # A device gives bytes for ever.
            raw = file.read(_LARGEST_FILE + 1)
        text = raw.decode("utf-8").strip()
    except OSError as error:
        raise SettingsError(f"{setting} cannot be read ({error.strerror or error}): {path}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{setting} is not UTF-8 text: {path}") from None
    if len(raw) > _LARGEST_FILE:
        raise SettingsError(f"{setting} has more than {_LARGEST_FILE:,} bytes, so it is no key: {path}")
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"{setting} can be read by others. Run: chmod 600 {path}")
    if not text and not may_be_empty:
        raise SettingsError(f"{setting} is empty: {path}")
    return Secret(text)


def private_line(path: Path, setting: str) -> Secret:
    """Return the one line of a file that only its owner can read. Raises `SettingsError`."""
    secret = private_file(path, setting)
    if not secret.reveal().isprintable():
        raise SettingsError(f"{setting} holds more than one line of text: {path}")
    return secret


def _token_file(name: str, setting: str) -> Secret:
    path = Path(name).expanduser()
    secret = private_line(path, setting)
    if not secret.reveal().isascii() or " " in secret.reveal():
        # It goes into a header as it stands.
        raise SettingsError(f"{setting} holds more than a token, which has no blanks and no accents: {path}")
    return secret


def _from_command(command: str, setting: str) -> Secret:
    # The command is the operator's own setting, like an editor or a pager: a shell is what it expects.
    try:
        done = subprocess.run(  # noqa: S602
            command, shell=True, capture_output=True, text=True, timeout=_TOKEN_COMMAND_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise SettingsError(f"{setting} took longer than {_TOKEN_COMMAND_SECONDS} s") from None
    if done.returncode or not done.stdout.strip():
        raise SettingsError(f"{setting} gave no token (exit code {done.returncode})")
    return Secret(done.stdout.strip())
