"""``explain``: the chain from the SIS to the screen for one teacher or section."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import msgspec

from roster_tui.cli.errors import USAGE, Stopped
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.findings.chain.model import Explanation, Link, State
from roster_tui.present import clock_time, day_and_time_seen, display_text
from roster_tui.roster.kinds import TEACHER
from roster_tui.why import Why, find
from roster_tui.workspace import Workspace

if TYPE_CHECKING:
    from roster_tui.accounts.history import Event

_PAST_SHOWN = 5


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(("teacher", "section")))
@click.argument("wanted", metavar="ID")
@with_session
def explain(session: Session, kind: str, wanted: str) -> None:
    """Say why a teacher or section can, or can't, be seen: ID is a Clever ID, an SIS ID or a teacher's email."""
    workspace = session.workspace()
    why = find(workspace, kind, wanted)
    if why is None:
        session.say(f"There is no {kind} {display_text(wanted)}, or more than one has this ID: use the Clever ID")
        raise Stopped(USAGE)
    if session.as_json:
        session.print_json(document(workspace, why))
        return
    _print(workspace, why)


def document(workspace: Workspace, why: Why) -> dict[str, object]:
    """Return an explanation as JSON."""
    explanation = why.explanation
    return {
        "subject": {"kind": why.kind, "clever_id": why.clever_id, "sis_id": why.sis_id, "label": why.label},
        "visible": explanation.visible,
        "chain": [_link(workspace, link) for link in explanation.chain],
        "broken_at": explanation.broken.name if explanation.broken else None,
        "account": explanation.account,
        "tonight": explanation.tonight,
        "history": [{**msgspec.to_builtins(event), "at": event.at.isoformat()} for event in _past(workspace, why)],
    }


def _past(workspace: Workspace, why: Why) -> list[Event]:
    """Return the latest that happened to a teacher's account, the newest first."""
    if why.kind != TEACHER.name:
        return []
    from roster_tui.accounts.history import recent

    return recent(workspace.journal).get(why.clever_id, [])[: -_PAST_SHOWN - 1 : -1]


def _link(workspace: Workspace, link: Link) -> dict[str, object]:
    return {
        "link": link.name,
        "state": link.state.value,
        "detail": link.detail,
        "owner": link.owner.value if link.owner else None,
        "fix": link.fix,
        "effect_at": workspace.effect_at(link.effect).isoformat() if link.effect else None,
    }


def _print(workspace: Workspace, why: Why) -> None:
    explanation = why.explanation
    click.echo(f"{display_text(why.label)}: {_headline(explanation)}")
    for label, text in (("Account", explanation.account), ("Tonight", explanation.tonight)):
        if text:
            click.echo(f"{label}: {display_text(text, 600)}")
    for event in _past(workspace, why):
        outcome = "" if event.verdict == "done" else f", {event.verdict.replace('_', ' ')}"
        because = f": {event.reason}" if event.reason else ""
        when = day_and_time_seen(event.at.astimezone(workspace.settings.zone), workspace.clock())
        click.echo(display_text(f"History: {when}  {event.kind}{outcome}, {event.operator}{because}", 600))
    for link in explanation.chain:
        click.echo(f"  {link.state.value:<8} {link.name:<19} {display_text(link.detail, 600)}")
    for broken in explanation.to_mend:
        if broken.owner and broken.fix and broken.effect:
            at = workspace.effect_at(broken.effect).astimezone(workspace.settings.zone)
            click.echo(f"\n{broken.name}\n  Who fixes it  {broken.owner.value}")
            click.echo(f"  How           {display_text(broken.fix, 600)}")
            click.echo(f"  Shows         {broken.effect.value}: {at:%A} {clock_time(at)}")


def _headline(explanation: Explanation) -> str:
    if explanation.broken:
        return f"not visible, broken at: {explanation.broken.name}"
    return "visible" if explanation.chain[-1].state is State.OK else "visible, as far as can be seen from here"
