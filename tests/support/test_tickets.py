"""Tickets from draft to answer: what the guard finds does not leave, and no mail leaves twice unasked."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from roster_tui import decisions
from roster_tui.findings.catalog import PAIRS
from roster_tui.findings.store import known
from roster_tui.ledger import LedgerDamaged
from roster_tui.roster.account_rows import support_leads
from roster_tui.roster.history import end_run, start_run
from roster_tui.settings import Settings
from roster_tui.support import drafts, guard, help_desk
from roster_tui.support.help_desk import Draft, GivesAway, TicketNotSent
from roster_tui.support.ticket_store import NoSuchTicket
from roster_tui.support.tickets import Attachment, Desk, State, Ticket, TicketRefused, matching
from roster_tui.workspace import DistrictName, Workspace, create_workspace
from tests.conftest import NOW, Inbox, frozen, mail_options, settings_for
from tests.mailing import smtp_server
from tests.support.test_stand import LUCIA, ROBERT, nightly

HARMLESS = Draft("Sections are missing", "Since Tuesday 14 sections have no teacher.\n")
DESK = {"help_desk": "help@platform.example", "clever_support": "support@clever.example"}


@pytest.fixture
def district(tmp_path: Path) -> Workspace:
    workspace = create_workspace(settings_for(tmp_path / "data"), DistrictName("a" * 24, "Lincoln"), frozen)
    nightly(workspace, [LUCIA, ROBERT])
    return workspace


def with_settings(workspace: Workspace, **options: Any) -> Workspace:
    settings: Settings = settings_for(workspace.folder.parent, **options)
    return replace(workspace, settings=settings)


def mailing(workspace: Workspace, inbox: Any, **options: Any) -> Workspace:
    return with_settings(workspace, mail=mail_options(inbox), support=DESK, **options)


def sent(workspace: Workspace, number: int, **options: Any) -> Ticket:
    return asyncio.run(help_desk.send(workspace, number, **options))


def phases(workspace: Workspace, kind: str) -> list[Any]:
    return [entry.facts["phase"] for entry in workspace.journal.entries() if entry.facts["kind"] == kind]


# -- the way of a ticket --------------------------------------------------------------------------------


def test_a_ticket_is_drafted_checked_sent_answered_closed_and_opened_again(district: Workspace, inbox: Inbox) -> None:
    workspace = mailing(district, inbox, operator_email="lead@lincoln.example")
    ticket = help_desk.open_ticket(workspace, HARMLESS)
    assert (ticket.number, ticket.state, ticket.author) == (1, State.DRAFT, "jdoe")
    checked, hits = help_desk.check_ticket(workspace, 1)
    assert (checked.state, hits) == (State.CHECKED, {})
    assert help_desk.edit(workspace, 1, "Sections  are\nstill missing", HARMLESS.body).state is State.DRAFT
    done = sent(workspace, 1)
    assert (done.state, done.sent_to, done.sent_at) == (State.SENT, "help@platform.example", NOW)
    assert help_desk.note_answered(workspace, 1).state is State.ANSWERED
    assert help_desk.close(workspace, 1).state is State.CLOSED
    assert help_desk.reopen(workspace, 1).state is State.DRAFT
    sent(workspace, 1)
    first, second = inbox.messages
    assert first["Subject"] == "Sections are still missing [Lincoln, ticket 1]"
    assert (first["To"], first["Reply-To"]) == ("help@platform.example", "lead@lincoln.example")
    assert first.get_payload(decode=True) == HARMLESS.body.replace("\n", "\r\n").encode()
    assert second["In-Reply-To"] == first["Message-ID"] != second["Message-ID"]
    assert phases(workspace, "ticket send") == ["intent", "outcome"] * 2
    assert phases(workspace, "ticket reopen") == ["intent", "outcome"]
    assert workspace.journal.verify().ok


def test_a_step_that_cannot_be_taken_changes_nothing(district: Workspace) -> None:
    help_desk.open_ticket(district, HARMLESS)
    for step in (help_desk.note_answered, help_desk.reopen):
        with pytest.raises(TicketRefused, match="Ticket 1 is draft"):
            step(district, 1)
    help_desk.note_sent(district, 1)
    with pytest.raises(TicketRefused, match="is sent, so it cannot be edited; open it again first"):
        help_desk.edit(district, 1, "other", "other")
    with pytest.raises(TicketRefused, match="needs a subject"):
        help_desk.edit(district, help_desk.reopen(district, 1).number, " \n", "other")
    with pytest.raises(NoSuchTicket, match="There is no ticket 7"):
        help_desk.close(district, 7)
    assert phases(district, "ticket answered") == phases(district, "ticket close") == []


@pytest.mark.parametrize("key", ["", "ab", "zz" * 32, "AB" * 32])
def test_a_damaged_key_makes_no_tokens(district: Workspace, key: str) -> None:
    number = help_desk.open_ticket(district, HARMLESS).number
    kept = help_desk.store(district)
    whole = kept.get(number)
    file = kept.folder / f"{number:06d}.json"
    file.write_text(file.read_text().replace(whole.key, key))
    with pytest.raises(LedgerDamaged, match=r"000001\.json"):
        kept.get(number)


def test_tickets_are_kept_a_file_each_and_found_by_words_and_state(district: Workspace) -> None:
    for subject in ("Sections are missing", "Teacher is missing", "Sync fails"):
        help_desk.open_ticket(district, replace(HARMLESS, subject=subject))
    help_desk.note_sent(district, 2)
    kept = help_desk.store(district)
    assert [ticket.number for ticket in kept.all()] == [3, 2, 1]
    assert [ticket.number for ticket in matching(kept.all(), "TEACHER missing #2")] == [2]
    assert [ticket.number for ticket in matching(kept.all(), "", frozenset({State.DRAFT}))] == [3, 1]
    file = kept.folder / "000002.json"
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b'{"ticket": {"ticket": {"subject": 5}}}')
    with pytest.raises(LedgerDamaged, match="left untouched"):
        kept.get(2)


# -- the guard ------------------------------------------------------------------------------------------


def test_what_names_a_student_does_not_leave_and_stays_a_draft(district: Workspace, inbox: Inbox) -> None:
    workspace = mailing(district, inbox)
    for named in (
        {"subject": "Lucía García is missing"},
        {"body": "It is about 222361388 in SIS ID."},
    ):
        ticket = help_desk.open_ticket(workspace, HARMLESS, **named)
        _, hits = help_desk.check_ticket(workspace, ticket.number)
        assert list(hits) == list(named)
        with pytest.raises(GivesAway):
            sent(workspace, ticket.number)
        with pytest.raises(GivesAway):
            help_desk.note_sent(workspace, ticket.number)
    attached = replace(HARMLESS, attachments=(Attachment("ids.csv", "id,name\n1,Robert Quispe\n"),))
    ticket = help_desk.open_ticket(workspace, attached)
    with pytest.raises(GivesAway, match="1 name"):
        sent(workspace, ticket.number)
    assert {each.state for each in help_desk.store(workspace).all()} == {State.DRAFT}
    assert inbox.messages == []
    assert phases(workspace, "ticket send") == []


def test_tokens_stand_for_values_in_every_part_and_are_kept_here(district: Workspace, inbox: Inbox) -> None:
    workspace = mailing(district, inbox)
    draft = replace(HARMLESS, attachments=(Attachment("ids.csv", "name\nGarcía, Lucía\n"),))
    told = {"subject": "Lucía García", "body": "Where is Lucia Garcia? Robert Quispe sees it.\n"}
    help_desk.open_ticket(workspace, draft, **told)
    after = help_desk.redact_ticket(workspace, 1)
    token = after.subject
    assert token.startswith("Student-")
    assert after.body.startswith(f"Where is {token}? Student-")
    assert after.attachments == (Attachment("ids.csv", f"name\n{token}\n"),)
    assert after.tokens[token] == "García, Lucía"
    assert help_desk.look(workspace, after) == {}
    sent(workspace, 1)
    (message,) = inbox.messages
    assert "Garc" not in message.as_string()
    other = help_desk.redact_ticket(workspace, help_desk.open_ticket(workspace, HARMLESS, **told).number)
    assert other.subject != token


def test_only_an_admin_lets_out_what_the_guard_stops_and_the_journal_says_why(
    district: Workspace, inbox: Inbox
) -> None:
    help_desk.open_ticket(district, HARMLESS, body="Ask Lucía García, 222361388.\n")
    with pytest.raises(TicketRefused, match="Only admins"):
        sent(mailing(district, inbox, operator_role="lead"), 1, override="the desk asked for it")
    assert inbox.messages == []
    admin = mailing(district, inbox)
    assert sent(admin, 1, override=" the desk asked for it ").state is State.SENT
    intent = next(entry.facts for entry in admin.journal.entries() if entry.facts["kind"] == "ticket send")
    assert intent["reason"] == "the desk asked for it"
    assert intent["overridden"] == {"name": 1, "id": 1}
    journal = "".join(file.read_text("utf-8") for file in admin.journal.files())
    assert "García" not in journal
    assert "222361388" not in journal


def test_what_was_changed_after_the_guard_looked_is_not_noted_as_checked(district: Workspace) -> None:
    seen = help_desk.open_ticket(district, HARMLESS)
    help_desk.edit(district, 1, "Robert Quispe", "")
    from roster_tui.support import tickets

    with pytest.raises(TicketRefused, match="changed meanwhile"):
        help_desk.store(district).change(1, lambda ticket: tickets.checked(ticket, seen, NOW))


# -- mail -----------------------------------------------------------------------------------------------


class _HangsUp:
    """A server that takes a message and never answers."""

    def __init__(self) -> None:
        self.taken = 0
        self.port = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.taken += 1
        server.transport.abort()
        return "250 OK"


@pytest.fixture
def hangs_up() -> Iterator[_HangsUp]:
    handler = _HangsUp()
    with smtp_server(handler) as handler.port:
        yield handler


def test_a_mail_that_may_have_left_is_not_sent_again_unasked(
    district: Workspace, hangs_up: _HangsUp, inbox: Inbox
) -> None:
    workspace = with_settings(district, mail=mail_options(hangs_up), support=DESK)  # type: ignore[arg-type]
    help_desk.open_ticket(workspace, HARMLESS)
    with pytest.raises(TicketNotSent, match="may have been sent"):
        sent(workspace, 1)
    assert help_desk.store(workspace).get(1).attempt is not None
    with pytest.raises(TicketRefused, match=r"may have been sent to help@platform\.example already"):
        sent(workspace, 1)
    assert hangs_up.taken == 1
    assert sent(mailing(district, inbox), 1, again=True).attempt is None
    assert len(inbox.messages) == 1


def test_a_mail_that_did_not_leave_can_be_sent_again(district: Workspace, inbox: Inbox) -> None:
    workspace = mailing(district, inbox)
    help_desk.open_ticket(workspace, HARMLESS)
    inbox.refused.add("help@platform.example")
    with pytest.raises(TicketNotSent, match="no such user here"):
        sent(workspace, 1)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        inbox_gone = {**mail_options(inbox), "port": nobody.getsockname()[1]}
        with pytest.raises(TicketNotSent, match="does not take mail"):
            sent(with_settings(district, mail=inbox_gone, support=DESK), 1)
    inbox.refused.clear()
    assert sent(workspace, 1).state is State.SENT


def test_without_address_or_server_nothing_is_begun(district: Workspace, inbox: Inbox) -> None:
    help_desk.open_ticket(district, HARMLESS)
    with pytest.raises(TicketNotSent, match=r"support\.help_desk"):
        sent(district, 1)
    with pytest.raises(TicketNotSent, match=r"mail\.host"):
        sent(with_settings(district, support=DESK), 1)
    crooked = with_settings(district, mail=mail_options(inbox), support={"help_desk": "a@b.example\nBcc: c@d.example"})
    with pytest.raises(TicketNotSent, match="cannot stand in a mail"):
        sent(crooked, 1)
    assert help_desk.store(district).get(1).attempt is None
    assert phases(district, "ticket send") == []


# -- drafts ---------------------------------------------------------------------------------------------


def test_no_draft_about_any_finding_names_a_student(demo: Workspace) -> None:
    with demo.cache.reading() as db:
        found = known(db)
    assert {each.finding.subject.kind for each in found} >= {"teacher", "section", "student"}
    for each in found:
        draft = drafts.about(demo, "finding", each.finding.id)
        assert guard.check(demo, f"{draft.subject}\n{draft.body}") == [], each.finding.code
        if each.finding.subject.kind == "student":
            assert each.finding.subject.clever_id in draft.body
            assert each.finding.subject.label not in draft.body


def test_a_draft_has_the_facts_a_desk_asks_for(demo: Workspace) -> None:
    with demo.cache.reading() as db:
        each = next(one for one in known(db) if one.finding.code.code == "email-missing")
    subject = each.finding.subject
    with demo.cache.writing() as db:
        db.execute("UPDATE account SET support_lead = 1 WHERE key = (SELECT key FROM teacher WHERE sis_id = 'T10017')")
        ((name, email),) = support_leads(db)
    draft = drafts.about(demo, "teacher", subject.clever_id)
    assert f"Support lead: {name}, {email}\n" in draft.body
    assert f"Clever ID {subject.clever_id}, SIS ID {subject.sis_id}" in draft.body
    assert "broken   teacher valid: the email is blank" in draft.body
    assert "Email missing, since Nov 24 1:04 AM CST, 2026" in draft.body
    assert "Sync 2, full, applied" in draft.body
    assert "roster-tui 0.2.0, Clever API v3.1" in draft.body
    with pytest.raises(drafts.NothingToTell, match="There is no teacher nobody"):
        drafts.about(demo, "teacher", "nobody")


def test_a_failed_sync_is_for_clever_with_its_request_ids(demo: Workspace) -> None:
    error = "Clever answered 503, request id 8f2d-11 / 8f2d-12"
    with demo.cache.writing() as db:
        run = start_run(db, "full", NOW)
        end_run(db, run, "failed", NOW, error=error)
    draft = drafts.about(demo, "sync", str(run))
    assert draft.desk is Desk.CLEVER
    assert f"Sync {run} is failed\n  {error}" in draft.body
    for wrong in ("99", "x"):
        with pytest.raises(drafts.NothingToTell):
            drafts.about(demo, "sync", wrong)


def test_a_report_of_a_failure_is_found_by_its_id_and_by_nothing_else(demo: Workspace) -> None:
    (demo.folder / "incident-0A1B2C3D.txt").write_text("incident 0A1B2C3D\nbuiltins.KeyError\n", "utf-8")
    assert "builtins.KeyError" in drafts.about(demo, "failure", "0a1b2c3d").body
    for wrong in ("../x", "FFFF"):
        with pytest.raises(drafts.NothingToTell):
            drafts.about(demo, "failure", wrong)


def test_a_crosswalk_request_has_the_accepted_pairs_of_staff_attached_and_stops_at_a_students_id(
    demo: Workspace, inbox: Inbox
) -> None:
    with pytest.raises(drafts.NothingToTell, match="No pair is accepted"):
        drafts.crosswalk(demo)
    with demo.cache.reading() as db:
        pairs = [each.finding for each in known(db) if each.finding.code in PAIRS]
    teacher = next(each for each in pairs if each.subject.kind == "teacher")
    student = next(each for each in pairs if each.subject.kind == "student")
    assert teacher.other
    decisions.decide(demo, teacher.id, "accepted")
    workspace = mailing(demo, inbox)
    ticket = help_desk.open_ticket(workspace, drafts.crosswalk(workspace))
    sent(workspace, ticket.number)
    (message,) = inbox.messages
    assert message["To"] == "support@clever.example"
    _note, file = message.get_payload()
    assert file.get_filename() == "crosswalk.csv"
    assert f"{teacher.subject.sis_id},{teacher.other.sis_id},,,user" in file.get_payload(decode=True).decode()
    decisions.decide(demo, student.id, "accepted")
    ticket = help_desk.open_ticket(workspace, drafts.crosswalk(workspace))
    with pytest.raises(GivesAway):
        sent(workspace, ticket.number)
