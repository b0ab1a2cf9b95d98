"""A new key for mailed links: which links die of it is shown first, and the journal keeps who made it and why."""

from __future__ import annotations

import contextlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from roster_tui.accounts.act import Performer
from roster_tui.accounts.changes import Mailed
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.mail.link_key import LinkKeyDamaged
from roster_tui.accounts.mail.links import Link
from roster_tui.accounts.model import MailKind
from roster_tui.accounts.record import NotJournaled
from roster_tui.accounts.verbs import VERBS
from roster_tui.settings import SettingsError

KIND = "new-link-key"
"""What the journal calls it."""
_MAILING = {name: verb.mail for name, verb in VERBS.items() if verb.mail}
_LEFT = (Verdict.DONE, Verdict.IN_DOUBT)
_WORDS = {MailKind.ACTIVATION: "to activate an account", MailKind.PASSWORD: "to choose a password"}


@dataclass(frozen=True)
class NewKeyPlan:
    """What a new key would do now."""

    dying: tuple[Link, ...]
    """Mailed links that nobody has used and that are still good; those that expire last come last."""
    damage: str
    """What is wrong with the present key; empty when nothing is."""

    def sentences(self) -> list[str]:
        """Say what happens to the links that were mailed."""
        told = [f"{self.damage}."] if self.damage else []
        if not self.dying:
            return [*told, "No link that was mailed is still good and unused, so none dies."]
        kinds = Counter(MailKind(link.kind) for link in self.dying)
        parts = ", ".join(f"{count} {_WORDS[kind]}" for kind, count in sorted(kinds.items()))
        number, people = len(self.dying), len({link.account for link in self.dying})
        links = "1 mailed link that is still good and unused dies" if number == 1 else ""
        links = links or f"{number:,} mailed links that are still good and unused die"
        return [
            *told,
            f"{links} ({parts}), sent to {people:,} {'person' if people == 1 else 'people'}.",
            f"The last of them would be good until {self.dying[-1].expires.astimezone(UTC):%Y-%m-%d %H:%M} UTC.",
            "Their owners need a new mail afterwards: roster-tui activate, roster-tui reset-password.",
        ]


def planned(performer: Performer) -> NewKeyPlan:
    """Return what a new key would do now; nothing is changed. Raises `LedgerDamaged`, OSError."""
    links, now = performer.letters.links, performer.clock()
    damage = ""
    try:
        links.key.check()
    except (LinkKeyDamaged, SettingsError) as error:
        damage = str(error)
    good_for = performer.letters.good_for
    # A person who activated has no use for the other links of that kind.
    longest = max(map(good_for, MailKind))
    actions = performer.record.begun_since(now - longest, {*_MAILING, "confirm"})
    activated = {clever_id for each in actions if each.kind == "confirm" for clever_id in each.done()}
    dying = []
    for action in actions:
        for clever_id, verdict in action.results.items():
            change = action.changes.get(clever_id)
            if verdict not in _LEFT or not isinstance(change, Mailed):
                continue
            link = Link(change.mail, clever_id, action.action, change.at + good_for(change.mail))
            spent = change.mail is MailKind.ACTIVATION and clever_id in activated
            if link.expires > now and not spent and links.used_at(link) is None:
                dying.append(link)
    return NewKeyPlan(tuple(sorted(dying, key=lambda link: (link.expires, link.account))), damage)


def make(performer: Performer, plan: NewKeyPlan, reason: str) -> str:
    """Make a new key, in the journal before and after, and return its fingerprint.

    Raises `NotJournaled` when the intent cannot be written: the key is as it was then; OSError, `LedgerDamaged`.
    """
    facts = {"kind": KIND, **performer.operator.facts()}
    people = len({link.account for link in plan.dying})
    told: dict[str, Any] = {"reason": reason, "links": len(plan.dying), "people": people}
    if plan.damage:
        told["damage"] = plan.damage
    try:
        performer.journal.append([{**facts, "phase": "intent", **told}], performer.clock())
    except OSError as error:
        raise NotJournaled(error) from error

    def end(verdict: Verdict, **more: str) -> None:
        results = [{"id": "link-key", "verdict": verdict.value}]
        performer.journal.append([{**facts, "phase": "outcome", "results": results, **more}], performer.clock())

    try:
        made = performer.letters.links.key.replace()
    except BaseException:
        # On a full disk it cannot be told; the intent stands there then.
        with contextlib.suppress(OSError):
            end(Verdict.FAILED)
        raise
    end(Verdict.DONE, fingerprint=made)
    return made
