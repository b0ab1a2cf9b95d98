"""What a command works with: the settings under its options, and the two streams it writes to."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roster_tui.settings import Settings, load
from roster_tui.workspace import NothingYet, Workspace, open_workspace

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
        """Return the district to work on, its lists in step with the ledger. Raises `NoDistrict`."""
        from roster_tui.follow_mark import may_lag

        workspace = open_workspace(self.settings)
        if may_lag(workspace):
            import asyncio

            from roster_tui.catch_up import look

            if behind := asyncio.run(look(workspace)):
                self.say(behind)
        return workspace

    def show_done(self, workspace: Workspace) -> None:
        """Bring the lists in step with what was just done; where they cannot be written now, say so, and go on."""
        import asyncio

        from roster_tui.catch_up import show_done

        if later := asyncio.run(show_done(workspace)):
            self.say(later)

    def open_console(self) -> None:
        """Open the console until it is left, or the first run where there is no district at all.

        Raises `NoDistrict`, and a usage error where there is no terminal.
        """
        # Textual reads keys from standard input and draws on standard error.
        has_terminal = sys.stdin.isatty() and sys.stderr.isatty()
        try:
            workspace = open_workspace(self.settings)
        except NothingYet:
            if not has_terminal or self.settings.refusal:
                raise
            self._begin()
            return
        if not has_terminal:
            import click

            raise click.UsageError(
                "The console needs a terminal. Without one: roster-tui status, teachers, conflicts (all with --json)"
            )
        # Everything made until the first frame stays; looking through it for garbage costs a sixth of the start.
        gc.disable()
        # At 60 frames a second the answer to a key waits for the frame after the one that shows the letter.
        os.environ.setdefault("TEXTUAL_FPS", "120")
        from roster_tui.console.app import run

        run(workspace)

    def _begin(self) -> None:
        """Show the first run, and open what it ends with."""
        from roster_tui.console.start import begin

        outcome = begin(self.settings)
        if outcome == "demo":
            from roster_tui.cli.demo import open_demo
            from roster_tui.demo import DemoOptions

            open_demo(self, DemoOptions())
        elif outcome == "district":
            # The settings of this session were read before there was a file.
            Session(self.options).open_console()

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
