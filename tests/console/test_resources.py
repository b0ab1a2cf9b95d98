"""``H`` shows what there is to read about what is under the cursor."""

from __future__ import annotations

from typing import Any

from roster_tui.console.app import RosterApp
from tests.console.conftest import Open


async def test_a_pending_account_leads_to_the_article_on_activation(open_console: Open, monkeypatch: Any) -> None:
    copied: list[str] = []
    monkeypatch.setattr(RosterApp, "copy_to_clipboard", lambda app, text: copied.append(text))
    async with open_console() as desk:
        await desk.press("3", "slash")
        await desk.type("status:pending")
        await desk.press("enter", "H")
        assert "Send activation emails" in desk.text
        assert "Suspend or reactivate" not in desk.text
        await desk.press("end", "enter")
        assert copied == [
            "https://community.canvaslms.com/t5/Mastery-Connect-Admin/"
            "How-do-I-send-staff-account-activation-emails-as-a-Mastery/ta-p/386959"
        ]
        await desk.press("escape")
        assert "Suspend or reactivate" in desk.text
        await desk.press("slash")
        await desk.type("rollover")
        await desk.press("enter")
        assert "before summer" in desk.text
        assert "Send activation emails" not in desk.text
        await desk.press("escape", "escape")
        assert "Teachers" in desk.crumb
