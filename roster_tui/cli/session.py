"""What a command works with: the settings under its options, and the two streams it writes to."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roster_tui.settings import Settings, load
from roster_tui.workspace import Workspace, open_workspace

if TYPE_CHECKING:
    import click


@dataclass(frozen=True)
class Session:
    """One call of the command line."""

    options: Mapping[str, Any]
    """The global options that were given."""

    @classmethod
    def of(cls, context: click.Context) -> Session:
        """Return the session of a command being called."""
        return cls(dict(context.find_root().obj or {}))

    @cached_property
    def settings(self) -> Settings:
        """File, environment and options together. Raises `SettingsError`."""
        given = {
            "data_dir": str(self.options["data_dir"]) if "data_dir" in self.options else None,
            "district": self.options.get("district"),
            "read_only": self.options.get("read_only"),
            "color": False if self.options.get("no_color") else None,
        }
        return load(options=given)

    @property
    def as_json(self) -> bool:
        """Whether standard output is for one JSON document."""
        return bool(self.options.get("as_json"))

    def workspace(self) -> Workspace:
        """Return the district to work on. Raises `NoDistrict`."""
        return open_workspace(self.settings)

    def open_console(self) -> None:
        """Open the console until it is left. Raises `NoDistrict`, and a usage error where there is no terminal."""
        workspace = self.workspace()
        # Textual reads keys from standard input and draws on standard error.
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            import click

            raise click.UsageError(
                "The console needs a terminal. Without one: roster-tui status, teachers, conflicts (all with --json)"
            )
        # Everything made until the first frame stays; looking through it for garbage costs a sixth of the start.
        gc.disable()
        from roster_tui.console.app import run

        run(workspace)

    def with_data_dir(self, folder: Path) -> Session:
        """Return the session on another data folder."""
        return replace(self, options={**self.options, "data_dir": folder})

    def print_json(self, document: Any) -> None:
        """Print one JSON document."""
        import click
        import orjson

        click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2))

    def say(self, message: str) -> None:
        """Tell people something; never on standard output, which is for data."""
        import click

        click.echo(message, err=True)
