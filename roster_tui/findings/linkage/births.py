"""Birth dates compared: the slips of those who type them."""

from __future__ import annotations

from functools import lru_cache

EXACT, CLOSE, OTHER = "exact", "close", "other"


@lru_cache(maxsize=1 << 16)
def born(before: str, after: str) -> str:
    """Return how two dates (``YYYY-MM-DD``) agree.

    CLOSE is month and day swapped, two neighbouring digits swapped, or one digit another.
    """
    if before == after:
        return EXACT
    old, new = before.replace("-", ""), after.replace("-", "")
    if len(old) != 8 or len(new) != 8:
        return OTHER
    if old[:4] == new[:4] and old[4:6] == new[6:] and old[6:] == new[4:6]:
        return CLOSE
    differing = [at for at in range(8) if old[at] != new[at]]
    if len(differing) == 1:
        return CLOSE
    if len(differing) == 2:
        one, other = differing
        if other == one + 1 and old[one] == new[other] and old[other] == new[one]:
            return CLOSE
    return OTHER
