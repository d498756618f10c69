"""The root of the command line: global options, error messages and exit codes. Every room of commands joins here."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from bluelamp._version import __version__
from bluelamp.cli import (
    archive,
    ask,
    city,
    demo,
    exits,
    feeds,
    gazetteer,
    hooks,
    keys,
    live,
    maintenance,
    places,
    reference,
    serve,
)
from bluelamp.cli.console import Console, ReaderGoneError
from bluelamp.cli.context import Context
from bluelamp.cli.interruption import WORDS, Interruption, interruptible
from bluelamp.cli.options import examples
from bluelamp.errors import BluelampError


class _InOrder(TyperGroup):
    """Lists the commands in the order that a newcomer meets them in."""

    _first = (
        "archive",
        "live",
        "feeds",
        "places",
        "gazetteer",
        "serve",
        "keys",
        "hooks",
        "ask",
        "crime",
        "reference",
        "config",
        "doctor",
        "synthetic",
        "demo",
    )

    def list_commands(self, ctx: Any) -> list[str]:
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: self._first.index(name) if name in self._first else len(self._first))


app = typer.Typer(
    name="bluelamp",
    cls=_InOrder,
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich for help alone would double its time
    pretty_exceptions_enable=False,
    epilog=examples(
        "bluelamp archive load 2024-03.zip",
        "bluelamp ask crimes --by month --force kent",
        "bluelamp archive coverage --force kent",
    )
    + f"\n\n{exits.SHORT}",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)


def _show_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"bluelamp {__version__}\n")
        raise typer.Exit


@app.callback(help="Public police data in the hands of the people it is about.")
def root(
    context: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The folder under which everything is kept (also BLUELAMP_HOME)."),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the answer and errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show the traceback of an error (also BLUELAMP_DEBUG).")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    del version
    here: Context = context.obj
    here.home = home
    here.debug |= debug
    here.console.quiet, here.console.verbose = quiet, verbose


app.add_typer(archive.app, name="archive")
ask.join(app)
app.add_typer(live.app, name="live")
app.add_typer(feeds.app, name="feeds")
app.add_typer(gazetteer.app, name="gazetteer")
app.add_typer(places.app, name="places")
app.add_typer(keys.app, name="keys")
app.add_typer(hooks.app, name="hooks")
app.add_typer(reference.app, name="reference")
app.add_typer(maintenance.config_app, name="config")
maintenance.join(app)
app.add_typer(city.app, name="synthetic")
demo.join(app)
serve.join(app)


@cache
def _command() -> Any:
    """The tree of commands, built once for a process: Typer reads the signature of every command for it."""
    return typer.main.get_command(app)


def run(arguments: Sequence[str] | None = None, here: Context | None = None) -> int:
    """Run one command and let its errors through; the exit code. For `main`, and for the demo's tour."""
    here = here or Context()
    here.run = run
    code: Any = _command().main(
        list(arguments) if arguments is not None else None, "bluelamp", standalone_mode=False, obj=here
    )
    return code if isinstance(code, int) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Never shows a traceback unless --debug asks for one."""
    with interruptible() as interruption:
        return _main(arguments, interruption)


def _main(arguments: Sequence[str] | None, interruption: Interruption) -> int:
    here = Context()
    try:
        code = run(arguments, here)
        if interruption.asked and not here.endless:
            raise KeyboardInterrupt  # Typer has caught the first one, and would end without a word
        here.console.flush()
        return code
    except ReaderGoneError:
        # The reader had enough, as with `| head`: no reason to complain, and nowhere left to write.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return exits.DONE
    except (typer.Abort, KeyboardInterrupt):
        here.console.error(WORDS)
        return exits.INTERRUPTED
    except typer.Exit as ended:
        return ended.exit_code
    except TyperException as error:
        _print_wrong_use(here.console, error)
        return exits.WRONG_USE
    except Exception as error:
        if here.debug:
            traceback.print_exc()
        if interruption.asked:
            here.console.error(WORDS)
            return exits.INTERRUPTED
        return _print_failure(here.console, error)


def _print_wrong_use(console: Console, error: TyperException) -> None:
    if type(error).__name__ == "NoArgsIsHelpError":
        console.out(error.format_message())
        return
    where = getattr(error, "ctx", None)
    console.error(error.format_message(), f"See: {where.command_path} --help" if where is not None else "")


def _print_failure(console: Console, error: Exception) -> int:
    if isinstance(error, BluelampError):
        console.error(error.message, error.hint)
        return error.exit_code
    console.error(
        f"Something went wrong inside Bluelamp: {type(error).__name__}: {error}",
        "Nothing half done is published. Run again with --debug and report what it shows.",
    )
    return exits.FAILED
