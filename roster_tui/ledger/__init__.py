"""What cannot be fetched again, in small files written atomically: documents, the journal, what operators keep.

Documents and journal are imported from their modules: TinyDB and locks cost what a first frame may not.
"""

from roster_tui.ledger.files import LedgerDamaged
from roster_tui.ledger.operator import Operator, operator_here
from roster_tui.ledger.preferences import ListLook, Preferences, PreferencesFile, SavedFilter

__all__ = [
    "LedgerDamaged",
    "ListLook",
    "Operator",
    "Preferences",
    "PreferencesFile",
    "SavedFilter",
    "operator_here",
]
