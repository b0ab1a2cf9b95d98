"""Where a platform keeps the accounts, the sync reads them and says what the platform's own sync will do."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from roster_tui.access import DEMO_TOKEN
from roster_tui.accounts.model import Role
from roster_tui.accounts.scim.errors import NotScim
from roster_tui.accounts.verbs import Asked
from roster_tui.roster.account_rows import people
from roster_tui.sandbox.generator import teacher_sis_id
from roster_tui.sync import sync
from roster_tui.workspace import Workspace
from tests.conftest import NOW, serving, settings_for
from tests.platform import TOKEN, Fault, Platform, running
from tests.sync.conftest import Night


@pytest.fixture
def platform() -> Iterator[Platform]:
    with running(Platform()) as platform:
        yield platform


@pytest.fixture
def town(clever: Night, platform: Platform, tmp_path: Path) -> Night:
    """A district whose accounts stand on a platform."""
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    directory = {"backend": "scim", "url": platform.url, "token_file": str(token)}
    clever.settings = settings_for(tmp_path / "data", directory=directory)
    return clever


def staff(workspace: Workspace) -> list[str]:
    """Return the Clever IDs of everybody who should have an account."""
    with workspace.cache.reading() as db:
        return [person.id for person in people(db)]


def shown(workspace: Workspace) -> dict[str, int]:
    """Return the accounts as lists show them, counted by state."""
    with workspace.cache.reading() as db:
        return dict(db.execute("SELECT state, count(*) FROM account GROUP BY state").fetchall())


def test_the_sync_predicts_and_writes_nothing(town: Night, platform: Platform) -> None:
    town.load()
    workspace, first = town.sync()
    ids = staff(workspace)
    assert first.accounts == {}
    assert first.expected == {"created": len(ids), "suspended": 0, "restored": 0}
    assert shown(workspace) == {}
    # The platform's own sync makes them; and somebody's account is suspended there.
    made = [platform.add(clever_id) for clever_id in ids]
    platform.set(made[0], active=False)
    town.incidents(leavers={teacher_sis_id(7), teacher_sis_id(8)})
    workspace, second = town.sync()
    assert second.expected == {"created": 0, "suspended": 2, "restored": 0}
    assert any("what its own sync will do" in note for note in second.notes)
    rows = second.document()["accounts_expected_rows"]
    assert any("; ".join(row["label"] for row in rows) in note for note in second.notes)
    assert {(row["what"], row["cause"]) for row in rows} == {("suspended", "no longer in Clever's data")}
    with workspace.cache.reading() as db:
        gone = db.execute("SELECT lower(hex(r.id)) FROM teacher t JOIN record r ON r.key = t.key WHERE NOT t.in_data")
        assert {row["id"] for row in rows} == {clever_id for (clever_id,) in gone}
    # Shown is what the platform says, not what is expected.
    assert shown(workspace) == {"active": len(ids) - 1, "suspended": 1}
    assert {method for method, _ in platform.asked} == {"GET"}
    assert workspace.journal.verify().entries == 0


def test_a_role_for_a_time_ends_on_the_platform_too(town: Night, platform: Platform) -> None:
    town.load()
    workspace, _ = town.sync()
    clever_id = staff(workspace)[0]
    user_id = platform.add(clever_id, roles=[{"value": "Teacher"}])

    async def lend() -> None:
        performer = workspace.performer()
        asked = Asked(role=Role.SCHOOL_ADMIN, until=NOW.date())
        await performer.perform(await performer.plan("role", [clever_id], asked=asked))

    asyncio.run(lend())
    assert platform.user(user_id)["roles"] == [{"value": "School Administrator"}]
    town.sync()
    assert platform.user(user_id)["roles"] == [{"value": "School Administrator"}], "its last day is today"
    with serving(town.service().app()) as url:
        tomorrow = NOW + timedelta(days=1)
        asyncio.run(sync(town.settings, DEMO_TOKEN.reveal(), url, clock=lambda: tomorrow))
    assert platform.user(user_id)["roles"] == [{"value": "Teacher"}]
    assert platform.count("PATCH") == 2


def test_users_that_are_nobody_are_told(town: Night, platform: Platform) -> None:
    town.load()
    platform.add("somebody")
    _, result = town.sync()
    assert any("1 users of the platform are not shown" in note for note in result.notes)


def test_without_the_platform_the_roster_is_applied_and_the_accounts_follow_later(
    town: Night, platform: Platform
) -> None:
    town.load()
    workspace, _ = town.sync()
    for clever_id in staff(workspace):
        platform.add(clever_id)
    town.sync()
    before = shown(workspace)
    town.incidents(leavers={teacher_sis_id(7)})
    platform.faults = [Fault("GET", status=404, path="Users")]
    with pytest.raises(NotScim):
        town.sync()
    assert shown(workspace) == before
    platform.faults = []
    _, result = town.sync()
    assert result.expected is not None
    assert result.expected["suspended"] == 1
