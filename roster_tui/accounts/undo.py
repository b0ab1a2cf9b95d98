"""Taking a whole action back: the inverse plan, account by account, from what the journal says of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from roster_tui.accounts.changes import before, touched
from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account
from roster_tui.accounts.plan import Item, Knowledge, Plan, judged, unknown
from roster_tui.accounts.record import Recorded
from roster_tui.accounts.trackers.verbs import TRACKER_VERBS
from roster_tui.accounts.verbs import VERBS, Order, Verb
from roster_tui.errors import BLOCKED, RosterError
from roster_tui.ledger.journal import Entry


class CannotUndo(RosterError):
    """An action that nothing takes back; says why."""

    exit_code = BLOCKED


MAIL_IS_GONE = "A mail that has left cannot be taken back"
NO_INVERSE = "nothing takes it back"


def inverse_of(recorded: Recorded) -> Verb:
    """Return the verb that takes an action back. Raises `CannotUndo`."""
    verb = VERBS.get(recorded.kind)
    if verb is None:
        raise CannotUndo(f"{recorded.action} is no action on accounts of an operator, but {recorded.kind}")
    if verb.inverse is None:
        why = f"sent mail. {MAIL_IS_GONE}" if verb.mail else f"cannot be taken back: {verb.title.lower()}"
        raise CannotUndo(f"{recorded.action} {why}")
    return VERBS[verb.inverse]


def undo_plan(
    recorded: Recorded, order: Order, ids: Sequence[str], accounts: Mapping[str, Account], knowledge: Knowledge
) -> Plan:
    """Return what taking an action back would do to some of its accounts. Raises `CannotUndo`."""
    verb = inverse_of(recorded)
    items = tuple(_item(verb, recorded, clever_id, accounts.get(clever_id), knowledge) for clever_id in ids)
    return Plan(verb, order, items, recorded.action)


def _item(verb: Verb, recorded: Recorded, clever_id: str, account: Account | None, knowledge: Knowledge) -> Item:
    change = recorded.changes.get(clever_id)
    if account is None or change is None:
        return unknown(clever_id)
    was = before(change, account, recorded.before.get(clever_id, {}))
    back = change.taken_back(was)
    left_as = touched(change, change.applied_to(was))
    if back is None or touched(change, account) != left_as:
        already = touched(change, account) == touched(change, was)
        verdict, why = (Verdict.NOOP, "taken back already") if already else (Verdict.BLOCKED, "changed since then")
        return Item(account.id, account.name, verdict, why, account=account)
    return judged(verb, account, back, knowledge)


def latest_undoable(entries: Iterable[Entry], operator: str) -> str | None:
    """Return an operator's newest action that can be taken back and was not; entries come newest first."""
    settled: set[str] = set()
    for entry in entries:
        facts = entry.facts
        if facts.get("phase") != "intent" or facts.get("operator") != operator:
            continue
        if undone := facts.get("undoes"):
            settled |= {undone, facts["action"]}
        kind = facts.get("kind", "")
        takes_back = VERBS[kind].inverse if kind in VERBS else kind in TRACKER_VERBS
        if takes_back and facts["action"] not in settled:
            return str(facts["action"])
    return None
