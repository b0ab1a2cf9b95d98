"""The operator's own keys over those of the table: clashes are told, any may be taken away."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import roster_tui
from roster_tui.actions import BY_ID, Context
from roster_tui.keymap import KeysError, keymap


def test_an_own_key_stands_for_the_action_and_the_old_one_for_nothing() -> None:
    keys = keymap({"account.suspend": "ctrl+t"})
    assert keys.meant_by("ctrl+t", "teachers") is not None
    assert keys.meant_by("s", "teachers") is None
    assert [action.key for action in keys.offered(Context("teachers")) if action.id == "account.suspend"] == ["ctrl+t"]


def test_a_key_is_written_as_people_write_it() -> None:
    assert keymap({"app.help": "f1", "nav.go": "?"}).meant_by("question_mark", "triage") == keymap(
        {"app.help": "f1", "nav.go": "question_mark"}
    ).meant_by("question_mark", "triage")


def test_an_action_without_a_key_stays_in_the_palette() -> None:
    keys = keymap({"account.activate_all": ""})
    assert "" not in keys.keys
    assert BY_ID["account.activate_all"].title in [action.title for action in keys.offered(Context("teachers"))]


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"account.explode": "x"}, "there is no action account.explode"),
        ({"account.suspend": "j"}, "cannot have j, which moves the cursor"),
        ({"account.suspend": "u"}, "both have u in"),
        ({"account.suspend": "z", "action.undo": "z"}, "both have z in"),
    ],
)
def test_what_cannot_be_is_named(own: dict[str, str], said: str) -> None:
    with pytest.raises(KeysError, match=said):
        keymap(own)


def test_two_actions_may_change_their_keys() -> None:
    keys = keymap({"account.suspend": "u", "account.unsuspend": "s"})
    first, second = keys.meant_by("u", "teachers"), keys.meant_by("s", "teachers")
    assert first and second and (first.id, second.id) == ("account.suspend", "account.unsuspend")


def test_a_digit_that_stands_for_no_action_begins_a_count() -> None:
    assert keymap({}).counting == "089"
    assert keymap({"app.help": "0"}).counting == "89"
    views = ("triage", "schools", "teachers", "sections", "conflicts", "activity", "sync")
    assert keymap({f"view.{name}": f"f{place}" for place, name in enumerate(views, 1)}).counting == "0123456789"


def test_the_key_of_an_action_is_the_operators_own() -> None:
    assert keymap({"account.suspend": "ctrl+t"}).key("account.suspend") == "ctrl+t"
    assert keymap({"account.suspend": ""}).key("account.suspend") == ""


_SPOKEN = ("console", "cli", "doctor", "support", "sync")
"""Rooms whose texts people read."""
_KEY = r"(?:[A-Za-z0-9?/]|ctrl\+\w)"
_KEY_IN_TEXT = re.compile(rf"(?<= )\({_KEY}(?:,? (?:then|or) {_KEY})?\)|\b[Pp]ress(?:es|ing)? [`'\"]?{_KEY}(?![\w'])")


def _texts(file: Path) -> Iterator[tuple[int, str]]:
    """Yield the texts of a module, but what documents it, each with its line."""
    tree = ast.parse(file.read_text())
    documents = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in documents:
            yield each.lineno, each.value


def test_no_text_names_a_key_that_an_operator_may_have_changed() -> None:
    found = [
        f"{file.name}:{line}: {text}"
        for room in _SPOKEN
        for file in sorted((Path(roster_tui.__file__).parent / room).rglob("*.py"))
        for line, text in _texts(file)
        if _KEY_IN_TEXT.search(text) and "SELECT" not in text
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The sync is held for review (7, then v): ", True),
        ("Press s to sync", True),
        ("It was copied (ctrl+y)", True),
        ("held ({view.sync}, then {hold.approve})", False),
        ("move(1)", False),
        ("Press the key once more", False),
    ],
)
def test_such_a_text_would_be_found(text: str, names: bool) -> None:
    assert bool(_KEY_IN_TEXT.search(text)) == names
