"""One error class per cause; each carries what a support ticket asks for, and no secret."""

from __future__ import annotations

from typing import NamedTuple

from roster_tui.errors import UNREACHABLE, RosterError


class Asked(NamedTuple):
    """The request behind an error."""

    url: str
    """Without user info; query values are paging cursors and filters only."""
    request_ids: tuple[str, ...] = ()
    """Clever's ``x-request-id`` and ``clever-request-id``, where it answered."""


class CleverError(RosterError):
    """Anything that kept an answer of Clever from being used."""

    exit_code = UNREACHABLE

    fix = "Try again later"
    """What the reader can do about it."""

    def __init__(self, message: str, asked: Asked, status: int | None = None) -> None:
        self.message = message
        self.url = asked.url
        self.request_ids = asked.request_ids
        self.status = status
        """The HTTP status, or None when there was no answer."""
        super().__init__(message)

    def __str__(self) -> str:
        ids = f", request id {' / '.join(self.request_ids)}" if self.request_ids else ""
        return f"{self.message} ({self.url}{ids})"


class Unauthorized(CleverError):
    """401: the token is missing, wrong or revoked."""

    fix = "Check the token; Clever may have rotated it"


class NotFound(CleverError):
    """404: no such record, or not shared with this application, or the wrong kind of token."""

    fix = "Check the id, and that the district shares this record with the application"


class ManyDistricts(CleverError):
    """An application's token was asked for without saying of which district."""

    fix = "Set district to the Clever ID of one of them"


class Refused(CleverError):
    """Another 4xx: Clever does not accept the request as it stands."""

    fix = "Report this with the request id"


class RateLimited(CleverError):
    """429 for longer than we were willing to wait."""

    fix = "Wait a minute; another program may be using the same token"


class ServerError(CleverError):
    """5xx, again and again."""

    fix = "Look at status.clever.com, and try again later"


class TimedOut(CleverError):
    """No complete answer in time, again and again."""


class Unreachable(CleverError):
    """No connection, or one that broke, again and again."""

    fix = "Check the network, a proxy, and clever.base_url"


class BadResponse(CleverError):
    """An answer that is not what Clever documents: HTML, broken JSON, too large, a redirect."""

    fix = "Something may stand between us and Clever (a proxy or a login page); report it with the request id"


class PageLoop(BadResponse):
    """Pages that do not move forward; reading on would never end."""


class ForeignLink(BadResponse):
    """A next link to another host or another list; following it would carry the token there."""


class InsecureAddress(CleverError):
    """An address that would send the token unencrypted."""

    fix = "Use https"
