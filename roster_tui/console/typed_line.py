"""The line that is typed in: a filter of the present list, or where to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.events import Key

from roster_tui.console.completion import Completion, completed_filter
from roster_tui.console.going import School, completed, destination
from roster_tui.roster.filter import FilterError, parse
from roster_tui.roster.read import schools_named

if TYPE_CHECKING:
    from roster_tui.console.browser import Browser
    from roster_tui.console.filterline import FilterLine
    from roster_tui.console.preferring import Preferring
    from roster_tui.console.reading import Reading


class TypedLine:
    """Opens the line, follows what is typed, and points at a mistake; the last good filter stays meanwhile."""

    def __init__(self, browser: Browser, reading: Reading, preferring: Preferring) -> None:
        self._browser = browser
        self._reading = reading
        self._preferring = preferring
        self._is_going = False
        self._is_opening = False
        """Whether the line has been opened, and the focus is on its way to it."""
        self.mistake = ""
        """What is wrong with the text as it stands."""

    @property
    def _field(self) -> FilterLine:
        return self._browser.filter_field

    def open_going(self) -> None:
        """Let a place be typed."""
        self._open("", lambda text: completed(text, self._schools, self._preferring.now.filters), going=True)

    def open_filter(self, text: str | None = None) -> None:
        """Let the filter be typed, on from the present one or from a text."""
        fields = self._browser.place.fields
        assert fields is not None
        self._open(
            self._browser.place.filter_text if text is None else text,
            lambda text: completed_filter(text, fields, self._schools),
        )

    def _open(self, text: str, complete: Callable[[str], str | None], *, going: bool = False) -> None:
        self._is_going, self._is_opening, field = going, True, self._field
        field.display = True
        field.placeholder = "teachers FILTER, school NAME, conflicts high, or a name" if going else ""
        field.suggester = Completion(complete)
        field.value = text
        field.select_all()
        field.focus()

    def typed_ahead(self, key: Key) -> bool:
        """Give a key to the line that it was typed for, and return whether there is one.

        Many keys at once, over a slow line or pasted, are all on their way to the table when the first of them opens
        the line. What comes from the line itself is never printable: it has taken that.
        """
        field = self._field
        is_open = field.display and self._browser.screen.is_active and (field.has_focus or self._is_opening)
        if not (key.is_printable and is_open):
            return False
        field.post_message(Key(key.key, key.character))
        return True

    def focus_arrived(self) -> None:
        """Note that what is typed comes to the line by itself now."""
        if self._field.has_focus:
            self._is_opening = False

    def close(self) -> None:
        """Close the line, with the mistake that was in it."""
        self._is_going = self._is_opening = False
        self._point_at(None)
        self._field.display = False
        self._browser.table.focus()

    def typed(self, text: str) -> None:
        """Follow what is typed: a filter narrows at every key."""
        if self._is_going:
            self._point_at(None)
        else:
            self.narrow(text)

    def done(self, text: str) -> None:
        """Go where the line says, or leave the filter as it is."""
        if self._is_going:
            self._go(text)
        else:
            self.close()

    def leave(self) -> bool:
        """Close the line if it is open, and clear the filter; returns whether it was open."""
        if not self._field.has_focus:
            return False
        was_filter = not self._is_going
        self.close()
        if was_filter:
            self.narrow("")
        return True

    def narrow(self, text: str) -> None:
        """Filter by ``text``; a mistake is pointed at, and the last good filter stays."""
        place = self._browser.place
        if place.fields is None:
            return
        try:
            wanted = parse(text, place.fields)
        except FilterError as error:
            self._point_at(error)
            return
        self._point_at(None)
        if text != place.filter_text:
            place.filter, place.filter_text = wanted, text
            self._browser.refresh_place()

    def _go(self, text: str) -> None:
        try:
            place = destination(text, self._schools, self._preferring.now.filters)
        except FilterError as error:
            self._point_at(error)
            return
        self.close()
        self._browser.go(place)

    def _schools(self, words: str) -> list[School]:
        return [School(*each) for each in schools_named(self._reading.pages, words)]

    def _point_at(self, error: FilterError | None) -> None:
        """Mark a mistake and say what it is, or take both away."""
        self.mistake = error.message if error else ""
        self._field.mark(*((error.start, error.end) if error else (0, 0)))
        self._browser.show_around()
