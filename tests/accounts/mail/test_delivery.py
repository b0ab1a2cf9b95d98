"""What becomes of a mail stands with its account: queued, accepted, refused in the server's words, unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from roster_tui.accounts.act import Performer, Report
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail import Smtp
from roster_tui.accounts.mail.templates import TemplateError
from roster_tui.accounts.model import LatestMail, MailKind, MailState
from roster_tui.settings import MailSettings
from tests.accounts.conftest import account, an_id
from tests.accounts.mail.test_smtp import Moody, moody, settings
from tests.conftest import NOW

__all__ = ["moody"]

Make = Callable[..., Performer]


async def do(performer: Performer, verb: str, *numbers: int) -> Report:
    return await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers]))


async def mails(directory: LocalDirectory) -> list[tuple[str, str]]:
    return [(each.mail.state, each.mail.said) for each in await directory.list_accounts() if each.mail]


async def test_each_person_has_what_the_server_said(
    make_performer: Make, directory: LocalDirectory, moody: Moody
) -> None:
    names = ["a", "unknown", "hangup-late", "later", "b", "hangup-early", "c"]
    await directory.write([account(place, email=f"{name}@x.org") for place, name in enumerate(names)])
    report = await do(make_performer(Smtp(settings(moody.port))), "activate", *range(len(names)))
    assert [item.verdict.value for item in report.items] == [
        "done", "failed", "in_doubt", "failed", "done", "failed", "done",
    ]  # fmt: skip
    told = dict(zip(names, await mails(directory), strict=True))
    assert told["a"] == told["b"] == told["c"] == ("accepted", "")
    assert told["unknown"] == ("refused", "550 5.1.1 no such user here")
    assert told["later"] == ("refused", "451 4.7.1 greylisted, come again")
    assert told["hangup-late"] == ("unknown", "")
    assert told["hangup-early"][0] == "refused"
    assert [each.mail for each in report.accounts if each.id == an_id(0)] == [
        LatestMail(MailKind.ACTIVATION, NOW, MailState.ACCEPTED)
    ]


async def test_in_a_folder_it_is_queued(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1)])
    await do(performer, "activate", 1)
    assert await mails(directory) == [("queued", "")]


async def test_a_password_mail_has_its_own_words_and_its_own_cooldown(
    make_performer: Make, directory: LocalDirectory, moody: Moody
) -> None:
    await directory.write([account(1, activated_at=NOW, email="a@x.org", invited_at=NOW)])
    performer = make_performer(Smtp(settings(moody.port)))
    assert (await do(performer, "reset-password", 1)).items[0].verdict.value == "done"
    (held,) = await directory.list_accounts()
    assert held.mail == LatestMail(MailKind.PASSWORD, NOW, MailState.ACCEPTED)
    again = await do(performer, "reset-password", 1)
    assert (again.items[0].verdict.value, again.items[0].reason) == ("noop", "mailed already, 0 min ago")


async def test_killed_after_the_server_took_it_the_mail_is_known_to_have_left(
    performer: Performer, directory: LocalDirectory, tmp_path: Path
) -> None:
    action = "261124-1430-ABCDEF"
    accepted = LatestMail(MailKind.ACTIVATION, NOW, MailState.ACCEPTED)
    queued = LatestMail(MailKind.ACTIVATION, NOW, MailState.QUEUED)
    await directory.write([account(1, invited_at=NOW, mail=accepted), account(2, invited_at=NOW, mail=queued)])
    (tmp_path / "running" / action).touch()
    change = {"kind": "mailed", "mail": "activation", "at": NOW.isoformat()}
    facts = {"action": action, "kind": "activate", "phase": "intent", "ids": [an_id(1), an_id(2)], "changes": [change]}
    performer.journal.append([facts], NOW)
    (report,) = await performer.settle()
    assert [item.verdict.value for item in report.items] == ["done", "in_doubt"]
    assert await mails(directory) == [("accepted", ""), ("unknown", "the console was stopped while mailing")]


async def test_a_text_that_cannot_be_used_stops_the_mail_before_its_intent(
    make_performer: Make, directory: LocalDirectory, tmp_path: Path
) -> None:
    await directory.write([account(1)])
    (tmp_path / "activation.txt").write_text("Subject: x\nno link")
    performer = make_performer()
    letters = type(performer.letters)(MailSettings(templates=str(tmp_path)), "L", performer.letters.links)
    with pytest.raises(TemplateError, match="does not hold"):
        await make_performer(letters=letters).plan("activate", [an_id(1)])
    assert (await make_performer(letters=letters).plan("suspend", [an_id(1)])).todo
    assert list(performer.journal.entries()) == []
