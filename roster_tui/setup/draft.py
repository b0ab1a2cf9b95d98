"""A settings file before it is written: what would stand in it, and how that differs from what does."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roster_tui.ledger.files import replace_atomically
from roster_tui.settings import Secret, Settings, SettingsError, config_path, demo_store, merged, settings_in, values_of
from roster_tui.setup.document import document
from roster_tui.workspace import private_folder

TOKEN_FILE = "clever-token"
_WAYS = ("clever.token_file", "clever.token_command", "clever.client_id")


@dataclass(frozen=True)
class Draft:
    """Settings that are not written yet."""

    file: Path
    before: str | None
    """What stands in the file; None when there is none."""
    after: str
    settings: Settings
    """As the file, with the environment, would be read."""
    token: Secret | None
    """A token that was typed, to be kept in a file of its own."""

    @property
    def token_file(self) -> Path:
        """Where a typed token is kept."""
        return self.file.with_name(TOKEN_FILE)

    @property
    def replaces(self) -> bool:
        """Whether something that stands there now would be gone."""
        return self.before not in (None, self.after) or self.replaces_token

    @property
    def replaces_token(self) -> bool:
        """Whether another token is kept at the place of the typed one."""
        kept = _read(self.token_file) if self.token else None
        return kept is not None and self.token is not None and kept.strip() != self.token.reveal()

    @property
    def difference(self) -> Iterator[str]:
        """The lines that go and come, as ``diff -u`` shows them; a token is never shown."""
        name = str(self.file)
        before, after = (self.before or "").splitlines(), self.after.splitlines()
        yield from difflib.unified_diff(before, after, name, f"{name} (new)", lineterm="")
        if self.replaces_token:
            yield f"The token in {self.token_file} is replaced"


def draft(answers: Mapping[str, str], token: Secret | None = None, file: Path | None = None) -> Draft:
    """Return the settings file that follows from answers, by dotted setting; what else stands in it stays.

    An empty answer takes the setting out, another way to Clever the ways that were. Raises `SettingsError` for what
    cannot be a setting, also where the file as it is cannot be read.
    """
    file = file or config_path()
    given = dict(answers)
    if token is not None:
        given["clever.token_file"] = str(file.with_name(TOKEN_FILE))
    if any(given.get(each) for each in _WAYS):
        # Of two ways the old one might win.
        given = {**dict.fromkeys(_WAYS, ""), **given}
    values = values_of(file)
    for setting, answer in given.items():
        values = _with(values, setting.split("."), answer)
    settings = settings_in(file, values)
    if demo_store(settings.data_root).exists():
        raise SettingsError(f"{settings.data_root} is a demo's data folder. Choose another data folder")
    return Draft(file, _read(file), document(values), settings, token)


def write(draft: Draft) -> None:
    """Write the settings, and a typed token beside them; the file as it was is kept as ``config.toml.bak``.

    Killed at any moment, the old file or the new one stands. Raises OSError or `FolderUnusable` when they cannot be
    written, and `SettingsError` when somebody wrote to the file meanwhile.
    """
    if _read(draft.file) != draft.before:
        raise SettingsError(f"{draft.file} was changed meanwhile; nothing was written")
    private_folder(draft.file.parent)
    if draft.token is not None:
        replace_atomically(draft.token_file, draft.token.reveal().encode() + b"\n")
    if draft.before is not None and draft.before != draft.after:
        replace_atomically(draft.file.with_name(f"{draft.file.name}.bak"), draft.before.encode())
    replace_atomically(draft.file, draft.after.encode())


def _with(values: dict[str, Any], path: list[str], answer: str) -> dict[str, Any]:
    *tables, key = path
    if answer:
        inner: dict[str, Any] = {key: answer}
        for table in reversed(tables):
            inner = {table: inner}
        return merged(values, inner)
    if not tables:
        return {name: value for name, value in values.items() if name != key}
    below = values.get(tables[0])
    return {**values, tables[0]: _with(below, path[1:], "")} if isinstance(below, dict) else values


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file} cannot be read: {error}") from None
