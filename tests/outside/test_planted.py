"""One defect of each kind, planted in Clever's own demo district: found once, at its place, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sis.test_planted import changeable, test_every_code_is_planted, test_found_once_at_its_place

__all__ = ["test_every_code_is_planted", "test_found_once_at_its_place"]


@pytest.fixture
def files(sample_csv: Path, tmp_path: Path) -> Path:
    """The sample's files."""
    return changeable(sample_csv, tmp_path)
