"""Where help is to be read: articles and courses, narrowed by words or by what one looks at. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

OWN = "own"
"""The tag of what the settings add."""


class Resource(NamedTuple):
    """Something to read."""

    title: str
    url: str
    tags: tuple[str, ...]


_HELP_CENTER = "https://help.masteryconnect.com/hc/en-us"
_COMMUNITY = "https://community.canvaslms.com/t5"
_CLEVER = "https://support.clever.com/hc/en-us"

RESOURCES: tuple[Resource, ...] = (
    Resource("Tips for admins of a finished Clever integration",
             f"{_HELP_CENTER}/articles/115005968107-Clever-Admin-Tips-for-Managing-Completed-Clever-SIS-Integration",
             ("sync", "sis-id", "section", "suspended", "pending", "support-lead", "courses")),
    Resource("Send activation emails",
             f"{_COMMUNITY}/Mastery-Connect-Admin/How-do-I-send-staff-account-activation-emails-as-a-Mastery/ta-p/386959",
             ("pending", "activation", "mail")),
    Resource("Suspend or reactivate an account",
             f"{_COMMUNITY}/Mastery-Connect-Admin/How-do-I-suspend-or-reactivate-a-staff-account-in-Mastery/ta-p/386962",
             ("suspended",)),
    Resource("Keep accounts from being suspended: pins",
             f"{_HELP_CENTER}/articles/228854747-Prevent-Suspended-Teacher-Accounts", ("suspended", "pin", "sync")),
    Resource("Manage and add teacher accounts",
             f"{_HELP_CENTER}/articles/218815177-Manage-and-Add-Teacher-Accounts", ("account", "email", "password")),
    Resource("Edit an account: role, school, email",
             f"{_COMMUNITY}/Mastery-Connect-Admin/How-do-I-edit-a-staff-member-s-account-as-a-Mastery-Connect/ta-p/386960",
             ("account", "role", "email", "pin")),
    Resource("Open a support case",
             f"{_COMMUNITY}/Mastery-Connect-Getting-Started/"
             "How-do-I-use-the-Instructure-support-customer-portal-as-a/ta-p/587618", ("ticket", "support-lead")),
    Resource("Help Center, with online PD and the Leadership course", _HELP_CENTER, ("courses", "pd", "leadership")),
    Resource("Clever support: map old SIS IDs to new ones", "https://support.clever.com", ("sis-id", "crosswalk")),
    Resource("Clever: terms, rollover and section numbers",
             f"{_CLEVER}/articles/204059586-Term-Rollover-Overview-Preparation-Recommendations",
             ("section", "term", "hold", "rollover")),
    Resource("Clever: before summer",
             f"{_CLEVER}/articles/360027745731-Preparing-for-Summer-School", ("sync", "pause", "rollover")),
)  # fmt: skip


def known_resources(own: Mapping[str, str]) -> tuple[Resource, ...]:
    """Return the settings' own resources, links by title, and then ours."""
    return (*(Resource(title, url, (OWN,)) for title, url in own.items()), *RESOURCES)


def matching(resources: Iterable[Resource], words: str) -> list[Resource]:
    """Return the resources that hold every word in title, link or tags."""
    wanted = words.lower().split()
    return [each for each in resources if all(word in _searched(each) for word in wanted)]


def words_for(kind: str | None, account_state: str | None, finding_code: str = "") -> str:
    """Return the words that lead to what helps with a row: of an account in a state, a finding, a section."""
    if "sis-id" in finding_code:
        return "sis-id"
    if account_state in ("pending", "suspended"):
        return account_state
    return {"section": "section", "run": "sync", "teacher": "account"}.get(kind or "", "")


def _searched(resource: Resource) -> str:
    return f"{resource.title} {resource.url} {' '.join(resource.tags)}".lower()
