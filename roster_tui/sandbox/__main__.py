"""The child process of a demo: ``python -m roster_tui.sandbox STORE FD``; ends with its standard input."""

from __future__ import annotations

import os
import socket
import sys
import threading
from pathlib import Path

from roster_tui.sandbox.serve import serve


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(0)


def main() -> None:
    """Serve the store named first on the listening socket whose descriptor is named second."""
    # The terminal's Ctrl-C is for the parent, which closes our standard input when it ends.
    os.setpgid(0, 0)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(Path(sys.argv[1]), socket.socket(fileno=int(sys.argv[2])))


main()
