"""SIS export files in Clever's layout: read, checked, and turned into the records Clever would serve."""

from roster_tui.sis.folder import Row, SisDistrict, SisFileError, SisFolder
from roster_tui.sis.layout import LAYOUTS, SisFile

__all__ = ["LAYOUTS", "Row", "SisDistrict", "SisFile", "SisFileError", "SisFolder"]
