"""Links that let one person in, once: signed with a key that never leaves the ledger, good until they expire."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from roster_tui.accounts.mail.link_key import LinkKey
from roster_tui.concurrency import Lock
from roster_tui.errors import RosterError
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import LINKS

_LOCK_SECONDS = 30.0
_TABLE = "used"
_KEPT = 2_000


class LinkRefused(RosterError):
    """A link that does nothing; says why. The account is as before."""

    code = "refused"
    """What programs tell the reason by."""


class LinkForged(LinkRefused):
    """Not signed with our key, or not whole."""

    code = "forged"

    def __init__(self) -> None:
        super().__init__("This link was not made here, or a part of it is missing. Ask for a new mail")


class LinkExpired(LinkRefused):
    """Its time is over."""

    code = "expired"

    def __init__(self, expired: datetime) -> None:
        super().__init__(f"This link was good until {expired:%Y-%m-%d %H:%M} UTC. Ask for a new mail")


class LinkMistimed(LinkRefused):
    """Made while a clock was ahead, so that it would be good for too long."""

    code = "mistimed"

    def __init__(self) -> None:
        super().__init__("This link was made while a clock was wrong: nobody knows its age. Ask for a new mail")


class LinkUsed(LinkRefused):
    """It has done its work."""

    code = "used"

    def __init__(self, at: datetime) -> None:
        super().__init__(f"This link was used already, {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC")


@dataclass(frozen=True)
class Link:
    """What a link says, once its signature holds."""

    kind: str
    """Of the mail it came with."""
    account: str
    action: str
    """The action that sent it."""
    expires: datetime

    @property
    def id(self) -> str:
        """What stands for it in the list of used links."""
        return sha256(f"{self.kind} {self.account} {self.action}".encode()).hexdigest()[:32]


def made_after(action: str) -> datetime | None:
    """Return a moment before an action, whose id tells it to the minute in some time zone; None if it is no id."""
    try:
        return datetime.strptime(f"{action[:11]}+0000", "%y%m%d-%H%M%z") - timedelta(days=1)
    except ValueError:
        return None


class Links:
    """The links of one district."""

    def __init__(self, ledger: Path, head: Head | None = None, kept: int = _KEPT) -> None:
        """Use a ledger's folder; the newest ``kept`` used links are remembered, expired or not.

        Without ``head``, the ledger's own HEAD is read.
        """
        head = head or Head(ledger)
        self._kept = kept
        self._lock = Lock(ledger / "links.lock", _LOCK_SECONDS)
        self._used = Documents(ledger / "links.json", LINKS, head)
        self.key = LinkKey(ledger, self._lock, self._used, head)

    def issue(self, link: Link) -> str:
        """Return the token of a link. Raises what `LinkKey.reveal` raises."""
        token = self._signer().dumps([link.kind, link.account, link.action, int(link.expires.timestamp())])
        return str(token)

    def read(self, token: str, now: datetime) -> Link:
        """Return what a token says.

        Raises `LinkForged`, `LinkExpired`, `LinkMistimed`, and what `LinkKey.reveal` raises.
        """
        from itsdangerous import BadData

        try:
            kind, account, action, expires = self._signer().loads(token)
        except (BadData, UnicodeEncodeError):
            raise LinkForged from None
        link = Link(kind, account, action, datetime.fromtimestamp(expires, UTC))
        if now >= link.expires:
            raise LinkExpired(link.expires)
        if (made := made_after(link.action)) and made > now:
            raise LinkMistimed
        return link

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Keep everybody else from using a link while the block runs. Raises `LockHeld`."""
        with self._lock:
            yield

    def used_at(self, link: Link) -> datetime | None:
        """Return when a link was used, or None. Raises `LedgerDamaged`."""
        found = self._used.reading().table(_TABLE).pick([link.id])
        return datetime.fromisoformat(found[link.id]["at"]) if found else None

    def note_used(self, link: Link, now: datetime) -> None:
        """Write down that a link has done its work; of many, those that have expired meanwhile are forgotten."""
        with self._used.changing() as database:
            table = database.table(_TABLE)
            # Under a clock that is ahead all have expired, and could be used again once it is set right.
            older = list(table)[: -self._kept]
            table.drop([str(each.doc_id) for each in older if datetime.fromisoformat(each["expires"]) <= now])
            table.put({link.id: {"at": now.isoformat(), "expires": link.expires.isoformat()}})

    def _signer(self) -> Any:
        from itsdangerous import URLSafeSerializer

        return URLSafeSerializer(
            self.key.reveal(), salt="roster-tui link", signer_kwargs={"digest_method": sha256, "key_derivation": "hmac"}
        )
