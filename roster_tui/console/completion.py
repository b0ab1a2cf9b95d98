"""How a filter that is being typed may go on: the rest of a field's name or of its value. Pure but for the lookup."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from textual.suggester import Suggester

from roster_tui.console.going import FindSchools
from roster_tui.findings.catalog import CODES
from roster_tui.present import display_text
from roster_tui.roster.filter import FieldType


class Completion(Suggester):
    """Shows how the text may go on, dimmed behind the cursor."""

    def __init__(self, complete: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text, or None."""
        found = self._complete(value)
        return display_text(found) if found else None


def completed_filter(text: str, fields: Mapping[str, FieldType], schools: FindSchools) -> str | None:
    """Return the filter with its last word finished, or None when nothing is known to go on with."""
    head, blank, last = text.rpartition(" ")
    sign = "-" if last.startswith("-") else ""
    word = last.removeprefix("-")
    if not word or '"' in word:
        return None
    rest = next((each for each in _words(word, fields, schools) if each.startswith(word) and each != word), None)
    return f"{head}{blank}{sign}{rest}" if rest else None


def _words(word: str, fields: Mapping[str, FieldType], schools: FindSchools) -> Iterator[str]:
    name, colon, value = word.partition(":")
    if not colon:
        yield from (f"{each}:" for each in fields)
    elif name in fields and value:
        if name == "finding":
            choices: tuple[str, ...] = ("any", "none", *CODES)
        elif name == "school":
            # A name with blanks needs quotes, which the beginning that was typed does not have.
            choices = tuple(first for school in schools(value) if (first := school.name.split(" ")[0].lower()))
        else:
            choices = fields[name].choices
        yield from (f"{name}:{choice}" for choice in choices)
