"""What nobody may do: lock oneself out, lock everybody out, go beyond one's role; also with two at it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.guards import Guards
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.model import Account, Cause, CauseKind, Permission, Role, State
from roster_tui.accounts.verbs import Asked
from roster_tui.refusals import LAST_ADMINISTRATOR, ONLY_ADMINS, OWN_ACCOUNT
from tests.accounts.conftest import account, an_id
from tests.conftest import NOW

TEACHER = Asked(role=Role.TEACHER)


def administrator(number: int, **fields: object) -> Account:
    return account(number, role=Role.DISTRICT_ADMIN, activated_at=NOW, **fields)


def guarded(performer: Performer, *admins: int, **facts: object) -> Performer:
    ids = [an_id(number) for number in admins]
    return replace(performer, guards=replace(performer.guards, administrators=lambda: ids, **facts))


async def thought(performer: Performer, verb: str, *numbers: int, asked: Asked = TEACHER) -> list[tuple[str, str]]:
    plan = await performer.plan(verb, [an_id(number) for number in numbers], asked=asked)
    return [(item.verdict.value, item.reason) for item in plan.items]


@pytest.mark.parametrize("verb", ["suspend", "role"])
async def test_the_last_district_administrator_stays(
    performer: Performer, directory: LocalDirectory, verb: str
) -> None:
    hand = Cause(CauseKind.BY_HAND, NOW, "jdoe")
    others = [
        replace(administrator(2), activated_at=None),
        administrator(3, cause=hand),
        account(4, role=Role.LIMITED_DISTRICT_ADMIN, activated_at=NOW),
    ]
    await directory.write([administrator(1), *others])
    assert await thought(guarded(performer, 1, 2, 3), verb, 1) == [("blocked", LAST_ADMINISTRATOR)]
    await directory.write([administrator(5)])
    # What was read last need not know the other one yet: then it is blocked rather than risked.
    assert await thought(guarded(performer, 1), verb, 1) == [("blocked", LAST_ADMINISTRATOR)]
    (told,) = await thought(guarded(performer, 1, 5), verb, 1)
    assert told[0] == "would_do"


async def test_one_plan_cannot_take_all_administrators(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([administrator(1), administrator(2), administrator(3)])
    told = await thought(guarded(performer, 1, 2, 3), "suspend", 1, 2, 3)
    assert [verdict for verdict, _ in told] == ["would_do", "would_do", "blocked"]


async def test_two_consoles_cannot_each_take_the_others_administrator(
    make_performer: Callable[..., Performer], directory: LocalDirectory
) -> None:
    for _ in range(5):
        await directory.write([administrator(1), administrator(2)])
        here, there = (guarded(make_performer(), 1, 2) for _ in range(2))
        first, second = await here.plan("suspend", [an_id(1)]), await there.plan("suspend", [an_id(2)])
        reports = await asyncio.gather(here.perform(first), there.perform(second))
        assert sorted(report.items[0].verdict.value for report in reports) == ["blocked", "done"]
        assert {report.items[0].reason for report in reports} == {"", LAST_ADMINISTRATOR}
        states = [each.state for each in await directory.list_accounts()]
        assert sorted(states) == [State.ACTIVE, State.SUSPENDED]


@pytest.mark.parametrize("verb", ["suspend", "unsuspend", "role", "pin", "unpin"])
async def test_nobody_does_it_to_oneself(performer: Performer, directory: LocalDirectory, verb: str) -> None:
    hand = Cause(CauseKind.BY_HAND, NOW, "jdoe")
    own = account(1, pinned=verb == "unpin", cause=hand if verb == "unsuspend" else None, role=Role.COACH)
    await directory.write([own])
    me = guarded(performer, own_email="T1@Example.ORG")
    assert await thought(me, verb, 1) == [("blocked", OWN_ACCOUNT)]
    assert await thought(guarded(performer, own_email="other@example.org"), verb, 1) != [("blocked", OWN_ACCOUNT)]


async def test_only_admins_change_roles(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1, role=Role.COACH), account(2)])
    lead = guarded(performer, is_admin=False)
    assert await thought(lead, "role", 1) == [("blocked", ONLY_ADMINS)]
    assert await thought(lead, "suspend", 2) == [("would_do", "")]
    # Nor by undoing what an admin did.
    report = await performer.perform(await performer.plan("role", [an_id(2)], asked=Asked(role=Role.COACH)))
    back = await lead.undo_plan(report.action or "")
    assert [(item.verdict.value, item.reason) for item in back.items] == [("blocked", ONLY_ADMINS)]


@pytest.mark.parametrize(
    ("of", "asked", "verdict", "said"),
    [
        (account(1), Asked(role=Role.SCHOOL_ADMIN), "would_do", "Teacher, then School Administrator"),
        (account(1), Asked(permission=Permission.ITEM_AUTHOR, until=NOW.date()), "would_do",
         "Teacher, then Teacher with Item Author until 2026-11-24"),
        (account(1), Asked(role=Role.TEACHER), "noop", "Teacher already"),
        (account(1), Asked(permission=Permission.ITEM_AUTHOR), "would_do", ""),
        (account(1, permission=Permission.ITEM_AUTHOR), Asked(permission=Permission.ITEM_AUTHOR), "noop", "already"),
        (account(1, permission=Permission.ITEM_AUTHOR), Asked(role=Role.COACH), "would_do", ""),
        (account(1, permission=Permission.ITEM_AUTHOR), Asked(role=Role.DISTRICT_ADMIN), "blocked", "every permission"),
        (account(1, permission=Permission.ITEM_AUTHOR), Asked(role=Role.DISTRICT_ADMIN, no_permission=True),
         "would_do", ""),
        (account(1, role=Role.LIMITED_SCHOOL_ADMIN), Asked(permission=Permission.BENCHMARK_AUTHOR), "blocked",
         "does not go with Limited School Administrator"),
        (account(1, role=Role.LIMITED_DISTRICT_ADMIN), Asked(permission=Permission.BENCHMARK_AUTHOR), "blocked",
         "does not go with Limited District Administrator"),
        (account(1, role=Role.LIMITED_SCHOOL_ADMIN), Asked(permission=Permission.BENCHMARK_FACILITATOR),
         "would_do", ""),
        (account(1), Asked(role=Role.COACH, until=NOW.date().replace(day=23)), "blocked", "2026-11-23 is over"),
        (account(1, cause=Cause(CauseKind.BY_HAND, NOW, "jdoe")), Asked(role=Role.COACH), "would_do", "suspended"),
    ],
)  # fmt: skip
async def test_roles_and_the_one_permission_beside_them(
    performer: Performer, directory: LocalDirectory, of: Account, asked: Asked, verdict: str, said: str
) -> None:
    await directory.write([of])
    plan = await performer.plan("role", [of.id], asked=asked)
    (item,) = plan.items
    assert (item.verdict.value, said in item.why) == (verdict, True)


def test_guards_know_who_administers() -> None:
    watch = Guards(lock=Path("x")).watch([administrator(1), account(2)])
    assert watch.administrators == {an_id(1)}
