"""The scenarios, each in a district of its own; and the language they are written in."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import Inbox
from tests.console.districts import DISTRICTS, Making, hold_a_sync
from tests.console.scenario import BOTH, Scenario, play, read

FOLDER = Path(__file__).parent / "scenarios"
SCENARIOS = list(read(FOLDER, list(DISTRICTS)))
PLAYED = [
    pytest.param(
        each,
        size,
        id=f"{each.place.split(':')[0]}-{each.title}-{size[0]}x{size[1]}",
        marks=[pytest.mark.thorough] if size != each.sizes[0] else [],
    )
    for each in SCENARIOS
    for size in each.sizes
]


@pytest.fixture(scope="session")
def _held_demo(_prepared_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(_prepared_demo, tmp_path_factory.mktemp("held") / "data"))
    hold_a_sync(folder)
    return folder


@pytest.fixture
def making(
    _prepared_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[Making]:
    """A district to be made; what only some scenarios need is prepared once one does."""

    def held() -> Path:
        return Path(request.getfixturevalue("_held_demo"))

    def inbox() -> Inbox:
        box = request.getfixturevalue("inbox")
        assert isinstance(box, Inbox)
        return box

    with ExitStack() as stack:
        yield Making(tmp_path, _prepared_demo, held, stack, inbox, monkeypatch)


@pytest.mark.parametrize(("scenario", "size"), PLAYED)
def test_it_goes_as_it_says(scenario: Scenario, size: tuple[int, int], making: Making) -> None:
    workspace = making.made(scenario.districts)
    asyncio.run(play(scenario, workspace, size, making.mails))


def test_every_rule_of_the_help_article_has_a_job_in_both_sizes() -> None:
    rules = Counter(each.rule for each in SCENARIOS if each.rule and each.sizes == BOTH)
    assert set(rules) == set(range(1, 12))


def test_titles_are_unique_and_there_are_enough() -> None:
    titles = Counter(each.title for each in SCENARIOS)
    assert max(titles.values()) == 1, titles.most_common(1)
    assert len(titles) >= 40
