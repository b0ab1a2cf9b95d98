"""Lists ask for each row's findings: that must be a search by key, however many findings there are."""

from roster_tui.roster import read
from roster_tui.roster.cache import Cache
from tests.roster.conftest import cache

__all__ = ["cache"]


def test_the_findings_of_a_row_are_searched_for_not_scanned(cache: Cache) -> None:
    for sql, _ in read._READERS.values():
        with cache.reading() as db:
            steps = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {sql}", ("[1]",))]
        assert [step for step in steps if "SEARCH noticed USING INDEX noticed_subject" in step]
        assert [step for step in steps if "SCAN noticed" in step] == []


def test_counting_reads_no_document(cache: Cache) -> None:
    for sql in (
        "SELECT count(*) FROM finding WHERE severity = 3",
        "SELECT code, count(*) FROM finding GROUP BY code ORDER BY max(severity) DESC, code",
        "SELECT count(*) FROM finding WHERE because IS NULL",
        "SELECT key FROM finding WHERE instr(code, ?) = 1",
    ):
        with cache.reading() as db:
            steps = [step for *_, step in db.execute(f"EXPLAIN QUERY PLAN {sql}", ("x",) * sql.count("?"))]
        assert "COVERING INDEX noticed_open" in steps[0], sql
