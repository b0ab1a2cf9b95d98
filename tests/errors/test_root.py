"""Every error of ours has one root, so that a face needs one rule to say it."""

from __future__ import annotations

import errno
import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import roster_tui
from roster_tui.cli.errors import exit_code_of
from roster_tui.concurrency import Lock, LockHeld
from roster_tui.errors import BLOCKED, DONE, FAILED, FINDINGS, UNREACHABLE, USAGE, RosterError, in_one_line


def _classes() -> Iterator[type[BaseException]]:
    """Yield every class in the package that can be raised; each once, where it is defined."""
    for module in pkgutil.walk_packages(roster_tui.__path__, "roster_tui."):
        if module.name.rpartition(".")[2] == "__main__":
            continue
        for _, each in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if each.__module__ == module.name and issubclass(each, BaseException):
                yield each


OURS = sorted(_classes(), key=lambda each: f"{each.__module__}.{each.__name__}")
_SAID = [each for each in OURS if issubclass(each, RosterError)]


def test_the_walk_finds_them() -> None:
    names = {each.__name__ for each in OURS}
    assert {"CleverError", "LedgerDamaged", "SettingsError", "NotJournaled", "LockHeld", "Superseded"} <= names


@pytest.mark.parametrize("each", OURS, ids=lambda each: f"{each.__module__}.{each.__name__}")
def test_every_error_of_ours_has_the_root(each: type[BaseException]) -> None:
    # What is no Exception is a way to stop, and passes everybody who tells errors.
    assert issubclass(each, RosterError) or not issubclass(each, Exception)


@pytest.mark.parametrize("each", _SAID, ids=lambda each: each.__name__)
def test_every_error_says_a_code_of_the_contract_and_a_fix_without_its_period(each: type[RosterError]) -> None:
    assert each.exit_code in (FAILED, USAGE, BLOCKED, UNREACHABLE)
    assert not each.fix.endswith(".")


class _Blocked(RosterError):
    exit_code = BLOCKED
    fix = "Do it another way"


def _raising(error: BaseException) -> int:
    def call() -> None:
        raise error

    return exit_code_of(call)


def test_an_error_of_ours_ends_a_command_with_its_message_its_fix_and_its_code(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _raising(_Blocked("It was stopped. Nothing was done")) == BLOCKED
    assert capsys.readouterr().err == "Error: It was stopped. Nothing was done\nDo it another way.\n"


def test_an_error_of_the_system_ends_a_command_in_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert _raising(OSError(errno.ENOSPC, "No space left on device", "/data/journal")) == FAILED
    said = capsys.readouterr().err
    assert said.startswith("Error: The disk is full: /data/journal. What had been written before stands\nMake room")
    assert "Errno" not in said


def test_an_error_of_the_system_that_nobody_foresaw_is_said_as_the_system_says_it() -> None:
    assert in_one_line(OSError(errno.ELOOP, "Too many links", "/data")) == "[Errno 40] Too many links: '/data'"


def test_a_fault_of_ours_is_no_message() -> None:
    with pytest.raises(ZeroDivisionError):
        _raising(ZeroDivisionError())


def test_codes_that_scripts_rest_on_stay() -> None:
    assert (DONE, FAILED, USAGE, BLOCKED, FINDINGS, UNREACHABLE) == (0, 1, 2, 3, 4, 5)


def test_a_lock_that_nobody_gives_up_says_its_file_and_for_how_long(tmp_path: Path) -> None:
    file = tmp_path / "a.lock"
    with Lock(file, 0.0):
        other = Lock(file, 0.0)
        with (
            pytest.raises(LockHeld, match=r"a\.lock has been held by another process for 0 s\. Nothing was done"),
            other,
        ):
            raise AssertionError("taken twice")
    with Lock(file, 0.0):
        assert file.exists()
