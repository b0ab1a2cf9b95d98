"""The console on accounts that a platform keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import frozen, settings_for
from tests.console.conftest import Open
from tests.console.test_acting import go_to
from tests.platform import TOKEN, Fault, Platform, running


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(Platform()) as platform:
        yield platform


@pytest.fixture
def district(demo: Workspace, platform: Platform, tmp_path: Path) -> Workspace:
    """The demo district, its active people with accounts on a platform."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    with demo.cache.reading() as db:
        query = "SELECT r.id FROM account a JOIN record r USING (key) WHERE a.state = 'active' LIMIT 3"
        ids = [clever_id.hex() for (clever_id,) in db.execute(query)]
    for clever_id in ids:
        platform.add(clever_id)
    directory = {"backend": "scim", "url": platform.url, "token_file": str(token)}
    district = open_workspace(settings_for(demo.folder.parent, directory=directory), frozen)
    with district.cache.writing() as db:
        db.execute("DELETE FROM account")
    return district


def listed(district: Workspace) -> None:
    """Read the accounts as a sync does."""
    district.show_accounts(asyncio.run(district.directory.list_accounts()))


async def test_one_teacher_is_suspended_on_the_platform_and_taken_back(
    open_console: Open, district: Workspace, platform: Platform
) -> None:
    await asyncio.to_thread(listed, district)
    async with open_console(workspace=district) as desk:
        await go_to(desk, "status:active")
        await desk.press("s")
        await desk.finish()
        (told,) = desk.toasts
        assert " suspended" in told and told.endswith(". z undoes.")
        assert platform.count("PATCH") == 1
        await desk.press("z")
        await desk.finish()
        states = {account.state.value for account in await district.directory.list_accounts()}
        assert states == {"active"}
        assert platform.count("PATCH") == 2


async def test_what_is_not_answered_is_told_and_not_shown_as_done(
    open_console: Open, district: Workspace, platform: Platform
) -> None:
    await asyncio.to_thread(listed, district)
    platform.faults = [Fault("PATCH", cut=True, done=False)]
    async with open_console(workspace=district) as desk:
        await go_to(desk, "status:active")
        await desk.press("s")
        await desk.finish()
        assert "in doubt" in desk.toasts[-1]
    with district.cache.reading() as db:
        assert db.execute("SELECT state, count(*) FROM account GROUP BY state").fetchall() == [("active", 3)]


async def test_what_the_platform_cannot_do_says_why(
    open_console: Open, district: Workspace, platform: Platform
) -> None:
    platform.configured = {"patch": {"supported": False}, "etag": {"supported": False}}
    await asyncio.to_thread(listed, district)
    async with open_console(workspace=district) as desk:
        await go_to(desk, "status:active")
        await desk.press("s")
        await desk.finish()
        assert desk.toasts == ["The platform takes no changes over SCIM (no PATCH, no versions for PUT)"]
        assert platform.count("PATCH") == 0


async def test_a_platform_that_is_gone_is_told(open_console: Open, district: Workspace, platform: Platform) -> None:
    await asyncio.to_thread(listed, district)
    platform.faults = [Fault("GET", status=401, path="Users")]
    async with open_console(workspace=district) as desk:
        await go_to(desk, "status:active")
        await desk.press("s")
        await desk.finish()
        assert "Nothing was done: The platform refused the token" in desk.toasts[-1]
