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
        return private_file(Path(settings.clever.token_file).expanduser(), "clever.token_file")
    if settings.clever.token_command:
        return _from_command(settings.clever.token_command, "clever.token_command")
    return None


def directory_token(settings: DirectorySettings) -> Secret:
    """Return the token of a platform's SCIM service, from file or command.

    Raises `SettingsError` when there is none, a file can be read by others, or a command fails.
    """
    if settings.token_file:
        return private_file(Path(settings.token_file).expanduser(), "directory.token_file")
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
        return ClientSecret(client_id, private_file(file, "clever.client_secret_file"))
    raise SettingsError(
        f"clever.client_id is {client_id}, but there is no secret for it. Set CLEVER_CLIENT_SECRET in the "
        "environment, or clever.client_secret_file in the settings"
    )


def private_file(path: Path, setting: str) -> Secret:
    """Return the content of a file that only its owner can read. Raises `SettingsError`."""
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{setting}: {path} cannot be read ({error})") from None
    if stat.S_IMODE(mode) & 0o077:
        raise SettingsError(f"{setting}: {path} can be read by others. Run: chmod 600 {path}")
    if not text:
        raise SettingsError(f"{setting}: {path} is empty")
    return Secret(text)


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
