"""Whether a ledger is whole, and what can be rebuilt where it is not."""

from roster_tui.integrity.examination import Examination, LedgerNotWhole, examine

__all__ = ["Examination", "LedgerNotWhole", "examine"]
