"""What a sync does to accounts follows from roster and accounts, and doing it again changes nothing."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.model import Account, Cause, CauseKind, State
from roster_tui.accounts.reconcile import Person, Reconciliation, reconcile
from tests.accounts.conftest import account, an_id
from tests.conftest import NOW

numbers = st.integers(1, 6)
people = st.lists(
    st.builds(lambda n, email: Person(an_id(n), f"P{n}", email, None), numbers, st.none() | st.just("a@x.org")),
    unique_by=lambda person: person.id,
)
causes = st.none() | st.builds(Cause, st.sampled_from(CauseKind), st.just(NOW - timedelta(days=2)), st.just("jdoe"))
accounts = st.lists(
    st.builds(lambda n, cause, pinned: account(n, cause=cause, pinned=pinned), numbers, causes, st.booleans()),
    unique_by=lambda each: each.id,
).map(lambda found: {each.id: each for each in found})


def after(found: dict[str, Account], done: Reconciliation) -> dict[str, Account]:
    return found | {each.id: each for each in done.accounts}


@given(people, accounts)
def test_the_rules_hold_for_any_roster_and_accounts(roster: list[Person], found: dict[str, Account]) -> None:
    done = reconcile(roster, found, NOW)
    ended = after(found, done)
    emails = {person.id: person.email for person in roster}
    assert set(ended) == set(found) | set(emails)
    for clever_id, now in ended.items():
        before = found.get(clever_id)
        if before and before.cause and before.cause.kind in (CauseKind.BY_HAND, CauseKind.ON_PLATFORM):
            assert now.cause == before.cause, "what others suspended, no sync gives back"
        elif now.pinned:
            assert before
            assert now.cause is None or before.cause == now.cause, "a pin shields from the sync"
        elif not emails.get(clever_id):
            assert now.state is State.SUSPENDED
        else:
            assert now.state is not State.SUSPENDED
        assert before is None or (before.activated_at, before.invited_at) == (now.activated_at, now.invited_at)


@given(people, accounts)
def test_doing_it_again_changes_nothing(roster: list[Person], found: dict[str, Account]) -> None:
    once = after(found, reconcile(roster, found, NOW))
    assert reconcile(roster, once, NOW + timedelta(days=1)).accounts == ()


def test_each_case_has_its_name() -> None:
    roster = [
        Person(an_id(1), "New", "n@x.org", "T1"),
        Person(an_id(2), "Blank", None, "T2"),
        Person(an_id(3), "Back", "b@x.org", "T3"),
        Person(an_id(5), "Renamed", "t5@example.org", "T5"),
    ]
    missing = Cause(CauseKind.EMAIL_MISSING, NOW - timedelta(days=3), "sync")
    found = {each.id: each for each in (account(2), account(3, cause=missing), account(4), account(5))}
    done = reconcile(roster, found, NOW)
    assert [each.name for each in done.created] == ["New"]
    assert {each.id: each.cause and each.cause.kind for each in done.suspended} == {
        an_id(2): CauseKind.EMAIL_MISSING,
        an_id(4): CauseKind.NOT_IN_DATA,
    }
    assert [(each.name, each.cause) for each in done.restored] == [("Back", None)]
    assert [each.name for each in done.renamed] == ["Renamed"]


def test_a_new_teacher_without_email_begins_suspended() -> None:
    (created,) = reconcile([Person(an_id(1), "New", None, None)], {}, NOW).created
    assert created.state is State.SUSPENDED
