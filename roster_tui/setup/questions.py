"""What is asked, in one line each, and what is taken where nobody answers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from roster_tui.settings import Settings

_LOCALTIME = Path("/etc/localtime")

WAYS: Mapping[str, str] = {
    "token": "a district token to type or paste: kept in a file of its own that only you can read",
    "file": "a file that holds the token already, and that only you can read",
    "command": "a command that prints the token, as a password manager's",
    "application": "an application's client id; its secret stays in CLEVER_CLIENT_SECRET",
    "environment": "CLEVER_TOKEN in the environment, whenever the console starts",
}
"""How Clever can be reached, by name."""


@dataclass(frozen=True)
class Question:
    """One thing to be asked besides the way to Clever."""

    setting: str
    """Dotted, as the settings table names it."""
    title: str
    help: str
    choices: tuple[str, ...] = ()


QUESTIONS = (
    Question("data_dir", "Data folder", "Holds roster, accounts and journal; only you can enter it"),
    Question("timezone", "Time zone", "The district's, as in America/Chicago; empty for this system's"),
    Question("sync_at", "Nightly sync at", "When the platform takes the roster, in that time zone"),
    Question("operator_role", "You may", "viewer only looks, lead acts, admin also changes roles",
             ("admin", "lead", "viewer")),
    Question("mail.host", "SMTP server", "Sends activation mail; empty keeps mail in a folder, unsent"),
    Question("mail.sender", "Mail is from", "The From address of that mail"),
)  # fmt: skip


def defaults(settings: Settings) -> dict[str, str]:
    """Return what each question's answer is by the settings as they are, or by this system."""
    return {
        "data_dir": str(settings.data_root),
        "timezone": settings.timezone or system_zone(),
        "sync_at": settings.sync_at,
        "operator_role": settings.operator_role,
        "mail.host": settings.mail.host,
        "mail.sender": settings.mail.sender,
    }


def has_way(settings: Settings, environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether the settings or the environment say already how Clever is reached."""
    clever = settings.clever
    named = clever.token_file or clever.token_command or clever.client_id
    return bool(named or environ.get("CLEVER_TOKEN", "").strip() or environ.get("CLEVER_CLIENT_ID", "").strip())


def system_zone(environ: Mapping[str, str] = os.environ, localtime: Path = _LOCALTIME) -> str:
    """Return the name of this system's time zone; empty where it has none of its own, as most servers in UTC."""
    _, _, linked = str(localtime.resolve()).partition("zoneinfo/")
    name = environ.get("TZ", "").lstrip(":") or linked
    if "/" not in name or name.startswith("Etc/"):
        return ""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ""
    return name
