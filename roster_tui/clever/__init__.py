"""An async client for Clever's Data API (v3.1 and v3.0): typed pages, errors by cause, tokens kept secret."""

from roster_tui.clever.client import Client, Page, Unreadable
from roster_tui.clever.errors import (
    BadResponse,
    CleverError,
    ForeignLink,
    InsecureAddress,
    NotFound,
    PageLoop,
    RateLimited,
    ServerError,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from roster_tui.clever.records import Course, District, Name, School, Section, Term, User

__all__ = [
    "BadResponse",
    "CleverError",
    "Client",
    "Course",
    "District",
    "ForeignLink",
    "InsecureAddress",
    "Name",
    "NotFound",
    "Page",
    "PageLoop",
    "RateLimited",
    "School",
    "Section",
    "ServerError",
    "Term",
    "TimedOut",
    "Unauthorized",
    "Unreachable",
    "Unreadable",
    "User",
]
