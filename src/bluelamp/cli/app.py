"""The root of the command line: global options, error messages and exit codes. Every room of commands joins here."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.exceptions import TyperException

from bluelamp import __version__
from bluelamp.cli import archive, asking, care, demo, reference
from bluelamp.cli.console import Console
from bluelamp.errors import BluelampError

if TYPE_CHECKING:
    from bluelamp.settings import Settings

EPILOG = "Exit codes: 0 done, 1 failed, 2 wrong use, 3 done in part, 130 interrupted."


class Context:
    """What the global options say; commands reach it through `click`'s context object."""

    def __init__(self, home: Path | None, console: Console) -> None:
        self.home = home
        self.console = console
        self._settings: tuple[Settings, dict[str, str]] | None = None

    @property
    def settings(self) -> Settings:
        return self.settings_with_origins[0]

    @property
    def settings_with_origins(self) -> tuple[Settings, dict[str, str]]:
        if self._settings is None:
            from bluelamp.settings import read_settings

            self._settings = read_settings({"home": self.home})
        return self._settings


app = typer.Typer(
    name="bluelamp",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich for help alone would double its time
    pretty_exceptions_enable=False,
    epilog=EPILOG,
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
        Path | None, typer.Option(help="The folder under which everything is kept (also BLUELAMP_HOME).")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the answer and errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error (also BLUELAMP_DEBUG).")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    del version
    if debug:
        os.environ["BLUELAMP_DEBUG"] = "1"
    context.obj = Context(home, Console(quiet=quiet, verbose=verbose))


app.add_typer(archive.app, name="archive")
app.add_typer(reference.app, name="reference")
app.add_typer(care.config_app, name="config")
asking.join(app)
care.join(app)
demo.join(app)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and let its errors through; the exit code. For `main`, and for the demo's tour."""
    command = typer.main.get_command(app)
    code: Any = command.main(list(arguments) if arguments is not None else None, "bluelamp", standalone_mode=False)
    return code if isinstance(code, int) else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code. Never shows a traceback unless --debug asks for one."""
    console = Console()
    try:
        code = run(arguments)
        sys.stdout.flush()
        return code
    except (typer.Abort, KeyboardInterrupt):
        console.error("Interrupted. What was finished is kept; run the same command again to go on.")
        return 130
    except typer.Exit as ended:
        return ended.exit_code
    except TyperException as error:
        where = getattr(error, "ctx", None)
        if type(error).__name__ == "NoArgsIsHelpError":
            sys.stdout.write(error.format_message() + "\n")
        else:
            console.error(error.format_message(), f"See: {where.command_path} --help" if where is not None else "")
        return 2
    except BluelampError as error:
        if os.environ.get("BLUELAMP_DEBUG"):
            raise
        console.error(error.message, error.hint)
        return error.exit_code
    except BrokenPipeError:
        # The reader had enough, as with `| head`: no reason to complain, and nowhere left to write.
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        return 0
    except Exception as error:
        if os.environ.get("BLUELAMP_DEBUG"):
            raise
        console.error(
            f"Something went wrong inside Bluelamp: {type(error).__name__}: {error}",
            "Nothing half done is published. Run again with --debug and report what it shows.",
        )
        return 1
