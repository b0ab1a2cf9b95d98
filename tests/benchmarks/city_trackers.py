"""Trackers of a whole city in the ledger: made, followed through a night, archived at rollover.

    python tests/benchmarks/city_trackers.py [--sections 400000]

Writes them shard by shard as `create-tracker` does, follows a night in which one section of a hundred lost a
student, the same night again, and the rollover that archives all. Seconds are the processor's.
"""

from __future__ import annotations

import argparse
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from figures import Figure, show

from roster_tui.accounts.trackers.following import Night, ahead, carry_out
from roster_tui.accounts.trackers.model import Tracker
from roster_tui.accounts.trackers.store import Trackers, TrackerStore
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS, Order
from roster_tui.ledger.head import Head
from roster_tui.roster.classes import Section, Teacher, Term

CLASS, AT_ONCE = 18, 2_000
AT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
ORDER = Order("bench", AT, AT.date(), 2026)


def section(number: int, dropped: bool = False) -> Section:
    """Return a section with a class list; ``dropped``, its first student has left."""
    students = tuple(f"{(number * 7 + place) % 1_100_000:024x}" for place in range(dropped, CLASS))
    teacher = Teacher(f"{number % 75_000:024x}", "Le, Ann", True, "active")
    return Section(f"{number:024x}", f"Section {number}", (teacher,), students, Term("Fall", None, None))


def create(store: TrackerStore, sections: int) -> None:
    """Make every tracker, shard by shard, in batches as an action does."""
    create = TRACKER_VERBS["create-tracker"]
    ids = sorted(range(sections), key=lambda number: number % 256)

    def rewrite(wanted: Iterable[str], known: Trackers) -> list[Tracker]:
        return [create.change(section(int(each, 16)), None, ORDER) for each in wanted]

    for at in range(0, sections, AT_ONCE):
        for _ in store.rewrite([f"{number:024x}" for number in ids[at : at + AT_ONCE]], rewrite):
            pass


def follow(store: TrackerStore, changed: set[str] | None, year: int) -> None:
    """Follow a night."""
    night = Night(lambda ids: (section(int(each, 16), changed is not None) for each in ids), AT, year)
    foreseen = ahead(store, changed, night)
    for _ in carry_out(store, foreseen, night):
        pass


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sections", type=int, default=400_000)
    sections = parser.parse_args().sections
    with tempfile.TemporaryDirectory() as folder:
        store = TrackerStore(Path(folder), Head(Path(folder)))
        changed = {f"{number:024x}" for number in random.Random(1).sample(range(sections), sections // 100)}
        figures = [
            Figure("created", timed(lambda: create(store, sections)), "s"),
            Figure(f"{len(changed):,} changed sections followed", timed(lambda: follow(store, changed, 2026)), "s"),
            Figure("the same night again", timed(lambda: follow(store, changed, 2026)), "s"),
            Figure("archived at rollover", timed(lambda: follow(store, None, 2027)), "s"),
        ]
        sizes = [file.stat().st_size for file in Path(folder).glob("*.json")]
    figures += [
        Figure(f"the largest of {len(sizes)} files", max(sizes) / 1e6, "MB"),
        Figure("all files", sum(sizes) / 1e6, "MB"),
        Figure("resident at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB"),
    ]
    show(f"{sections:,} trackers", figures)


def timed(work: Callable[[], object]) -> float:
    """Return the processor's seconds of some work."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
