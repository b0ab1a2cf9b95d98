"""What a verb would do to trackers, and what it did: values only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from hashlib import blake2b

from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account
from roster_tui.accounts.plan import Item
from roster_tui.accounts.trackers.verbs import Order, TrackerVerb


@dataclass(frozen=True)
class TrackerItem(Item):
    """A section of a plan or a report."""

    seen: str = ""
    """Stands for the tracker as it was looked at."""

    @property
    def fingerprint(self) -> str:
        """Stands for the tracker as it was looked at, and for what was thought of it."""
        told = (self.id, self.seen, self.verdict, self.reason, self.warning)
        return blake2b(repr(told).encode(), digest_size=8).hexdigest()


@dataclass(frozen=True)
class TrackerPlan:
    """What a verb would do, section by section."""

    verb: TrackerVerb
    order: Order
    items: tuple[TrackerItem, ...]
    undoes: str | None = None
    """The action that it takes back."""

    @property
    def digest(self) -> str:
        """What stands for everything that the plan shows."""
        digest = blake2b(f"{self.verb.name} {self.undoes}".encode(), digest_size=8)
        for item in self.items:
            digest.update(item.fingerprint.encode())
        return digest.hexdigest()

    @property
    def todo(self) -> tuple[TrackerItem, ...]:
        """The items that would change."""
        return tuple(item for item in self.items if item.verdict is Verdict.WOULD_DO)

    @property
    def reason(self) -> str:
        """Why, in the operator's words."""
        return self.order.reason

    def because(self, reason: str) -> TrackerPlan:
        """Return the same plan for another reason, which stands in no digest."""
        return replace(self, order=replace(self.order, reason=reason))


@dataclass(frozen=True)
class TrackerReport:
    """What an action did, section by section."""

    action: str | None
    """Its id in the journal; None when nothing was to be done."""
    verb: TrackerVerb
    items: tuple[TrackerItem, ...]
    digest: str
    again: TrackerPlan | None = None
    """What would now be done to those that changed since the plan was shown: to be asked about again."""
    accounts: tuple[Account, ...] = ()
    """None: no account is changed by it."""
    first: tuple[TrackerReport, ...] = ()
    """What had to be settled first: what became of actions whose process died."""

    def tally(self) -> Counter[Verdict]:
        """Return how many items came to each verdict."""
        return Counter(item.verdict for item in self.items)

    def then(self, later: TrackerReport) -> TrackerReport:
        """Return both reports in one, where some trackers were asked about again."""
        told = {item.id: item for item in later.items}
        items = tuple(told.get(item.id, item) for item in self.items)
        return replace(later, action=self.action or later.action, items=items, digest=self.digest, first=self.first)
