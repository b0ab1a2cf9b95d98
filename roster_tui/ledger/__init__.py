"""What cannot be fetched again, in small files written atomically: documents, the journal, what operators keep."""

from roster_tui.ledger.documents import Documents, LedgerDamaged
from roster_tui.ledger.journal import Entry, Journal, Verification
from roster_tui.ledger.operator import Operator, operator_here
from roster_tui.ledger.preferences import ListLook, Preferences, PreferencesFile, SavedFilter

__all__ = [
    "Documents",
    "Entry",
    "Journal",
    "LedgerDamaged",
    "ListLook",
    "Operator",
    "Preferences",
    "PreferencesFile",
    "SavedFilter",
    "Verification",
    "operator_here",
]
