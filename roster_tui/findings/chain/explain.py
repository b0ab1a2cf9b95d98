"""Why can, or can't, a teacher or section be seen: each link from facts, in the order of the way. Pure.

The first broken link is the one to mend; what is broken behind it usually follows from it.
"""

from __future__ import annotations

from datetime import date

from roster_tui.findings.catalog import (
    ACTIVATION_PENDING,
    EMAIL_MISSING,
    EMAIL_SHARED,
    EMAIL_WITHOUT_AT,
    PERSON_REPLACED,
    SIS_ID_CHANGED,
    SUSPENDED_WITH_SECTIONS,
)
from roster_tui.findings.chain.account import account_story, tonight
from roster_tui.findings.chain.facts import SectionFacts, TeacherFacts, TermFacts
from roster_tui.findings.chain.model import Explanation, Link, State
from roster_tui.findings.model import Code, Effect, Owner

_LOOK_IN_CLEVER = (
    "Look it up in Clever's Data Browser. If it is there, share it with this app; if not, the SIS office must"
    " export it again, and it shows after 24-48 h."
)
_NOBODY_KNOWS = "cannot be seen from here, since Clever does not send it to us"


def explain_teacher(facts: TeacherFacts, today: date) -> Explanation:
    """Return why a teacher sees, or does not see, classes."""
    chain = [
        *_sent(facts.in_data, facts.sis_id, facts.clever_id, facts.left, facts),
        _terms(facts, today),
        _valid(facts),
        _on_section(facts),
        _account(facts),
    ]
    return Explanation((*chain, _visible(chain, "")), account_story(facts), tonight(facts))


def explain_section(facts: SectionFacts, today: date) -> Explanation:
    """Return why a section is seen, or not."""
    chain = [
        *_sent(facts.in_data, facts.sis_id, facts.clever_id, facts.left, None),
        _term(facts.term, today) if facts.in_data else Link("term", State.UNKNOWN, _NOBODY_KNOWS),
        _any_valid(facts),
        _assigned(facts),
        _any_account(facts),
    ]
    return Explanation((*chain, _visible(chain, "" if facts.students else ", but no students are enrolled")))


def _by_code(name: str, detail: str, code: Code) -> Link:
    return Link(name, State.BROKEN, detail, code.owner, code.remedy, code.effect)


def _sent(
    in_data: bool, sis_id: str | None, clever_id: str, left: str | None, person: TeacherFacts | None
) -> list[Link]:
    """Return the links SIS, Clever and shared with us."""
    if person and person.rekeyed_to:
        moved = f"the SIS sends this person as {person.rekeyed_to} now, no longer as {sis_id}"
        return [
            _by_code("SIS", moved, SIS_ID_CHANGED),
            Link("Clever", State.UNKNOWN, "the record is archived; the new one has a Clever ID of its own"),
            Link("shared with us", State.UNKNOWN, f"this record left the data {left or 'at some time'}"),
        ]
    if not in_data:
        gone = f"not in Clever's data since {left}" if left else "not in Clever's data"
        fix, effect = _LOOK_IN_CLEVER, Effect.NEXT_SYNC
        return [
            Link("SIS", State.UNKNOWN, _NOBODY_KNOWS),
            Link("Clever", State.UNKNOWN, _NOBODY_KNOWS),
            Link("shared with us", State.BROKEN, gone, Owner.CLEVER_SHARING, fix, effect),
        ]
    sis = Link("SIS", State.OK, f"SIS ID {sis_id}" if sis_id else "sent without an SIS ID")
    if person and person.rekeyed_from:
        was = f"the SIS sent this person as {person.rekeyed_from} before: this record is new, and its account empty"
        sis = _by_code("SIS", was, SIS_ID_CHANGED)
    clever = Link("Clever", State.OK, f"Clever ID {clever_id}")
    if person and person.replaced:
        clever = _by_code("Clever", f"another person stands behind Clever ID {clever_id}", PERSON_REPLACED)
    return [
        sis,
        clever,
        Link("shared with us", State.OK, "in the roster"),
    ]


def _terms(facts: TeacherFacts, today: date) -> Link:
    known = [term.when(today) if term else "unknown" for term in facts.terms]
    many = len(known)
    if not known:
        return Link("term", State.UNKNOWN, "no section, so no term")
    if running := known.count("running"):
        return Link("term", State.OK, f"{running} of {_counted(many, 'section')} in a running term")
    if "unknown" in known:
        return Link("term", State.UNKNOWN, "the terms of the sections are sent without dates")
    return _out_of_term(f"no section is in a running term; the last is {max(filter(None, facts.terms), key=_ends)}")


def _ends(term: TermFacts) -> str:
    return term.ends or ""


def _term(term: TermFacts | None, today: date) -> Link:
    if term is None or term.when(today) == "unknown":
        return Link("term", State.UNKNOWN, "the section is sent without a term, or its term without dates")
    when = term.when(today)
    return Link("term", State.OK, str(term)) if when == "running" else _out_of_term(f"{term} has {when}")


def _out_of_term(detail: str) -> Link:
    fix = "Nothing, if the dates are right: classes show while their term runs. Otherwise correct the term's dates."
    return Link("term", State.BROKEN, detail, Owner.SIS_OFFICE, fix, Effect.SIS_AND_SYNC)


def _valid(facts: TeacherFacts) -> Link:
    if not facts.in_data:
        return Link("teacher valid", State.BROKEN, "not in the data", Owner.CLEVER_SHARING, _LOOK_IN_CLEVER,
                    Effect.NEXT_SYNC)  # fmt: skip
    trouble = facts.email_trouble
    if trouble is None:
        return Link("teacher valid", State.OK, f"in the data, with the email {facts.email}")
    told = {
        EMAIL_MISSING: "the email is blank",
        EMAIL_WITHOUT_AT: f"the email is {facts.email}, which is no address",
        EMAIL_SHARED: f"{facts.shares_email_with} has the email {facts.email} too",
    }[trouble]
    return _by_code("teacher valid", told, trouble)


def _on_section(facts: TeacherFacts) -> Link:
    name = "teacher on section"
    if facts.terms:
        return Link(name, State.OK, f"named by {_counted(len(facts.terms), 'section')}")
    if not facts.in_data:
        return Link(name, State.UNKNOWN, "no section names this person")
    if "teacher" not in facts.roles.split():
        return Link(name, State.UNKNOWN, "no section names this person; staff need none")
    fix = "Assign the person to sections in the SIS."
    return Link(name, State.BROKEN, "no section names this teacher", Owner.SIS_OFFICE, fix, Effect.SIS_AND_SYNC)


def _account(facts: TeacherFacts) -> Link:
    account = facts.account
    if account is None:
        fix = "Run a sync: it makes the account."
        return Link("account", State.BROKEN, "there is no account yet", Owner.CONSOLE, fix, Effect.NOW)
    if account.state == "active":
        return Link("account", State.OK, "active")
    if account.state == "pending" and facts.rekeyed_from:
        return _by_code("account", "never activated: the person works with the old account", SIS_ID_CHANGED)
    if account.state == "pending":
        return _by_code("account", "never activated", ACTIVATION_PENDING)
    detail = f"suspended, {account.cause}"
    if account.by_hand:
        return _by_code("account", detail, SUSPENDED_WITH_SECTIONS)
    if not facts.in_data:
        return Link("account", State.BROKEN, detail, Owner.CLEVER_SHARING, _LOOK_IN_CLEVER, Effect.NEXT_SYNC)
    return _by_code("account", detail, EMAIL_MISSING)


def _any_valid(facts: SectionFacts) -> Link:
    name = "teacher valid"
    if not facts.teachers:
        return Link(name, State.UNKNOWN, "no teacher is assigned")
    links = [(teacher, _valid(teacher)) for teacher in facts.teachers]
    # A shared email keeps one of the two out, but the section has a valid teacher.
    good = [teacher.label for teacher, link in links if teacher.in_data and teacher.email and "@" in teacher.email]
    told = "; ".join(f"{teacher.label}: {link.detail}" for teacher, link in links)
    if good:
        return Link(name, State.OK, told)
    first = links[0][1]
    return Link(name, State.BROKEN, told, first.owner, first.fix, first.effect)


def _assigned(facts: SectionFacts) -> Link:
    name = "teacher on section"
    if facts.teachers:
        return Link(name, State.OK, "; ".join(teacher.label for teacher in facts.teachers))
    if not facts.in_data:
        return Link(name, State.UNKNOWN, _NOBODY_KNOWS)
    fix = "Assign a teacher to the section in the SIS, one who is sent to Clever with an email."
    return Link(name, State.BROKEN, "no teacher is assigned", Owner.SIS_OFFICE, fix, Effect.SIS_AND_SYNC)


def _any_account(facts: SectionFacts) -> Link:
    links = [(teacher, _account(teacher)) for teacher in facts.teachers]
    if not links:
        return Link("account", State.UNKNOWN, "no teacher, so no account")
    told = "; ".join(f"{teacher.label}: {link.detail}" for teacher, link in links)
    if any(link.state is State.OK for _, link in links):
        return Link("account", State.OK, told)
    # Of several accounts the one that is mended soonest: here, now.
    soonest = min((link for _, link in links), key=lambda link: link.effect is not Effect.NOW)
    return Link("account", State.BROKEN, told, soonest.owner, soonest.fix, soonest.effect)


def _visible(chain: list[Link], remark: str) -> Link:
    broken = next((link for link in chain if link.state is State.BROKEN), None)
    if broken:
        return Link("visible", State.BROKEN, f"no: see {broken.name}", broken.owner, broken.fix, broken.effect)
    unknown = [link.name for link in chain if link.state is State.UNKNOWN]
    if unknown:
        return Link("visible", State.UNKNOWN, f"as far as can be seen; not known: {', '.join(unknown)}{remark}")
    return Link("visible", State.OK, f"yes{remark}")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
