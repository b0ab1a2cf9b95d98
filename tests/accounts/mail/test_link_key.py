"""The key of mailed links: checked before it signs, named where it is damaged, made anew only when asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.accounts.act import Performer
from roster_tui.accounts.confirming import confirm
from roster_tui.accounts.local import LocalDirectory
from roster_tui.accounts.mail.link_key import KEY_TABLE, LinkKeyDamaged, why_unfit
from roster_tui.accounts.mail.links import Link, LinkForged, Links
from roster_tui.accounts.model import MailKind
from roster_tui.accounts.new_link_key import KIND, make, planned
from roster_tui.accounts.record import NotJournaled
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.head import Head
from roster_tui.ledger.kinds import LINKS
from roster_tui.settings import SettingsError
from tests.accounts.conftest import Clock, account, an_id
from tests.conftest import NOW

LINK = Link("activation", an_id(1), "261124-1430-ABCDEF", NOW + timedelta(days=7))
GOOD = bytes(range(32)).hex()


def write_key(file: Path, content: str) -> None:
    file.write_text(content)
    file.chmod(0o600)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("", "is empty"),
        ("\n", "is empty"),
        ("a", "has 1 characters and should have 64"),
        (GOOD[:-1], "has 63 characters"),
        (GOOD + "0", "has 65 characters"),
        (GOOD[:-1] + "g", "is not made of 64 hexadecimal digits"),
        (" ".join(["ab"] * 22)[:64], "is not made of 64 hexadecimal digits"),
        ("0" * 64, "is not random"),
        ("abcdef01" * 8, "is not random"),
    ],
)
def test_a_key_of_another_form_signs_nothing_and_is_left(tmp_path: Path, content: str, why: str) -> None:
    write_key(tmp_path / "link-key", content)
    links = Links(tmp_path)
    for attempt in (lambda: links.issue(LINK), lambda: links.read("x.y", NOW), links.key.check):
        with pytest.raises(LinkKeyDamaged) as raised:
            attempt()
        told = str(raised.value)
        assert why in told
        # The cause comes first: what is cut off at the end is where the file stands.
        assert told.index(why) < told.index(str(tmp_path))
        assert "new-link-key" in raised.value.fix
    assert (tmp_path / "link-key").read_text() == content


def test_a_good_key_may_have_been_saved_with_a_line_end(tmp_path: Path) -> None:
    write_key(tmp_path / "link-key", GOOD + "\n")
    assert Links(tmp_path).read(Links(tmp_path).issue(LINK), NOW) == LINK
    assert why_unfit(GOOD) == ""


def test_a_lost_key_is_not_made_again_in_silence(tmp_path: Path) -> None:
    token = Links(tmp_path).issue(LINK)
    (tmp_path / "link-key").unlink()
    links = Links(tmp_path)
    for attempt in (lambda: links.issue(LINK), lambda: links.read(token, NOW), links.key.check):
        with pytest.raises(LinkKeyDamaged, match="is missing"):
            attempt()
    assert not (tmp_path / "link-key").exists()


def test_a_foreign_key_is_told_from_the_one_that_signed(tmp_path: Path) -> None:
    Links(tmp_path).issue(LINK)
    write_key(tmp_path / "link-key", GOOD)
    with pytest.raises(LinkKeyDamaged, match="another one than signed"):
        Links(tmp_path).issue(LINK)


def test_a_key_of_an_older_release_is_taken_as_it_is_and_known_from_then_on(tmp_path: Path) -> None:
    write_key(tmp_path / "link-key", GOOD)
    Links(tmp_path).key.check()
    assert not (tmp_path / "links.json").exists()
    Links(tmp_path).issue(LINK)
    write_key(tmp_path / "link-key", GOOD[::-1])
    with pytest.raises(LinkKeyDamaged, match="another one"):
        Links(tmp_path).issue(LINK)


def test_a_key_changed_while_links_are_open_is_seen(tmp_path: Path) -> None:
    links = Links(tmp_path)
    token = links.issue(LINK)
    Links(tmp_path).key.replace()
    with pytest.raises(LinkForged):
        links.read(token, NOW)


def test_killed_between_the_two_writes_of_a_new_key_the_old_one_stays_good(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = Links(tmp_path).issue(LINK)

    def killed(*arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("roster_tui.accounts.mail.link_key.replace_atomically", killed)
        with pytest.raises(KeyboardInterrupt):
            Links(tmp_path).key.replace()
    assert Links(tmp_path).read(token, NOW) == LINK
    Links(tmp_path).key.replace()
    with pytest.raises(LinkForged):
        Links(tmp_path).read(token, NOW)


async def mailed(performer: Performer, verb: str, *numbers: int) -> str:
    report = await performer.perform(await performer.plan(verb, [an_id(number) for number in numbers]))
    assert {item.verdict.value for item in report.items} == {"done"}
    assert report.action
    return report.action


async def test_the_plan_tells_which_links_die(performer: Performer, directory: LocalDirectory, clock: Clock) -> None:
    active = NOW - timedelta(days=5)
    await directory.write([account(1), account(2), account(3, activated_at=active), account(4, activated_at=active)])
    assert planned(performer).sentences() == ["No link that was mailed is still good and unused, so none dies."]
    first = await mailed(performer, "activate", 1, 2)
    await mailed(performer, "reset-password", 3, 4)
    links = performer.letters.links
    expires = NOW + performer.letters.good_for(MailKind.ACTIVATION)
    await confirm(performer, links.issue(Link("activation", an_id(1), first, expires)))
    plan = planned(performer)
    assert {(link.kind, link.account) for link in plan.dying} == {
        ("activation", an_id(2)),
        ("password", an_id(3)),
        ("password", an_id(4)),
    }
    assert plan.sentences()[0] == (
        "3 mailed links that are still good and unused die (1 to activate an account, 2 to choose a password), "
        "sent to 3 people."
    )
    clock.now = max(link.expires for link in plan.dying)
    assert planned(performer).dying == ()


async def test_a_new_key_is_an_act_in_the_journal(performer: Performer, directory: LocalDirectory) -> None:
    await directory.write([account(1)])
    action = await mailed(performer, "activate", 1)
    link = planned(performer).dying[0]
    assert link.action == action
    token = performer.letters.links.issue(link)
    made = make(performer, planned(performer), "the old one was in a mail")
    intent, outcome = list(performer.journal.entries())[-2:]
    assert (intent.facts["kind"], intent.facts["phase"], intent.facts["links"]) == (KIND, "intent", 1)
    assert (intent.facts["operator"], intent.facts["reason"]) == ("jdoe", "the old one was in a mail")
    assert (outcome.facts["fingerprint"], outcome.facts["results"][0]["verdict"]) == (made, "done")
    with pytest.raises(LinkForged):
        await confirm(performer, token)
    again = await directory.accounts([an_id(1)])
    assert again[an_id(1)].activated_at is None


async def test_without_the_intent_on_disk_the_key_stays(
    performer: Performer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    performer.letters.links.issue(LINK)
    before = (tmp_path / "link-key").read_bytes()

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(performer.journal), "append", full)
    with pytest.raises(NotJournaled):
        make(performer, planned(performer), "")
    assert (tmp_path / "link-key").read_bytes() == before


async def test_with_a_damaged_key_nobody_is_mailed_or_marked_and_a_new_one_mends_it(
    performer: Performer, directory: LocalDirectory, tmp_path: Path
) -> None:
    await directory.write([account(1)])
    write_key(tmp_path / "link-key", "")
    with pytest.raises(LinkKeyDamaged, match="is empty"):
        await performer.plan("activate", [an_id(1)])
    assert list(performer.journal.entries()) == []
    assert (await directory.accounts([an_id(1)]))[an_id(1)].invited_at is None
    plan = planned(performer)
    assert plan.sentences()[0].startswith("The key of mailed links is empty.")
    make(performer, plan, "")
    assert "is empty" in next(performer.journal.entries()).facts["damage"]
    await mailed(performer, "activate", 1)


async def test_a_key_lost_before_fingerprints_were_kept_is_missed_all_the_same(
    make_performer: Callable[..., Performer], directory: LocalDirectory, tmp_path: Path
) -> None:
    await directory.write([account(1), account(2)])
    await mailed(make_performer(), "activate", 1)
    (tmp_path / "link-key").unlink()
    with Documents(tmp_path / "links.json", LINKS, Head(tmp_path)).changing() as database:
        database.drop_table(KEY_TABLE)
    with pytest.raises(LinkKeyDamaged, match="is missing"):
        await replace(make_performer()).plan("activate", [an_id(2)])
    assert not (tmp_path / "link-key").exists()


def test_what_others_can_read_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    write_key(tmp_path / "link-key", GOOD)
    (tmp_path / "link-key").chmod(0o644)
    with pytest.raises(SettingsError, match="can be read by others"):
        Links(tmp_path).key.check()
