"""What an action would do to each account, before anything is done: pure, no I/O."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from roster_tui.accounts.changes import Change
from roster_tui.accounts.guards import Watch
from roster_tui.accounts.judging import Judgement, Situation, Verdict, blocked
from roster_tui.accounts.model import Account
from roster_tui.accounts.verbs import Order, Verb


@dataclass(frozen=True)
class Item:
    """One account of a plan or a report."""

    id: str
    label: str
    verdict: Verdict
    reason: str = ""
    warning: str = ""
    change: Change | None = None
    """What would be, or was, made of the account."""
    account: Account | None = field(default=None, compare=False, repr=False)
    """The account as it was looked at."""

    @property
    def why(self) -> str:
        """Reason and warning together, for people."""
        return "; ".join(filter(None, (self.reason, self.warning)))

    @property
    def fingerprint(self) -> str:
        """Stands for the account as it was looked at, and for what was thought of it."""
        return blake2b(repr((self.id, self.account, self.verdict)).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class Plan:
    """What a verb would do, item by item, and a fingerprint of exactly that."""

    verb: Verb
    order: Order
    items: tuple[Item, ...]
    undoes: str | None = None
    """The action that it takes back."""

    @property
    def digest(self) -> str:
        """What stands for everything that the plan shows."""
        shown = (self.verb.name, self.order.asked, self.undoes, [item.fingerprint for item in self.items])
        return blake2b(repr(shown).encode(), digest_size=8).hexdigest()

    @property
    def todo(self) -> tuple[Item, ...]:
        """The items that would change."""
        return tuple(item for item in self.items if item.verdict is Verdict.WOULD_DO)

    @property
    def reason(self) -> str:
        """Why, in the operator's words."""
        return self.order.reason

    def because(self, reason: str) -> Plan:
        """Return the same plan for another reason, which stands in no digest."""
        return replace(self, order=replace(self.order, reason=reason))


@dataclass(frozen=True)
class Knowledge:
    """What a plan is made from, besides the accounts."""

    situation: Callable[[Account], Situation]
    watch: Watch
    """The guards over this plan."""
    cannot: Mapping[str, str] = field(default_factory=dict)
    """By kind of change, why the directory cannot make it."""


def plan(
    verb: Verb, order: Order, wanted: Iterable[str], accounts: Mapping[str, Account], knowledge: Knowledge
) -> Plan:
    """Return what ``verb`` would do to the accounts with the wanted ids, in their order, each once."""
    return Plan(
        verb,
        order,
        tuple(
            judged(verb, account, verb.change(account, order), knowledge)
            if (account := accounts.get(clever_id))
            else unknown(clever_id)
            for clever_id in dict.fromkeys(wanted)
        ),
    )


def judged(verb: Verb, account: Account, change: Change, knowledge: Knowledge) -> Item:
    """Return what is thought of making a change of an account."""
    judgement = _judgement(verb, account, change, knowledge)
    told = judgement.verdict, judgement.reason, judgement.warning
    return Item(account.id, account.name, *told, change, account)


def unknown(clever_id: str) -> Item:
    """Return the item of an id that no account has."""
    return Item(clever_id, clever_id, Verdict.BLOCKED, "there is no such account")


def _judgement(verb: Verb, account: Account, change: Change, knowledge: Knowledge) -> Judgement:
    if reason := knowledge.cannot.get(change.kind):
        return blocked(reason)
    judgement = verb.judge(account, change, knowledge.situation(account))
    if judgement.verdict is Verdict.WOULD_DO and (reason := knowledge.watch.refusal(verb, account, change)):
        return blocked(reason)
    return judgement
