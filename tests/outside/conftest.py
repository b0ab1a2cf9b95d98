"""Tests against files that stand beside a maintainer's checkout, and never in it: Clever's spec, recordings, samples.

They are deselected unless asked for: `pytest -m outside`. Where the files are missing they fail, and say so.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import run
from tests.sandbox.conftest import api, district, service, store
from tests.sync.conftest import clever

__all__ = ["api", "clever", "district", "run", "sample_csv", "service", "store"]

SHARED = Path(__file__).parents[3] / "shared"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.outside)


@pytest.fixture(autouse=True)
def _files_are_there() -> None:
    if not SHARED.is_dir():
        pytest.fail(f"The maintainers' files are not beside this checkout: {SHARED}")


@pytest.fixture
def sample_csv() -> Path:
    """Clever's own demo district as SIS files."""
    return SHARED / "samples" / "demo-district-csv"
