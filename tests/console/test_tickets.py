"""``t`` drafts a ticket about what is under the cursor, ``h`` lists them; what the guard finds is marked and stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.widgets import Input

from roster_tui.console.app import RosterApp
from roster_tui.console.ticket import TicketScreen, TicketText, by_line
from roster_tui.support import help_desk
from roster_tui.support.guard import Hit
from roster_tui.support.tickets import State
from roster_tui.workspace import Workspace
from tests.conftest import Inbox, frozen, mail_options, settings_for
from tests.console.conftest import Desk, Open


def a_student(demo: Workspace) -> str:
    """Return a student's name."""
    with demo.cache.reading() as db:
        first, last = db.execute("SELECT first, last FROM student WHERE last = 'Nguyen' AND first <> 'Will'").fetchone()
    return f"{first} {last}"


async def drafted(desk: Desk, *keys: str) -> TicketText:
    """Press keys that draft a ticket, and return its text."""
    await desk.press(*keys)
    await desk.until(lambda: isinstance(desk.app.screen, TicketScreen))
    await desk.settle()
    return desk.app.screen.query_one(TicketText)


async def test_a_ticket_about_a_finding_is_written_redacted_and_sent(
    open_console: Open, demo: Workspace, inbox: Inbox
) -> None:
    support = {"help_desk": "help@platform.example"}
    settings = settings_for(demo.folder.parent, mail=mail_options(inbox), support=support)
    mailing = Workspace(demo.folder, demo.district, settings, frozen)
    student = a_student(demo)
    async with open_console(workspace=mailing) as desk:
        text = await drafted(desk, "5", "t")
        assert "Email missing" in desk.text
        text.insert(f"It is about {student}.\n", (0, 0))
        await desk.press("f4")
        await desk.until(lambda: desk.toasts and "gives students away" in desk.toasts[-1])
        await desk.settle()
        assert "body: 1 name (line 1)" in desk.text
        line = text.get_line(0)
        assert [line.plain[span.start : span.end] for span in line.spans] == [student]
        assert inbox.messages == []
        await desk.press("f3")
        await desk.until(lambda: "checked" in desk.lines[5] or "nothing was found" in desk.toasts[-1])
        assert student not in text.text
        assert "It is about Student-" in text.text
        await desk.press("f4")
        await desk.until(lambda: "is sent to help@platform.example" in desk.toasts[-1])
    assert [message["To"] for message in inbox.messages] == ["help@platform.example"]
    assert student.split()[1] not in inbox.messages[0].get_payload(decode=True).decode()
    assert help_desk.store(demo).get(1).state is State.SENT


async def test_what_was_written_is_kept_when_one_leaves(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        text = await drafted(desk, "3", "t")
        text.load_text("It happens every Monday.")
        desk.app.screen.query_one(Input).value = "Every Monday"
        await desk.press("escape")
        await desk.finish()
        assert not isinstance(desk.app.screen, TicketScreen)
    kept = help_desk.store(demo).get(1)
    assert (kept.subject, kept.body) == ("Every Monday", "It happens every Monday.")
    assert kept.about.startswith("teacher ")


async def test_the_list_of_tickets_is_searched_opened_and_closed(open_console: Open, demo: Workspace) -> None:
    for subject in ("Sections are missing", "Sync is slow"):
        help_desk.open_ticket(demo, help_desk.Draft(subject, "Since Tuesday."))
    async with open_console() as desk:
        await desk.press("h")
        assert "2 tickets" in desk.text
        await desk.press("slash")
        await desk.type("slow")
        await desk.press("enter")
        assert "1 ticket of 2" in desk.text
        assert "Sections are missing" not in desk.text
        await desk.press("x")
        await desk.finish()
        assert "closed" in desk.text
        await desk.press("a")
        await desk.finish()
        assert "cannot be answered" in desk.toasts[-1]
        await desk.press("enter")
        assert "Since Tuesday." in desk.text
        await desk.press("escape", "escape", "escape")
        await desk.finish()
        assert "Triage" in desk.crumb
    assert help_desk.store(demo).get(2).state is State.CLOSED


async def test_a_viewer_reads_tickets_and_drafts_none(open_console: Open, demo: Workspace) -> None:
    help_desk.open_ticket(demo, help_desk.Draft("Sections are missing", "Since Tuesday."))
    settings = settings_for(demo.folder.parent, operator_role="viewer")
    async with open_console(workspace=Workspace(demo.folder, demo.district, settings, frozen)) as desk:
        await desk.press("t")
        assert "Viewers change nothing" in desk.toasts[-1]
        await desk.press("h", "enter")
        assert desk.app.screen.query_one(TicketText).read_only
        await desk.press("f4")
        assert "Viewers change nothing" in desk.toasts[-1]


async def test_a_clean_ticket_is_copied_and_one_with_a_name_is_not(
    open_console: Open, demo: Workspace, monkeypatch: Any
) -> None:
    copied: list[str] = []
    monkeypatch.setattr(RosterApp, "copy_to_clipboard", lambda app, text: copied.append(text))
    async with open_console() as desk:
        text = await drafted(desk, "7", "t")
        await desk.press("f5")
        await desk.until(lambda: copied)
        assert "Sync 2 is applied" in copied[0]
        text.insert(a_student(demo), (0, 0))
        await desk.press("f5")
        await desk.until(lambda: desk.toasts and "not copied" in desk.toasts[-1])
    assert len(copied) == 1


async def test_what_steers_a_terminal_is_drawn_as_a_picture_of_itself(open_console: Open) -> None:
    async with open_console() as desk:
        text = await drafted(desk, "t")
        text.load_text("a\x1b]52;c;aGk=\x07b\u202ec [/b] é")
        await desk.settle()
        assert "a␛]52;c;aGk=␇b\ufffdc [/b] é" in desk.text
        assert text.text.startswith("a\x1b")


def test_a_place_over_two_lines_is_marked_in_both() -> None:
    hits = [Hit("name", 4, 14, 1), Hit("name", 16, 19, 3)]
    assert by_line("See Lucía\nGarc.\nBob", hits) == {0: [(4, 9)], 1: [(0, 4)], 2: [(0, 3)]}


async def test_a_school_a_sync_and_what_was_said_are_things_to_ask_about(open_console: Open, demo: Workspace) -> None:
    async with open_console() as desk:
        await drafted(desk, "2", "t")
        assert "What the roster has of it" in desk.text
        await desk.press("escape")
        await desk.finish()
        text = await drafted(desk, "7", "t")
        assert "Sync 2 is applied" in text.text
        await desk.press("escape")
        await desk.finish()
        desk.app.tell(f"Nothing was shown: {a_student(demo)} is locked", "error")
        text = await drafted(desk, "M", "t")
        assert "Nothing was shown: Student-" in text.text
        assert a_student(demo) not in text.text
    assert [each.about.split()[0] for each in help_desk.store(demo).all()] == ["messages", "sync", "school"]


async def test_a_file_is_attached_checked_and_replaced_by_another_of_its_name(
    open_console: Open, demo: Workspace, tmp_path: Path
) -> None:
    file, binary = tmp_path / "ids.csv", tmp_path / "ids.xlsx"
    file.write_text(f"name\n{a_student(demo)}\n")
    binary.write_bytes(b"PK\x03\x04\0")
    async with open_console() as desk:
        await drafted(desk, "3", "t")

        async def attach(name: str) -> None:
            await desk.press("f6")
            await desk.until(lambda: "Attach a text file" in desk.text)
            await desk.paste(name)
            await desk.press("enter")
            await desk.finish()

        await attach(str(binary))
        assert "no text file" in desk.toasts[-1]
        await attach(str(tmp_path / "none.csv"))
        assert "can be attached" in desk.toasts[-1]
        await attach(str(file))
        assert "1 attachment" in desk.text and "attachment ids.csv: 1 name" in desk.text
        file.write_text("name\nnobody\n")
        await attach(str(file))
        assert "nothing was found" in desk.toasts[-1]
    assert [each.text for each in help_desk.store(demo).get(1).attachments] == ["name\nnobody\n"]


async def test_an_admin_sends_what_the_guard_stops_with_a_reason_and_a_lead_does_not(
    open_console: Open, demo: Workspace, inbox: Inbox
) -> None:
    def mailing(role: str) -> Workspace:
        support = {"help_desk": "help@platform.example"}
        settings = settings_for(demo.folder.parent, mail=mail_options(inbox), support=support, operator_role=role)
        return Workspace(demo.folder, demo.district, settings, frozen)

    async with open_console(workspace=mailing("lead")) as desk:
        text = await drafted(desk, "3", "t")
        text.insert(f"It is about {a_student(demo)}.\n", (0, 0))
        await desk.press("f4")
        await desk.until(lambda: desk.toasts and desk.toasts[-1].endswith("f3 puts tokens in their place"))
        await desk.press("f7")
        await desk.until(lambda: "Only admins" in desk.toasts[-1])
    async with open_console(workspace=mailing("admin")) as desk:
        await desk.press("h", "enter", "f7")
        await desk.until(lambda: "Send with 1 place that give students away" in desk.text)
        await desk.press("escape")
        await desk.until(lambda: "Nothing was sent" in desk.toasts[-1])
        assert inbox.messages == []
        await desk.press("f7")
        await desk.until(lambda: "Kept in the journal" in desk.text)
        await desk.type("the desk asked for it")
        await desk.press("enter")
        await desk.until(lambda: "is sent to help@platform.example" in desk.toasts[-1])
    assert len(inbox.messages) == 1
    intent = next(each.facts for each in demo.journal.entries() if each.facts["kind"] == "ticket send")
    assert (intent["reason"], intent["overridden"]) == ("the desk asked for it", {"name": 1})
