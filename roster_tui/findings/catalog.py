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
    "The SIS gave the same person, section or school a new SIS ID. Clever takes it for something new: the old record"
    " is archived (accounts are suspended), the new one starts empty.",
    "Ask Clever support to map the old SIS ID to the new one, before anybody works with the duplicate;"
    " or have the SIS office put the old ID back.",
    "map old ID to new",
)
SIS_ID_SHARED = Code(
    "sis-id-shared",
    "SIS ID on two people",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Two people of one type have the same SIS ID. What is looked up by it, grades and trackers among them, may"
    " land with the wrong one.",
    "Find out whose ID it is, and give the other person an ID that nobody has had before.",
    "give one an ID of their own",
)
SIS_ID_REUSED = Code(
    "sis-id-reused",
    "SIS ID reused",
    Severity.HIGH,
    Owner.CLEVER_SUPPORT,
    Effect.NEXT_SYNC,
    "The SIS ID was another person's until some weeks ago. The newcomer may be tied to the records that person"
    " left behind.",
    "Ask the SIS office for an ID that nobody has had before; until then ask Clever support not to tie the two"
    " records together.",
    "ask for a fresh ID",
)
PERSON_REPLACED = Code(
    "person-replaced",
    "Another person behind a Clever ID",
    Severity.HIGH,
    Owner.CLEVER_SUPPORT,
    Effect.NEXT_SYNC,
    "Name and birth date (for teachers: name and email) behind one Clever ID changed at once, so its account,"
    " classes and grades are now shown for somebody else. Two SIS IDs were probably swapped.",
    "Have the SIS office check whose SIS ID it is and put it right; ask Clever support to look at the record"
    " before anybody works with it.",
    "check whose record it is",
)
SIS_ID_LOOKS_ALIKE = Code(
    "sis-id-looks-alike",
    "SIS IDs look alike",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Two people's SIS IDs differ only by case, blanks, leading zeros or the letter O for a zero. A spreadsheet"
    " or a hasty eye takes them for one; or they are one person, entered twice.",
    "Check whether the two are one person; if so, remove the record with the mistyped ID.",
    "check that they are two people",
)
SIS_ID_MAYBE_CHANGED = Code(
    "sis-id-maybe-changed",
    "SIS ID perhaps changed",
    Severity.MEDIUM,
    Owner.SIS_OFFICE,
    Effect.NEXT_SYNC,
    "One record left the data and one like it came. It may be the same under a new SIS ID, or somebody else who"
    " resembles it: a twin, a namesake, a parallel section.",
    "Ask the SIS office whether both are one. If so, have Clever support map the old SIS ID to the new one;"
    " if not, dismiss this.",
    "find out whether both are one",
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
EMAIL_WITHOUT_AT = Code(
    "email-without-at",
    "Email is no address",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "What the SIS sends as this teacher's email holds no @. No activation or password mail can be sent to it.",
    "Enter the whole email address in the SIS.",
    "correct the email",
)
EMAIL_AT_SEVERAL_SCHOOLS = Code(
    "email-at-several-schools",
    "One email at several schools",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "One person has a record at each of several schools, all with one email. One email is one account at one"
    " school, so the other schools' classes stay invisible.",
    "Send one record with all the schools' sections, if one account will do; or a different email with each"
    " school's record, if there must be an account at each.",
    "one record, or an email a school",
)
EMAIL_MOVED = Code(
    "email-moved",
    "Email passed on",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "The email was another teacher's until lately. Whoever reads its mail can set the password of either"
    " account, and mail meant for one reaches the other.",
    "Check whose email it is. An address that is given to a successor should be a fresh one.",
    "check whose email it is",
)
TEACHER_STAFF_APART = Code(
    "teacher-staff-apart",
    "Teacher and staff record apart",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "A teacher and a staff member at one school have the same name and different emails. Clever merges the two"
    " records of one person only when the emails are the same, so there are two accounts.",
    "If they are one person, enter the same email in both records.",
    "one person? enter one email",
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
SECTION_REUSED = Code(
    "section-reused",
    "Section ID reused",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Course, teachers and students of this section all changed at once: the SIS gave an old section's ID to a"
    " new class. The old class's tracker now follows other students.",
    "Have the SIS office give the new class an ID of its own and put the old section back until its term ends.",
    "give the new class its own ID",
)
SCHOOL_WITHOUT_ENROLLMENTS = Code(
    "school-without-enrollments",
    "No enrollments at a school",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Not one section of this school has students. The school's enrollments were left out of the export, or are"
    " not shared.",
    "Check that enrollments.csv holds this school, and that its sections are shared with their students.",
    "check the export's enrollments",
)
CO_TEACHER_MISSING = Code(
    "co-teacher-missing",
    "Co-teacher missing",
    Severity.MEDIUM,
    Owner.CLEVER_SHARING,
    Effect.NEXT_SYNC,
    "The section names a further teacher who is not in the data, so that person does not see the class.",
    "Share the co-teacher's record with us in Clever; or have the SIS office take the name off the section.",
    "share the co-teacher",
)
COURSE_GONE = Code(
    "course-gone",
    "Course gone",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Sections belong to a course that Clever no longer sends, so their trackers cannot be tied to its standards.",
    "Put the course back in the SIS, or give its sections another course.",
    "put the course back",
)
SECTION_TEACHER_PENDING = Code(
    "section-teacher-pending",
    "Section waits for its teacher",
    Severity.LOW,
    Owner.CONSOLE,
    Effect.NOW,
    "The only teachers of this section who could open it have not activated their accounts for days.",
    "Send the activation email to the teacher; the section needs nothing else.",
    "activate the teacher",
)
SECTION_EMPTY = Code(
    "section-empty",
    "Section without students",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Nobody is enrolled in this section. Teachers see an empty class.",
    "Enroll the students in the SIS; or delete the section if it is not taught.",
    "enroll students, or delete it",
)
TERM_ENDED = Code(
    "term-ended",
    "Term has ended",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Sections of a term that is over are still sent. They stand in teachers' lists beside the running ones.",
    "Nothing, if the dates are right and grades are still being entered; otherwise correct the term's dates, or"
    " end the export of its sections.",
    "check the term's dates",
)
TERM_NOT_BEGUN = Code(
    "term-not-begun",
    "Term has not begun",
    Severity.LOW,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Sections of a term that has not begun are sent already. Teachers who ask for these classes see them when"
    " it begins.",
    "Nothing, if the dates are right; otherwise correct the term's dates.",
    "check the term's dates",
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
SUSPENSION_LOOP = Code(
    "suspension-loop",
    "Suspended again and again",
    Severity.HIGH,
    Owner.SIS_OFFICE,
    Effect.SIS_AND_SYNC,
    "Somebody unsuspends this account by hand, and the next sync suspends it again, for the same cause as"
    " before. Unsuspending once more will not last.",
    "Remove the cause: enter the missing email, or send the missing record. Pin the account only if the person"
    " works here and will never be in the data.",
    "remove the cause, not the effect",
)
ADMIN_NOT_IN_DATA = Code(
    "admin-not-in-data",
    "Administrator without roster record",
    Severity.MEDIUM,
    Owner.CONSOLE,
    Effect.NOW,
    "An account with administrator's rights belongs to nobody in Clever's data, so no sync will ever suspend it"
    " when the person leaves.",
    "Check that the person still works here; if not, suspend the account.",
    "check; suspend leavers ({account.suspend})",
    action="account.suspend",
)
PINNED_ABSENT = Code(
    "pinned-absent",
    "Pinned, and long absent",
    Severity.MEDIUM,
    Owner.CONSOLE,
    Effect.NOW,
    "The account is shielded from the sync, and its person has not been in the data for two weeks. Perhaps the"
    " pin hides a leaver.",
    "Check that the person still works here; if not, suspend the account.",
    "check; suspend leavers ({account.suspend})",
    action="account.suspend",
)
SUSPENDED_WITH_SECTIONS = Code(
    "suspended-with-sections",
    "Suspended, yet teaching",
    Severity.MEDIUM,
    Owner.CONSOLE,
    Effect.NOW,
    "The account was suspended by hand, but the person still teaches sections in tonight's roster and cannot"
    " open them.",
    "Unsuspend the account; or have the SIS office give the sections to somebody else.",
    "unsuspend ({account.unsuspend}), or reassign",
    action="account.unsuspend",
)
ACTIVATION_PENDING = Code(
    "activation-pending",
    "Never activated",
    Severity.LOW,
    Owner.CONSOLE,
    Effect.NOW,
    "The account has been waiting for days and was never activated, so the person cannot work with it.",
    "Send the activation email; if it was sent before, ask the person to look into the spam folder.",
    "send the activation email ({account.activate})",
    action="account.activate",
)

CODES: Mapping[str, Code] = {
    code.code: code
    for code in (
        SIS_ID_CHANGED,
        SIS_ID_MAYBE_CHANGED,
        SIS_ID_SHARED,
        SIS_ID_REUSED,
        PERSON_REPLACED,
        SIS_ID_LOOKS_ALIKE,
        EMAIL_MISSING,
        EMAIL_SHARED,
        EMAIL_WITHOUT_AT,
        EMAIL_AT_SEVERAL_SCHOOLS,
        EMAIL_MOVED,
        TEACHER_STAFF_APART,
        SECTION_WITHOUT_TEACHER,
        SECTION_REUSED,
        SCHOOL_WITHOUT_ENROLLMENTS,
        CO_TEACHER_MISSING,
        COURSE_GONE,
        SECTION_TEACHER_PENDING,
        SECTION_EMPTY,
        TERM_ENDED,
        TERM_NOT_BEGUN,
        TEACHER_REMOVED,
        SUSPENSION_LOOP,
        ADMIN_NOT_IN_DATA,
        PINNED_ABSENT,
        SUSPENDED_WITH_SECTIONS,
        ACTIVATION_PENDING,
    )
}

PAIRS = (SIS_ID_CHANGED, SIS_ID_MAYBE_CHANGED)
"""The findings that propose a pair for the crosswalk: ``subject`` has the old ID, ``other`` the new one."""
