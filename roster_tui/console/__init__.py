"""The Textual app: screens, widgets, commands. It holds no rule; whatever it does, the command line can do."""

import os

# Textual's aids for its developers write what is on the screen, and what fails on it, into files and sockets.
for _aid in ("TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_SCREENSHOT"):
    os.environ.pop(_aid, None)
