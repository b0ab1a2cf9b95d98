"""A district's ledger and settings in one file, and a data folder made of that file."""

from roster_tui.backup.archive import Archive, BackupUnusable
from roster_tui.backup.contents import FileTaken, back_up
from roster_tui.backup.folder import FolderTaken, restore

__all__ = ["Archive", "BackupUnusable", "FileTaken", "FolderTaken", "back_up", "restore"]
