"""All rules over a prepared district, one by one, against reading one column of it once.

``python tests/benchmarks/findings_city.py DISTRICT_FOLDER``, as in ``demo --size city --prepare --data-dir D``.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

from roster_tui.findings import accounts, collisions, emails, rekeys, rules, sections
from roster_tui.ledger.head import Head
from roster_tui.ledger.journal import Journal
from roster_tui.roster.cache import Cache
from roster_tui.workspace import now

PATIENCE = timedelta(days=3)


def main(folder: Path) -> None:
    """Print each rule's seconds, its findings, and its ratio to the floor."""
    cache = Cache(folder / "roster.sqlite")
    cache.ensure()
    journal, at = Journal(folder / "ledger" / "journal", Head(folder / "ledger")), now()
    with cache.reading() as db:
        floor = _seconds(lambda: db.execute("SELECT count(sis_id) FROM student"))[0]
        print(f"{'floor: every student once':28} {floor:7.2f} s")
        measured: dict[str, Callable[[], Iterable[object]]] = {
            "re-keys": lambda: rekeys.find(db, at),
            "person replaced": lambda: collisions.replaced(db, at),
            "SIS ID shared, alike": lambda: collisions.shared_or_alike(db),
            "SIS ID reused": lambda: collisions.reused(db, at, set()),
            "email shared": lambda: emails.shared(db),
            "email moved": lambda: emails.moved(db, at, set()),
            "teacher and staff apart": lambda: emails.teacher_and_staff_apart(db),
            "suspension loops": lambda: accounts.suspension_loops(db, journal, at),
            "section without teacher": lambda: sections.without_valid_teacher(db, {}),
            "section waits": lambda: sections.teacher_pending(db, at, PATIENCE, {}),
            "co-teacher missing": lambda: sections.co_teacher_missing(db, {}),
            "section empty": lambda: sections.empty(db, set()),
            "terms": lambda: sections.terms(db, at),
            "course gone": lambda: sections.course_gone(db),
            "section reused": lambda: sections.reused(db, at),
            "everything after a sync": lambda: rules.find_all(db, at, PATIENCE, journal),
            "everything after an action": lambda: rules.of_accounts(db, at, PATIENCE, [], journal),
        }
        for name, rule in measured.items():
            seconds, found = _seconds(rule)
            print(f"{name:28} {seconds:7.2f} s {found:8,} found {seconds / floor:7.1f} x floor")
    print(f"resident at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def _seconds(rule: Callable[[], Iterable[object]]) -> tuple[float, int]:
    began = time.perf_counter()
    found = sum(1 for _ in rule())
    return time.perf_counter() - began, found


if __name__ == "__main__":
    main(Path(sys.argv[1]))
