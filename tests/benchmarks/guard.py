"""The guard on a roster of 1,100,000 students: recall, false alarms, speed, memory.

Values of real students of the roster, in many spellings, are planted in paragraphs that others wrote (the descriptions
of installed packages, Python's help). People no roster knows come from name lists that are not the roster's.

    python tests/benchmarks/guard.py
    python tests/benchmarks/guard.py --size small --texts 200 --show
"""

from __future__ import annotations

import argparse
import random
import resource
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from district import add_size, prepared
from figures import Figure, show
from ticket_texts import Writer, written_by_others

from roster_tui.findings.linkage.nicknames import kin
from roster_tui.roster.text import fold
from roster_tui.sandbox.names import FIRST_NAMES, LAST_NAMES
from roster_tui.settings import load
from roster_tui.support.guard import Hit, check
from roster_tui.support.guard.index import IndexFiles
from roster_tui.workspace import Workspace, open_workspace

MISSED_PERCENT, STRANGERS_MISSED_PERCENT, FLAGGED_PERCENT = 0.1, 10.0, 5.0
MILLISECONDS, MEGABYTES = 100.0, 300.0
_TEXT = 5_000

Student = tuple[str, str | None, str, str, str, str, str, str]
MONTHS = "January February March April May June July August September October November December".split()


def opened(size: str, scratch: Path) -> Workspace:
    """Return a copy of a prepared district, so that its index is made anew and the district stays as it is."""
    source = next(prepared(size).glob("*/district.json")).parent
    folder = scratch / source.name
    folder.mkdir()
    for name in ("district.json", "roster.sqlite"):
        shutil.copy(source / name, folder / name)
    return open_workspace(load(scratch / "none.toml", {}, {"data_dir": str(scratch)}))


def students(workspace: Workspace, number: int, draw: random.Random) -> list[Student]:
    """Return students drawn from the roster."""
    with workspace.cache.reading() as db:
        keys = [key for (key,) in db.execute("SELECT key FROM student WHERE first <> '' AND last <> ''")]
        return [_student(db, key) for key in draw.choices(keys, k=number)]


def _student(db: sqlite3.Connection, key: int) -> Student:
    columns = "first, middle, last, email, sis_id, number, state_id, born"
    row: Student = db.execute(f"SELECT {columns} FROM student WHERE key = ?", (key,)).fetchone()
    return row


# -- spellings ------------------------------------------------------------------------------------------------


def spelled(student: Student, draw: random.Random) -> str:
    """Return one of the student's values as somebody may write it, the value itself between ``‹›``."""
    first, middle, last, email, sis_id, number, state_id, born = student
    year, month, day = (int(part) for part in born.split("-"))
    named = MONTHS[month - 1]
    nickname = draw.choice(sorted(kin(fold(first))) or [first]).capitalize()
    plain_first, plain_last = fold(first).capitalize(), fold(last).capitalize()
    spellings: list[str] = [
        f"{first} {last}",
        f"‹{first} {last}›'s",
        f"{last}, {first}",
        f"{last} {first}",
        f"{last.upper()}, {first.upper()}",
        f"{first} {middle or 'X'}. {last}",
        f"{last}, {first} {middle or ''}".rstrip(),
        f"{plain_first} {plain_last}",
        f"{fold(first)} {fold(last)}",
        f"{first[0]}. {last}",
        f"{first[0]}.{last}",
        f"{last}, {first[0]}.",
        f"{nickname} {last}",
        f"{last}, {nickname}",
        f"{first}\n{last}",
        f"**{first}** {last}",
        f'{{"first": "‹{first}", "last": "{last}›"}}',
        f"<td>‹{first}</td><td>{last}›</td>",
        f"?name=‹{first}%20{last}›",
        f"‹{fold(first)}_{fold(last)}›.pdf",
        f"{first},{middle or ''},{last}",
        email,
        email.upper(),
        f"<mailto:‹{email}›>",
        email.replace("@", " (at) "),
        email.partition("@")[0],
        sis_id,
        f"SIS ID: ‹{sis_id}›",
        f"#{number}",
        f"{sis_id[:3]}-{sis_id[3:6]}-{sis_id[6:]}",
        f"{sis_id[:3]} {sis_id[3:6]} {sis_id[6:]}",
        f"ID‹{number}›",
        state_id,
        f"00{state_id}",
        born,
        f"{month}/{day}/{year}",
        f"{month:02}/{day:02}/{year}",
        f"{day:02}.{month:02}.{year}",
        f"{month}-{day}-{year}",
        f"{month}/{day}/{year % 100:02}",
        f"{named} {day}, {year}",
        f"{named[:3]}. {day} {year}",
        f"{day} {named} {year}",
        f"{day}-{named[:3]}-{year}",
        f"{year}{month:02}{day:02}",
        f"‹{born}›T00:00:00Z",
    ]
    chosen = draw.choice(spellings)
    return chosen if "‹" in chosen else f"‹{chosen}›"


def planted(paragraph: str, value: str, draw: random.Random) -> tuple[str, int, int]:
    """Return a paragraph with a value between two of its words, and where the value begins and ends."""
    gaps = [at for at, char in enumerate(paragraph) if char == " " and paragraph[at - 1 : at].isalnum()] or [0]
    at = draw.choice(gaps)
    start = at + 1 + value.index("‹")
    end = at + value.index("›")
    return f"{paragraph[:at]} {value.replace('‹', '').replace('›', '')} {paragraph[at:].lstrip()}", start, end


def covered(hits: list[Hit], text: str, start: int, end: int) -> bool:
    """Return whether hits cover every letter and digit of a value."""
    inside = set[int]().union(*(range(hit.start, hit.end) for hit in hits))
    return all(at in inside for at in range(start, end) if text[at].isalnum())


# -- figures --------------------------------------------------------------------------------------------------


class Measuring:
    """The guard of one district under measure."""

    def __init__(self, workspace: Workspace, texts: int, shown: bool) -> None:
        self._workspace = workspace
        self._texts = texts
        self._shown = shown
        self._draw = random.Random(7)
        self._others = list(written_by_others())
        self._writer = Writer(7, {fold(name) for name in (*FIRST_NAMES, *LAST_NAMES)})

    def index(self) -> Iterator[Figure]:
        """Yield what making the index costs."""
        began = time.process_time()
        IndexFiles(self._workspace).open()
        yield Figure("index: processor time", time.process_time() - began, "s")
        file = self._workspace.folder / "guard" / "roster.idx"
        yield Figure("index: file", file.stat().st_size / 1e6, "MB")
        yield Figure("index: peak memory of the process that made it", _peak(), "MB", MEGABYTES)

    def recall(self) -> Iterator[Figure]:
        """Yield how many planted values of the roster are missed."""
        missed, total = 0, 0
        for student in students(self._workspace, self._texts, self._draw):
            text = self._draw.choice(self._others)
            value = spelled(student, self._draw)
            text, start, end = planted(text, value, self._draw)
            total += 1
            if not covered(check(self._workspace, text), text, start, end):
                missed += 1
                self._show("missed", text[max(0, start - 30) : end + 30])
        yield Figure(f"roster values missed, of {total:,} planted", 100 * missed / total, "%", MISSED_PERCENT)

    def strangers(self) -> Iterator[Figure]:
        """Yield how many people that no roster knows are missed."""
        missed, total = 0, 0
        for _ in range(self._texts):
            text, places = self._writer.about_people()
            hits = check(self._workspace, text)
            for start, end in places:
                total += 1
                if not covered(hits, text, start, end):
                    missed += 1
                    self._show("stranger missed", text)
        yield Figure(f"unknown people missed, of {total:,}", 100 * missed / total, "%", STRANGERS_MISSED_PERCENT)

    def false_alarms(self) -> Iterator[Figure]:
        """Yield how many texts are flagged that give nobody away."""
        flagged = self._flagged("clean", self._writer.clean, self._texts)
        yield Figure(f"clean tickets flagged, of {self._texts:,}", flagged, "%", FLAGGED_PERCENT)
        flagged = self._flagged("others'", lambda: self._draw.choice(self._others), self._texts)
        yield Figure("paragraphs of others flagged", flagged, "%", FLAGGED_PERCENT)

    def _flagged(self, what: str, write: Callable[[], str], number: int) -> float:
        kinds: Counter[str] = Counter()
        flagged = 0
        for _ in range(number):
            text = write()
            hits = check(self._workspace, text)
            flagged += bool(hits)
            kinds.update(hit.kind for hit in hits)
            for hit in hits:
                self._show(f"{what} flagged as {hit.kind}", text[max(0, hit.start - 30) : hit.end + 30])
        print(f"  {what}: {dict(kinds)}")
        return 100 * flagged / number

    def speed(self) -> Iterator[Figure]:
        """Yield what a text of 5 kB takes: of names only, and of what others wrote."""
        for what, write in (("others' text", self._long_text), ("class list", self._class_list)):
            spent = []
            for _ in range(20):
                text = write()
                began = time.process_time()
                check(self._workspace, text)
                spent.append(1000 * (time.process_time() - began))
            yield Figure(f"5 kB of {what}: median", statistics.median(spent), "ms", MILLISECONDS)
            yield Figure(f"5 kB of {what}: longest", max(spent), "ms")
        yield Figure("peak memory", _peak(), "MB", MEGABYTES)

    def _long_text(self) -> str:
        text = ""
        while len(text) < _TEXT:
            text += self._draw.choice(self._others) + "\n\n"
        return text[:_TEXT]

    def _class_list(self) -> str:
        return "\n".join(f"{each[2]}, {each[0]}\t{each[4]}" for each in students(self._workspace, 200, self._draw))[
            :_TEXT
        ]

    def _show(self, what: str, text: str) -> None:
        if self._shown:
            print(f"    {what}: {text!r}")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_size(parser)
    parser.add_argument("--texts", type=int, default=2_000, help="texts of each sort (default: 2000)")
    parser.add_argument("--show", action="store_true", help="print what is missed or flagged; the data are invented")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measuring = Measuring(opened(options.size, Path(scratch)), options.texts, options.show)
        for title, figures in (
            ("Making the index", measuring.index),
            ("Speed", measuring.speed),
            ("Recall", measuring.recall),
            ("People no roster knows", measuring.strangers),
            ("False alarms", measuring.false_alarms),
        ):
            show(f"{title} ({options.size} district)", list(figures()))


if __name__ == "__main__":
    main()
