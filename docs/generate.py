"""Write what can be read off the code: the README's tables, the page of findings, the pictures of the real screens.

``python docs/generate.py`` writes tables and page, ``python docs/generate.py pictures`` the pictures as well.
A test fails when a table, the page or a picture is stale.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_type_hints

import msgspec
import orjson

from roster_tui.actions import ACTIONS, VIEWS, Action, key_name
from roster_tui.findings.reference import reference
from roster_tui.settings import ENVIRONMENT_PREFIX, Settings

if TYPE_CHECKING:
    from roster_tui.workspace import Workspace

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PICTURED_AT = datetime(2026, 11, 24, 14, 30, tzinfo=UTC)
PICTURES = {
    "triage": ("1",),
    "teachers": ("3", "slash", *"school:bluff", "enter", "d"),
    "pairs": ("5", *["down"] * 8, "enter"),
}
"""The pictures by name, and the keys that lead there from the start."""


def keys_table() -> str:
    """Return every key with what it does and its twin on the command line."""
    lines = ["| key | action | does | same on the command line |", "|---|---|---|---|"]
    for action in ACTIONS:
        twin = f"`roster-tui {action.command}`" if action.command else ""
        lines.append(f"| `{key_name(action.key)}` | `{action.id}` | {action.help}{_where(action)} | {twin} |")
    return "\n".join(lines)


def _where(action: Action) -> str:
    everywhere = action.views == frozenset(VIEWS)
    views = ", ".join(title.lower() for name, title in VIEWS.items() if name in action.views)
    return "" if everywhere else f" ({views})"


def settings_table() -> str:
    """Return every setting with its default and what it is for."""
    lines = ["| setting | default | what it is for |", "|---|---|---|"]
    lines += [f"| `{name}` | `{_toml(default)}` | {help} |" for name, default, help in _settings(Settings, "")]
    lines += ["", f"In the environment `mail.host` is `{ENVIRONMENT_PREFIX}MAIL__HOST`, and so on."]
    return "\n".join(lines)


def _settings(table: type[msgspec.Struct], prefix: str) -> Iterator[tuple[str, Any, str]]:
    hints = get_type_hints(table, include_extras=True)
    for field in msgspec.structs.fields(table):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            yield from _settings(hint, f"{prefix}{field.name}.")
        else:
            default = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
            yield f"{prefix}{field.name}", _given(default), _description(hint)


def _given(default: object) -> object:
    """Return a default; of a table that need not be given, only what stands in it."""
    if not isinstance(default, msgspec.Struct):
        return default
    return {name: value for name, value in msgspec.structs.asdict(default).items() if value is not None}


def _toml(value: object) -> str:
    return orjson.dumps(value, default=msgspec.to_builtins).decode()


def _description(hint: Any) -> str:
    return next(each.description or "" for each in hint.__metadata__ if isinstance(each, msgspec.Meta))


TABLES: dict[str, Callable[[], str]] = {"keys": keys_table, "settings": settings_table}


def fresh(text: str) -> str:
    """Return the README with its tables as the code has them now. Raises ValueError when one has no place."""
    for name, table in TABLES.items():
        place = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text, found = place.subn(lambda match, table=table: f"{match[1]}{table()}\n{match[2]}", text)
        if found != 1:
            raise ValueError(f"the README has {found} places for {name}")
    return text


async def pictures(workspace: Workspace) -> dict[str, str]:
    """Return each picture by name, drawn by the real console on a district."""
    from roster_tui.console.app import RosterApp

    drawn = {}
    for name, keys in PICTURES.items():
        app = RosterApp(workspace)
        async with app.run_test(size=(120, 30)) as pilot:
            for key in ("1", *keys):
                await pilot.press(key)
                await pilot.pause()
                await app.workers.wait_for_complete()
            await pilot.pause()
            drawn[name] = _alone(app.export_screenshot(title="roster-tui"))
    return drawn


def draw_pictures(folder: Path) -> None:
    """Draw each picture on the demo district."""
    from roster_tui.demo import DemoOptions, prepare
    from roster_tui.settings import load
    from roster_tui.workspace import open_workspace

    with tempfile.TemporaryDirectory() as data:
        options = {"data_dir": data, "timezone": "America/Chicago", "operator": "jdoe"}
        settings = load(Path(data) / "none.toml", {}, options)
        prepare(settings, DemoOptions(), print, lambda: PICTURED_AT)
        for name, picture in asyncio.run(pictures(open_workspace(settings, lambda: PICTURED_AT))).items():
            (folder / f"{name}.svg").write_text(picture, "utf-8")


def _alone(svg: str) -> str:
    """Return a picture that fetches no font from elsewhere."""
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


if __name__ == "__main__":
    README.write_text(fresh(README.read_text("utf-8")), "utf-8")
    (ROOT / "docs" / "findings.md").write_text(reference(), "utf-8")
    if "pictures" in sys.argv[1:]:
        draw_pictures(ROOT / "docs")
