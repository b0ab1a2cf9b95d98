"""The command line: one thin command per use, each imported only when it is called."""

from __future__ import annotations

import sys


def main() -> None:
    """Run ``roster-tui`` and exit with the code of the contract."""
    from roster_tui.cli.errors import exit_code_of
    from roster_tui.cli.group import cli

    sys.exit(exit_code_of(cli))
