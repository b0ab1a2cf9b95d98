"""Help pages as they stand in ``pages/``: a title, the words that lead there, a text that names actions by their id.

Keys are filled in when a page is shown, so a page says the operator's own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent / "pages"
FIRST = "start"
"""The topic of the page for whoever comes without a question."""
ACTION = re.compile(r"\{([a-z_]+\.[a-z_]+)\}")
"""The place of a key in a page, by the id of its action."""


class Page(NamedTuple):
    """One page."""

    topic: str
    title: str
    words: tuple[str, ...]
    """What leads here: views, states of accounts, codes of findings, and what people call it."""
    text: str
    """Markdown of paragraphs, lists and indented commands; lines of at most 72 columns."""


@cache
def pages() -> tuple[Page, ...]:
    """Return all pages, the first ones first and then by title."""
    found = [_read(file) for file in _FOLDER.glob("*.md")]
    return tuple(sorted(found, key=lambda each: (each.topic != FIRST, each.title.lower())))


def _read(file: Path) -> Page:
    heading, words, text = file.read_text("utf-8").split("\n", 2)
    listed = words.removeprefix("Words:").split(",")
    return Page(file.stem, heading.removeprefix("# "), tuple(each.strip() for each in listed), text.strip("\n"))


def page(topic: str) -> Page | None:
    """Return a page by its topic, or None."""
    return next((each for each in pages() if each.topic == topic), None)


def matching(known: Iterable[Page], words: str) -> list[Page]:
    """Return the pages that hold every word in topic, title or words; first those that have a word as it is."""
    wanted = words.lower().split()
    found = [each for each in known if all(word in _searched(each) for word in wanted)]
    return sorted(found, key=lambda each: not {each.topic, *each.words} & set(wanted))


def filled(text: str, keys: Mapping[str, str]) -> str:
    """Return a text with each action's key, by id; of one that has none, its id, by which the palette finds it."""
    return ACTION.sub(lambda found: f"`{keys.get(found[1]) or found[1]}`", text)


def words_for(view: str, account_state: str | None, finding_code: str = "") -> str:
    """Return the word that leads to what helps with a row: of a finding, of an account in a state, of a view."""
    state = account_state if account_state in ("pending", "suspended") else ""
    return finding_code or state or _OF_VIEW.get(view, view)


_OF_VIEW: Mapping[str, str] = {
    "teachers": "account",
    "sections": "section",
    "pairs": "pair",
}
"""The word of a view where it is not the view's own name."""


def _searched(each: Page) -> str:
    return f"{each.topic} {each.title} {' '.join(each.words)}".lower()
