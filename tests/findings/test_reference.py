"""The page of findings is made from the catalog, and may not be stale."""

from pathlib import Path

from roster_tui.findings.catalog import CODES
from roster_tui.findings.reference import reference

PAGE = Path(__file__).parent.parent.parent / "docs" / "findings.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "stale: run python docs/generate.py"


def test_every_code_has_its_section() -> None:
    for code in CODES:
        assert f"\n## {code}\n" in reference()
