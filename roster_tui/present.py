"""Records as safe display text: labels, symbols, masks, times. Pure, and without Textual or Rich.

The one boundary where data becomes something a terminal draws: what could steer it is made visible here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from roster_tui.ledger.clock_trust import is_to_come

LONGEST = 300
"""Characters of a value that are shown; a screen has no room for more, and a hostile one may hold millions."""

_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F


def display_text(value: object, longest: int = LONGEST) -> str:
    """Return text that a terminal draws as it stands: nothing in it moves the cursor or changes direction.

    C0 controls become their pictures (``␛``, ``␉``), C1, bidirectional, zero-width, private and unassigned
    characters become ``<U+202E>``; longer text ends in ``…``.
    """
    if value is None:
        return ""
    text = value if isinstance(value, str) else str(value)
    shortened = len(text) > longest
    if shortened:
        # Whatever is cut off need not be looked at: a name of a million characters costs nothing.
        text = text[: longest - 1]
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_visible, unicodedata.normalize("NFC", text)))
    return text + "…" if shortened else text


def _visible(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "␡"
    category = unicodedata.category(char)
    if category[0] == "C" or category in ("Zl", "Zp") or code in _VARIATION_SELECTORS:
        return f"<U+{code:04X}>"
    # Other kinds of blank would let two names look alike, or hide one.
    return " " if category == "Zs" else char


# They change how wide the character before them is drawn, and terminals disagree by how much.
_VARIATION_SELECTORS = {*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}


def cell_width(text: str) -> int:
    """Return how many terminal columns display text takes."""
    if text.isascii():
        return len(text)
    return sum(map(_width, text))


@lru_cache(maxsize=2_048)
def _width(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1


def fitted(text: str, width: int) -> str:
    """Return display text cut or padded to exactly ``width`` columns; a cut shows as ``…``."""
    has = cell_width(text)
    if has <= width:
        return text + " " * (width - has)
    if width <= 0:
        return ""
    kept, used = [], 0
    for char in text:
        step = _width(char)
        if used + step > width - 1:
            break
        kept.append(char)
        used += step
    return "".join(kept) + "…" + " " * (width - 1 - used)


# -- words and symbols ------------------------------------------------------------------------------

STATE_SYMBOLS = {"active": "●", "pending": "○", "suspended": "■"}
SEVERITY_SYMBOLS = {3: "!", 2: "▲", 1: "·"}
SEVERITY_WORDS = {3: "high", 2: "medium", 1: "low"}
NOTHING = "-"
"""Shown where there is no value, so that an empty cell is never a question."""


def state_label(state: str | None, pinned: bool = False) -> str:
    """Return an account's state as symbol and word."""
    if state is None:
        return "no account"
    return f"{STATE_SYMBOLS[state]} {state}" + (" (pinned)" if pinned else "")


def number(value: int) -> str:
    """Return a count as people read it: ``400,012``."""
    return f"{value:,}"


_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def csv_cell(value: object) -> str:
    """Return a value as a cell of a CSV file; none can be a formula in a spreadsheet: it begins with ``'`` then."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def counted(value: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun: ``1 section``, ``5 sections``."""
    return f"{value:,} {singular if value == 1 else plural or singular + 's'}"


_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[int | None]) -> str:
    """Return numbers as bars of their number of digits; ``·`` where there is none.

    By digits, not by size: beside a night of 9,000 changes one of 40 should not look like one of none.
    """
    most = max((len(str(value)) for value in values if value), default=1)
    return "".join("·" if value is None else _BARS[_height(value, most)] for value in values)


def ascending(values: Sequence[int | None]) -> str:
    """Return numbers as bars of their size, against the largest; ``·`` where there is none."""
    most = max((value for value in values if value), default=1)
    steps = len(_BARS) - 1
    return "".join("·" if value is None else _BARS[-(-steps * value // most)] for value in values)


def stacked(parts: Sequence[tuple[int, str]], width: int) -> str:
    """Return one bar of counts side by side, each with its symbol; whatever there is has at least one column."""
    total = sum(count for count, _ in parts)
    if not total:
        return "·" * width
    cells = [max(1, width * count // total) if count else 0 for count, _ in parts]
    cells[cells.index(max(cells))] += width - sum(cells)
    return "".join(symbol * cell for cell, (_, symbol) in zip(cells, parts, strict=True))


def _height(value: int, most_digits: int) -> int:
    return round((len(_BARS) - 1) * len(str(value)) / most_digits) if value else 0


_ASCII = str.maketrans("●○■▲▼·•…≠≈→←↑↓✓✗▁▂▃▄▅▆▇█▒░", "*o#^v.*~/~><^v+x_.-:=+*#%:")
"""For terminals without our symbols; each as wide as what it stands for."""


def ascii_symbols(text: str) -> str:
    """Return text with our symbols in ASCII; names stay as they are written."""
    return text if text.isascii() else text.translate(_ASCII)


# -- student values ---------------------------------------------------------------------------------


def masked(value: str | None) -> str:
    """Return a student's value so that it cannot be read, yet two different ones rarely look alike."""
    if not value:
        return ""
    return display_text(value[:1]) + "•" * min(len(value) - 1, 7)


def masked_name(label: str) -> str:
    """Return a student's name as initials: ``M•, Z•``."""
    return ", ".join(f"{display_text(part[:1])}•" for part in label.split(", ") if part)


def subject_label(kind: str, label: str) -> str:
    """Return whom something is about, as display text; a student's name as initials."""
    return masked_name(label) if kind == "student" else display_text(label)


def subject_sis_id(kind: str, sis_id: str | None) -> str:
    """Return a SIS ID as display text; a student's is masked."""
    return masked(sis_id) if kind == "student" else display_text(sis_id)


# -- times ------------------------------------------------------------------------------------------


def ago(then: datetime, now: datetime) -> str:
    """Return how long ago something was, in one unit: ``6 h``, ``3 days``; what is still to come is no age."""
    if is_to_come(then, now):
        return "still to come: the clock was wrong then, or is now"
    span = max(now - then, timedelta())
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // 60 // 24} days ago"


def clock_time(at: datetime) -> str:
    """Return a time of day as the field writes it: ``1:04 AM``."""
    return f"{(at.hour - 1) % 12 + 1}:{at:%M} {'PM' if at.hour >= 12 else 'AM'}"


def day_and_time(at: datetime) -> str:
    """Return a moment without its year: ``Nov 24 1:04 AM``."""
    return f"{at:%b} {at.day} {clock_time(at)}"


def full_time(at: datetime) -> str:
    """Return a moment with its year, for what is read years later: ``Nov 24, 2026 1:04 AM``."""
    return f"{at:%b} {at.day}, {at.year} {clock_time(at)}"


def day_and_time_seen(at: datetime, now: datetime) -> str:
    """Return a moment, with its year unless that is this one."""
    return day_and_time(at) if at.year == now.astimezone(at.tzinfo).year else full_time(at)
