"""One typed Settings object, from ``config.toml``, then the environment, then options.

Read with msgspec, since every start pays for it; secrets are resolved only when they are needed.
"""

from __future__ import annotations

import getpass
import os
import stat
import subprocess
from collections.abc import Mapping
from datetime import datetime, time, tzinfo
from functools import reduce
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import platformdirs
from msgspec import Meta

from roster_tui.http.addresses import is_secure
from roster_tui.refusals import READ_ONLY, VIEWER

APP = "roster-tui"
ENVIRONMENT_PREFIX = "ROSTER_TUI_"
_TOKEN_COMMAND_SECONDS = 30


class SettingsError(Exception):
    """A setting that cannot be used; says which, where it stands and what is expected."""


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


class CleverSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How Clever is reached."""

    base_url: Annotated[str, Meta(description="Where Clever's API answers; plain http only for loopback")] = (
        "https://api.clever.com"
    )
    version: Annotated[Literal["v3.1", "v3.0"], Meta(description="Version of Clever's API")] = "v3.1"
    token_file: Annotated[str, Meta(description="File that holds the district token; only its owner may read it")] = ""
    token_command: Annotated[str, Meta(description="Command that prints the district token")] = ""
    client_id: Annotated[str, Meta(description="Client id of the application; looks the token up by `district`")] = ""
    client_secret_file: Annotated[
        str, Meta(description="File that holds the application's client secret; only its owner may read it")
    ] = ""
    token_url: Annotated[str, Meta(description="Where the application's district tokens are looked up")] = (
        "https://clever.com"
    )
    page_size: Annotated[int, Meta(description="Records per request", ge=1, le=10_000)] = 1_000
    students: Annotated[Literal["all", "none"], Meta(description="`none` fetches no student at all")] = "all"
    full_every_days: Annotated[
        int, Meta(description="Days after which everything is fetched again, whatever the events said", ge=1)
    ] = 7


class MailSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How activation and password mail leaves. Without a host it is kept in a Maildir in the data folder."""

    host: Annotated[str, Meta(description="SMTP server; empty keeps mail in a Maildir in the data folder")] = ""
    port: Annotated[int, Meta(description="Port of the SMTP server", ge=1, le=65_535)] = 587
    security: Annotated[Literal["starttls", "tls", "none"], Meta(description="How the connection is secured")] = (
        "starttls"
    )
    username: Annotated[str, Meta(description="User for AUTH; empty sends without")] = ""
    password_file: Annotated[str, Meta(description="File that holds the password; only its owner may read it")] = ""
    sender: Annotated[str, Meta(description="From address of the mail")] = "roster@localhost"
    cooldown_hours: Annotated[float, Meta(description="Hours before one person is mailed again", ge=0)] = 24.0
    per_minute: Annotated[
        int,
        Meta(description="Messages a minute at most, all consoles together; 0 sends as fast as the server takes", ge=0),
    ] = 0
    templates: Annotated[
        str, Meta(description="Folder of your own mail texts; by default `mail` beside the settings file")
    ] = ""
    platform_url: Annotated[str, Meta(description="The platform's address, on which the links in the mail stand")] = (
        "https://app.masteryconnect.com"
    )
    activation_path: Annotated[str, Meta(description="The platform's page that an activation link opens")] = "/activate"
    password_path: Annotated[str, Meta(description="The platform's page that a password link opens")] = "/password"
    activation_link_hours: Annotated[float, Meta(description="Hours for which an activation link is good", gt=0)] = (
        168.0
    )
    password_link_hours: Annotated[float, Meta(description="Hours for which a password link is good", gt=0)] = 24.0

    def __post_init__(self) -> None:
        # Whoever reads a link on its way can use it.
        if not is_secure(self.platform_url):
            raise ValueError(
                f"platform_url is {self.platform_url!r}; it must be an https address (http only on loopback)"
            )
        for name in ("activation_path", "password_path"):
            path = getattr(self, name)
            if not path.startswith("/") or any(each in path for each in "?# \\"):
                raise ValueError(f"{name} is {path!r}; it must be a path such as /activate")

    @property
    def sender_domain(self) -> str:
        """What the sender's address has after its @."""
        from email.utils import parseaddr

        return parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"

    @property
    def templates_folder(self) -> Path:
        """Where the district's own mail texts stand, if there are any."""
        return Path(self.templates).expanduser() if self.templates else config_path().parent / "mail"


class ExportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the platform's own CSV export of accounts names things; `accounts import` reads it."""

    email_column: Annotated[str, Meta(description="Column of the address in the platform's export")] = "Email"
    sis_id_column: Annotated[str, Meta(description="Column of the SIS ID in the platform's export")] = "SIS ID"
    state_column: Annotated[str, Meta(description="Column that says whether somebody has activated")] = "Status"
    active: Annotated[str, Meta(description="What that column says of who has, separated by commas")] = "Active"
    others: Annotated[str, Meta(description="What it says of who has not, separated by commas")] = "Pending, Suspended"

    @property
    def active_words(self) -> list[str]:
        """What says that somebody has activated."""
        return _listed(self.active)

    @property
    def other_words(self) -> list[str]:
        """What says that somebody has not."""
        return _listed(self.others)


class DirectorySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who keeps the accounts: the console itself, or a platform that speaks SCIM 2.0."""

    backend: Annotated[
        Literal["local", "scim"],
        Meta(description="`local` keeps the accounts in the data folder, `scim` on a platform"),
    ] = "local"
    url: Annotated[str, Meta(description="Where the platform's SCIM service answers; it often ends in `/scim/v2`")] = ""
    token_file: Annotated[str, Meta(description="File that holds the SCIM token; only its owner may read it")] = ""
    token_command: Annotated[str, Meta(description="Command that prints the SCIM token")] = ""
    external_id: Annotated[
        Literal["clever_id", "sis_id"], Meta(description="What the platform keeps as `externalId` of a user")
    ] = "clever_id"
    filter: Annotated[
        str, Meta(description='SCIM filter of the users to list, as in `userType eq "Staff"`; all of them by default')
    ] = ""

    def __post_init__(self) -> None:
        if self.backend == "scim" and not is_secure(self.url):
            raise ValueError(f"url is {self.url!r}; it must be an https address (http only on loopback)")


class TrackerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When trackers archive by themselves."""

    rollover: Annotated[
        str, Meta(description="Month and day on which the school year rolls over, and all trackers archive")
    ] = "07-01"

    def __post_init__(self) -> None:
        try:
            self.month_and_day  # noqa: B018
        except ValueError:
            raise ValueError(f"rollover is {self.rollover!r}; it must be a month and day such as 07-01") from None

    @property
    def month_and_day(self) -> tuple[int, int]:
        """The first day of a school year. Raises ValueError when it is none that every year has."""
        day = datetime.strptime(f"2001-{self.rollover}", "%Y-%m-%d")
        return day.month, day.day


class KindHoldSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When one type of record holds a sync; what is not set is as for the others."""

    removed_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    updated_percent: Annotated[float, Meta(ge=0, le=100)] | None = None
    floor: Annotated[int, Meta(ge=0)] | None = None


class HoldSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a sync is held for review; each limit trips only when exceeded."""

    removed_percent: Annotated[float, Meta(description="Removed records of one type, in percent", ge=0, le=100)] = 10.0
    updated_percent: Annotated[float, Meta(description="Updated records of one type, in percent", ge=0, le=100)] = 75.0
    floor: Annotated[int, Meta(description="Changes of one type up to this number never hold", ge=0)] = 5
    suspensions: Annotated[int, Meta(description="Accounts one sync may suspend", ge=0)] = 50
    school: Annotated[
        KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for schools")
    ] = KindHoldSettings()
    term: Annotated[KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for terms")] = (
        KindHoldSettings()
    )
    course: Annotated[
        KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for courses")
    ] = KindHoldSettings()
    teacher: Annotated[
        KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for teachers")
    ] = KindHoldSettings()
    student: Annotated[
        KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for students")
    ] = KindHoldSettings()
    section: Annotated[
        KindHoldSettings, Meta(description="Other `removed_percent, updated_percent, floor` for sections")
    ] = KindHoldSettings()


class ConsoleSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the console looks and is worked."""

    theme: Annotated[
        Literal["dark", "light", "contrast", "colour-blind", "terminal"],
        Meta(description="Colours to begin with; `terminal` uses the terminal's own sixteen"),
    ] = "dark"
    ascii: Annotated[bool, Meta(description="Draw symbols and lines with ASCII only")] = False
    mouse: Annotated[bool, Meta(description="Let the mouse be used; off leaves selecting to the terminal")] = True
    motion: Annotated[bool, Meta(description="Let anything move by itself; off shows every change at once")] = True
    lock_minutes: Annotated[
        float, Meta(description="Minutes without a key after which the screen goes blank; 0 never does", ge=0)
    ] = 0
    keys: Annotated[
        dict[str, str],
        Meta(description='Other keys by action, as in `"account.suspend" = "ctrl+s"`; an empty key takes it away'),
    ] = {}


class NotifySettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is told when a sync from the command line is held or fails; neither message names a person."""

    mail_to: Annotated[str, Meta(description="Addresses that get a mail, separated by commas")] = ""
    webhook: Annotated[str, Meta(description="https address that gets a JSON document")] = ""

    def __post_init__(self) -> None:
        if self.webhook and not is_secure(self.webhook):
            raise ValueError(f"webhook is {self.webhook!r}; it must be an https address (http only on loopback)")

    @property
    def addresses(self) -> list[str]:
        """Who gets a mail."""
        return _listed(self.mail_to)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class SftpSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where sealed bundles are delivered: the vendor's SFTP server, known by its host key."""

    host: Annotated[str, Meta(description="SFTP server that sealed bundles are delivered to")] = ""
    port: Annotated[int, Meta(description="Port of the SFTP server", ge=1, le=65_535)] = 22
    host_key: Annotated[
        str,
        Meta(description="The server's public key, as the vendor tells it: `ssh-ed25519 AAAA...`; no other is trusted"),
    ] = ""
    username: Annotated[str, Meta(description="User on the SFTP server")] = ""
    key_file: Annotated[
        str, Meta(description="File that holds the private key to sign in with; only its owner may read it")
    ] = ""
    password_file: Annotated[
        str, Meta(description="File that holds the password, where there is no key; only its owner may read it")
    ] = ""
    folder: Annotated[str, Meta(description="Folder on the server that bundles are put into")] = "."


class SupportSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How help is asked for, and what the texts that leave may hold."""

    help_desk: Annotated[
        str, Meta(description="Address of the platform's Help Center, to which tickets are mailed")
    ] = ""
    clever_support: Annotated[
        str, Meta(description="Address of Clever support, to which crosswalk requests are mailed")
    ] = ""
    resources: Annotated[
        dict[str, str],
        Meta(description='Links of your own to read, by title, as in `"Our handbook" = "https://..."`'),
    ] = {}
    allow_staff: Annotated[
        bool, Meta(description="Whether names and emails of staff may stand in what leaves; students' never may")
    ] = True
    vendor_keys: Annotated[
        dict[str, str],
        Meta(description='Public keys that bundles are sealed for, by name, as in `"Platform" = "age1..."`'),
    ] = {}
    sftp: SftpSettings = SftpSettings()


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


def demo_store(data_root: Path) -> Path:
    """Return where a demo keeps its simulated Clever; the file is there only in a demo's data folder."""
    return data_root / "sandbox.sqlite"


def config_path() -> Path:
    """Return where the settings file of this user stands or would stand."""
    return platformdirs.user_config_path(APP) / "config.toml"


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

        nearest = process.extractOne(unknown, _names(), score_cutoff=70)
        guess = f"; did you mean {nearest[0]}?" if nearest else ""
        return f"There is no setting {'.'.join(filter(None, (key, unknown)))}{guess}"
    return f"{key}: {message}" if key else message


def _names() -> list[str]:
    tables = (
        Settings,
        CleverSettings,
        DirectorySettings,
        MailSettings,
        ExportSettings,
        TrackerSettings,
        HoldSettings,
        KindHoldSettings,
        NotifySettings,
        SupportSettings,
        SftpSettings,
    )
    return [field.name for table in tables for field in msgspec.structs.fields(table)]
