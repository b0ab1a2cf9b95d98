"""The language of the scenarios: what a support lead does at the desk, and what the screen must say then.

`tests/console/scenarios/README.md` documents it. A text is parsed whole before anything of it is played, so that a
word, key or district that does not exist is an error even where the scenario would have failed before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from roster_tui.workspace import Workspace
from tests.console.stage import staged
from tests.console.steps import ScenarioError, Step, size_of, step

BOTH = ((80, 24), (120, 40))


@dataclass
class Scenario:
    """A title, where it plays, and its steps."""

    title: str
    place: str
    rule: int | None = None
    """The rule of the platform's help article that it is a job for, if it is one."""
    sizes: tuple[tuple[int, int], ...] = ((80, 24),)
    districts: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


def parse(text: str, name: str, districts: Sequence[str]) -> list[Scenario]:
    """Return the scenarios of a text. Raises `ScenarioError` with the line of what is not understood."""
    found: list[Scenario] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        place = f"{name}:{number}"
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("scenario "):
                found.append(Scenario(line.removeprefix("scenario ").strip(), place))
            elif not found:
                raise ScenarioError("a scenario begins with: scenario TITLE")
            elif not _told_where(found[-1], line, districts):
                found[-1].steps.append(step(line, place))
        except ScenarioError as error:
            raise ScenarioError(f"{place}: {line}\n  {error}") from None
    for each in found:
        if not any(line.word.looks for line in each.steps):
            raise ScenarioError(f"{each.place}: {each.title}\n  it looks at nothing, so it cannot fail")
    return found


def _told_where(scenario: Scenario, line: str, districts: Sequence[str]) -> bool:
    """Take a line about where a scenario plays; False when it is none."""
    word, _, rest = line.partition(" ")
    if word not in ("rule", "size", "district"):
        return False
    if scenario.steps:
        raise ScenarioError(f"{word} stands before the steps")
    if word == "district":
        if not any(re.fullmatch(each, rest) for each in districts):
            raise ScenarioError(f"no such district; there are: {', '.join(districts)}")
        scenario.districts.append(rest)
    elif word == "size":
        scenario.sizes = tuple(size_of(each) for each in rest.split())
    elif not rest.isdecimal():
        raise ScenarioError("a rule has a number")
    else:
        scenario.rule, scenario.sizes = int(rest), BOTH
    return True


def read(folder: Path, districts: Sequence[str]) -> Iterator[Scenario]:
    """Yield the scenarios of all files of a folder. Raises `ScenarioError`."""
    for file in sorted(folder.glob("*.scenario")):
        yield from parse(file.read_text(encoding="utf-8"), file.name, districts)


async def play(scenario: Scenario, workspace: Workspace, size: tuple[int, int], mails: Sequence[object] = ()) -> None:
    """Play a scenario on a district of its own. Raises `StepFailed`."""
    async with staged(workspace, size, mails) as stage:
        for each in scenario.steps:
            await each.play(stage)
