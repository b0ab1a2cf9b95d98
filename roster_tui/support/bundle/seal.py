"""A bundle sealed: chosen students and fields as CSV, encrypted in memory; only what is encrypted reaches the disk.

Beside it stands a manifest without a value. The journal knows who sealed what for whom before anything is written.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson

from roster_tui.errors import BLOCKED, RosterError
from roster_tui.ledger.files import replace_atomically
from roster_tui.present import csv_cell
from roster_tui.refusals import ONLY_ADMINS_SEAL
from roster_tui.roster.students import student_values
from roster_tui.support.bundle.choosing import Choice, Chosen, chosen
from roster_tui.support.bundle.lock import Lock
from roster_tui.support.guard.stand import outgoing
from roster_tui.workspace import Workspace

FEWEST_FIELDS = ("sis_id", "clever_id")
"""What a vendor needs to find a student's record; anything more is asked for by name."""
MANIFEST = ".manifest.json"
"""What the manifest's name has after the bundle's."""
_OF_THE_GONE = ("clever_id", "sis_id")


class BundleRefused(RosterError):
    """A bundle that was not made, or does not leave; says why."""

    exit_code = BLOCKED


@dataclass(frozen=True)
class Plan:
    """A bundle as it would be made."""

    file: Path
    about: str
    """How its students were chosen, without a value."""
    chosen: Chosen
    fields: tuple[str, ...]
    delete_by: date

    @property
    def manifest_file(self) -> Path:
        """Where the manifest stands: beside the bundle."""
        return manifest_of(self.file)


def manifest_of(file: Path) -> Path:
    """Return where the manifest of a bundle stands."""
    return file.with_name(file.name + MANIFEST)


def planned(workspace: Workspace, file: Path, choice: Choice, more: Sequence[str], days: int) -> Plan:
    """Return the plan of a bundle: the fewest fields and ``more`` of those we hold, to be deleted after some days.

    Raises `BundleRefused` where the file is there already, and what `chosen` raises.
    """
    for each in (file, manifest_of(file)):
        if each.exists():
            raise BundleRefused(f"{each} is there already, and a bundle may have been sent. Choose another name")
    fields = tuple(dict.fromkeys((*FEWEST_FIELDS, *more)))
    delete_by = workspace.day_of(workspace.clock()) + timedelta(days=days)
    return Plan(file, choice.told, chosen(workspace, choice), fields, delete_by)


def need_admin(workspace: Workspace) -> None:
    """Raise `BundleRefused` unless the operator may hand students' data over."""
    settings = workspace.settings
    if settings.refusal or settings.operator_role != "admin":
        raise BundleRefused(f"{settings.refusal or ONLY_ADMINS_SEAL}. Nothing was done")


def seal(workspace: Workspace, plan: Plan, lock: Lock, reason: str) -> dict[str, Any]:
    """Make a bundle and its manifest, and return the manifest.

    Raises `BundleRefused` for anybody but an admin or without a reason, and OSError when it cannot be written:
    no bundle is there then.
    """
    need_admin(workspace)
    if not reason.strip():
        raise BundleRefused("A bundle needs a reason, which the journal keeps. Nothing was done")
    facts = {
        "kind": "ticket seal",
        "about": plan.about,
        # What a file is called, or why it is made, may name a student as well.
        "file": outgoing(workspace, plan.file.name),
        **workspace.operator.facts(),
    }
    told = {
        "students": plan.chosen.number,
        "fields": list(plan.fields),
        "recipients": list(lock.recipients),
        "delete_by": plan.delete_by.isoformat(),
        "reason": outgoing(workspace, reason.strip()),
    }
    with journaled(workspace, facts, told) as outcome:
        sealed = lock.sealed(_csv(workspace, plan))
        manifest = _manifest(workspace, plan, lock, sealed)
        replace_atomically(plan.file, sealed)
        replace_atomically(plan.manifest_file, orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        outcome["sha256"] = manifest["sha256"]
    return manifest


@contextlib.contextmanager
def journaled(workspace: Workspace, facts: Mapping[str, Any], told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Write the intent, let it be done, and write what became of it; gives what the outcome is to hold besides."""
    workspace.journal.append([{**facts, "phase": "intent", **told}], workspace.clock())
    more: dict[str, Any] = {}

    def end(verdict: str) -> None:
        results = [{"id": facts["file"], "verdict": more.pop("verdict", verdict)}]
        workspace.journal.append([{**facts, "phase": "outcome", **more, "results": results}], workspace.clock())

    try:
        yield more
    except BaseException:
        # Also when it is interrupted, the journal is told. On a full disk it cannot be; the intent stands there then.
        with contextlib.suppress(OSError):
            end("failed")
        raise
    end("done")


def _csv(workspace: Workspace, plan: Plan) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(plan.fields)
    with workspace.cache.reading() as db:
        for row in student_values(db, plan.chosen.keys, plan.fields):
            writer.writerow(map(csv_cell, row))
    for clever_id, sis_id in plan.chosen.gone.items():
        known = dict(zip(_OF_THE_GONE, (clever_id, sis_id), strict=True))
        writer.writerow(csv_cell(known.get(name)) for name in plan.fields)
    return out.getvalue().encode()


def _manifest(workspace: Workspace, plan: Plan, lock: Lock, sealed: bytes) -> dict[str, Any]:
    return {
        "bundle": plan.file.name,
        "format": "CSV (UTF-8, RFC 4180), sealed with age (age-encryption.org/v1)",
        "sha256": sha256(sealed).hexdigest(),
        "bytes": len(sealed),
        "sealed_at": workspace.clock().astimezone(UTC).isoformat(),
        "sealed_by": workspace.settings.operator_name,
        "district": {"id": workspace.district.id, "name": workspace.district.name},
        "about": plan.about,
        "students": plan.chosen.number,
        "fields": list(plan.fields),
        "recipients": list(lock.recipients),
        "delete_by": plan.delete_by.isoformat(),
        "note": f"Students' data. Delete the bundle, what was made of it and every copy by {plan.delete_by}. A value "
        "that a spreadsheet would take for a formula begins with an apostrophe.",
    }
