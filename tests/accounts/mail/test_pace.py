"""The rate limit: turns are spread evenly, over all who share the file."""

from pathlib import Path

from roster_tui.accounts.mail.pace import Pace


class Watch:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_turns_of_two_consoles_are_spread_over_the_minute(tmp_path: Path) -> None:
    watch = Watch()
    one, other = (Pace(tmp_path / "pace", 30, watch) for _ in range(2))
    assert [one.take(), other.take(), one.take()] == [0.0, 2.0, 4.0]
    watch.now += 60
    assert other.take() == 0.0


def test_a_clock_that_was_set_back_or_a_spoilt_file_holds_nothing_up(tmp_path: Path) -> None:
    watch = Watch()
    pace = Pace(tmp_path / "pace", 30, watch)
    watch.now = 90_000.0
    pace.take()
    watch.now = 1_000.0
    assert pace.take() == 0.0
    (tmp_path / "pace").write_text("x")
    assert pace.take() == 0.0
