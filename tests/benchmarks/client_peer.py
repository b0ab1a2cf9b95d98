"""A full sync, fetched and stored, against Clever's own ``clever-python`` 3.0.2 only reading the same pages.

    python tests/benchmarks/client_peer.py --peer FOLDER --peer-python PYTHON

Both read the large district (56,600 students, 8,400 teachers, 25,800 sections) from one server in one run: without
latency and with 150 ms before each page, at the same page size and at the peer's default of 100. Ours is the whole
command, ``roster-tui sync``: start-up, fetching, staging, comparing, storing with its search index, accounts and
findings. The peer reads pages one after another and throws them away, which is all that it can do.

The server answers with bodies made before the clock starts, so that its own work counts for neither. The peer
speaks v2.0: its people are the same records with their role's fields at the top, in lists by role; a gender of
X is left out, since it stops at the first value that its models do not know.

Getting the peer: no current pip installs it, but this leaves its source in ``DIR/pip-download-*/clever-python*/``,
to be given as FOLDER (anywhere outside of the project)::

    TMPDIR=DIR pip download clever-python==3.0.2 --no-binary :all: --no-deps --no-clean

PYTHON is one that has ``urllib3<2 six certifi python-dateutil``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import uvicorn

from roster_tui.clever.paging import PAST_EVERY_ID
from roster_tui.sandbox.districts import TOKEN
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.sandbox.nights import load_night
from roster_tui.sandbox.store import Store

LATENCIES = (0.0, 0.15)
PAGE_SIZE = 1_000
PEER_DEFAULT = 100
V2_LISTS = {"students": "student", "teachers": "teacher", "school_admins": "staff", "district_admins": "district_admin"}
V3_ROLES = ("student", "teacher", "staff", "district_admin")


class Measured(NamedTuple):
    seconds: float
    processor: float
    peak_mb: float
    records: int


def in_v2(body: bytes, role: str) -> bytes:
    """Return a user as v2.0 had it: the fields of one role at the top."""
    user = orjson.loads(body)
    flat = {**user, **user.pop("roles").get(role, {})}
    return orjson.dumps(flat | ({"gender": ""} if flat.get("gender") == "X" else {}))


def in_list(path: str, filters: str, limit: int, rows: list[tuple[str, bytes]], next_after: str) -> bytes:
    """Return a page of a list, with the link to the next one where there is one."""
    data = b",".join(b'{"data":%s,"uri":"%s/%s"}' % (b, path.encode(), i.encode()) for i, b in rows)
    links = [{"rel": "self", "uri": path}]
    if next_after:
        asked = "&".join(filter(None, (filters, f"limit={limit}", f"starting_after={next_after}")))
        links.append({"rel": "next", "uri": f"{path}?{asked}"})
    return b'{"data":[%s],"links":%s}' % (data, orjson.dumps(links))


class Pages:
    """Every page of a district, made before anybody asks."""

    def __init__(self, store: Store) -> None:
        self.delay = 0.0
        self.bodies: dict[tuple[str, str], bytes] = {}
        for resource in ("districts", "schools", "terms", "courses", "sections"):
            rows = list(store.bodies(resource))
            self._add(f"/v3.1/{resource}", "", rows)
            self._add(f"/v2.0/{resource}", "", rows)
        people = list(store.bodies("users"))
        for role in V3_ROLES:
            self._add("/v3.1/users", f"role={role}", [row for row in people if b'"%s":{' % role.encode() in row[1]])
        for name, role in V2_LISTS.items():
            held = [row for row in people if b'"%s":{' % role.encode() in row[1]]
            self._add(f"/v2.0/{name}", "", [(clever_id, in_v2(body, role)) for clever_id, body in held])

    def _add(self, path: str, filters: str, rows: list[tuple[str, bytes]]) -> None:
        if path.startswith("/v3.1"):
            self._add_backward(path, filters, rows)
        for limit in (PAGE_SIZE, PEER_DEFAULT):
            after = ""
            for at in range(0, max(1, len(rows)), limit):
                part = rows[at : at + limit]
                next_after = part[-1][0] if at + limit < len(rows) else ""
                self.bodies[path, f"{filters} {limit} {after}".strip()] = in_list(
                    path, filters, limit, part, next_after
                )
                after = part[-1][0] if part else ""

    def _add_backward(self, path: str, filters: str, rows: list[tuple[str, bytes]]) -> None:
        """Make the pages that lead back from the last one, each with one record of the one before."""
        end, before = len(rows), PAST_EVERY_ID
        while end > 1:
            begin = max(0, end - PAGE_SIZE)
            body = in_list(path, filters, PAGE_SIZE, rows[begin:end], rows[end - 1][0])
            self.bodies[path, f"{filters} {PAGE_SIZE} -{before}".strip()] = body
            end, before = begin + 1, rows[begin + 1][0]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        query = dict(part.split("=") for part in scope["query_string"].decode().split("&") if part)
        filters = f"role={query['role']}" if "role" in query else ""
        place = f"-{query['ending_before']}" if "ending_before" in query else query.get("starting_after", "")
        wanted = f"{filters} {query.get('limit', PEER_DEFAULT)} {place}".strip()
        body = self.bodies.get((scope["path"], wanted), b'{"data":[],"links":[]}')
        await asyncio.sleep(self.delay)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


def serve(store: Path, delay: float, sock: socket.socket) -> None:
    held = Store(store)
    pages = Pages(held)
    held.close()
    pages.delay = delay
    print("ready", flush=True)
    uvicorn.Server(uvicorn.Config(pages, log_level="error", access_log=False, lifespan="off")).run(sockets=[sock])


@contextmanager
def served(store: Path, delay: float) -> Iterator[str]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{sock.getsockname()[1]}"
        command = [sys.executable, __file__, "--serve", str(store), str(delay), str(sock.fileno())]
        process = subprocess.Popen(command, pass_fds=[sock.fileno()], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield address
    finally:
        process.kill()
        process.communicate()


def run(command: list[str], environ: dict[str, str]) -> tuple[float, float, float, Any]:
    """Run a process; return its seconds, those of the processor, its peak memory in MB, and the JSON it printed."""
    with tempfile.TemporaryFile() as output:
        began = time.perf_counter()
        process = subprocess.Popen(command, env={**os.environ, **environ}, stdout=output)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise SystemExit(f"{command} ended with exit code {process.returncode}")
        output.seek(0)
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output.read())


def ours(url: str, folder: Path) -> Measured:
    command = [sys.executable, "-m", "roster_tui", "sync", "--json", "--data-dir", str(folder)]
    environ = {"CLEVER_TOKEN": TOKEN, "ROSTER_TUI_CLEVER__BASE_URL": url}
    *used, said = run(command, environ)
    return Measured(*used, sum(each["fetched"] for each in said["counts"].values()))


def peers(url: str, options: argparse.Namespace, limit: int) -> Measured:
    reading = Path(__file__).with_name("clever_python_reading.py")
    *used, said = run([options.peer_python, str(reading), options.peer, url, str(limit)], {})
    return Measured(*used, sum(said["counts"].values()))


def main(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as work:
        store = Path(options.store or f"{work}/clever.sqlite")
        if not store.exists():
            held = Store(store)
            district = GeneratedDistrict(SIZES["large"], 7, 2026, "Large Unified")
            load_night(held, district, datetime(2026, 11, 23, 7, tzinfo=UTC))
            held.close()
        for delay in LATENCIES:
            print(f"\n{delay * 1000:.0f} ms a page{'':24}seconds   processor   records/s   peak MB   ratio")
            with served(store, delay) as url:
                rounds = range(options.rounds if not delay else 1)
                own = min(ours(url, Path(f"{work}/{delay}-{number}")) for number in rounds)
                same = min(peers(url, options, PAGE_SIZE) for _ in rounds)
                default = min(peers(url, options, PEER_DEFAULT) for _ in rounds)
            for name, each in (
                (f"roster-tui sync, {PAGE_SIZE:,} a page", own),
                (f"clever-python, {PAGE_SIZE:,} a page", same),
                (f"clever-python, {PEER_DEFAULT} a page", default),
            ):
                rate = each.records / each.seconds
                ratio = each.seconds / own.seconds
                print(
                    f"{name:34}{each.seconds:9.1f}{each.processor:12.1f}{rate:12,.0f}{each.peak_mb:10.0f}{ratio:8.1f}"
                )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(Path(sys.argv[2]), float(sys.argv[3]), socket.socket(fileno=int(sys.argv[4])))
    else:
        parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
        parser.add_argument(
            "--peer", default=os.environ.get("CLEVER_PYTHON"), required="CLEVER_PYTHON" not in os.environ
        )
        parser.add_argument("--peer-python", default=sys.executable)
        parser.add_argument("--store", help="a sandbox's store to keep and use again")
        parser.add_argument("--rounds", type=int, default=3, help="the best of so many, without latency")
        main(parser.parse_args())
