"""`bluelamp serve`: the web pages and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits
from bluelamp.cli.options import context_of, examples

if TYPE_CHECKING:
    from bluelamp.cli.context import Context


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The address to listen on; 0.0.0.0 for all of this machine's.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="The port; 0 for any free one.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, max=64, help="Processes; all read one warehouse.")
    ] = None,
) -> int:
    """Serve the dashboards, the map and the API.

    By default to this machine only. New data is served as soon as a load has published it, without a restart.
    """
    return run_here(context_of(context), host=host, port=port, workers=workers)


def run_here(here: Context, **flags: object) -> int:
    """Serve with the settings of this run, changed by the flags that are given; until Ctrl-C."""
    from bluelamp.settings import read_settings
    from bluelamp.web.serve import serve as run

    settings, _ = read_settings({"home": here.home, **flags})
    console = here.console

    def started(address: str) -> None:
        console.note(f"Serving {settings.home}; Ctrl-C ends it.")
        console.out(address)
        console.flush()

    here.endless = True
    try:
        run(settings, started)
    except KeyboardInterrupt:
        console.note("Stopped.")
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command("serve", epilog=examples("bluelamp serve", "bluelamp serve --host 0.0.0.0 --port 80 --workers 2"))(
        serve
    )
