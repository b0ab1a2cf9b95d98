"""What every room's tests share: a frozen clock, a prepared demo, a real Clever and a real mail server on loopback."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from aiosmtpd.handlers import Message as MessageHandler
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings

from roster_tui.access import DEMO_TOKEN
from roster_tui.demo import DemoOptions, prepare
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.service import Service
from roster_tui.sandbox.store import Store
from roster_tui.settings import Settings, load
from roster_tui.sync import sync
from roster_tui.workspace import Workspace, open_workspace
from tests.hostile import HostileDistrict, RekeyedHostileDistrict
from tests.mailing import smtp_server

NOW = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
"""When every test takes place: a Tuesday in Chicago, 8:30 in the morning."""

_WHATEVER_THE_MACHINE = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    "print_blob": True,
}
# Before a change lands, the same examples each time, and no search for the smallest that fails: it may take minutes.
hypothesis_settings.register_profile(
    "gate",
    derandomize=True,
    database=None,
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    **_WHATEVER_THE_MACHINE,
)
# Others each time: `make thorough` tells the seed that brings them back.
hypothesis_settings.register_profile("thorough", max_examples=300, **_WHATEVER_THE_MACHINE)
hypothesis_settings.load_profile("gate")


TRAVELLED = Path(__file__).parent / "travelled"
"""On the path of a process, its clock is another by ``TESTS_CLOCK_OFFSET`` seconds."""

TODAY = os.environ.get("TESTS_TODAY")
"""A moment in Chicago from which the clock goes on while the tests run: `make days`. Empty: the machine's own."""


@pytest.fixture(scope="session", autouse=True)
def _as_if_it_were_another_day() -> Iterator[None]:
    if not TODAY:
        yield
        return
    moment = datetime.fromisoformat(TODAY).replace(tzinfo=ZoneInfo("America/Chicago"))
    # Processes that a test starts take it over.
    os.environ |= {"TESTS_CLOCK_OFFSET": str(moment.timestamp() - time.time()), "PYTHONPATH": str(TRAVELLED)}
    with time_machine.travel(moment.timestamp()):
        yield


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test sees this user's settings, token or data, and none may write into them."""
    for name in list(os.environ):
        if name.startswith(("ROSTER_TUI_", "CLEVER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    monkeypatch.setenv("TZ", "America/Chicago")
    time.tzset()


def frozen() -> datetime:
    """Return the time of all tests."""
    return NOW


def settings_for(folder: Path, **options: Any) -> Settings:
    """Return settings whose data stand in a folder of the test."""
    given = {"data_dir": str(folder), "timezone": "America/Chicago", "operator": "jdoe", **options}
    return load(folder / "no-config.toml", {}, given)


@pytest.fixture(scope="session")
def _prepared_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    prepare(settings_for(folder), DemoOptions(), lambda message: None, frozen)
    return folder


@pytest.fixture
def demo_folder(_prepared_demo: Path, tmp_path: Path) -> Path:
    """A demo's data folder of its own: two nights behind it, incidents planted."""
    return Path(shutil.copytree(_prepared_demo, tmp_path / "demo"))


@pytest.fixture
def demo(demo_folder: Path) -> Workspace:
    """The demo district, at the frozen time."""
    return open_workspace(settings_for(demo_folder), frozen)


class Inbox:
    """A real SMTP server on loopback, and the messages it was given."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.refused: set[str] = set()
        """Addresses that the server does not know."""
        self.port = 0


class _Handler(MessageHandler):
    def __init__(self, inbox: Inbox) -> None:
        super().__init__()
        self._inbox = inbox

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, rcpt_options: list[str]
    ) -> str:
        if address in self._inbox.refused:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def handle_message(self, message: Message) -> None:
        self._inbox.messages.append(message)


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    """A running mail server that keeps what it is given."""
    box = Inbox()
    with smtp_server(_Handler(box)) as box.port:
        yield box


def mail_options(inbox: Inbox) -> dict[str, Any]:
    """Return the settings that send mail to a test's server."""
    return {"host": "127.0.0.1", "port": inbox.port, "security": "none", "sender": "roster@lincoln.example"}


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Serve an ASGI application over real HTTP on loopback; yields its base URL."""
    import uvicorn

    config = uvicorn.Config(application, log_level="error", access_log=False, lifespan="off", date_header=False)
    server = uvicorn.Server(config)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield f"http://127.0.0.1:{sock.getsockname()[1]}"
        finally:
            # Some tests leave a request hanging on purpose; nobody waits for it.
            server.should_exit = server.force_exit = True
            thread.join()


def wait_until(holds: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait until something holds; fails after a generous while."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            raise AssertionError("it did not come about in time")
        time.sleep(0.01)


@pytest.fixture(scope="session")
def _synced_hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    store = Store(folder / "clever.sqlite")
    settings = settings_for(folder / "data", hold={"removed_percent": 100, "updated_percent": 100})
    with serving(Service(store).app()) as url:
        for night in (HostileDistrict(), RekeyedHostileDistrict()):
            load_night(store, night, NOW)
            _, result = asyncio.run(sync(settings, DEMO_TOKEN.reveal(), url, clock=frozen))
            assert result.state == "applied"
    store.close()
    return folder / "data"


@pytest.fixture
def hostile(_synced_hostile: Path, tmp_path: Path) -> Workspace:
    """A district of hostile names, synced over HTTP for two nights."""
    copy = Path(shutil.copytree(_synced_hostile, tmp_path / "hostile"))
    return open_workspace(settings_for(copy, operator="[/b]\x1b[31mjdoe\u202e"), frozen)
