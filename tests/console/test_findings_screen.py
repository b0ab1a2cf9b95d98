"""Every kind of finding can be reached in the console, with its evidence and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.findings.catalog import CODES
from roster_tui.findings.store import known
from tests.console.conftest import Open
from tests.findings.cases import CASES


@pytest.mark.parametrize("code", CODES)
async def test_each_kind_shows_with_its_detail(code: str, open_console: Open, tmp_path: Path) -> None:
    workspace = CASES[code][0].open(tmp_path / "case")
    with workspace.cache.reading() as db:
        place = [each.finding.code.code for each in known(db)].index(code)
    async with open_console(workspace=workspace, size=(140, 40)) as desk:
        await desk.press("5", *["down"] * place, "d")
        await desk.settle()
        detail = " ".join(desk.app.browser.detail.text.split())
        found = CODES[code]
        assert found.title in desk.text
        assert f"Who fixes it {found.owner.value}" in detail
        assert " ".join(found.meaning.split()) in detail
        assert " ".join(found.remedy.split()) in detail


async def test_triage_shows_causes_only(open_console: Open, tmp_path: Path) -> None:
    workspace = CASES["section-teacher-pending"][0].open(tmp_path / "case")
    async with open_console(workspace=workspace) as desk:
        assert "Never activated" in desk.text
        assert "Section waits" not in desk.text
        await desk.press("5")
        assert "Section waits" in desk.text
