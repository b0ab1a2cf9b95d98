"""What the lines above and below the list say. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from roster_tui.actions import DIGITS, VIEWS, Action, Context, key_name
from roster_tui.console.lines import Part
from roster_tui.console.places import Place
from roster_tui.console.reports import Report
from roster_tui.keymap import Keymap
from roster_tui.ledger.clock_trust import is_to_come
from roster_tui.present import ago, cell_width, clock_time, counted, display_text, number
from roster_tui.roster.window import Window

_STALE = timedelta(hours=26)
"""A roster older than a night and a bit has missed a sync."""


@dataclass(frozen=True)
class Standing:
    """How things stand in the district."""

    district: str
    synced_at: datetime | None
    next_at: datetime
    now: datetime
    high: int
    """Findings of high severity."""
    operator: str
    limits: str
    """What keeps the operator from doing everything: ``viewer, lead, read-only`` or nothing."""
    busy: str
    """What runs in the background, or nothing."""


_VIEWS_FROM = 150
_ROOMY = 110
"""From so many columns on the status line says everything in full."""


def status_parts(standing: Standing, width: int) -> tuple[list[Part], list[Part]]:
    """Return the left and the right of the status line, as much as there is room for."""
    roomy = width >= _ROOMY
    left = [Part(" roster-tui  ", "accent")] if roomy else [Part(" ")]
    left += [Part(display_text(standing.district, 40 if roomy else 20), "title"), Part("   " if roomy else "  ")]
    if standing.synced_at is None:
        left.append(Part("never synced", "warn"))
    else:
        stale = standing.now - standing.synced_at > _STALE or is_to_come(standing.synced_at, standing.now)
        said = f"synced {clock_time(standing.synced_at)}, {ago(standing.synced_at, standing.now)}"
        left.append(Part(said, "warn" if stale else ""))
    if standing.busy:
        left.append(Part(f"   {standing.busy}", "warn"))
    if roomy:
        left.append(Part(f"   tonight {clock_time(standing.next_at)}", "dim"))
    findings = f"{counted(standing.high, 'finding')} high" if roomy else f"! {number(standing.high)} high"
    who = display_text(standing.operator, 20 if roomy else 12) + (f" {standing.limits}" if standing.limits else "")
    return left, [Part(f"{findings}  ", "bad" if standing.high else "dim"), Part(f"{who} ", "dim")]


def crumb_parts(place: Place, counts: str, mistake: str) -> tuple[list[Part], list[Part]]:
    """Return the left and the right of the breadcrumb line."""
    left = [Part(f" {' > '.join(display_text(each, 40) for each in place.crumbs)}", "title")]
    if mistake:
        left.append(Part(f"   {display_text(mistake)}", "bad"))
    elif place.filter_text:
        left.append(Part(f"   filter: {display_text(place.filter_text)}", "accent"))
    marks = f"{number(len(place.marks))} marked   " if place.marks else ""
    return left, [Part(f"{marks}{counts} ", "dim")]


def mistake_fits(place: Place, counts: str, mistake: str, width: int) -> bool:
    """Return whether a mistake can be read whole in the breadcrumb line."""
    left, right = crumb_parts(place, counts, mistake)
    return sum(cell_width(part.text) for part in (*left, *right)) < width


def window_counts(window: Window) -> str:
    """Return how many rows pass, of how many; never more than is known."""
    if not window.exact and not window.count:
        return f"searching {number(window.total)}"
    least = "" if window.exact else "more than "
    of = "" if window.count == window.total else f" of {number(window.total)}"
    return f"{least}{number(window.count)}{of}"


def report_counts(report: Report) -> str:
    """Return how many rows a report has, and how many there are in all."""
    if report.counted:
        return report.counted
    shown = len(report.findings) if report.findings else sum(not row.heading for row in report.rows)
    of = f" of {number(report.total)}" if shown < report.total else ""
    return f"{number(shown)}{of}" if shown else ""


def view_parts(keymap: Keymap, view: str, width: int) -> list[Part]:
    """Return the views with their keys, for the right of the key line, where there is room."""
    keys = {name: key_name(key) for name in DIGITS if (key := keymap.key(f"view.{name}"))}
    if width < _VIEWS_FROM:
        shown = list(keys.values())
        in_a_row = len({key[:-1] for key in shown}) == 1 and "".join(key[-1] for key in shown) == "1234567"
        told = f"{shown[0]}-{shown[-1]}" if in_a_row else " ".join(shown)
        return [Part(told, "key"), Part(" views ", "dim")] if shown else []
    parts: list[Part] = []
    for name, key in keys.items():
        parts += [Part(f" {key}", "key"), Part(f" {VIEWS[name].lower()}", "accent" if name == view else "dim")]
    return [*parts, Part(" ")]


def count_parts(counted: str) -> list[Part]:
    """Return the count that is being typed before a motion, for the right of the key line."""
    return [Part(f"count {counted}   ", "accent")] if counted else []


def key_parts(context: Context, actions: Iterable[Action], width: int) -> list[Part]:
    """Return the key line in so many columns: what has a place in it, dimmed where it cannot be done right now."""
    named = [(action, key_name(action.key), action.title.lower()) for action in actions if action.footer and action.key]
    always = {action.id for action, *_ in named if action.footer == 1 and context.view not in action.less_in}
    room = width - sum(_key_width(key, title) for action, key, title in named if action.id in always) - 2
    parts = [Part(" ")]
    for action, key, title in named:
        if action.id not in always:
            room -= _key_width(key, title)
            if room < 0:
                continue
        off = action.unavailable(context) is not None
        parts += [Part(key, "dim" if off else "key"), Part(f" {title}  ", "dim" if off else "")]
    return parts


def _key_width(key: str, title: str) -> int:
    return len(key) + len(title) + 3
