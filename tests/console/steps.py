"""The words of the scenarios: each with how it is written, and what is done at the desk or looked for on the screen."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from textual.keys import KEY_ALIASES, Keys

from roster_tui.actions import KEY_NAMES
from tests.console.stage import Stage, plain

_KEYS = {shown: key for key, shown in KEY_NAMES.items()}
_NAMED = {key.value for key in Keys} | set(KEY_ALIASES) | set(KEY_NAMES)


class ScenarioError(Exception):
    """A scenario that cannot be played: it says something that this language does not know."""


class StepFailed(AssertionError):
    """What a step says does not hold; tells where the step stands, and what the screen showed."""


@dataclass(frozen=True)
class Word:
    """Something that a line can say: how it is written, and what is done then."""

    pattern: re.Pattern[str]
    do: Callable[..., Awaitable[None]]
    check: Callable[..., object]
    """Refuses what is not understood, before anything is played."""
    looks: bool
    """Whether it can fail for what the screen shows."""


WORDS: list[Word] = []


def _word(
    pattern: str, *, check: Callable[..., object] = lambda *given: None, looks: bool = True
) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., Awaitable[None]]]:
    def kept(do: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        WORDS.append(Word(re.compile(pattern), do, check, looks))
        return do

    return kept


def keys_of(text: str) -> list[str]:
    """Return the keys that are named, as Textual names them: ``down*3 / esc`` are five. Raises `ScenarioError`."""
    found = []
    for each in text.split():
        name, times = (match[1], int(match[2])) if (match := re.fullmatch(r"(.+)\*(\d+)", each)) else (each, 1)
        key = _KEYS.get(name, name)
        if len(key) > 1 and key not in _NAMED:
            raise ScenarioError(f"there is no key {name}")
        found += [key] * times
    return found


def _check_size(text: str) -> None:
    size_of(text)


def size_of(text: str) -> tuple[int, int]:
    """Return width and height of ``80x24``. Raises `ScenarioError`."""
    if not (match := re.fullmatch(r"(\d+)x(\d+)", text)):
        raise ScenarioError(f"{text} is no size such as 80x24")
    return int(match[1]), int(match[2])


# -- hands ------------------------------------------------------------------------------------------


@_word("press (.+)", check=keys_of, looks=False)
async def _press(stage: Stage, keys: str) -> None:
    await stage.press(keys_of(keys))


@_word("tap (.+)", check=keys_of, looks=False)
async def _tap(stage: Stage, keys: str) -> None:
    await stage.press(keys_of(keys), rest=False)


@_word("type (.+)", looks=False)
async def _type(stage: Stage, text: str) -> None:
    await stage.desk.type(text)
    await stage.rest()


@_word("paste (.+)", looks=False)
async def _paste(stage: Stage, text: str) -> None:
    await stage.desk.paste(text)


@_word("go to (.+)", looks=False)
async def _go_to(stage: Stage, text: str) -> None:
    await stage.line("colon", text)


@_word("filter by (.+)", looks=False)
async def _filter_by(stage: Stage, text: str) -> None:
    await stage.line("slash", text)


@_word("move to (.+)")
async def _move_to(stage: Stage, text: str) -> None:
    await stage.press(["g"])
    for _ in range(stage.desk.table.count):
        row = stage.desk.app.browser.row
        if row and text in " ".join(part.text for part in row.cells):
            return
        await stage.desk.pilot.press("down")
    raise AssertionError("no row holds that")


@_word("resize (.+)", check=_check_size, looks=False)
async def _resize(stage: Stage, size: str) -> None:
    await stage.desk.pilot.resize_terminal(*size_of(size))
    await stage.rest()


@_word("open again", looks=False)
async def _open_again(stage: Stage) -> None:
    await stage.close()
    await stage.open()


# -- eyes -------------------------------------------------------------------------------------------


@_word("see not (.+)")
async def _see_not(stage: Stage, text: str) -> None:
    assert not stage.sees(plain(text)), "it is on the screen"


@_word("see (.+)")
async def _see(stage: Stage, text: str) -> None:
    assert stage.sees(plain(text)), "it is not on the screen"


@_word(r"line (-?\d+) contains (.+)")
async def _line_contains(stage: Stage, number: str, text: str) -> None:
    lines, at = stage.lines, int(number)
    assert 1 <= abs(at) <= len(lines), f"there are {len(lines)} lines"
    line = lines[at - 1 if at > 0 else at]
    assert plain(text) in line, f"it is: {line}"


@_word(r"row (\d+) contains (.+)")
async def _row_contains(stage: Stage, number: str, text: str) -> None:
    rows = [plain(row) for row in stage.desk.rows]
    assert int(number) <= len(rows), f"there are {len(rows)} rows"
    assert plain(text) in rows[int(number) - 1], f"it is: {rows[int(number) - 1]}"


@_word("no row has (.+)")
async def _no_row_has(stage: Stage, text: str) -> None:
    assert not [row for row in stage.rows if plain(text) in row], "one has it"


@_word("a row has (.+)")
async def _a_row_has(stage: Stage, text: str) -> None:
    assert any(plain(text) in row for row in stage.rows), "none has it"


@_word("cursor on (.+)")
async def _cursor_on(stage: Stage, text: str) -> None:
    row = stage.desk.app.browser.row
    assert row is not None, "it is on no row"
    told = " ".join(part.text for part in row.cells)
    assert text in told, f"it is on: {told}"


@_word("crumb is (.+)")
async def _crumb_is(stage: Stage, text: str) -> None:
    assert stage.crumb[0] == text, f"it is: {stage.crumb[0]}"


@_word("count is (.+)")
async def _count_is(stage: Stage, text: str) -> None:
    assert stage.crumb[-1] == text, f"it is: {stage.crumb[-1]}"


@_word("detail has (.+)")
async def _detail_has(stage: Stage, text: str) -> None:
    told = plain(stage.desk.app.browser.detail.text)
    assert stage.desk.app.browser.detail.display, "it is closed"
    assert plain(text) in told, f"it is: {told}"


_FOCUS = {"list": "table", "line": "filter", "plan": "plan-items", "reason": "reason", "day": "until"}


def _check_focus(name: str) -> None:
    if name not in _FOCUS:
        raise ScenarioError(f"focus is one of {', '.join(_FOCUS)}")


@_word("focus is (.+)", check=_check_focus)
async def _focus_is(stage: Stage, name: str) -> None:
    focused = stage.desk.app.focused
    assert focused is not None, "nothing has it"
    assert focused.id == _FOCUS[name], f"it is: {focused.id}"


@_word("toast none")
async def _toast_none(stage: Stage) -> None:
    assert not stage.news, f"there are: {stage.news}"


@_word("toast (.+)")
async def _toast(stage: Stage, text: str) -> None:
    assert any(plain(text) in each for each in stage.news), f"since the last key: {stage.news}"


@_word("wait until (.+)")
async def _wait_until(stage: Stage, text: str) -> None:
    await stage.until(lambda: stage.sees(plain(text)), "it")


@_word("rest", looks=False)
async def _rest(stage: Stage) -> None:
    await stage.rest()


@_word(r"mails (\d+)")
async def _mails(stage: Stage, count: str) -> None:
    assert len(stage.mails) == int(count), f"there are {len(stage.mails)}"


@_word("closed")
async def _closed(stage: Stage) -> None:
    await stage.until(lambda: not stage.desk.app.is_running, "closing")


# -- lines ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One line of a scenario."""

    place: str
    """File and line."""
    text: str
    word: Word
    given: tuple[str, ...]

    async def play(self, stage: Stage) -> None:
        """Do what the line says. Raises `StepFailed`."""
        try:
            await self.word.do(stage, *self.given)
        except AssertionError as error:
            shown = "\n".join(f"  |{line}" for line in stage.desk.lines)
            told = "".join(f"\n  message: {each}" for each in stage.desk.toasts)
            raise StepFailed(f"{self.place}: {self.text}\n  {error}\n{shown}{told}") from None


def step(line: str, place: str) -> Step:
    """Return the step that a line is. Raises `ScenarioError` with what could have been said instead."""
    for word in WORDS:
        if match := word.pattern.fullmatch(line):
            given = tuple(_unquoted(each) for each in match.groups())
            word.check(*given)
            return Step(place, line, word, given)
    known = sorted(re.sub(r"\(.*?\)", "...", word.pattern.pattern) for word in WORDS)
    raise ScenarioError(f"this is no step; there are: {', '.join(known)}")


def _unquoted(text: str) -> str:
    """Return a text without its quotes; a text that begins like a word of the language stands in some."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text
