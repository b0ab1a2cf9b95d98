"""Whatever is wrong with the cache, every action says so in a sentence, and the console lives on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

import pytest

from roster_tui.actions import ACTIONS, BY_ID, VIEWS, Action, Danger
from roster_tui.console.deciding import ReasonScreen
from roster_tui.console.places import Place
from roster_tui.console.plan import PlanScreen
from roster_tui.console.review import ReviewScreen
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store
from roster_tui.settings import demo_store
from roster_tui.workspace import Workspace
from tests.conftest import NOW
from tests.console.conftest import Desk, Open
from tests.console.districts import HalfTheTeachers
from tests.faults import FAULTS, Fault, Injector

_LEFT_OUT = {"app.quit", "app.lock", "app.palette"}
"""The first ends the console, and the others wait for somebody at the keys."""
_WALKED = [action for action in ACTIONS if action.id not in _LEFT_OUT]
_WRITING = [action for action in _WALKED if action.danger > Danger.READ]
_NOT_FOR_PEOPLE = re.compile(r"sqlite3|Traceback|\[Errno|OperationalError|DatabaseError|as SQLite says|incident")


@pytest.fixture
def injector(monkeypatch: pytest.MonkeyPatch) -> Injector:
    """What makes the cache fail; there before the console opens it."""
    return Injector(monkeypatch)


@pytest.fixture
def held(demo: Workspace) -> Workspace:
    """A district whose next sync is held."""
    store = Store(demo_store(demo.folder.parent))
    load_night(store, HalfTheTeachers(), NOW + timedelta(minutes=5))
    store.close()
    return demo


async def _do(desk: Desk, action: Action) -> None:
    """Do an action where it is offered, agreeing to whatever it asks."""
    desk.app.doing.act(action.id)
    for _ in range(3):
        await desk.settle()
        screen = desk.app.screen
        if isinstance(screen, ReasonScreen):
            await desk.pilot.press("x", "enter")
        elif isinstance(screen, PlanScreen | ReviewScreen):
            await desk.pilot.press("y")
        elif len(desk.app.screen_stack) > 1 or desk.app.browser.filter_field.has_focus:
            await desk.pilot.press("escape")
    await desk.finish()


async def _walk(desk: Desk, workspace: Workspace, injector: Injector, fault: Fault, actions: Sequence[Action]) -> None:
    for action in actions:
        view = next(view for view in VIEWS if view in action.views and action.id != f"view.{view}")
        desk.app.browser.go(Place(view))
        await desk.settle()
        with injector.on(fault, workspace.cache.file):
            await _do(desk, action)
            assert desk.app.is_running and desk.app._exception is None, action.id
        assert len(desk.app.screen_stack) == 1, action.id
    for toast in desk.toasts:
        assert not _NOT_FOR_PEOPLE.search(toast), toast


_OFTEN = {"locked"}


@pytest.mark.parametrize(
    "fault",
    [pytest.param(each, id=each.name, marks=() if each.name in _OFTEN else pytest.mark.thorough) for each in FAULTS],
)
async def test_every_writing_action_outlives_a_fault_of_the_cache(
    open_console: Open, held: Workspace, injector: Injector, fault: Fault
) -> None:
    async with open_console() as desk:
        await _do(desk, BY_ID["sync.run"])
        assert desk.app.context().held
        await _walk(desk, held, injector, fault, _WRITING)
        told = [toast for toast in desk.toasts if fault.told in toast]
        assert len(told) > 5, "it was met, and told"
        assert all(". " in toast for toast in told), "with what was kept and what to do"
        # Once it is over, it works as ever.
        await _do(desk, BY_ID["sync.run"])
        assert "sync" in desk.toasts[-1].lower()


@pytest.mark.thorough
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_every_action_outlives_a_fault_of_the_cache(
    open_console: Open, demo: Workspace, injector: Injector, fault: Fault
) -> None:
    async with open_console() as desk:
        await _walk(desk, demo, injector, fault, _WALKED)
        before = desk.text
        await _do(desk, BY_ID["view.teachers"])
        assert desk.text != before
