"""The tables of the settings file, each with its defaults and what they mean.

Read with msgspec, since every start pays for it.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from roster_tui.http.addresses import is_secure
from roster_tui.settings.places import config_path


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
    ticket_days: Annotated[
        int, Meta(description="Days after which a closed ticket goes, with what its tokens stand for", ge=1)
    ] = 400
    vendor_keys: Annotated[
        dict[str, str],
        Meta(description='Public keys that bundles are sealed for, by name, as in `"Platform" = "age1..."`'),
    ] = {}
    sftp: SftpSettings = SftpSettings()

    def __post_init__(self) -> None:
        for title, url in self.resources.items():
            # A terminal opens it on a click, and it stands between control characters there.
            if not (url.isascii() and url.isprintable() and " " not in url and is_secure(url)):
                raise ValueError(
                    f"resources: {title!r} is {url!r}; it must be an https address (http only on loopback)"
                )
