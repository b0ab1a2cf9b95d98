"""How far an action has come is said by what became of its accounts, never by how many had their turn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.deeds import HowFar
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail import Smtp
from roster_tui.settings import MailSettings
from tests.accounts.conftest import account, an_id
from tests.conftest import Inbox


@pytest.mark.parametrize(
    ("how_far", "told"),
    [
        (HowFar(0, 0, 5), "0 of 5 mailed"),
        (HowFar(3, 3, 5), "3 of 5 mailed"),
        (HowFar(5, 5, 5), "5 of 5 mailed"),
        (HowFar(4, 5, 5), "4 of 5 mailed, 1 not"),
        (HowFar(0, 5, 5), "0 of 5 mailed, 5 not"),
        (HowFar(1_000, 2_500, 2_500), "1,000 of 2,500 mailed, 1,500 not"),
    ],
)
def test_words(how_far: HowFar, told: str) -> None:
    assert how_far.told("mailed") == told


async def test_when_all_mails_fail_none_is_called_mailed(
    make_performer: Callable[..., Performer], directory: LocalDirectory
) -> None:
    nobody_listens = Smtp(MailSettings(host="127.0.0.1", port=9, security="none", sender="a@b.example"))
    performer, told = make_performer(nobody_listens), list[HowFar]()
    await directory.write([account(number) for number in range(1, 8)])
    await performer.perform(await performer.plan("activate", [an_id(number) for number in range(1, 8)]), told.append)
    assert told[-1] == HowFar(0, 7, 7)
    assert {each.done for each in told} == {0}


async def test_those_who_were_refused_do_not_count(
    make_performer: Callable[..., Performer], directory: LocalDirectory, inbox: Inbox
) -> None:
    inbox.refused = {"t1@example.org", "t2@example.org"}
    server = Smtp(MailSettings(host="127.0.0.1", port=inbox.port, security="none", sender="a@b.example"))
    performer, told = make_performer(server), list[HowFar]()
    await directory.write([account(number) for number in (1, 2, 3)])
    await performer.perform(await performer.plan("activate", [an_id(number) for number in (1, 2, 3)]), told.append)
    assert told[-1] == HowFar(1, 3, 3)


async def test_what_was_done_counts(performer: Performer, directory: LocalDirectory) -> None:
    told = list[HowFar]()
    await directory.write([account(1), account(2)])
    await performer.perform(await performer.plan("suspend", [an_id(1), an_id(2)]), told.append)
    assert told[-1] == HowFar(2, 2, 2)
