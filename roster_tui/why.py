"""Explaining one teacher or section of a district: the record found, its facts read, the rules asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from roster_tui.findings.chain.explain import explain_section, explain_teacher
from roster_tui.findings.chain.model import Explanation
from roster_tui.findings.chain.reading import held_against, key_of_removed, section_facts, teacher_facts
from roster_tui.roster.history import runs
from roster_tui.roster.kinds import BY_NAME, TEACHER
from roster_tui.roster.read import key_of
from roster_tui.workspace import Workspace


@dataclass(frozen=True)
class Why:
    """A record and its explanation."""

    kind: str
    clever_id: str
    sis_id: str | None
    label: str
    explanation: Explanation


def find(workspace: Workspace, kind: str, wanted: str) -> Why | None:
    """Return the explanation of a ``teacher`` or ``section`` by Clever ID, SIS ID or email, or None."""
    with workspace.cache.reading() as db:
        key = key_of(db, BY_NAME[kind], wanted)
        if key is None and kind != TEACHER.name:
            key = key_of_removed(db, BY_NAME[kind], wanted)
    return None if key is None else of(workspace, kind, key)


def of(workspace: Workspace, kind: str, key: int) -> Why | None:
    """Return the explanation of a ``teacher`` or ``section`` by key; None when it is not in the cache."""
    today = workspace.clock().astimezone(workspace.settings.zone).date()
    if kind == TEACHER.name:
        with workspace.cache.reading() as db:
            teacher = teacher_facts(db, key)
        teacher = replace(teacher, held=_held(workspace, teacher.clever_id))
        explanation = explain_teacher(teacher, today)
        return Why(kind, teacher.clever_id, teacher.sis_id, teacher.label, explanation)
    with workspace.cache.reading() as db:
        section = section_facts(db, key)
    if section is None:
        return None
    return Why(kind, section.clever_id, section.sis_id, section.label, explain_section(section, today))


def _held(workspace: Workspace, clever_id: str) -> str | None:
    """Return what a held run would do to somebody's account; None when no run is held."""
    with workspace.cache.reading() as db:
        latest = next(iter(runs(db, 1)), None)
    if latest is None or latest.state != "held" or not workspace.cache.staged_file.exists():
        return None
    with workspace.cache.with_staged() as db:
        return held_against(db, clever_id)
