"""The sandbox as a process: what it says, many clients at once, a clean end."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.serve import PortTaken, listening_socket
from roster_tui.sis import SisFile
from roster_tui.sis.layout import LAYOUTS

AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}


def csv_folder(folder: Path) -> Path:
    """A district of one school: loaded at once."""
    folder.mkdir()
    for file in SisFile:
        (folder / file.file_name).write_text(",".join(sorted(LAYOUTS[file].required)) + "\n")
    (folder / "schools.csv").write_text("School_id,School_name\n7,Seventh School\n")
    return folder


class Sandbox:
    """A running ``roster-tui sandbox``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        self.process = process
        self.said = process.stderr.readline()
        self.url = next(word for word in self.said.split() if word.startswith("http"))

    def interrupted(self) -> tuple[int, str]:
        """Press Ctrl-C; returns the exit code and what was said since the start."""
        self.process.send_signal(signal.SIGINT)
        _, err = self.process.communicate(timeout=20)
        return self.process.returncode, err


@contextmanager
def sandbox(folder: Path, *options: str) -> Iterator[Sandbox]:
    temporary = folder / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "roster_tui", "sandbox", "--csv", str(csv_folder(folder / "csv")), *options]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env={"TMPDIR": str(temporary), "HOME": str(folder)}
    ) as process:
        try:
            yield Sandbox(process)
        finally:
            process.kill()


def test_it_tells_port_and_token_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    with sandbox(tmp_path) as running:
        assert TOKEN in running.said
        # A client that keeps its connection open does not hold up the end.
        with httpx.Client(base_url=running.url, headers=AUTHORIZED, trust_env=False) as api:
            assert len(api.get("/v3.1/schools").json()["data"]) == 1
            code, said = running.interrupted()
    assert code == 130
    assert "Traceback" not in said
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_answer_that_takes_long_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--fault", "slow:seconds=60") as running:
        host, _, port = running.url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port))) as waiting:
            request = f"GET /v3.1/schools HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
            waiting.sendall(request.encode())
            with httpx.Client(base_url=running.url, trust_env=False) as api:
                while not api.get("/_sandbox/faults").json()["faults"][0]["struck"]:
                    time.sleep(0.01)
            began = time.monotonic()
            code, said = running.interrupted()
    assert code == 130
    assert time.monotonic() - began < 15
    assert "Traceback" not in said


def test_a_taken_port_is_refused_before_anything_is_loaded(tmp_path: Path) -> None:
    with listening_socket(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port} on 127.0.0.1 is not free .* Choose another with --port"):
            listening_socket(port)


def test_faults_of_the_command_line_strike_from_the_start(tmp_path: Path) -> None:
    with sandbox(tmp_path, "--fault", "server-errors:times=1", "--fault", "clock-skew") as running:
        answers = [httpx.get(f"{running.url}/v3.1/schools", headers=AUTHORIZED, trust_env=False) for _ in range(2)]
    assert [each.status_code for each in answers] == [500, 200]


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="open files of another process are counted in /proc")
async def test_many_connections_leave_nothing_behind(tmp_path: Path) -> None:
    with sandbox(tmp_path) as running:
        opened = Path(f"/proc/{running.process.pid}/fd")

        async def one(turns: int) -> int:
            async with httpx.AsyncClient(base_url=running.url, headers=AUTHORIZED, trust_env=False) as api:
                answers = [await api.get("/v3.1/schools") for _ in range(turns)]
                return sum(len(each.json()["data"]) for each in answers)

        await one(1)
        before = len(list(opened.iterdir()))
        for _ in range(2):
            assert sum(await asyncio.gather(*(one(3) for _ in range(100)))) == 300
        until = time.monotonic() + 20
        while len(list(opened.iterdir())) > before and time.monotonic() < until:
            await asyncio.sleep(0.05)
        assert len(list(opened.iterdir())) <= before
        code, said = running.interrupted()
    assert (code, "Traceback" in said) == (130, False)
