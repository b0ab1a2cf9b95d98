"""Why an account is suspended, what brings it back, and what the next sync does to it. Pure."""

from __future__ import annotations

from datetime import datetime

from roster_tui.findings.chain.facts import TeacherFacts


def account_story(facts: TeacherFacts) -> str | None:
    """Return why the account is suspended, since when, by whom or which sync, and what would bring it back."""
    account = facts.account
    if account is None or account.state != "suspended":
        return None
    at = datetime.fromisoformat(account.since)
    since = f"Suspended since {at:%b} {at.day}"
    if account.by_hand:
        return f"{since} {account.cause}. Unsuspending by hand brings it back{_back_again(facts)}."
    by = f"by sync run {account.run}" if account.run else "by the sync"
    back = "the person is in Clever's data again" if not facts.in_data else "the SIS sends an email"
    return f"{since} {by}: {account.cause}. It comes back by itself with the first sync in which {back}."


def _back_again(facts: TeacherFacts) -> str:
    reason = _not_kept(facts)
    return f", but only until the next sync unless it is pinned, because {reason}" if reason else ""


def _not_kept(facts: TeacherFacts) -> str | None:
    """Return why a sync suspends an account that is not pinned (domain rule 5)."""
    if not facts.in_data:
        return "the person is not in Clever's data"
    return None if facts.email else "the email is blank"


def tonight(facts: TeacherFacts) -> str | None:
    """Return what the next sync does to the account, given the data as they are; None when nothing."""
    account = facts.account
    if facts.held and account and account.state != "suspended" and not account.pinned:
        return f"will be suspended once the held sync is approved, because {facts.held}"
    reason = _not_kept(facts)
    if account is None:
        return "will get an account" if facts.in_data else None
    if account.state != "suspended":
        return f"will be suspended, because {reason}" if reason and not account.pinned else None
    return "will be restored: what suspended it is mended" if not account.by_hand and not reason else None
