"""How a filter that is being typed may go on: the rest of a field's name or of its value. Pure but for the lookup."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from textual.suggester import Suggester

from roster_tui.console.going import FindSchools
from roster_tui.findings.catalog import CODES
from roster_tui.present import display_text
from roster_tui.roster.fields import FIELDS
from roster_tui.roster.kinds import Kind


class Completion(Suggester):
    """Shows how the text may go on, dimmed behind the cursor."""

    def __init__(self, complete: Callable[[str], str | None]) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text, or None."""
        found = self._complete(value)
        return display_text(found) if found else None


def completed_filter(text: str, kind: Kind, schools: FindSchools) -> str | None:
    """Return the filter with its last word finished, or None when nothing is known to go on with."""
    head, blank, last = text.rpartition(" ")
    sign = "-" if last.startswith("-") else ""
    word = last.removeprefix("-")
    if not word or '"' in word:
        return None
    rest = next((each for each in _words(word, kind, schools) if each.startswith(word) and each != word), None)
    return f"{head}{blank}{sign}{rest}" if rest else None


def _words(word: str, kind: Kind, schools: FindSchools) -> Iterator[str]:
    fields = FIELDS[kind.name]
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
            choices = fields[name].type.choices
        yield from (f"{name}:{choice}" for choice in choices)
