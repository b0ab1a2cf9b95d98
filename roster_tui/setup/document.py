"""Settings as the text of a TOML file, each with its line of explanation. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

import msgspec
import orjson

from roster_tui.settings import Settings

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_HEAD = "# Settings of roster-tui. Everything that can be set is in the README; secrets stand in files of their own.\n"


def document(values: Mapping[str, Any]) -> str:
    """Return settings as the text of their file, tables below the plain ones."""
    return _HEAD + "".join(f"{line}\n" for line in _lines(values, Settings, ""))


def _lines(values: Mapping[str, Any], table: type[Any] | None, path: str) -> Iterator[str]:
    hints = get_type_hints(table, include_extras=True) if table is not None else {}
    for key, value in values.items():
        if not isinstance(value, Mapping):
            if help := _description(hints.get(key)):
                yield f"\n# {help}" if not path else f"# {help}"
            yield f"{_key(key)} = {_value(value)}"
    for key, value in values.items():
        if isinstance(value, Mapping):
            inner = f"{path}.{_key(key)}" if path else _key(key)
            if any(not isinstance(each, Mapping) for each in value.values()):
                yield f"\n[{inner}]"
            yield from _lines(value, _table(hints.get(key)), inner)


def _table(hint: Any) -> type[Any] | None:
    kind = getattr(hint, "__origin__", hint)
    return kind if isinstance(kind, type) and issubclass(kind, msgspec.Struct) else None


def _description(hint: Any) -> str:
    metas = getattr(hint, "__metadata__", ())
    return next((each.description or "" for each in metas if isinstance(each, msgspec.Meta)), "")


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _value(key)


def _value(value: Any) -> str:
    # JSON is TOML for strings, numbers and lists of them, but for one character.
    return orjson.dumps(value).decode().replace("\x7f", "\\u007f")
