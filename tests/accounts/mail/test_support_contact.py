"""Whom a mail tells people to ask: the district's support lead by name and address, if there is one."""

from __future__ import annotations

from dataclasses import replace

from roster_tui.accounts.model import Account, State
from roster_tui.workspace import Workspace

NOBODY = "ask your district's support lead"


async def text(workspace: Workspace) -> str:
    """Return the activation mail that would leave now."""
    performer = workspace.performer()
    pending = [each.id for each in await workspace.directory.list_accounts() if each.state is State.PENDING]
    mail = performer.preview(await performer.plan("activate", pending))
    assert mail and mail.words.html
    return mail.words.text


async def done(workspace: Workspace, verb: str, who: Account) -> None:
    performer = workspace.performer()
    report = await performer.perform(await performer.plan(verb, [who.id]))
    workspace.show_accounts(report.accounts)


async def test_mail_names_the_support_lead_and_nobody_who_cannot_sign_in(demo: Workspace) -> None:
    one, two, *_ = (each for each in await demo.directory.list_accounts() if each.state is State.ACTIVE and each.email)
    assert NOBODY in await text(demo)
    await done(demo, "support-lead", one)
    last, _, first = one.name.partition(", ")
    asked = f"ask {first} {last} ({one.email})"
    assert asked in await text(demo)
    await done(demo, "support-lead", two)
    assert " or " in await text(demo) and str(two.email) in await text(demo)
    await done(demo, "suspend", one)
    assert one.email not in await text(demo)
    await done(demo, "suspend", two)
    assert NOBODY in await text(demo)
    await done(demo, "unsuspend", one)
    assert asked in await text(demo)
    await done(demo, "not-support-lead", one)
    assert NOBODY in await text(demo)


async def test_a_support_lead_without_an_address_is_named_alone(demo: Workspace) -> None:
    one = next(each for each in await demo.directory.list_accounts() if each.state is State.ACTIVE)
    await demo.directory.write([replace(one, support_lead=True)])
    demo.show_accounts(await demo.directory.list_accounts())
    with demo.cache.writing() as db:
        db.execute("UPDATE teacher SET email = NULL WHERE key = (SELECT key FROM account WHERE support_lead)")
    last, _, first = one.name.partition(", ")
    assert f"ask {first} {last}." in await text(demo)
