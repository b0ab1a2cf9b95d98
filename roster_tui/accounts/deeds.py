"""What the console and the command line need of an action, whatever it acts on: accounts, or trackers of sections."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

from roster_tui.accounts.judging import Verdict
from roster_tui.accounts.model import Account, MailKind
from roster_tui.accounts.plan import Item

if TYPE_CHECKING:
    from roster_tui.accounts.mail import Preview


@dataclass(frozen=True)
class HowFar:
    """How far an action has come, by what became of the things it acts on."""

    done: int
    """Came out well."""
    ended: int
    """Came out well or not."""
    total: int
    waits_for: str = ""
    """Who must come to an end before it begins."""

    @classmethod
    def of(cls, ended: Iterable[Item], total: int) -> HowFar:
        """Return it from the items that have ended."""
        verdicts = [item.verdict for item in ended]
        return cls(verdicts.count(Verdict.DONE), len(verdicts), total)

    def told(self, done: str) -> str:
        """Return it in words; ``done`` is the verb's, as in ``3 of 5 mailed, 2 not``."""
        if self.waits_for:
            return f"Waiting for {self.waits_for}, who takes administrators away"
        failed = f", {self.ended - self.done:,} not" if self.ended > self.done else ""
        return f"{self.done:,} of {self.total:,} {done}{failed}"


Progress = Callable[[HowFar], None]
"""Called as things end."""


def no_progress(how_far: HowFar) -> None:
    """Tell nobody."""


class Interrupted(asyncio.CancelledError):
    """Stopped in the middle; what was in hand has ended, the rest was not done."""

    def __init__(self, report: Reported) -> None:
        self.report = report
        super().__init__("stopped")


class Deed(Protocol):
    """A verb, as people are told of it."""

    @property
    def name(self) -> str:
        """As commands and the journal call it."""

    @property
    def title(self) -> str:
        """As people call it."""

    @property
    def done(self) -> str:
        """What is said afterwards, as in "3 suspended"."""

    @property
    def noun(self) -> str:
        """What it acts on: ``account`` or ``tracker``."""

    @property
    def inverse(self) -> str | None:
        """The verb that undoes it."""

    @property
    def mail(self) -> MailKind | None:
        """The mail that goes with it."""


class Planned(Protocol):
    """A plan to be looked at."""

    @property
    def verb(self) -> Deed:
        """What would be done."""

    @property
    def items(self) -> Sequence[Item]:
        """What would become of each."""

    @property
    def todo(self) -> Sequence[Item]:
        """The items that would change."""

    @property
    def digest(self) -> str:
        """What stands for everything that the plan shows."""

    @property
    def undoes(self) -> str | None:
        """The action that it takes back."""

    @property
    def reason(self) -> str:
        """Why, in the operator's words."""

    def because(self, reason: str) -> Self:
        """Return the same plan for another reason."""


class Reported(Protocol):
    """What a plan came to."""

    @property
    def action(self) -> str | None:
        """Its id in the journal; None when nothing was to be done."""

    @property
    def verb(self) -> Deed:
        """What was done."""

    @property
    def items(self) -> Sequence[Item]:
        """What became of each."""

    @property
    def accounts(self) -> Sequence[Account]:
        """Accounts as the directory told them afterwards."""

    @property
    def first(self) -> Sequence[Any]:
        """Reports on what had to be settled first."""

    @property
    def again(self) -> Any:
        """The plan to ask about those again that changed meanwhile, or None."""

    def tally(self) -> Counter[Verdict]:
        """Return how many items came to each verdict."""

    def then(self, later: Any) -> Any:
        """Return both reports in one, where some were asked about again."""


P = TypeVar("P", bound=Planned)


class Performs(Protocol[P]):
    """What plans and performs deeds of one sort for one operator."""

    async def undo_plan(self, action: str, reason: str = "") -> P:
        """Return what taking an action back would do."""

    async def perform(self, shown: P, progress: Progress = ...) -> Reported:
        """Do what the plan says, and nothing else."""

    def note(self, plan: P) -> str:
        """Return what should be known of how a plan is carried out, or nothing."""

    def preview(self, plan: P) -> Preview | None:
        """Return the first mail that would leave, or None."""

    async def settle(self) -> Sequence[Reported]:
        """Bring actions to an end whose process died."""
