"""All kinds of findings: the one table that rules, screens, commands and the reference read."""

from __future__ import annotations

from collections.abc import Mapping

from roster_tui.findings.model import Code, Effect, Owner, Severity

SIS_ID_CHANGED = Code(
    "sis-id-changed",
    "SIS ID changed",
    Severity.HIGH,
    Owner.CLEVER_SUPPORT,
    Effect.NEXT_SYNC,
    "The SIS gave the same person a new SIS ID. Clever takes it for somebody new: the old record is archived"
    " and suspended, the new one starts empty.",
    "Ask Clever support to map the old SIS ID to the new one, before anybody works with the duplicate;"
    " or have the SIS office put the old ID back.",
    "map old ID to new",
)
EMAIL_MISSING = Code(
    "email-missing",
    "Email missing",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "The SIS sends no email for this teacher. The account is suspended at the sync, and nobody can sign in to it.",
    "Enter the email in the SIS. The next sync after that restores the account by itself.",
    "enter the email",
)
EMAIL_SHARED = Code(
    "email-shared",
    "Email shared",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Two teachers have the same email. One email is one account: one of the two cannot get in, or sees the"
    " other's classes.",
    "Find out whose email it is, and enter the other's own in the SIS.",
    "give one an email of their own",
)
SECTION_WITHOUT_TEACHER = Code(
    "section-without-valid-teacher",
    "Section without valid teacher",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "No teacher of this section has an account that can be used, so nobody sees the class and its students.",
    "Assign a teacher in the SIS who is sent to Clever with an email; or repair the account of the one assigned.",
    "assign a valid teacher",
)
TEACHER_REMOVED = Code(
    "teacher-removed",
    "Teacher left the data",
    Severity.MEDIUM,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "The teacher is no longer in Clever's data, so the sync suspended the account. Right for a leaver; wrong"
    " when the SIS or the sharing rules dropped somebody who still works.",
    "If the person still works here, have the SIS office or whoever keeps the sharing rules send the record again.",
    "check that the person really left",
)
ACTIVATION_PENDING = Code(
    "activation-pending",
    "Never activated",
    Severity.LOW,
    Owner.CONSOLE,
    Effect.NOW,
    "The account has been waiting for days and was never activated, so the person cannot work with it.",
    "Send the activation email; if it was sent before, ask the person to look into the spam folder.",
    "send the activation email (a)",
    action="account.activate",
)

CODES: Mapping[str, Code] = {
    code.code: code
    for code in (
        SIS_ID_CHANGED,
        EMAIL_MISSING,
        EMAIL_SHARED,
        SECTION_WITHOUT_TEACHER,
        TEACHER_REMOVED,
        ACTIVATION_PENDING,
    )
}
