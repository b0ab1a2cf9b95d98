"""The command line: one thin command per use, each imported only when it is called."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run ``roster-tui`` and exit with the code of the contract."""
    from roster_tui.cli.errors import exit_code_of

    # Whatever a library creates is its owner's alone, from the first moment and whatever the shell has set.
    os.umask(0o077)
    sys.exit(exit_code_of(_console if len(sys.argv) == 1 else _command))


def _console() -> None:
    """What the bare name means. There is nothing to parse, so the console's start does not pay for a parser."""
    from roster_tui.cli.session import Session

    Session({}).open_console()


def _command() -> None:
    from roster_tui.cli.group import cli

    cli.main(standalone_mode=False)
