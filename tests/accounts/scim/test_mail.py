"""Mail to people whose accounts a platform keeps: by a real server, once, and what became of it in our ledger."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from roster_tui.accounts.act import Performer
from roster_tui.accounts.confirming import confirm
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail import Smtp
from roster_tui.accounts.model import MailState
from roster_tui.accounts.scim.directory import ScimDirectory
from roster_tui.settings import MailSettings
from tests.accounts.conftest import Clock, an_id
from tests.conftest import Inbox, mail_options
from tests.platform import Platform

PEOPLE = [an_id(number) for number in range(5)]


def mailing(make_performer: Callable[..., Performer], inbox: Inbox, **changes: Any) -> Performer:
    return make_performer(Smtp(MailSettings(**mail_options(inbox))), **changes)


async def activated(performer: Performer) -> dict[str, str]:
    report = await performer.perform(await performer.plan("activate", PEOPLE))
    return {item.id: item.verdict.value for item in report.items}


async def test_each_is_mailed_once_whoever_asks_again(
    make_performer: Callable[..., Performer],
    make_directory: Callable[..., ScimDirectory],
    platform: Platform,
    inbox: Inbox,
    clock: Clock,
) -> None:
    for clever_id in PEOPLE:
        platform.add(clever_id)
    platform.set(platform.add(an_id(5)), active=False)
    plan = await mailing(make_performer, inbox).plan("activate", [*PEOPLE, an_id(5)])
    assert [item.verdict for item in plan.items] == [Verdict.WOULD_DO] * 5 + [Verdict.BLOCKED]
    assert {item.warning for item in plan.todo} == {
        "the platform does not tell whether this person has activated already"
    }
    inbox.refused = {"user3@example.org"}
    verdicts = await activated(mailing(make_performer, inbox))
    assert Counter(verdicts.values()) == {"done": 4, "failed": 1}
    assert verdicts[an_id(3)] == "failed"

    # Another console, which has nothing but the ledger and the platform.
    other = make_directory()
    known = await other.accounts(PEOPLE)
    assert known[an_id(3)].mail and known[an_id(3)].mail.said == "550 5.1.1 no such user here"
    assert {each.mail.state for each in known.values() if each.mail} == {MailState.ACCEPTED, MailState.REFUSED}
    inbox.refused = set()
    assert Counter((await activated(mailing(make_performer, inbox, directory=other))).values()) == {
        "noop": 4,
        "done": 1,
    }
    assert Counter(str(message["To"]) for message in inbox.messages) == {f"user{n}@example.org": 1 for n in range(5)}

    clock.now += timedelta(hours=25)
    assert Counter((await activated(mailing(make_performer, inbox, directory=other))).values()) == {"done": 5}
    # All that is ours: the platform was asked for nothing but its users.
    assert {method for method, _ in platform.asked} == {"GET"}


async def test_the_mailed_link_marks_the_account_in_our_ledger(
    make_performer: Callable[..., Performer], platform: Platform, inbox: Inbox
) -> None:
    platform.add(PEOPLE[0])
    performer = mailing(make_performer, inbox)
    await performer.perform(await performer.plan("activate", PEOPLE[:1]))
    text = inbox.messages[0].get_payload(0).get_payload(decode=True).decode()  # type: ignore[union-attr]
    found = re.search(r"token=(\S+)", text)
    assert found
    confirmed = await confirm(performer, found[1])
    assert confirmed.account.id == PEOPLE[0]
    again = await performer.plan("activate", PEOPLE[:1])
    assert [(item.verdict, item.reason) for item in again.items] == [(Verdict.NOOP, "active already")]
