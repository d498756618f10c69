"""`bluelamp serve`: the web pages and the API."""

from __future__ import annotations

from typing import Annotated

import typer

from bluelamp.cli import exits
from bluelamp.cli.options import console_of, context_of, examples


def serve(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The address to listen on; 0.0.0.0 for all of this machine's.")
    ] = None,
    port: Annotated[int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="The port; 0 for any free one.")] = None,
    workers: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, max=64, help="Processes; all read one warehouse.")
    ] = None,
) -> int:
    """Serve the dashboards, the map and the API.

    By default to this machine only. New data is served as soon as a load has published it, without a restart.
    """
    here = context_of(context)
    here.flags.update({name: value for name, value in (("host", host), ("port", port), ("workers", workers)) if value is not None})
    console = console_of(context)
    from bluelamp.web.serve import serve as run

    def started(address: str) -> None:
        console.note(f"Serving {here.settings.home}; Ctrl-C ends it.")
        console.out(address)
        console.flush()

    try:
        run(here.settings, started)
    except KeyboardInterrupt:
        console.note("Stopped.")
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command("serve", epilog=examples("bluelamp serve", "bluelamp serve --host 0.0.0.0 --port 80 --workers 2"))(serve)
