"""The sealed root: whatever is not as it was written last is named, and nothing is built on it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from zlib import crc32

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster_tui.ledger import LedgerDamaged
from roster_tui.ledger import files as files_module
from roster_tui.ledger.documents import Documents
from roster_tui.ledger.envelope import Kind
from roster_tui.ledger.faults import faults
from roster_tui.ledger.files import Damage, LedgerNewer
from roster_tui.ledger.head import Head
from roster_tui.ledger.head_lines import HeadLines
from roster_tui.ledger.journal import Journal
from roster_tui.ledger.kinds import DECISIONS, LINKS
from tests.conftest import NOW


class Ledger:
    """A small ledger: a file of documents that was written three times, and a journal of three entries."""

    def __init__(self, folder: Path) -> None:
        (folder / "journal").mkdir(parents=True)
        self.folder = folder
        self.file = folder / "desk.json"
        self.copies: list[bytes] = []
        for number in range(3):
            self.act(number)
            self.copies.append(self.file.read_bytes())

    @property
    def head(self) -> Head:
        """As a process that starts now reads it."""
        return Head(self.folder)

    @property
    def documents(self) -> Documents:
        return Documents(self.file, DECISIONS, self.head)

    @property
    def journal(self) -> Journal:
        return Journal(self.folder / "journal", self.head)

    @property
    def month(self) -> Path:
        (file,) = self.journal.files()
        return file

    def act(self, number: int) -> None:
        """What every action does: journal, then change."""
        self.journal.append([{"kind": "dismiss", "nth": number}], NOW)
        with self.documents.changing() as database:
            database.table("dismissals").put({"x": {"number": number}})

    def damages(self) -> dict[str, Damage]:
        return {each.name: each.damage for each in faults(self.head)}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger")


def test_a_whole_ledger_has_no_faults(ledger: Ledger) -> None:
    assert ledger.damages() == {}
    assert ledger.journal.end().number == 3


def remove(ledger: Ledger) -> None:
    ledger.file.unlink()


def put_older(ledger: Ledger) -> None:
    ledger.file.write_bytes(ledger.copies[1])


def put_first(ledger: Ledger) -> None:
    ledger.file.write_bytes(ledger.copies[0])


def flip(ledger: Ledger) -> None:
    raw = bytearray(ledger.file.read_bytes())
    place = raw.index(b'"number":2') + len(b'"number":')
    raw[place] ^= 1
    ledger.file.write_bytes(raw)


def put_nothing(ledger: Ledger) -> None:
    ledger.file.write_bytes(b"{}")


def put_empty(ledger: Ledger) -> None:
    ledger.file.write_bytes(b"")


def put_bare(ledger: Ledger) -> None:
    """What release 0.1.0 would write."""
    ledger.file.write_bytes(orjson.dumps({"dismissals": {"x": {"number": 2}}}))


@pytest.mark.parametrize(
    ("harm", "damage"),
    [
        (remove, Damage.MISSING),
        (put_older, Damage.OLDER),
        (put_first, Damage.OLDER),
        (flip, Damage.FOREIGN),
        (put_bare, Damage.FOREIGN),
        (put_nothing, Damage.UNREADABLE),
        (put_empty, Damage.UNREADABLE),
    ],
)
def test_documents_that_are_not_what_was_written_are_named_and_left_alone(
    ledger: Ledger, harm: Callable[[Ledger], None], damage: Damage
) -> None:
    harm(ledger)
    before = ledger.file.read_bytes() if ledger.file.exists() else None
    with pytest.raises(LedgerDamaged, match=r"desk\.json") as refused:
        ledger.documents.reading()
    assert refused.value.damage is damage
    with pytest.raises(LedgerDamaged), ledger.documents.changing() as database:
        database.table("dismissals").put({"y": {"number": 9}})
    with pytest.raises(LedgerDamaged):
        ledger.documents.remove(lambda _: True)
    assert (ledger.file.read_bytes() if ledger.file.exists() else None) == before
    assert ledger.damages() == {"desk.json": damage}


def test_a_file_that_somebody_put_there_is_new(ledger: Ledger) -> None:
    other = ledger.folder / "links.json"
    other.write_bytes(ledger.file.read_bytes().replace(b"decisions", b"links").replace(b"dismissals", b"used"))
    with pytest.raises(LedgerDamaged, match="was not written by this ledger"):
        Documents(other, LINKS, ledger.head).reading()
    assert ledger.damages() == {"links.json": Damage.NEW}


def test_a_file_that_was_removed_on_purpose_is_not_missed_and_does_not_come_back(ledger: Ledger) -> None:
    assert ledger.documents.remove(lambda _: True)
    assert ledger.damages() == {}
    assert list(ledger.documents.reading().table("dismissals")) == []
    ledger.file.write_bytes(ledger.copies[2])
    assert ledger.damages() == {"desk.json": Damage.NEW}


def test_the_documents_without_their_checksum_are_named(ledger: Ledger) -> None:
    flip(ledger)
    (fault,) = faults(ledger.head)
    assert fault.documents == ("x",)


def drop_newest(ledger: Ledger) -> None:
    header, tables = orjson.loads(ledger.month.read_bytes())
    del tables["entries"]["3"]
    ledger.month.write_bytes(orjson.dumps([header, tables]))


def drop_month(ledger: Ledger) -> None:
    ledger.month.unlink()


def drop_journal(ledger: Ledger) -> None:
    for file in ledger.folder.joinpath("journal").iterdir():
        file.unlink()
    (ledger.folder / "journal").rmdir()


def change_newest(ledger: Ledger) -> None:
    ledger.month.write_bytes(ledger.month.read_bytes().replace(b'"nth":2', b'"nth":7'))


def write_newest_again(ledger: Ledger) -> None:
    """With hashes that fit together, as somebody who knows the format would."""
    other = Journal(ledger.folder / "other", Head(ledger.folder / "other"))
    other.folder.mkdir()
    other.append([{"kind": "dismiss", "nth": number} for number in (0, 1, 9)], NOW)
    ledger.month.write_bytes(other.files()[0].read_bytes())


def empty_journal(ledger: Ledger) -> None:
    ledger.month.write_bytes(b"{}")


@pytest.mark.parametrize(
    ("harm", "damage"),
    [
        (drop_newest, Damage.SHORT),
        (drop_month, Damage.MISSING),
        (drop_journal, Damage.MISSING),
        (write_newest_again, Damage.FOREIGN),
        (change_newest, Damage.FOREIGN),
        (empty_journal, Damage.UNREADABLE),
    ],
)
def test_nothing_is_added_to_a_journal_that_is_not_whole(
    ledger: Ledger, harm: Callable[[Ledger], None], damage: Damage
) -> None:
    harm(ledger)
    ledger.folder.joinpath("journal").mkdir(exist_ok=True)
    before = {file: file.read_bytes() for file in ledger.journal.files()}
    with pytest.raises(LedgerDamaged, match="journal") as refused:
        ledger.act(4)
    assert refused.value.damage is damage
    with pytest.raises(LedgerDamaged):
        ledger.journal.check_end()
    assert {file: file.read_bytes() for file in ledger.journal.files()} == before
    checked = ledger.journal.verify()
    assert not checked.ok
    assert checked.damage is damage
    assert ledger.damages() == {"journal": damage}


def test_an_older_entry_that_was_changed_is_found_by_the_check_of_the_whole(ledger: Ledger) -> None:
    ledger.month.write_bytes(ledger.month.read_bytes().replace(b'"nth":0', b'"nth":7'))
    assert ledger.damages() == {"journal": Damage.FOREIGN}


def test_an_older_month_that_is_lost_shows_at_the_next_act(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.ledger.journal.ENTRIES_A_FILE", 3)
    for number in range(4):
        ledger.act(number)
    first, *_ = ledger.journal.files()
    assert ledger.damages() == {}
    first.unlink()
    with pytest.raises(LedgerDamaged, match=f"{first.name} is missing"):
        ledger.act(9)


def lose(ledger: Ledger) -> None:
    ledger.head.file.unlink()


def flip_head(ledger: Ledger) -> None:
    raw = bytearray(ledger.head.file.read_bytes())
    raw[len(raw) // 2] ^= 1
    ledger.head.file.write_bytes(raw)


def cut_head_in_front(ledger: Ledger) -> None:
    ledger.head.file.write_bytes(b"".join(ledger.head.file.read_bytes().splitlines(keepends=True)[3:]))


@pytest.mark.parametrize("harm", [lose, flip_head, cut_head_in_front])
def test_without_a_head_nothing_is_read_or_written(ledger: Ledger, harm: Callable[[Ledger], None]) -> None:
    harm(ledger)
    with pytest.raises(LedgerDamaged, match="HEAD"):
        ledger.documents.reading()
    with pytest.raises(LedgerDamaged, match="HEAD"):
        ledger.act(4)
    assert "HEAD" in ledger.damages() or "journal" in ledger.damages()
    assert ledger.file.read_bytes() == ledger.copies[2]


def test_a_head_of_a_later_release_is_refused_by_name(ledger: Ledger) -> None:
    body = orjson.dumps({"kind": "head", "format": 99, "by": "9.9"})
    ledger.head.file.write_bytes(b"%08x %s\n" % (crc32(body, 0), body))
    with pytest.raises(LedgerNewer, match=r"format 99, written by roster-tui 9\.9"):
        ledger.act(4)


def test_a_line_that_a_crash_cut_short_is_cut_off(ledger: Ledger) -> None:
    with ledger.head.file.open("ab") as out:
        out.write(b'0123abcd {"file":"desk.json","ha')
    assert ledger.damages() == {}
    ledger.act(7)
    assert ledger.damages() == {}


@pytest.mark.parametrize("replaced", [False, True], ids=["before the file", "after the file"])
def test_a_crash_between_seal_and_file_leaves_either(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, replaced: bool
) -> None:
    class Killed(BaseException):
        pass

    def killed(file: Path, content: bytes) -> None:
        if replaced:
            replace(file, content)
        raise Killed

    replace = files_module.replace_atomically
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr("roster_tui.ledger.head.replace_atomically", killed)
        with ledger.documents.changing() as database:
            database.table("dismissals").put({"x": {"number": 5}})
    found = ledger.documents.reading().table("dismissals").pick(["x"])["x"]["number"]
    assert found == (5 if replaced else 2)
    assert ledger.damages() == {}
    ledger.act(6)
    assert ledger.damages() == {}
    put_older(ledger)
    assert ledger.damages() == {"desk.json": Damage.OLDER}


def test_a_disk_that_is_full_leaves_the_file_and_its_seal_as_they_were(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(file: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr("roster_tui.ledger.head.replace_atomically", full)
        with ledger.documents.changing() as database:
            database.table("dismissals").put({"x": {"number": 5}})
    assert ledger.damages() == {}
    assert ledger.documents.reading().table("dismissals").pick(["x"])["x"]["number"] == 2


def test_one_hash_stands_for_the_whole_and_changes_with_each_act(ledger: Ledger) -> None:
    first = ledger.head.root()
    assert ledger.head.root() == first
    ledger.act(4)
    assert ledger.head.root() != first


def test_head_stays_short_and_knows_the_same(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("roster_tui.ledger.head._SPARE_LINES", 10)
    root = ""
    for number in range(30):
        ledger.act(number)
        root = ledger.head.root()
    assert len(ledger.head.file.read_bytes().splitlines()) < 25
    assert ledger.head.root() == root
    assert ledger.damages() == {}


@given(flips=st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 7)), min_size=1, max_size=3))
def test_no_flipped_bit_goes_unnoticed(
    flips: list[tuple[float, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ledger = Ledger(tmp_path_factory.mktemp("flips") / "ledger")
    raw = bytearray(ledger.file.read_bytes())
    for where, bit in flips:
        raw[int(where * len(raw))] ^= 1 << bit
    ledger.file.write_bytes(raw)
    assert ("desk.json" in ledger.damages()) == (bytes(raw) != ledger.copies[2])


def test_a_file_of_a_later_format_or_another_kind_is_refused_by_name(ledger: Ledger) -> None:
    later = Kind("decisions", DECISIONS.tables, (dict,))
    documents = Documents(ledger.file, later, ledger.head)
    with documents.changing() as database:
        database.table("dismissals").put({"x": {"number": 9}})
    with pytest.raises(LedgerNewer, match="of format 3, written by roster-tui"):
        ledger.documents.reading()
    before = ledger.file.read_bytes()
    with pytest.raises(LedgerNewer), ledger.documents.changing():
        pass
    assert ledger.file.read_bytes() == before


def test_where_the_journal_ends_is_the_same_by_the_last_lines_and_by_all(ledger: Ledger) -> None:
    for number in range(40):
        ledger.act(number)
        fresh = HeadLines(ledger.head.file)
        assert fresh.journal_end() == HeadLines(ledger.head.file).read().journal
        assert fresh.read().journal == fresh.journal_end()


def test_last_lines_that_are_damaged_do_not_tell_where_the_journal_ends(ledger: Ledger) -> None:
    raw = bytearray(ledger.head.file.read_bytes())
    place = raw.rindex(b'{"journal":') + len(b'{"journal":')
    raw[place] ^= 1
    ledger.head.file.write_bytes(raw)
    with pytest.raises(LedgerDamaged, match="HEAD"):
        ledger.journal.end()
