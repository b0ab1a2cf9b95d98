"""Following a link: once, in time, for the account it was made for, and with every refusal saying why."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.accounts.act import Performer
from roster_tui.accounts.confirming import AccountSuspended, NoSuchAccount, confirm
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail.links import Link, LinkExpired, LinkForged, LinkUsed
from roster_tui.accounts.model import Cause, CauseKind, State
from roster_tui.ledger.head import Head
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW

ACTION = "261124-1430-ABCDEF"


def token_of(performer: Performer, number: int = 1, kind: str = "activation", action: str = ACTION) -> str:
    return performer.letters.links.issue(Link(kind, an_id(number), action, NOW + timedelta(days=7)))


async def test_it_activates_once(performer: Performer, directory: LocalDirectory, clock: Clock) -> None:
    await directory.write([account(1), account(2)])
    token = token_of(performer)
    confirmed = await confirm(performer, token)
    assert (confirmed.account.id, confirmed.account.state) == (an_id(1), State.ACTIVE)
    clock.now += timedelta(hours=1)
    with pytest.raises(LinkUsed, match="used already, 2026-11-24 14:30 UTC"):
        await confirm(performer, token)
    with pytest.raises(LinkUsed):
        await confirm(performer, token_of(performer, action="261124-1530-ABCDEF"))
    assert [each.state for each in await directory.list_accounts()] == [State.ACTIVE, State.PENDING]
    intent, outcome = performer.journal.entries()
    assert (intent.facts["kind"], intent.facts["reason"]) == ("confirm", "activation link")
    assert outcome.facts["results"] == [{"id": an_id(1), "verdict": "done"}]


async def test_of_many_at_once_one_succeeds(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1)])
    token = token_of(performer)

    def follow() -> str:
        try:
            asyncio.run(confirm(replace(performer), token))
        except LinkUsed:
            return "used"
        return "done"

    outcomes = await asyncio.gather(*(asyncio.to_thread(follow) for _ in range(4)))
    assert sorted(outcomes) == ["done", "used", "used", "used"]


async def test_a_password_link_works_once_for_an_active_account(
    performer: Performer, directory: LocalDirectory
) -> None:
    await directory.write([account(1, activated_at=NOW - timedelta(days=5))])
    token = token_of(performer, kind="password")
    confirmed = await confirm(performer, token)
    assert confirmed.account.state is State.ACTIVE
    with pytest.raises(LinkUsed):
        await confirm(performer, token)
    (entry,) = performer.journal.entries()
    assert entry.facts["results"] == [{"id": an_id(1), "verdict": "done", "reason": "password link"}]


async def test_every_refusal_leaves_the_account_as_it_is(
    performer: Performer, directory: LocalDirectory, clock: Clock
) -> None:
    cause = Cause(CauseKind.BY_HAND, NOW, "jdoe", "left early")
    await directory.write([account(1), account(2, cause=cause)])
    before = await directory.list_accounts()
    with pytest.raises(AccountSuspended, match=r"suspended \(by jdoe: left early\)"):
        await confirm(performer, token_of(performer, 2))
    with pytest.raises(NoSuchAccount):
        await confirm(performer, token_of(performer, 3))
    with pytest.raises(LinkForged):
        await confirm(performer, token_of(performer)[:-3])
    clock.now += timedelta(days=7)
    with pytest.raises(LinkExpired):
        await confirm(performer, token_of(performer))
    assert await directory.list_accounts() == before
    assert list(performer.journal.entries()) == []


async def test_killed_between_effect_and_note_the_link_is_used_all_the_same(
    performer: Performer, directory: LocalDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    await directory.write([account(1)])
    token = token_of(performer)

    def killed(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as during:
        during.setattr("roster_tui.accounts.mail.links.Links.note_used", killed)
        with pytest.raises(OSError, match="No space"):
            await confirm(performer, token)
    with pytest.raises(LinkUsed):
        await confirm(performer, token)


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["activation", "password"])), max_size=6))
def test_any_links_in_any_order_each_work_at_most_once(
    tmp_path_factory: pytest.TempPathFactory, followed: list[tuple[int, str]]
) -> None:
    from tests.accounts.conftest import make_performer as fixture

    folder: Path = tmp_path_factory.mktemp("links")
    directory = LocalDirectory(folder / "accounts", Head(folder))
    performer = fixture.__wrapped__(folder, directory, Clock())()

    async def follow() -> None:
        await directory.write([account(number) for number in (1, 2, 3)])
        done: set[tuple[int, str]] = set()
        for number, kind in followed:
            try:
                await confirm(performer, token_of(performer, number, kind))
            except LinkUsed:
                assert (number, kind) in done or (kind == "activation" and (number, "password") in done)
            else:
                assert (number, kind) not in done
                done.add((number, kind))
        states = {each.id: each.state for each in await directory.list_accounts()}
        assert {clever_id for clever_id, state in states.items() if state is State.ACTIVE} == {
            an_id(number) for number, _ in done
        }
        assert performer.journal.verify().ok

    asyncio.run(follow())
