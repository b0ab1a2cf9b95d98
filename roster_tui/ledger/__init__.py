"""What cannot be fetched again: documents in small files, written atomically, and the journal of actions."""

from roster_tui.ledger.documents import Documents, LedgerDamaged
from roster_tui.ledger.journal import Entry, Journal, Verification
from roster_tui.ledger.operator import Operator, operator_here

__all__ = ["Documents", "Entry", "Journal", "LedgerDamaged", "Operator", "Verification", "operator_here"]
