"""The search index: words match anywhere in a row's text, whatever their length.

FTS5 trigrams find words of three letters and more. Every text ends in two blanks, so each letter begins some
trigram: a shorter word is the union of the index's own trigrams that begin with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from roster_tui.roster.kinds import Kind
from roster_tui.roster.text import fold

TRIGRAM = 3
_REINDEXED = "CREATE TEMP TABLE IF NOT EXISTS reindexed (key INTEGER PRIMARY KEY)"
_LAST_CHARACTER = "\U0010ffff"


def expression(db: sqlite3.Connection, kind: Kind, words: Sequence[str], without: Sequence[str] = ()) -> str | None:
    """Return the FTS5 expression for rows that hold every word and none of ``without``.

    Empty when there are no words to hold; None when no row can hold them.
    """
    parts = [_match(db, kind, fold(word)) for word in words]
    if None in parts:
        return None
    held = " AND ".join(part for part in parts if part)
    unwanted = [part for word in without if held and (part := _match(db, kind, fold(word)))]
    return " NOT ".join([f"({held})", *unwanted]) if unwanted else held


def _match(db: sqlite3.Connection, kind: Kind, word: str) -> str | None:
    if len(word) >= TRIGRAM:
        return _quoted(word)
    rows = db.execute(
        f"SELECT term FROM {kind.name}_trigram WHERE term BETWEEN ? AND ?", (word, word + _LAST_CHARACTER)
    )
    terms = [_quoted(term) for (term,) in rows]
    return f"({' OR '.join(terms)})" if terms else None


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def forget(db: sqlite3.Connection, kind: Kind) -> None:
    """Take rows that go or get another text out of the index, before the roster's rows are written.

    The index holds no text of its own, so it must be told what to forget.
    """
    if not kind.text:
        return
    before, after = kind.text.format("t."), kind.text.format("s.")
    source = (
        "FROM staged.change c CROSS JOIN record r ON r.id = c.id"
        f" LEFT JOIN {kind.name} t ON t.key = r.key LEFT JOIN staged.{kind.name} s ON s.id = c.id"
        f" WHERE c.kind = {kind.code}"
    )
    db.execute(_REINDEXED)
    db.execute("DELETE FROM temp.reindexed")
    db.execute(
        f"INSERT INTO temp.reindexed SELECT r.key {source}"
        f" AND c.what IN ('added', 'updated') AND (t.key IS NULL OR {before} <> {after})"
    )
    if not kind.archived:
        _delete(db, kind, before, f"SELECT r.key {source} AND c.what = 'removed'")
    _delete(db, kind, before, "SELECT key FROM temp.reindexed")


def _delete(db: sqlite3.Connection, kind: Kind, text: str, keys: str) -> None:
    db.execute(
        f"INSERT INTO {kind.name}_text ({kind.name}_text, rowid, text)"
        f" SELECT 'delete', t.key, {text} FROM {kind.name} t WHERE t.key IN ({keys})"
    )


def write(db: sqlite3.Connection, kind: Kind) -> None:
    """Index the rows that `forget` noted, from the roster as it is now."""
    if kind.text and db.execute("SELECT 1 FROM temp.reindexed LIMIT 1").fetchone():
        _index(db, kind)


def add(db: sqlite3.Connection, kind: Kind, keys: Iterable[int]) -> None:
    """Index rows that have just been written and were not there before."""
    db.execute(_REINDEXED)
    db.execute("DELETE FROM temp.reindexed")
    db.executemany("INSERT INTO temp.reindexed VALUES (?)", [(key,) for key in keys])
    _index(db, kind)


def _index(db: sqlite3.Connection, kind: Kind) -> None:
    db.execute(
        f"INSERT INTO {kind.name}_text (rowid, text) SELECT t.key, {kind.text.format('t.')}"
        f" FROM temp.reindexed i CROSS JOIN {kind.name} t ON t.key = i.key"
    )
    # Terms that have gone stay: they find nothing.
    db.execute(f"INSERT OR IGNORE INTO {kind.name}_trigram SELECT term FROM {kind.name}_term")
