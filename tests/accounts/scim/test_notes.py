"""A user and a note are an account, before a change, after it, and while nobody knows which of both it is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import orjson
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.changes import Change, Confirm, Mailed, SetPin, SetRights, Suspend, Unsuspend
from roster_tui.accounts.model import (
    ROLES,
    Account,
    Cause,
    CauseKind,
    LatestMail,
    MailKind,
    MailState,
    Permission,
    Rights,
    Temporary,
)
from roster_tui.accounts.scim.messages import Label, User
from roster_tui.accounts.scim.notes import Notes, account_of, claimed, corrected, note_of
from roster_tui.ledger.head import Head
from roster_tui.roster.identities import Identity
from tests.accounts.conftest import an_id
from tests.conftest import NOW

IDENTITY = Identity(an_id(1), "T1")
moments = st.none() | st.integers(0, 900).map(lambda hours: NOW - timedelta(hours=hours))
rights = st.builds(Rights, st.sampled_from(ROLES), st.none() | st.sampled_from(Permission))
loans = st.none() | st.builds(Temporary, st.dates(date(2026, 1, 1), date(2027, 1, 1)), rights)
ours = st.sampled_from([CauseKind.BY_HAND, CauseKind.EMAIL_MISSING, CauseKind.NOT_IN_DATA])
causes = st.builds(Cause, ours, moments.filter(bool), st.just("jdoe"), st.text(max_size=9))
mails = st.none() | st.builds(
    LatestMail, st.sampled_from(MailKind), moments.filter(bool), st.sampled_from(MailState), st.text(max_size=9)
)


@st.composite
def accounts(draw: st.DrawFn) -> Account:
    """Any account that a platform may keep."""
    held = draw(rights)
    activated_at = draw(moments)
    return Account(
        an_id(1),
        "Le1, Ann",
        NOW - timedelta(days=90),
        draw(st.none() | st.just("t1@example.org")),
        "T1",
        held.role,
        held.permission,
        draw(loans),
        draw(st.booleans()),
        draw(st.booleans()),
        activated_at,
        activated_at is None,
        draw(moments),
        draw(moments),
        cause=draw(st.none() | causes),
        mail=draw(mails),
        last_action=draw(st.none() | st.just("a0")),
    )


changes: st.SearchStrategy[Change] = st.one_of(
    st.builds(Suspend, causes),
    st.just(Unsuspend()),
    st.builds(SetRights, rights, loans),
    st.builds(SetPin, st.booleans()),
    st.builds(Mailed, st.sampled_from(MailKind), st.just(NOW)),
    st.builds(Confirm, st.just(NOW)),
)


def user(account: Account) -> User:
    """Return the user that a platform has of an account."""
    entitlements = (Label(str(account.permission)),) if account.permission else ()
    return User(
        "u1",
        account.id,
        account.name,
        account.email,
        account.cause is None,
        (Label(str(account.role)),),
        entitlements,
        account.created_at,
        NOW,
    )


@given(accounts())
def test_nothing_of_an_account_is_lost(account: Account) -> None:
    assert account_of(user(account), IDENTITY, note_of(account)) == account


@given(accounts(), changes)
def test_what_is_claimed_is_right_before_and_after(before: Account, change: Change) -> None:
    after = replace(change.applied_to(before), last_action="a1")
    claim = claimed(note_of(before), note_of(after))
    done = account_of(user(after), IDENTITY, claim)
    undone = account_of(user(before), IDENTITY, claim)
    assert done == after
    assert (undone.state, undone.rights, undone.cause) == (before.state, before.rights, before.cause)
    if after.rights != before.rights:
        assert undone.temporary == before.temporary, "a loan is not forgotten while nobody knows whether it ended"
    # Refused, the note is as it was; done, as it should be.
    assert corrected(claim, claim, note_of(before)) == note_of(before)
    assert corrected(claim, claim, note_of(after)) == note_of(after)


@given(accounts(), changes, st.booleans())
def test_what_somebody_else_wrote_meanwhile_stays(before: Account, change: Change, refused: bool) -> None:
    after = replace(change.applied_to(before), last_action="a1")
    claim = claimed(note_of(before), note_of(after))
    meanwhile = {**claim, "reset_at": "2026-11-25T00:00:00Z", "last_action": "b1"}
    ended = corrected(meanwhile, claim, note_of(before if refused else after))
    assert (ended["reset_at"], ended["last_action"]) == ("2026-11-25T00:00:00Z", "b1")


@given(accounts().filter(lambda account: account.cause is None))
def test_a_suspension_that_we_do_not_know_of_has_no_reason_of_ours(account: Account) -> None:
    seen = account_of(replace(user(account), active=False), IDENTITY, note_of(account))
    assert seen.cause == Cause(CauseKind.ON_PLATFORM, NOW, "the platform")


def test_notes_that_an_earlier_version_kept_in_one_file_move_to_many(tmp_path: Path) -> None:
    told = {an_id(number): {"pinned": True, "invited_at": NOW.isoformat()} for number in range(600)}
    (tmp_path / "notes.json").write_bytes(orjson.dumps({"notes": told}))
    notes = Notes(tmp_path / "notes", Head(tmp_path))
    assert notes.tidied({}, NOW) == told
    assert notes.some([an_id(3), an_id(599), an_id(700)]) == {an_id(n): told[an_id(n)] for n in (3, 599)}
    assert len(list((tmp_path / "notes").glob("*.json"))) == 256
    notes.rewrite([an_id(3)], lambda _, note: {})
    assert Notes(tmp_path / "notes", Head(tmp_path)).some([an_id(3)]) == {}
