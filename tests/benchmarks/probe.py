"""The console with every callback of its event loop timed; the slow ones are written to a file at the end.

For `filter_keys`, which starts it as ``probe.py FILE ARGUMENT...``.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

NOTED_SECONDS = 0.005


def main() -> None:
    """Run the command line with the arguments that follow the file's name."""
    file, arguments = Path(sys.argv[1]), sys.argv[2:]
    blocks: list[tuple[float, float]] = []
    plain = asyncio.Handle._run

    def timed(handle: asyncio.Handle) -> None:
        at = time.monotonic()
        plain(handle)
        if (seconds := time.monotonic() - at) >= NOTED_SECONDS:
            blocks.append((at, seconds))

    asyncio.Handle._run = timed  # type: ignore[method-assign]
    from roster_tui.cli import main as roster_tui

    sys.argv = ["roster-tui", *arguments]
    try:
        roster_tui()
    finally:
        file.write_text(json.dumps(blocks))


if __name__ == "__main__":
    main()
