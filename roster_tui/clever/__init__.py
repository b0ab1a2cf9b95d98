"""An async client for Clever's Data API (v3.1 and v3.0): typed pages, errors by cause, tokens kept secret.

It stands alone: nothing of this package knows what its records are used for.

    async with Client(token) as clever:
        district = await clever.district()
        async for page in clever.users(role="teacher"):
            for teacher in page.records:
                print(teacher.id, teacher.email)
        async for page in clever.within(SCHOOLS, school_id, SECTIONS):
            ...
        course = await clever.related(SECTIONS, section_id, COURSE)

An application that serves many districts looks their tokens up; each is looked up again when it is refused:

    application = Application(client_id, client_secret)
    for granted in await district_tokens(application):
        async with Client(LookedUpToken(application, granted.district)) as clever:
            ...
"""

from roster_tui.clever.client import Client
from roster_tui.clever.endpoints import (
    COURSE,
    COURSES,
    DISTRICT,
    DISTRICTS,
    EVENTS,
    MY_CONTACTS,
    MY_STUDENTS,
    MY_TEACHERS,
    RESOURCES,
    SCHOOL,
    SCHOOLS,
    SECTIONS,
    TERM,
    TERMS,
    USERS,
    Collection,
    Single,
)
from roster_tui.clever.errors import (
    BadResponse,
    CleverError,
    ForeignLink,
    InsecureAddress,
    ManyDistricts,
    NotFound,
    PageLoop,
    RateLimited,
    Refused,
    ServerError,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from roster_tui.clever.paging import Page
from roster_tui.clever.records import Course, District, Event, Name, Resource, School, Section, Term, User
from roster_tui.clever.tokens import Application, DistrictToken, LookedUpToken, district_tokens
from roster_tui.clever.wire import Unreadable, is_clever_id
from roster_tui.http.connections import Patience
from roster_tui.http.credentials import Credential, FixedToken, TokenSource

__all__ = [
    "COURSE",
    "COURSES",
    "DISTRICT",
    "DISTRICTS",
    "EVENTS",
    "MY_CONTACTS",
    "MY_STUDENTS",
    "MY_TEACHERS",
    "RESOURCES",
    "SCHOOL",
    "SCHOOLS",
    "SECTIONS",
    "TERM",
    "TERMS",
    "USERS",
    "Application",
    "BadResponse",
    "CleverError",
    "Client",
    "Collection",
    "Course",
    "Credential",
    "District",
    "DistrictToken",
    "Event",
    "FixedToken",
    "ForeignLink",
    "InsecureAddress",
    "LookedUpToken",
    "ManyDistricts",
    "Name",
    "NotFound",
    "Page",
    "PageLoop",
    "Patience",
    "RateLimited",
    "Refused",
    "Resource",
    "School",
    "Section",
    "ServerError",
    "Single",
    "Term",
    "TimedOut",
    "TokenSource",
    "Unauthorized",
    "Unreachable",
    "Unreadable",
    "User",
    "district_tokens",
    "is_clever_id",
]
