"""Which rows of a list an action is for: marked one by one, by range, or all that pass the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roster_tui.console.browser import Browser


class Marking:
    """Marks rows of the present place; they stay with their records, not with their lines."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._last: int | str | None = None

    def toggle(self) -> None:
        """Mark the row under the cursor or take its mark away, and go on to the next."""
        if row := self._browser.row:
            self._last = row.key
            self._set(self._browser.place.marks ^ {row.key})
            self._browser.table.move_by(1)

    def all(self) -> bool:
        """Mark every row that passes the filter; False while not all of them are known yet."""
        keys = self._browser.all_keys
        if keys is None:
            return False
        self._set(self._browser.place.marks | set(keys))
        return True

    def range(self) -> bool:
        """Mark every row between the one marked last and the cursor; False while the list is still being read."""
        keys, table = self._browser.all_keys, self._browser.table
        if keys is None or self._browser.row is None:
            return False
        last = table.position(self._last)
        first, end = sorted((table.cursor if last is None else last, table.cursor))
        self._set(self._browser.place.marks | set(keys[first : end + 1]))
        return True

    def invert(self) -> bool:
        """Mark what is not marked and the other way round; False while the list is still being read."""
        keys = self._browser.all_keys
        if keys is None:
            return False
        self._set(self._browser.place.marks ^ set(keys))
        return True

    def none(self) -> None:
        """Take all marks away."""
        self._set(set())

    def _set(self, marks: set[int | str]) -> None:
        self._browser.place.marks = marks
        self._browser.show_marks()
