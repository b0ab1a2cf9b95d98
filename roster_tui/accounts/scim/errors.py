"""What a platform answers instead of doing it; each says whether anything may have been changed."""

from __future__ import annotations

from roster_tui.accounts.directory import DirectoryError


class PlatformError(DirectoryError):
    """An answer of the platform that cannot be used, or none; nothing was changed."""

    fix = "Try again later"
    """What the reader can do about it."""


class NotReached(PlatformError):
    """No connection, no answer in time, or errors of the platform's own, again and again."""

    fix = "Check the network, and directory.url"


class TokenRefused(PlatformError):
    """401: the token is missing, wrong or expired."""

    fix = "Check directory.token_file or directory.token_command"


class Busy(PlatformError):
    """429 for longer than we were willing to wait."""

    fix = "Wait as long as it says; another program may be using the same token"


class NotScim(PlatformError):
    """An answer that is none of SCIM's: HTML, broken JSON, too large, pages that do not move forward."""

    fix = "Check directory.url: it usually ends in /scim/v2"


class Refused(PlatformError):
    """Another 4xx: the platform does not accept the request as it stands."""

    fix = "Report this to the platform's support"

    def __init__(self, message: str, status: int, scim_type: str = "") -> None:
        self.status = status
        self.scim_type = scim_type
        """SCIM's word for the cause (RFC 7644, 3.12); empty when there is none."""
        super().__init__(message)


WORDS = {
    "invalidFilter": "it does not understand the filter",
    "tooMany": "the question has too many answers for it",
    "uniqueness": "another user has this value already",
    "mutability": "it does not let this attribute be changed",
    "invalidSyntax": "it does not understand the request",
    "invalidPath": "it does not know this attribute",
    "noTarget": "there is nothing to be changed at this place",
    "invalidValue": "it does not take this value",
    "invalidVers": "it speaks another version of SCIM",
    "sensitive": "the request holds what must not stand in an address",
}
"""SCIM's error types in plain words, by ``scimType``."""
