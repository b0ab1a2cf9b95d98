"""A random sample of small faults in the rules: how many of them the tests of their room find.

In a copy of the checkout each fault is made, the tests of its room are run, and the fault is taken out again. What
survives is printed as a diff. The same seed draws the same sample::

    python tests/mutations/sample.py --count 200 --seed 7
"""

from __future__ import annotations

import argparse
import difflib
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.commands import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import MutationSpec

ROOT = Path(__file__).parents[2]
ROOMS = {
    "roster_tui/accounts": ["tests/accounts"],
    "roster_tui/findings": ["tests/findings"],
    "roster_tui/sync": ["tests/sync"],
    "roster_tui/sis": ["tests/sis"],
    "roster_tui/support/guard": ["tests/support/test_guard.py", "tests/support/test_guard_rules.py",
                                 "tests/support/test_outgoing.py", "tests/support/test_stand.py"],
}  # fmt: skip
"""What is mutated, and the tests that must find it."""
_NEVER_RUN = "ReplaceBinaryOperator_BitOr_"
"""Unions in annotations, which Python does not evaluate."""
_SAME_EITHER_WAY = ("strict=", "@dataclass", "@lru_cache", "frozen=True")
"""Lines on which a fault changes nothing that a right program shows: checks of our own, and caches."""
_TIMES_AS_LONG = 3


class Outcome(NamedTuple):
    """What became of one fault."""

    verdict: str
    """``killed``, ``survived`` or ``timed out``, which counts as killed."""
    diff: str


def main() -> int:
    """Draw the sample, run it and print the figures; the exit code is 1 when the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="how many faults")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="draws the sample")
    parser.add_argument("--room", choices=sorted(ROOMS), help="only this one")
    parser.add_argument("--goal", type=float, default=90.0, metavar="PERCENT", help="how many must be found")
    given = parser.parse_args()
    rooms = [given.room] if given.room else list(ROOMS)
    print(f"Seed {given.seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".*", "*.egg-info", "__pycache__"))
        drawn = random.Random(given.seed).sample(all_faults(copy, rooms), given.count)
        longest = {room: _longest(copy, room) for room in {room_of(each, copy) for each in drawn}}
        tally: Counter[str] = Counter()
        for number, fault in enumerate(drawn, 1):
            outcome = tried(copy, fault, longest[room_of(fault, copy)])
            tally[outcome.verdict] += 1
            where = f"{fault.module_path.relative_to(copy)}:{fault.start_pos[0]}"
            print(f"{number}/{len(drawn)} {outcome.verdict} {where} {fault.operator_name}", flush=True)
            if outcome.verdict == "survived":
                print(outcome.diff, flush=True)
    found = 100 * (1 - tally["survived"] / len(drawn))
    print(f"{found:.1f} % of {len(drawn)} found: {dict(tally)}, seed {given.seed}")
    return int(found < given.goal)


def all_faults(copy: Path, rooms: Sequence[str]) -> list[MutationSpec]:
    """Return each fault that can be made in some rooms."""
    modules = [module for room in rooms for module in sorted((copy / room).rglob("*.py"))]
    with use_db(":memory:", WorkDB.Mode.create) as known:
        init(modules, known, {})
        return [fault for item in known.work_items for fault in item.mutations if _NEVER_RUN not in fault.operator_name]


def tried(copy: Path, fault: MutationSpec, seconds: float) -> Outcome:
    """Make one fault, run the tests of its room, and take it out again."""
    whole = fault.module_path.read_text()
    operator = get_operator(fault.operator_name)(**(fault.operator_args or {}))
    mutated = mutate_code(whole, operator, fault.occurrence)
    if mutated is None:
        return Outcome("not made", "")
    fault.module_path.write_text(mutated)
    try:
        code = _run(copy, ROOMS[room_of(fault, copy)], seconds)
    except subprocess.TimeoutExpired:
        return Outcome("timed out", "")
    finally:
        fault.module_path.write_text(whole)
    return Outcome("killed" if code else "survived", "\n".join(_difference(whole, mutated)))


def room_of(fault: MutationSpec, copy: Path) -> str:
    """Return the room that a fault is in."""
    return next(room for room in ROOMS if (copy / room) in fault.module_path.parents)


def _longest(copy: Path, room: str) -> float:
    began = time.monotonic()
    if _run(copy, ROOMS[room], 3_600):
        raise SystemExit(f"The tests of {room} fail without any fault")
    return _TIMES_AS_LONG * (time.monotonic() - began) + 10


def _run(copy: Path, tests: Sequence[str], seconds: float) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(command, cwd=copy, capture_output=True, timeout=seconds, check=False)
    return done.returncode


def _difference(before: str, after: str) -> Iterator[str]:
    yield from difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1)


if __name__ == "__main__":
    sys.exit(main())
