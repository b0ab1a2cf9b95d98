"""The README's tables are what the code says, and its pictures what the console shows."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from roster_tui.workspace import Workspace
from tests.console.test_screens import BASELINE, HERE

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_tables_are_fresh(generate: ModuleType) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert generate.fresh(text) == text, "run: python docs/generate.py"


def test_a_stale_table_is_seen(generate: ModuleType) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    stale = text.replace("<!-- keys -->\n", "<!-- keys -->\nan old line\n")
    assert generate.fresh(stale) == text
    with pytest.raises(ValueError, match="0 places for keys"):
        generate.fresh(text.replace("<!-- keys -->", ""))


def test_every_picture_in_the_readme_exists() -> None:
    import re

    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text("utf-8"))
    assert pictures
    assert [name for name in pictures if not (ROOT / name).is_file()] == []


async def test_the_pictures_are_fresh(generate: ModuleType, demo: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    if (taken_with := BASELINE.read_text().strip()) != HERE:
        pytest.skip(f"the pictures were taken with {taken_with}; this is {HERE}")
    drawn = await generate.pictures(demo)
    stale = [name for name, text in drawn.items() if (ROOT / "docs" / f"{name}.svg").read_text("utf-8") != text]
    assert stale == [], "run: python docs/generate.py pictures"


def test_every_picture_that_is_drawn_is_in_the_readme(generate: ModuleType) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert [name for name in generate.PICTURES if f"(docs/{name}.svg)" not in text] == []
