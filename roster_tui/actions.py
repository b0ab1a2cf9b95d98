"""The one table of actions: what can be done, where, on which key, how dangerous it is, and why not right now.

Bindings, footer, palette, help, the command line and the README's key table all read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from roster_tui.refusals import ONLY_ADMINS, READ_ONLY, VIEWER

VIEWS: Mapping[str, str] = {
    "triage": "Triage",
    "schools": "Schools",
    "teachers": "Teachers",
    "sections": "Sections",
    "conflicts": "Conflicts",
    "activity": "Activity",
    "sync": "Sync",
    "trackers": "Trackers",
    "pairs": "Side by side",
    "changes": "Changes",
}
"""The views by name: those with digits, in their order, then those that lie under others."""
DIGITS: Mapping[str, str] = {name: str(digit) for digit, name in enumerate(list(VIEWS)[:7], start=1)}
"""The keys of the views that have one of their own everywhere."""

_LISTS = frozenset({"schools", "teachers", "sections"})
_SORTED = frozenset(VIEWS) - {"triage", "pairs", "changes"}
"""Triage has an order of its own, the worst first, and shows what that takes; two records have that of their fields."""


Reason = str
"""Why an action cannot be done, as a sentence for people; ``{mark.toggle}`` in it stands for the key of that action."""


class Danger(IntEnum):
    """What it takes to do it: the higher, the more has to be confirmed."""

    READ = 0
    REVERSIBLE = 1
    """Done at once, with an undo."""
    BULK = 2
    """The plan is shown first."""
    IRREVERSIBLE = 3
    """Cannot be taken back: the plan is shown first, and Enter does not confirm it."""


@dataclass(frozen=True)
class Context:
    """Where one is and what is under the cursor: all that availability may depend on."""

    view: str
    """A name of `VIEWS`."""
    row_kind: str | None = None
    """Kind of the record under the cursor: ``school, teacher, section, tracker, student, entry, run`` or None."""
    account_state: str | None = None
    """State of that teacher's account."""
    activation_untold: bool = False
    """Whether the directory cannot tell who has activated, so that anybody active may be mailed."""
    tracker_state: str | None = None
    """State of that section's tracker, ``live`` or ``archived``."""
    finding: bool = False
    """Whether the row stands for a finding that is still there."""
    about_student: bool = False
    """Whether that finding is about a student, whose values are masked."""
    pair: bool = False
    """Whether that finding proposes a pair for the crosswalk."""
    verdict: str | None = None
    """What was decided about it: ``dismissed, accepted`` or ``rejected``."""
    has_id: bool = False
    """Whether the record under the cursor has a Clever ID."""
    marked: int = 0
    """Marked rows; actions on accounts apply to them when there are any."""
    pending: int = 0
    """Pending accounts in the whole district."""
    read_only: bool = False
    operator_role: str = "admin"
    """What the operator may do: ``viewer, lead`` or ``admin``."""
    cannot: Mapping[str, Reason] = field(default_factory=dict)
    """By verb, why the directory cannot do it."""
    can_undo: bool = False
    syncing: bool = False
    held: bool = False
    """Whether a sync waits for a decision."""
    depth: int = 0
    """How many steps one has drilled down."""
    filtered: bool = False


@dataclass(frozen=True)
class Action:
    """One thing that can be done."""

    id: str
    """Dotted; it names the handler, the key in the settings and the line in the help."""
    title: str
    help: str
    key: str
    """As Textual names keys."""
    danger: Danger = Danger.READ
    views: frozenset[str] = field(default_factory=lambda: frozenset(VIEWS))
    """Where the action is offered."""
    reason: Callable[[Context], Reason | None] = lambda context: None
    """Why it cannot be done here and now; None when it can."""
    verb: str | None = None
    """The verb on accounts that it performs."""
    command: str | None = None
    """Its twin on the command line."""
    footer: int = 0
    """Its claim to the key line: 1 always, 2 where there is room left, 0 never."""
    less_in: frozenset[str] = frozenset()
    """Views in whose key line it has a place only where there is room left."""
    for_admins: bool = False
    """Whether only operators who are admins may do it."""

    def unavailable(self, context: Context) -> Reason | None:
        """Return why the action cannot be done, or None."""
        if context.view not in self.views:
            return f"{self.title}: not in {VIEWS[context.view].lower()}"
        if refused := self.refused(context.read_only, context.operator_role):
            return refused
        return context.cannot.get(self.verb or "") or self.reason(context)

    def refused(self, read_only: bool, operator_role: str) -> Reason | None:
        """Return why this operator may not do it anywhere, or None."""
        if self.danger > Danger.READ and (read_only or operator_role == "viewer"):
            return READ_ONLY if read_only else VIEWER
        return ONLY_ADMINS if self.for_admins and operator_role != "admin" else None


def _on_accounts(context: Context) -> Reason | None:
    if context.marked or (context.row_kind == "teacher" and context.account_state):
        return None
    if context.row_kind == "teacher":
        return "This teacher has no account yet: the next sync makes one"
    return "Put the cursor on a teacher, or mark some"


def _suspend(context: Context) -> Reason | None:
    if not context.marked and context.account_state == "suspended":
        return "Suspended already"
    return _on_accounts(context)


def _unsuspend(context: Context) -> Reason | None:
    if not context.marked and context.account_state in ("active", "pending"):
        return f"Not suspended: the account is {context.account_state}"
    return _on_accounts(context)


def _activate(context: Context) -> Reason | None:
    if not context.marked and context.account_state == "active" and not context.activation_untold:
        return "Active already"
    if not context.marked and context.account_state == "suspended":
        return "Suspended: no mail is sent to suspended accounts"
    return _on_accounts(context)


def _reset_password(context: Context) -> Reason | None:
    if not context.marked and context.account_state == "pending":
        return "Never activated: send the activation email instead"
    if not context.marked and context.account_state == "suspended":
        return "Suspended: no mail is sent to suspended accounts"
    return _on_accounts(context)


def _explains(context: Context) -> Reason | None:
    if context.row_kind in ("teacher", "section"):
        return None
    return "Put the cursor on a teacher or a section"


def _dismiss(context: Context) -> Reason | None:
    if context.verdict == "dismissed":
        return "Dismissed already: {finding.reopen} opens it again"
    return None if context.finding else "Put the cursor on a finding"


def _reopen(context: Context) -> Reason | None:
    return None if context.verdict else "Nothing was decided about this"


def _decide(verdict: str) -> Callable[[Context], Reason | None]:
    def reason(context: Context) -> Reason | None:
        if context.verdict == verdict:
            return f"{verdict.capitalize()} already: {{finding.reopen}} leaves it open"
        return None if context.pair else "Put the cursor on a proposed pair: SIS ID changed"

    return reason


def _on_sections(context: Context) -> Reason | None:
    if context.marked or context.row_kind in ("section", "tracker"):
        return None
    return "Put the cursor on a section, or mark some"


def _create_tracker(context: Context) -> Reason | None:
    if not context.marked and context.tracker_state == "live":
        return "Has a tracker already"
    return _on_sections(context)


def _archive_tracker(context: Context) -> Reason | None:
    if not context.marked and context.row_kind in ("section", "tracker") and context.tracker_state != "live":
        return "Archived already" if context.tracker_state else "Has no tracker"
    return _on_sections(context)


def _needs(what: str, holds: Callable[[Context], object]) -> Callable[[Context], Reason | None]:
    return lambda context: None if holds(context) else what


def _hold(context: Context) -> Reason | None:
    if context.syncing:
        return "A sync is running"
    return None if context.held else "No sync is held for review"


_ACCOUNTS = frozenset({"triage", "teachers", "conflicts"})
_CONFLICTS = frozenset({"conflicts"})
_FINDINGS = frozenset({"triage", "conflicts", "pairs"})
_TRACKERS = frozenset({"sections", "trackers"})
_MARKED = frozenset({"teachers", "sections"})
_ROW = _needs("There is nothing under the cursor", lambda context: context.row_kind)

ACTIONS: tuple[Action, ...] = (
    *(Action(f"view.{name}", VIEWS[name], f"Go to {VIEWS[name].lower()}", digit) for name, digit in DIGITS.items()),
    Action("view.trackers", "Trackers", "Go to the trackers: those here, or all of them",
           "b", views=frozenset(VIEWS) - {"trackers"}, command="trackers"),
    Action("view.pairs", "Side by side",
           "Show both records of a finding side by side: the one under the cursor, or the first",
           "equals_sign", views=frozenset(VIEWS) - {"pairs"}, command="conflicts show ID"),
    Action("view.changes", "Changes",
           "Show before and after of what a sync changed: the one under the cursor, or the latest",
           "W", views=frozenset(VIEWS) - {"changes"}, command="sync show"),
    Action("row.open", "Open",
           "Open what is under the cursor: a school's teachers, a teacher's sections, a sync's changes",
           "enter", reason=_ROW),
    Action("nav.back", "Back", "Clear the filter, or go back one step", "escape",
           reason=_needs("This is the first step", lambda context: context.depth or context.filtered)),
    Action("nav.before", "Before", "Go back to the place one was at before, in whatever view", "left_square_bracket"),
    Action("nav.after", "After", "Go forward again to the place one came back from", "right_square_bracket"),
    Action("nav.go", "Go to", "Type where to: a view with its filter, a school, a person's name", "colon", footer=2),
    Action("detail.toggle", "Detail", "Show or hide everything about the row under the cursor", "d", reason=_ROW,
           footer=2),
    Action("row.why", "Why", "Say why this teacher or section can, or can't, be seen, link by link", "w",
           views=frozenset({"triage", "teachers", "sections", "conflicts"}), reason=_explains,
           command="explain teacher ID", footer=1),
    Action("finding.dismiss", "Dismiss", "Set the finding aside, with a reason, until its evidence changes", "x",
           Danger.REVERSIBLE, _FINDINGS, _dismiss, command="conflicts dismiss ID"),
    Action("pair.accept", "Accept", "The two records are one: put the IDs on the crosswalk", "y",
           Danger.REVERSIBLE, _FINDINGS, _decide("accepted"), command="crosswalk accept ID", footer=1,
           less_in=frozenset({"triage"})),
    Action("pair.reject", "Reject", "The two records are different: propose them no more", "n",
           Danger.REVERSIBLE, _FINDINGS, _decide("rejected"), command="crosswalk reject ID", footer=1,
           less_in=frozenset({"triage"})),
    Action("finding.reopen", "Reopen", "Take back what was decided about the finding", "X",
           Danger.REVERSIBLE, _FINDINGS, _reopen, command="conflicts restore ID", footer=2),
    Action("pair.next", "Next", "Show the next two records", "greater_than_sign", views=frozenset({"pairs"}),
           footer=1),
    Action("pair.previous", "Prior", "Show the two records before these", "less_than_sign", views=frozenset({"pairs"}),
           footer=1),
    Action("finding.set_aside", "Set aside", "Show or hide findings that were dismissed or rejected", "v",
           views=_CONFLICTS, command="conflicts --all"),
    Action("row.reveal", "Reveal", "Show a student's values while the cursor stays; the journal notes who looked",
           "ctrl+r", views=_FINDINGS, reason=_needs("Nothing is masked here: the finding is about no student",
                                                    lambda context: context.about_student)),
    Action("list.filter", "Filter", "Type words or field:value to narrow the list", "slash",
           views=_LISTS | {"changes"}, footer=1, command="teachers FILTER"),
    Action("filter.save", "Save filter", "Keep the present filter under a name", "F", views=_LISTS,
           reason=_needs("Nothing is filtered here", lambda context: context.filtered)),
    Action("filter.choose", "Saved filters", "Go to a filter that was saved, or delete one", "f", command="filters"),
    Action("list.sort", "Sort", "Sort by the next column", "o", views=_SORTED),
    Action("list.reverse", "Reverse", "Turn the order round", "O", views=_SORTED),
    Action("list.columns", "Columns", "Choose columns and their order, and which one sorts", "e",
           views=_SORTED),
    Action("mark.toggle", "Mark", "Mark the row under the cursor, or take the mark away", "space",
           views=_MARKED, reason=_ROW, footer=2),
    Action("mark.all", "Mark all", "Mark every row that passes the filter", "asterisk",
           views=_MARKED, reason=_ROW),
    Action("mark.range", "Mark to here", "Mark every row between the last one marked and the cursor", "m",
           views=_MARKED, reason=_needs("Mark a row first: {mark.toggle}", lambda context: context.marked)),
    Action("mark.invert", "Invert marks", "Mark what is not marked, and take the marks away from what is", "i",
           views=_MARKED, reason=_ROW),
    Action("mark.none", "Unmark all", "Take all marks away", "minus", views=_MARKED,
           reason=_needs("Nothing is marked", lambda context: context.marked)),
    Action("account.suspend", "Suspend", "Take away the right to sign in; all data stays", "s", Danger.REVERSIBLE,
           _ACCOUNTS, _suspend, verb="suspend", command="suspend", footer=1, less_in=_CONFLICTS),
    Action("account.unsuspend", "Unsuspend", "Give the right to sign in back", "u", Danger.REVERSIBLE,
           _ACCOUNTS, _unsuspend, verb="unsuspend", command="unsuspend", footer=1, less_in=_CONFLICTS),
    Action("account.activate", "Activate", "Send the activation email", "a", Danger.IRREVERSIBLE,
           _ACCOUNTS, _activate, verb="activate", command="activate", footer=1, less_in=_CONFLICTS),
    Action("account.activate_all", "Activate all pending", "Send the activation email to every pending account", "A",
           Danger.IRREVERSIBLE, _ACCOUNTS, _needs("No account is pending", lambda context: context.pending),
           verb="activate", command="activate --all-pending"),
    Action("account.reset_password", "Reset password", "Send an email to choose a new password", "R",
           Danger.IRREVERSIBLE, _ACCOUNTS, _reset_password, verb="reset-password", command="reset-password"),
    Action("account.role", "Role", "Give another role or permission, for good or until a day", "r",
           Danger.BULK, _ACCOUNTS, _on_accounts, verb="role", command="role", for_admins=True),
    Action("account.pin", "Pin", "Shield the account from the sync", "p", Danger.REVERSIBLE,
           _ACCOUNTS, _on_accounts, verb="pin", command="pin"),
    Action("account.unpin", "Unpin", "Let the sync update and suspend the account again", "P", Danger.REVERSIBLE,
           _ACCOUNTS, _on_accounts, verb="unpin", command="unpin"),
    Action("account.support_lead", "Support lead", "Make this the person whom teachers turn to", "l",
           Danger.REVERSIBLE, _ACCOUNTS, _on_accounts, verb="support-lead", command="support-lead"),
    Action("account.not_support_lead", "No support lead", "This is no longer whom teachers turn to", "L",
           Danger.REVERSIBLE, _ACCOUNTS, _on_accounts, verb="not-support-lead", command="support-lead --remove"),
    Action("tracker.create", "Create tracker", "Make a class gradebook of the section, that follows it", "n",
           Danger.REVERSIBLE, _TRACKERS, _create_tracker, command="create-tracker"),
    Action("tracker.archive", "Archive tracker", "Hide the section's tracker; all data stays", "N",
           Danger.REVERSIBLE, _TRACKERS, _archive_tracker, command="archive-tracker"),
    Action("action.plan", "Plan first", "Show the plan of what is done next, even for one; its reason is typed there",
           "E", Danger.REVERSIBLE),
    Action("action.undo", "Undo", "Take a whole action back: the last one that can be", "z", Danger.REVERSIBLE,
           reason=_needs("There is nothing to undo", lambda context: context.can_undo), command="undo ACTION_ID"),
    Action("sync.run", "Sync now", "Fetch the roster from Clever now", "S", Danger.REVERSIBLE,
           reason=_needs("A sync is running", lambda context: not context.syncing), command="sync"),
    Action("hold.approve", "Approve", "Look at the sync that is held, and apply it", "v", Danger.IRREVERSIBLE,
           frozenset({"sync"}), _hold, command="hold approve", footer=1),
    Action("hold.discard", "Discard", "Look at the sync that is held, and throw it away", "X", Danger.BULK,
           frozenset({"sync"}), _hold, command="hold discard", footer=1),
    Action("ticket.new", "Ticket", "Draft a support ticket about what is under the cursor", "t",
           Danger.REVERSIBLE, command="ticket new KIND ID"),
    Action("ticket.list", "Tickets", "Show the tickets: drafts, sent, answered, closed", "h", command="ticket list"),
    Action("app.resources", "Resources", "Show articles and courses about what is under the cursor", "H",
           command="resources"),
    Action("app.pages", "Help pages", "Read a page about what is under the cursor, or about any job", "K",
           command="help TOPIC"),
    Action("copy.rows", "Copy", "Send the row, or the marked ones, to the terminal's clipboard as a table", "c",
           reason=_ROW),
    Action("copy.id", "Copy ID", "Send the Clever ID of the record to the terminal's clipboard", "C",
           reason=_needs("This row stands for no record", lambda context: context.has_id)),
    Action("app.theme", "Theme", "Show the console in the next of its themes", "T"),
    Action("app.lock", "Lock", "Blank the screen until somebody comes back", "ctrl+l"),
    Action("app.doctor", "Doctor", "Check settings, token, data, directory, mail and terminal, and say what to do", "D",
           command="doctor"),
    Action("app.messages", "Messages", "Show the messages of this session again", "M"),
    Action("app.help", "Help", "Show every key and what it does", "question_mark", footer=1),
    Action("app.palette", "Palette", "Find any action by name", "ctrl+p"),
    Action("app.quit", "Quit", "Leave the console", "q"),
)  # fmt: skip

BY_ID: Mapping[str, Action] = {action.id: action for action in ACTIONS}


def account_action(verb: str) -> Action:
    """Return the action that performs a verb on chosen accounts."""
    return next(action for action in ACTIONS if action.verb == verb)


KEY_NAMES: Mapping[str, str] = {
    "enter": "enter",
    "escape": "esc",
    "slash": "/",
    "space": "space",
    "asterisk": "*",
    "minus": "-",
    "question_mark": "?",
    "colon": ":",
    "equals_sign": "=",
    "greater_than_sign": ">",
    "less_than_sign": "<",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
}


def key_name(key: str) -> str:
    """Return a key as people read it."""
    return KEY_NAMES.get(key, key)
