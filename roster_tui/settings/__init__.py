"""One typed Settings object, from ``config.toml``, then the environment, then options."""

from __future__ import annotations

import getpass
import os
from collections.abc import Iterator, Mapping
from datetime import time, tzinfo
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import platformdirs
from msgspec import Meta

from roster_tui.refusals import READ_ONLY, VIEWER
from roster_tui.settings.errors import SettingsError
from roster_tui.settings.places import APP, config_path, demo_store
from roster_tui.settings.secrets import Secret, clever_token, client_secret, directory_token, private_file, private_line
from roster_tui.settings.sections import (
    CleverSettings,
    ConsoleSettings,
    DirectorySettings,
    ExportSettings,
    HoldSettings,
    KindHoldSettings,
    MailSettings,
    NotifySettings,
    SftpSettings,
    SupportSettings,
    TrackerSettings,
)

__all__ = [
    "APP",
    "ENVIRONMENT_PREFIX",
    "CleverSettings",
    "DirectorySettings",
    "ExportSettings",
    "HoldSettings",
    "KindHoldSettings",
    "MailSettings",
    "NotifySettings",
    "Secret",
    "Settings",
    "SettingsError",
    "SftpSettings",
    "clever_token",
    "client_secret",
    "config_path",
    "demo_store",
    "directory_token",
    "load",
    "merged",
    "private_file",
    "private_line",
    "settings_in",
    "values_of",
]

ENVIRONMENT_PREFIX = "ROSTER_TUI_"


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that can be set; the defaults are safe."""

    district: Annotated[str, Meta(description="Name or Clever ID of the district to open, when there are several")] = ""
    data_dir: Annotated[str, Meta(description="Folder that holds one folder a district")] = ""
    operator: Annotated[str, Meta(description="Who acts, as the journal shows it; the login name by default")] = ""
    operator_email: Annotated[
        str, Meta(description="Address of the operator's own account, which nobody suspends or changes oneself")
    ] = ""
    operator_role: Annotated[
        Literal["viewer", "lead", "admin"],
        Meta(description="What the operator may do: `viewer` only looks, `lead` acts but changes no roles"),
    ] = "admin"
    confirm_over: Annotated[
        int, Meta(description="Accounts in one action above which their number has to be typed", ge=1)
    ] = 25
    read_only: Annotated[bool, Meta(description="Take every writing action away")] = False
    color: Annotated[bool, Meta(description="Use colour (NO_COLOR turns it off as well)")] = True
    timezone: Annotated[
        str, Meta(description="The district's time zone, as in Europe/Paris; the system's by default")
    ] = ""
    sync_at: Annotated[str, Meta(description="When the nightly sync runs, in the district's time zone")] = "01:00"
    pending_days: Annotated[
        int, Meta(description="Days after which a mailed but pending account is a finding", ge=0)
    ] = 3
    clever: CleverSettings = CleverSettings()
    directory: DirectorySettings = DirectorySettings()
    mail: MailSettings = MailSettings()
    export: ExportSettings = ExportSettings()
    trackers: TrackerSettings = TrackerSettings()
    history_days: Annotated[
        int, Meta(description="Days for which runs, their changes and damaged caches are kept", ge=31)
    ] = 400
    hold: HoldSettings = HoldSettings()
    notify: NotifySettings = NotifySettings()
    console: ConsoleSettings = ConsoleSettings()
    support: SupportSettings = SupportSettings()

    def __post_init__(self) -> None:
        try:
            time.fromisoformat(self.sync_at)
        except ValueError:
            raise ValueError(f"sync_at is {self.sync_at!r}, which is no time of day such as 01:00") from None
        if self.timezone:
            from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

            try:
                ZoneInfo(self.timezone)
            except (ZoneInfoNotFoundError, ValueError):
                raise ValueError(f"timezone is {self.timezone!r}, which this system does not know") from None

    @property
    def data_root(self) -> Path:
        """The folder that holds one folder a district."""
        if self.data_dir:
            return Path(self.data_dir).expanduser()
        return platformdirs.user_data_path(APP)

    @property
    def operator_name(self) -> str:
        """Who acts, as the journal shows it."""
        return self.operator or getpass.getuser()

    @property
    def refusal(self) -> str:
        """Why nothing may be changed; empty where it may."""
        return READ_ONLY if self.read_only else VIEWER if self.operator_role == "viewer" else ""

    @property
    def limits(self) -> str:
        """What keeps the operator from doing everything: ``viewer, lead, read-only`` or nothing."""
        return "read-only" if self.read_only else self.operator_role if self.operator_role != "admin" else ""

    @property
    def zone(self) -> tzinfo | None:
        """The district's time zone; None for the system's own."""
        if not self.timezone:
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.timezone)

    @property
    def sync_time(self) -> time:
        """The time of day at which the nightly sync runs."""
        return time.fromisoformat(self.sync_at)


def load(
    file: Path | None = None,
    environ: Mapping[str, str] = os.environ,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings from file, environment and options, the later winning.

    ``ROSTER_TUI_MAIL__HOST`` in the environment is ``host`` under ``[mail]`` in the file. Raises
    `SettingsError` naming file, key and what is expected; nothing is guessed.
    """
    path = file or config_path()
    return settings_in(path, values_of(path), environ, options)


def settings_in(
    path: Path,
    values: dict[str, Any],
    environ: Mapping[str, str] = os.environ,
    options: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the settings as a file would give them if these values stood in it. Raises `SettingsError`."""
    values = merged(values, _from_environment(environ))
    if environ.get("NO_COLOR"):
        values["color"] = False
    values = merged(values, dict(options or {}))
    try:
        return msgspec.convert(values, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{_explained(str(error))}. Look in {path} and at {ENVIRONMENT_PREFIX}*") from None


def values_of(path: Path) -> dict[str, Any]:
    """Return what stands in a settings file, unchecked; nothing where there is none. Raises `SettingsError`."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from None
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}") from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in environ.items():
        if name.startswith(ENVIRONMENT_PREFIX):
            *tables, key = name.removeprefix(ENVIRONMENT_PREFIX).lower().split("__")
            reduce(lambda table, part: table.setdefault(part, {}), tables, found)[key] = value
    return found


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Return settings with others over them; what is None changes nothing."""
    both = dict(below)
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(both.get(key), dict):
            both[key] = merged(both[key], value)
        elif value is not None:
            both[key] = value
    return both


def _explained(error: str) -> str:
    """Return msgspec's message with the key where it puts a path, and a guess at a misspelt key."""
    message, _, path = error.partition(" - at `$")
    key = path.rstrip("`").lstrip(".")
    if message.startswith("Object contains unknown field"):
        unknown = message.split("`")[1]
        from rapidfuzz import process

        nearest = process.extractOne(unknown, _names(Settings), score_cutoff=70)
        guess = f" (did you mean {nearest[0]}?)" if nearest else ""
        return f"There is no setting {'.'.join(filter(None, (key, unknown)))}{guess}"
    return f"{key}: {message}" if key else message


def _names(table: type[msgspec.Struct]) -> Iterator[str]:
    for each in msgspec.structs.fields(table):
        yield each.name
        if isinstance(each.default, msgspec.Struct):
            yield from _names(type(each.default))
