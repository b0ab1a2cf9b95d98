"""A district synced once, and the files of that night to be changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from roster_tui.demo import NAME, SEED, DemoOptions, prepare
from roster_tui.sandbox.generator import SIZES, GeneratedDistrict
from roster_tui.workspace import Workspace, open_workspace
from tests.conftest import frozen, settings_for
from tests.sis.editing import written

DISTRICT = GeneratedDistrict(SIZES["small"], SEED, 2026, NAME)


@pytest.fixture(scope="module")
def files_of_first_night(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(DISTRICT, tmp_path_factory.mktemp("night") / "files")


@pytest.fixture
def files(files_of_first_night: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(files_of_first_night, tmp_path / "tonight"))


@pytest.fixture(scope="module")
def _synced(tmp_path_factory: pytest.TempPathFactory, files_of_first_night: Path) -> Path:
    folder = tmp_path_factory.mktemp("district")
    prepare(settings_for(folder), DemoOptions((files_of_first_night,)), lambda message: None, frozen)
    return folder


@pytest.fixture
def folder(_synced: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_synced, tmp_path / "district"))


@pytest.fixture
def district(folder: Path) -> Workspace:
    """A district synced once from the first night's files."""
    return open_workspace(settings_for(folder), frozen)
