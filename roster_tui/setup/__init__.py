"""The first run: what has to be asked, the settings file that follows from it, and a first word with Clever.

The command line and the console ask the same questions and write the same file.
"""

from roster_tui.setup.draft import Draft, draft, write
from roster_tui.setup.questions import QUESTIONS, WAYS, Question, defaults, has_way
from roster_tui.setup.trying import Found, access_of, try_clever

__all__ = [
    "QUESTIONS",
    "WAYS",
    "Draft",
    "Found",
    "Question",
    "access_of",
    "defaults",
    "draft",
    "has_way",
    "try_clever",
    "write",
]
