"""Which files and columns OneRoster's CSV has, in 1.1 and in 1.2, and what is checked in each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from roster_tui.sis.rules import FileRules


def _canonical(names: Mapping[str, str], header: str) -> str:
    text = "".join(header.split()).replace("_", "")
    return names.get(text.lower(), header.strip())


def _rules(name: str, required: str, optional: str, **what: object) -> FileRules:
    columns = frozenset(required.split()), frozenset(f"status dateLastModified metadata {optional}".split())
    names = {each.lower(): each for each in columns[0] | columns[1]}
    given: dict[str, object] = {"filled": columns[0], "canonical": partial(_canonical, names)} | what
    return FileRules(name, *columns, **given)  # type: ignore[arg-type]


KEY = "sourcedId"
_USER_OPTIONAL = "enabledUser username userIds middleName identifier email sms phone agentSourcedIds grades password"
_USER = {
    "key": KEY,
    "kind": "user",
    "ids": frozenset(("identifier",)),
    "emails": frozenset(("email",)),
    "grades": frozenset(("grades",)),
    "account_email": "email",
    "mixed": True,
    "private": True,
}
LAYOUT = (
    _rules(
        "orgs.csv",
        "sourcedId name type",
        "identifier parentSourcedId",
        key=KEY,
        kind="org",
        references={"parentSourcedId": "org"},
        ids=frozenset(("identifier",)),
    ),
    _rules(
        "academicSessions.csv",
        "sourcedId title type startDate endDate",
        "parentSourcedId schoolYear",
        key=KEY,
        kind="academic session",
        references={"parentSourcedId": "academic session"},
        dates=frozenset(("startDate", "endDate")),
    ),
    _rules(
        "courses.csv",
        "sourcedId title",
        "schoolYearSourcedId courseCode grades orgSourcedId subjects subjectCodes",
        key=KEY,
        kind="course",
        references={"schoolYearSourcedId": "academic session", "orgSourcedId": "org"},
        ids=frozenset(("courseCode",)),
        lists=frozenset(("grades",)),
        grades=frozenset(("grades",)),
    ),
    _rules(
        "classes.csv",
        "sourcedId title courseSourcedId schoolSourcedId termSourcedIds",
        "grades classCode classType location subjects subjectCodes periods",
        key=KEY,
        kind="class",
        references={"courseSourcedId": "course", "schoolSourcedId": "org", "termSourcedIds": "academic session"},
        lists=frozenset(("termSourcedIds", "grades")),
        grades=frozenset(("grades",)),
    ),
    _rules(
        "enrollments.csv",
        "classSourcedId userSourcedId role",
        "sourcedId schoolSourcedId primary beginDate endDate",
        references={"classSourcedId": "class", "userSourcedId": "user", "schoolSourcedId": "org"},
        dates=frozenset(("beginDate", "endDate")),
        private=True,
    ),
)
USERS_1_1 = _rules(
    "users.csv",
    "sourcedId orgSourcedIds role givenName familyName",
    _USER_OPTIONAL,
    references={"orgSourcedIds": "org"},
    lists=frozenset(("orgSourcedIds", "grades")),
    **_USER,
)
USERS_1_2 = _rules(
    "users.csv",
    "sourcedId givenName familyName",
    f"{_USER_OPTIONAL} userMasterIdentifier resourceSourcedIds preferredGivenName preferredMiddleName"
    " preferredFamilyName primaryOrgSourcedId pronouns",
    references={"primaryOrgSourcedId": "org"},
    lists=frozenset(("grades",)),
    **_USER,
)
ROLES = _rules(
    "roles.csv",
    "userSourcedId role orgSourcedId",
    "sourcedId roleType beginDate endDate userProfileSourcedId",
    references={"userSourcedId": "user", "orgSourcedId": "org"},
    dates=frozenset(("beginDate", "endDate")),
    private=True,
)
