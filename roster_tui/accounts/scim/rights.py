"""The platform's roles and permissions among the roles and entitlements that SCIM keeps as free text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from roster_tui.accounts.model import Permission, Role
from roster_tui.accounts.scim.messages import Label

Named = TypeVar("Named", bound=StrEnum)


def role_of(labels: Sequence[Label]) -> Role:
    """Return the role among a user's labels.

    Of several the one with more rights counts, so that nobody is taken for less than they are; without any the
    user is a teacher.
    """
    if not labels:
        return Role.TEACHER
    return _first(labels, Role) or Role.OTHER


def permission_of(labels: Sequence[Label]) -> Permission | None:
    """Return the permission among a user's labels, if there is one."""
    return _first(labels, Permission)


def renamed(
    labels: Sequence[Label], known: type[Named], wanted: Named | None, names: Sequence[str]
) -> tuple[Label, ...]:
    """Return labels with another role or permission in the place of the one that is there.

    Labels that say something else stay. The name is written as the platform writes it, where it is among
    ``names``.
    """
    others = [label for label in labels if _meant(label, known) is None]
    if wanted is None:
        return tuple(others)
    name = next((name for name in names if _folded(name) == _folded(wanted)), str(wanted))
    before = next((label for label in labels if _meant(label, known) is not None), Label(None))
    return (replace(before, value=name, display=None), *others)


def _first(labels: Sequence[Label], known: type[Named]) -> Named | None:
    meant = {_meant(label, known) for label in labels}
    return next((each for each in known if each in meant), None)


def _meant(label: Label, known: type[Named]) -> Named | None:
    said = {_folded(text) for text in (label.value, label.display) if text}
    return next((each for each in known if _folded(each) in said and each is not Role.OTHER), None)


def _folded(text: str) -> str:
    """Return a name without case, spaces and what stands for them: ``district_administrator``."""
    return "".join(char for char in text.casefold() if char.isalnum())
