"""The crosswalk: old SIS IDs to new ones, as a file for Clever support, and as a plan to be checked beforehand.

Pure: pairs in, rows and reasons out. The file has the five columns of Canvas's ``change_sis_id.csv``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from roster_tui.findings.look_alikes import folded

COLUMNS = ("old_id", "new_id", "old_integration_id", "new_integration_id", "type")
TYPES = ("user", "section", "school", "course", "term")
TYPE_OF_KIND = {"teacher": "user", "student": "user", "section": "section", "school": "school"}
"""The crosswalk's type by kind of record; only these carry an SIS ID with us."""

_FORMULA_STARTS = ("=", "+", "-", "@")


@dataclass(frozen=True)
class Change:
    """One old ID that becomes a new one."""

    type: str
    """One of `TYPES`."""
    old_id: str
    new_id: str

    def row(self) -> tuple[str, str, str, str, str]:
        """Return the five columns; the integration columns stay empty."""
        return self.old_id, self.new_id, "", "", self.type


def inert(value: str) -> bool:
    """Return whether an ID in a CSV file opens as itself: no formula, no hidden character."""
    return value.isprintable() and not value.startswith(_FORMULA_STARTS)


@dataclass(frozen=True)
class Ordered:
    """Changes in an order in which each new ID is free when its turn comes."""

    changes: tuple[Change, ...]
    chains: tuple[tuple[str, ...], ...]
    """IDs of each chain (A to B, B to C) in the order in which they must be freed: the last link first."""
    swaps: tuple[tuple[str, ...], ...]
    """IDs of each ring (A to B, B to A): no order will do, one of them needs an intermediate ID."""


def ordered(changes: Iterable[Change]) -> Ordered:
    """Return changes of which each old ID stands once, ordered; chains and rings are named."""
    by_old = {(change.type, change.old_id): change for change in changes}
    waiting = set(by_old)
    done: list[Change] = []
    chains: list[tuple[str, ...]] = []
    rings: list[tuple[str, ...]] = []
    entered = {(change.type, change.new_id) for change in by_old.values()}
    for start in sorted(by_old, key=lambda key: (key in entered, key[0], len(key[1]), key[1])):
        path = [by_old[key] for key in _path(start, by_old, waiting)]
        waiting -= {(change.type, change.old_id) for change in path}
        # A path may run into itself: the ring at its end, and what leads into the ring.
        closed = next((at for at, change in enumerate(path) if change.old_id == path[-1].new_id), len(path))
        lead, ring = path[:closed], path[closed:]
        done += [*reversed(ring), *reversed(lead)]
        if ring:
            rings.append(tuple(change.old_id for change in ring))
        if len(lead) > 1 or (lead and ring):
            chains.append((*(change.old_id for change in lead), lead[-1].new_id))
    return Ordered(tuple(done), tuple(chains), tuple(rings))


def _path(
    start: tuple[str, str], by_old: Mapping[tuple[str, str], Change], waiting: Collection[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Return the changes that follow each other from ``start``: each one's new ID is the next one's old ID."""
    path: list[tuple[str, str]] = []
    at = start
    while at in waiting and at not in path:
        path.append(at)
        at = (at[0], by_old[at].new_id)
    return path


def covering_note(
    district: str, district_id: str, plan: Ordered, withheld: Sequence[Change], open_pairs: int, contact: str
) -> str:
    """Return the letter that goes with the file. It holds IDs only, no person's name."""
    counts = {type_: sum(change.type == type_ for change in plan.changes) for type_ in TYPES}
    told = ", ".join(f"{count} {type_}{'' if count == 1 else 's'}" for type_, count in counts.items() if count)
    lines = [
        "To: Clever support",
        f"District: {district} ({district_id})",
        f"From: {contact}",
        "",
        "SIS IDs in our student information system have changed for records that are the same as before.",
        f"The file beside this note maps old IDs to new ones: {told or 'none'}.",
        "Please map them in Clever, so that each record keeps its Clever ID, and tell us when it is done.",
        "",
        "Columns: " + ",".join(COLUMNS) + ". The integration columns are empty. The rows stand in the order in which",
        "they must be applied: each new ID is free when its turn comes.",
    ]
    if plan.chains:
        lines += ["", "Chains, one ID passed on to the next record; the last link comes first in the file:"]
        lines += [f"  {' -> '.join(chain)}" for chain in plan.chains]
    if plan.swaps:
        lines += ["", "Swaps, which need an intermediate ID, since no order will do:"]
        lines += [f"  {' -> '.join((*ring, ring[0]))}" for ring in plan.swaps]
    if withheld:
        lines += ["", "Not in the file, since a spreadsheet would change them; please copy them from here:"]
        lines += [f"  {change.type}: {change.old_id!r} -> {change.new_id!r}" for change in withheld]
    if open_pairs:
        lines += ["", f"Not decided yet on our side: {open_pairs}. They will follow."]
    return "\n".join([*lines, "", "This note and the file hold no names.", ""])


class Verdict(StrEnum):
    """What becomes of a planned change."""

    OK = "ok"
    WARNING = "warning"
    BLOCKED = "blocked"


@dataclass(frozen=True)
class Planned:
    """A change that somebody means to make in the SIS, as it stands in a file."""

    line: int
    """Counts from 1, the header included."""
    type: str | None
    """One of `TYPES`, or ``teacher`` or ``student`` for a user; None when the file does not say."""
    old_id: str
    new_id: str


@dataclass(frozen=True)
class Holder:
    """A record that has or had an ID."""

    type: str
    kind: str
    sis_id: str
    in_data: bool
    sections: int = 0
    trackers: int = 0
    """Live class gradebooks of its sections."""


@dataclass(frozen=True)
class Checked:
    """A planned change, what speaks against it, and what hangs on it."""

    planned: Planned
    verdict: Verdict
    reasons: tuple[str, ...]
    kind: str | None = None
    sections: int = 0
    trackers: int = 0


@dataclass(frozen=True)
class Known:
    """What roster and history know of the IDs in a plan, each by the ID as it is written."""

    holders: Mapping[str, Sequence[Holder]]
    """Everybody who has the ID now, or had it before."""
    look_alikes: Mapping[str, Sequence[str]]
    """IDs in use that differ from it only by case, blanks, zeros or the letter O."""


def check(plan: Sequence[Planned], known: Known) -> list[Checked]:
    """Return what would become of each planned change; ``known`` must cover every old and new ID."""
    by_old: dict[tuple[str | None, str], list[Planned]] = {}
    by_new: dict[tuple[str | None, str], list[Planned]] = {}
    for planned in plan:
        by_old.setdefault((planned.type, planned.old_id), []).append(planned)
        by_new.setdefault((planned.type, planned.new_id), []).append(planned)
    moves = ordered(Change(each.type or "", each.old_id, each.new_id) for each in plan if each.old_id != each.new_id)
    ringed = {each for ring in moves.swaps for each in ring}
    return [_checked(each, by_old, by_new, ringed, known) for each in plan]


def _checked(
    planned: Planned,
    by_old: Mapping[tuple[str | None, str], Sequence[Planned]],
    by_new: Mapping[tuple[str | None, str], Sequence[Planned]],
    ringed: Collection[str],
    known: Known,
) -> Checked:
    having = [
        each
        for each in known.holders.get(planned.old_id, ())
        if each.in_data and planned.type in (None, each.type, each.kind)
    ]
    holder = having[0] if len(having) == 1 else None
    blocked = [*_blanks(planned), *_old(planned, having, known), *_twice(planned, by_old, by_new)]
    warned: list[str] = []
    if planned.new_id and planned.new_id != planned.old_id:
        taken, remarks = _new(planned, holder, by_old, ringed, known)
        blocked += taken
        warned += remarks
    verdict = Verdict.BLOCKED if blocked else Verdict.WARNING if warned else Verdict.OK
    return Checked(
        planned,
        verdict,
        (*blocked, *warned),
        holder.kind if holder else None,
        holder.sections if holder else 0,
        holder.trackers if holder else 0,
    )


def _blanks(planned: Planned) -> list[str]:
    said = [f"the {name} ID is blank" for name in ("old", "new") if not getattr(planned, f"{name}_id").strip()]
    if planned.old_id and planned.old_id == planned.new_id:
        said.append("old and new ID are the same")
    if planned.type is not None and planned.type not in (*TYPES, *TYPE_OF_KIND):
        said.append(f"the type is none of {', '.join((*TYPES, 'teacher', 'student'))}")
    return said


def _old(planned: Planned, having: Sequence[Holder], known: Known) -> list[str]:
    if not planned.old_id.strip() or len(having) == 1:
        return []
    if len(having) > 1:
        kinds = sorted({each.kind for each in having})
        if len(kinds) == 1:
            return [f"{len(having)} {kinds[0]}s have the old ID"]
        return [f"a {' and a '.join(kinds)} have the old ID: write {' or '.join(kinds)} in the type column"]
    if known.holders.get(planned.old_id):
        return ["nobody has the old ID any more: its record was archived or re-keyed already"]
    near = ", ".join(known.look_alikes.get(planned.old_id, ()))
    return [f"nobody has the old ID; look-alike in use: {near}" if near else "nobody has the old ID"]


def _twice(
    planned: Planned,
    by_old: Mapping[tuple[str | None, str], Sequence[Planned]],
    by_new: Mapping[tuple[str | None, str], Sequence[Planned]],
) -> list[str]:
    said = []
    near = sorted({new for _, new in by_new if new != planned.new_id and folded(new) == folded(planned.new_id)})
    if planned.new_id.strip() and near:
        said.append(f"the plan also gives away {', '.join(near)}, which looks like the new ID")
    for name, lines in (
        ("old", by_old[planned.type, planned.old_id]),
        ("new", by_new[planned.type, planned.new_id]),
    ):
        others = [str(each.line) for each in lines if each.line != planned.line]
        if others:
            said.append(f"the {name} ID stands in line {', '.join(others)} too")
    return said


def _new(
    planned: Planned,
    holder: Holder | None,
    by_old: Mapping[tuple[str | None, str], Sequence[Planned]],
    ringed: Collection[str],
    known: Known,
) -> tuple[list[str], list[str]]:
    """Return what blocks the new ID, and what should be known about it."""
    of_type = [
        each
        for each in known.holders.get(planned.new_id, ())
        if planned.type in (None, each.type, each.kind) and (holder is None or holder.kind == each.kind)
    ]
    blocked, warned = [], []
    freed = by_old.get((planned.type, planned.new_id))
    if any(each.in_data for each in of_type):
        if not freed:
            kind = next(each.kind for each in of_type if each.in_data)
            blocked.append(f"the new ID is another {kind}'s: the two would collide")
        elif planned.new_id in ringed:
            warned.append(f"swapped with line {freed[0].line}: one of them needs an intermediate ID first")
        else:
            warned.append(f"part of a chain: line {freed[0].line} must be done first")
    elif of_type:
        blocked.append("the new ID was an archived record's: the change would revive or duplicate it")
    near = [each for each in known.look_alikes.get(planned.new_id, ()) if each not in (planned.old_id, planned.new_id)]
    if near:
        warned.append(f"the new ID looks like {', '.join(near)}, which is in use")
    if planned.new_id in known.look_alikes.get(planned.old_id, ()) or folded(planned.old_id) == folded(planned.new_id):
        warned.append("old and new ID differ only by case, blanks, leading zeros or the letter O")
    if not inert(planned.new_id) or planned.new_id != planned.new_id.strip():
        warned.append("a spreadsheet would change the new ID when it opens the file")
    return blocked, warned
