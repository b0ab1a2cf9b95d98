"""The cache's tables, written out from the table of kinds."""

from __future__ import annotations

from roster_tui.roster import ranks
from roster_tui.roster.kinds import KINDS, SECTION, STUDENT, TEACHER, Kind

VERSION = 7
"""Kept as ``user_version``; a cache of another version is fetched anew."""

_INTEGER_COLUMNS = {"students"}

_SHARED = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Every Clever ID once: the tables refer to it by key. A hash of NULL means: not in the data (any more).
CREATE TABLE record (key INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, kind INTEGER NOT NULL, hash INTEGER);

-- Rows of each table, as of the last write.
CREATE TABLE total (kind TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE run (
    id INTEGER PRIMARY KEY, mode TEXT NOT NULL, reason TEXT, state TEXT NOT NULL,
    started_at TEXT NOT NULL, finished_at TEXT, seconds REAL, durations TEXT NOT NULL DEFAULT '{}',
    counts TEXT NOT NULL DEFAULT '{}', hold TEXT, error TEXT, notes TEXT NOT NULL DEFAULT '[]',
    requests INTEGER NOT NULL DEFAULT 0, retries INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE change (
    run INTEGER NOT NULL, kind INTEGER NOT NULL, key INTEGER NOT NULL, what TEXT NOT NULL,
    before TEXT, after TEXT
);
CREATE INDEX change_run ON change (run, kind, what);
CREATE INDEX change_record ON change (key);

-- The directory's accounts as last read; key is the teacher's.
CREATE TABLE account (
    key INTEGER PRIMARY KEY, state TEXT NOT NULL, role TEXT NOT NULL, pinned INTEGER NOT NULL,
    since TEXT NOT NULL, cause TEXT, invited_at TEXT, mail TEXT,
    permission TEXT, role_until TEXT, support_lead INTEGER NOT NULL
);
CREATE INDEX account_state ON account (state);
CREATE INDEX account_lead ON account (key) WHERE support_lead;

-- The trackers of sections as last written, without who is in them; key is the section's.
CREATE TABLE tracker (
    key INTEGER PRIMARY KEY, state TEXT NOT NULL, name TEXT NOT NULL, year INTEGER NOT NULL, teacher INTEGER,
    students INTEGER NOT NULL, former INTEGER NOT NULL, collaborators INTEGER NOT NULL, since TEXT NOT NULL, cause TEXT
);
CREATE INDEX tracker_name ON tracker (state, name);

-- Every finding of the last month; the view holds those that ask for somebody.
CREATE TABLE noticed (
    id TEXT PRIMARY KEY, code TEXT NOT NULL, severity INTEGER NOT NULL, kind INTEGER NOT NULL,
    key INTEGER NOT NULL, other INTEGER, document TEXT NOT NULL,
    first_seen TEXT NOT NULL, first_run INTEGER NOT NULL, gone_at TEXT, gone_run INTEGER,
    because TEXT, set_aside INTEGER NOT NULL, opinion TEXT
) WITHOUT ROWID;
CREATE INDEX noticed_subject ON noticed (key, code);
CREATE INDEX noticed_other ON noticed (other, code) WHERE other IS NOT NULL;
-- What is counted and filtered by, without the documents.
CREATE INDEX noticed_open ON noticed (severity, code, because, key, other, gone_at, set_aside);
CREATE VIEW finding AS SELECT * FROM noticed WHERE gone_at IS NULL AND NOT set_aside;
"""

_DERIVED = {
    "school": "teachers INTEGER NOT NULL DEFAULT 0, sections INTEGER NOT NULL DEFAULT 0,"
    " students INTEGER NOT NULL DEFAULT 0",
    "teacher": "sections INTEGER NOT NULL DEFAULT 0, in_data INTEGER NOT NULL DEFAULT 1",
}

_INDEXES = """
CREATE INDEX section_school ON section (school);
CREATE INDEX section_teacher_of ON section_teacher (teacher, section);
CREATE INDEX teacher_school_of ON teacher_school (school, teacher);
"""


def roster_schema() -> str:
    """Return the DDL of the current roster."""
    tables = [_SHARED, *map(_roster_table, KINDS)]
    tables += [_link_tables(kind) for kind in (TEACHER, STUDENT, SECTION)]
    tables += [_text_table(kind) for kind in KINDS if kind.text]
    return "\n".join([*tables, _INDEXES, f"PRAGMA user_version = {VERSION};"])


def staged_schema() -> str:
    """Return the DDL of the next roster: records by id, in the order in which Clever sends them."""
    tables = [
        f"CREATE TABLE {kind.name} (id BLOB PRIMARY KEY, hash INTEGER NOT NULL, "
        f"{', '.join(kind.staged_columns)}) WITHOUT ROWID;"
        for kind in KINDS
    ]
    return "\n".join(
        [
            *tables,
            "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
            # Of a roster staged from events: whatever they spoke of, whether it is still there or not.
            "CREATE TABLE touched (id BLOB PRIMARY KEY) WITHOUT ROWID;",
            # Records that came and could not be read: they are not gone, so they stay as they are.
            "CREATE TABLE kept (id BLOB PRIMARY KEY) WITHOUT ROWID;",
            "CREATE TABLE change (kind INTEGER NOT NULL, id BLOB NOT NULL, what TEXT NOT NULL,"
            " PRIMARY KEY (kind, what, id)) WITHOUT ROWID;",
            f"PRAGMA user_version = {VERSION};",
        ]
    )


def _roster_table(kind: Kind) -> str:
    columns = ["key INTEGER PRIMARY KEY"]
    columns += [f"{name} {'INTEGER' if name in _INTEGER_COLUMNS else 'TEXT'}" for name in kind.columns]
    columns += [f"{name} INTEGER" for name, _ in kind.references]
    columns += [f"{each.name} BLOB" for each in kind.packed]
    columns += [_DERIVED[kind.name]] if kind.name in _DERIVED else []
    return f"CREATE TABLE {kind.name} ({', '.join(columns)});"


def _link_tables(kind: Kind) -> str:
    return "\n".join(
        f"CREATE TABLE {link.table} ({link.owner} INTEGER, position INTEGER, {link.member} INTEGER,"
        f" PRIMARY KEY ({link.owner}, position)) WITHOUT ROWID;"
        if link.ordered
        else f"CREATE TABLE {link.table} ({link.owner} INTEGER, {link.member} INTEGER,"
        f" PRIMARY KEY ({link.owner}, {link.member})) WITHOUT ROWID;"
        for link in kind.links
    )


def _text_table(kind: Kind) -> str:
    # Contentless: the text is made from the row's own columns. Folded before, hence case_sensitive.
    return (
        f"CREATE VIRTUAL TABLE {kind.name}_text USING fts5 (text, content='', columnsize=0,"
        " tokenize='trigram case_sensitive 1');\n"
        f"CREATE VIRTUAL TABLE {kind.name}_term USING fts5vocab ({kind.name}_text, row);\n"
        # The same terms without their counts, which that table works out at 0.2 ms a term when it is asked.
        f"CREATE TABLE {kind.name}_trigram (term TEXT PRIMARY KEY) WITHOUT ROWID;\n"
        f"{ranks.tables(kind)}"
    )
