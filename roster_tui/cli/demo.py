"""``demo`` and ``sandbox``: a simulated district to look at, or only its Clever service."""

from __future__ import annotations

from pathlib import Path

import click
import platformdirs

from roster_tui.access import DEMO_TOKEN
from roster_tui.cli.group import Command, with_session
from roster_tui.cli.session import Session
from roster_tui.demo import DemoOptions, prepare
from roster_tui.sandbox.faults import KINDS, Fault, parse
from roster_tui.sandbox.generator import SIZES
from roster_tui.settings import APP, demo_store

_FOLDER = click.Path(path_type=Path, file_okay=False, exists=True)
_SIZE = click.option("--size", type=click.Choice(list(SIZES)), default="small", show_default=True, help="How large.")
_CSV = click.option(
    "--csv", type=_FOLDER, multiple=True, help="Folder of SIS files in Clever's layout; again: next night."
)


def _parsed(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[Fault, ...]:
    try:
        return tuple(map(parse, given))
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


class _SandboxCommand(Command):
    """A command whose help lists the faults."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write each kind of fault with what it does."""
        with formatter.section("Faults"):
            formatter.write_dl([(kind.name, kind.help) for kind in KINDS.values()])


def _in_demo_folder(session: Session) -> Session:
    if "data_dir" in session.options or session.settings.data_dir:
        return session
    return session.with_data_dir(platformdirs.user_data_path(APP) / "demo")


@click.command(cls=Command)
@_CSV
@_SIZE
@click.option("--port", type=click.IntRange(0, 65_535), help="Also keep the simulated Clever on this port meanwhile.")
@click.option("--prepare", "only_prepare", is_flag=True, help="Build the data and exit; other commands work on it.")
@with_session
def demo(session: Session, csv: tuple[Path, ...], size: str, port: int | None, only_prepare: bool) -> None:
    """Open the console on a simulated district, synced from a Clever service on loopback."""
    open_demo(session, DemoOptions(csv, size), port, only_prepare=only_prepare)


def open_demo(session: Session, options: DemoOptions, port: int | None = None, *, only_prepare: bool = False) -> None:
    """Build a demo's data where there is none yet, say where it is, and open the console on it."""
    from contextlib import nullcontext

    from roster_tui.sandbox.serve import child

    session = _in_demo_folder(session)
    settings = session.settings
    prepare(settings, options, session.say)
    session.say(
        f"The demo's data is in {settings.data_root}. Other commands work on it: --data-dir {settings.data_root}"
    )
    if only_prepare:
        return
    with nullcontext() if port is None else child(demo_store(settings.data_root), port):
        session.open_console()


@click.command(cls=_SandboxCommand)
@_CSV
@_SIZE
@click.option("--port", type=click.IntRange(0, 65_535), default=0, help="Port on loopback; any free one by default.")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    callback=_parsed,
    metavar="KIND[:after=N,times=N,seconds=S]",
    help="What goes wrong: N requests pass, then N are struck (0: all). Again: several together.",
)
@with_session
def sandbox(session: Session, csv: tuple[Path, ...], size: str, port: int, faults: tuple[Fault, ...]) -> None:
    """Serve the simulated Clever only, until interrupted; nothing is kept."""
    import tempfile
    from datetime import timedelta

    from roster_tui.demo import NAME, SEED
    from roster_tui.sandbox.generator import GeneratedDistrict, school_year_of
    from roster_tui.sandbox.nights import load_night
    from roster_tui.sandbox.serve import base_url, listening_socket, serve
    from roster_tui.sandbox.store import Store
    from roster_tui.sis import SisDistrict, SisFolder
    from roster_tui.workspace import now

    with listening_socket(port) as sock, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "sandbox.sqlite"
        sources: list[SisDistrict] = [SisFolder(each) for each in csv]
        sources = sources or [GeneratedDistrict(SIZES[size], SEED, school_year_of(now().date()), NAME)]
        store = Store(file)
        for night, source in enumerate(sources):
            load_night(store, source, now() - timedelta(days=len(sources) - night - 1))
        store.close()
        session.say(f"Clever is simulated at {base_url(sock)} with the token {DEMO_TOKEN.reveal()}. Ctrl-C ends it")
        serve(file, sock, faults)
