"""``python -m roster_tui``: the same as the ``roster-tui`` command."""

from roster_tui.cli import main

main()
