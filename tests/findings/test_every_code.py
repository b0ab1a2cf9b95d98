"""Every kind of finding is raised where it should be, and not where it should not."""

from __future__ import annotations

from pathlib import Path

import pytest

from roster_tui.findings.catalog import CODES
from roster_tui.findings.store import known
from roster_tui.workspace import Workspace
from tests.findings.cases import CASES


def codes(workspace: Workspace) -> list[str]:
    with workspace.cache.reading() as db:
        return [each.finding.code.code for each in known(db)]


@pytest.mark.parametrize("code", CODES)
def test_raised(code: str, tmp_path: Path) -> None:
    raising, _ = CASES[code]
    workspace = raising.open(tmp_path)
    assert codes(workspace).count(code) == 1
    with workspace.cache.reading() as db:
        (finding,) = (each.finding for each in known(db, code=code))
    assert finding.evidence
    assert finding.subject.label


@pytest.mark.parametrize("code", CODES)
def test_not_raised(code: str, tmp_path: Path) -> None:
    _, sparing = CASES[code]
    assert code not in codes(sparing.open(tmp_path))


@pytest.mark.parametrize("code", CODES)
def test_one_trouble_is_one_cause(code: str, tmp_path: Path) -> None:
    raising, _ = CASES[code]
    with raising.open(tmp_path).cache.reading() as db:
        causes = [each.finding.code.code for each in known(db) if each.finding.because is None]
        consequence = any(each.finding.because for each in known(db, code=code))
    assert len(causes) == 1
    assert causes == [code] or consequence
