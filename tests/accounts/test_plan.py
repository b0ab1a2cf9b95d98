"""What an action would do, said before it does it."""

from datetime import timedelta

import pytest

from roster_tui.accounts.guards import Watch
from roster_tui.accounts.judging import Situation, Verdict
from roster_tui.accounts.model import Account, Cause, CauseKind, Role, State, from_document, to_document
from roster_tui.accounts.plan import Knowledge, plan
from roster_tui.accounts.verbs import VERBS, Order
from tests.accounts.conftest import account, an_id
from tests.conftest import NOW

BY_HAND = Cause(CauseKind.BY_HAND, NOW, "jdoe", "left early")
ACTIVE = NOW - timedelta(days=5)


def situation(**facts: object) -> Situation:
    return Situation(NOW, timedelta(hours=24), **facts)  # type: ignore[arg-type]


KNOWLEDGE = Knowledge(lambda each: situation(), Watch("", True, set()))


@pytest.mark.parametrize(
    ("verb", "of", "where", "verdict", "said"),
    [
        ("suspend", account(1), {}, "would_do", ""),
        ("suspend", account(1), {"sections": 5}, "would_do", "teaches 5 sections"),
        ("suspend", account(1), {"sections": 1}, "would_do", "teaches 1 section in"),
        ("suspend", account(1), {"sections": 5, "in_data": False}, "would_do", ""),
        ("suspend", account(1, cause=BY_HAND), {}, "noop", "suspended already, by jdoe: left early"),
        ("unsuspend", account(1), {}, "noop", "not suspended, pending"),
        ("unsuspend", account(1, activated_at=ACTIVE), {}, "noop", "not suspended, active"),
        ("unsuspend", account(1, cause=BY_HAND), {}, "would_do", ""),
        ("unsuspend", account(1, cause=BY_HAND), {"in_data": False}, "would_do", "again tonight unless pinned"),
        ("unsuspend", account(1, cause=BY_HAND, email=None), {}, "would_do", "email is blank"),
        ("unsuspend", account(1, cause=BY_HAND, pinned=True), {"in_data": False}, "would_do", ""),
        ("activate", account(1), {}, "would_do", ""),
        ("activate", account(1, activated_at=ACTIVE), {}, "noop", "active already"),
        ("activate", account(1, cause=BY_HAND), {}, "blocked", "no mail is sent to suspended accounts"),
        ("activate", account(1, email=None), {}, "blocked", "no email address"),
        ("activate", account(1, email="nobody"), {}, "blocked", "email without @"),
        ("activate", account(1, invited_at=NOW - timedelta(hours=2)), {}, "noop", "mailed already, 2 h ago"),
        ("activate", account(1, invited_at=NOW - timedelta(hours=24)), {}, "would_do", ""),
        ("activate", account(1, invited_at=NOW + timedelta(minutes=4)), {}, "noop", "mailed already, 0 min ago"),
        ("activate", account(1, invited_at=NOW + timedelta(minutes=5)), {}, "noop", "mailed already, 0 min ago"),
        ("activate", account(1, invited_at=NOW + timedelta(minutes=6)), {}, "would_do", "the clock was wrong when"),
        ("activate", account(1, invited_at=NOW + timedelta(days=365)), {}, "would_do", "2027-11-24 14:30 UTC is still"),
        ("reset-password", account(1, activated_at=ACTIVE, reset_at=NOW + timedelta(days=365)), {}, "would_do",
         "the clock was wrong when"),
    ],
)  # fmt: skip
def test_verdicts(verb: str, of: Account, where: dict[str, object], verdict: str, said: str) -> None:
    change = VERBS[verb].change(of, Order("jdoe", NOW))
    judged = VERBS[verb].judge(of, change, situation(**where))
    assert judged.verdict == verdict
    assert said in (judged.reason or judged.warning)
    assert bool(said) == bool(judged.reason or judged.warning)


def test_a_plan_lists_everybody_once_and_unknown_ids_as_blocked() -> None:
    known = {an_id(1): account(1)}
    made = plan(VERBS["suspend"], Order("jdoe", NOW), [an_id(1), "nobody", an_id(1)], known, KNOWLEDGE)
    assert [(item.id, item.verdict) for item in made.items] == [
        (an_id(1), Verdict.WOULD_DO),
        ("nobody", Verdict.BLOCKED),
    ]
    assert [item.id for item in made.todo] == [an_id(1)]


def test_the_digest_follows_what_would_happen() -> None:
    def digest(of: Account, verb: str = "suspend") -> str:
        return plan(VERBS[verb], Order("jdoe", NOW), [of.id], {of.id: of}, KNOWLEDGE).digest

    assert digest(account(1)) == digest(account(1))
    assert digest(account(1)) != digest(account(1, cause=BY_HAND))
    assert digest(account(1)) != digest(account(1), "activate")
    assert digest(account(1)) != digest(account(2))


def test_the_state_follows_from_the_facts() -> None:
    assert account(1).state is State.PENDING
    assert account(1, activated_at=ACTIVE).state is State.ACTIVE
    assert account(1, activated_at=ACTIVE, cause=BY_HAND).state is State.SUSPENDED
    assert account(1, activated_at=ACTIVE).since == ACTIVE


@pytest.mark.parametrize(
    "of",
    [
        account(1),
        account(2, email=None, sis_id=None),
        account(3, cause=BY_HAND, activated_at=ACTIVE, invited_at=NOW, invited_before=ACTIVE, pinned=True,
                role=Role.COACH, last_action="a"),
        account(4, cause=Cause(CauseKind.NOT_IN_DATA, NOW, "sync")),
    ],
)  # fmt: skip
def test_accounts_are_stored_without_loss(of: Account) -> None:
    import orjson

    assert from_document(of.id, orjson.loads(orjson.dumps(to_document(of)))) == of
