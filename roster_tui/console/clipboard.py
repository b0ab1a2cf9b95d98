"""Text for the clipboard of the terminal one sits at (OSC 52), also from inside tmux and screen. Pure.

No library writes it wrapped for both; Textual writes it bare, and both swallow it then.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

from roster_tui.errors import RosterError

MOST_BYTES = 56_000
"""More than this many terminals cut or refuse (xterm takes 100,000 characters of base64)."""
_SCREEN_PIECE = 500
"""GNU screen passes a string on up to 768 bytes."""
_ESC, _BEL, _ST = "\x1b", "\x07", "\x1b\\"


class TooLong(RosterError):
    """The text does not fit into a terminal's clipboard; nothing was sent."""


def sequence(text: str, environment: Mapping[str, str]) -> str:
    """Return what makes the terminal take ``text`` into its clipboard. Raises `TooLong`."""
    data = text.encode()
    if len(data) > MOST_BYTES:
        raise TooLong(f"{len(data):,} bytes are too long for a terminal's clipboard ({MOST_BYTES:,} fit)")
    plain = f"{_ESC}]52;c;{b64encode(data).decode()}{_BEL}"
    if environment.get("TMUX"):
        return f"{_ESC}Ptmux;{plain.replace(_ESC, _ESC * 2)}{_ST}"
    if environment.get("TERM", "").startswith("screen"):
        pieces = (plain[at : at + _SCREEN_PIECE] for at in range(0, len(plain), _SCREEN_PIECE))
        return "".join(f"{_ESC}P{piece}{_ST}" for piece in pieces)
    return plain


def tabbed(rows: Iterable[Sequence[str]]) -> str:
    """Return rows as lines of tab-separated values; a cell opens as text in a spreadsheet, never as a formula."""
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(text: str) -> str:
    flat = " ".join(text.split())
    return f"'{flat}" if flat.startswith(("=", "+", "-", "@")) and flat != "-" else flat
