"""`bluelamp reference …`: areas, boundaries and residents from the Office for National Statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import options
from bluelamp.cli.options import console_of, context_of

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.storage.reference import ReferenceStore

app = typer.Typer(
    help="Areas, boundaries and residents, from the Office for National Statistics.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command(epilog="Example: bluelamp reference sync      Example: bluelamp reference sync --from-files geography/")
def sync(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Option("--from-files", help="A folder or files to read instead of downloading; repeat for several."),
    ] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only this kind; repeat for several.")] = None,
    json: options.AsJson = False,
) -> int:
    """Take in reference data: by download, or from files given; then publish figures by area."""
    from bluelamp.archive.reference import take_in
    from bluelamp.bootstrap import open_archive, open_client

    console = console_of(context)
    settings = context_of(context).settings
    archive = open_archive(settings)
    result = take_in(archive, files or [], kind or [], lambda: open_client(settings), console.progress())
    for line in result.taken:
        if json:
            console.out_json(line)
        else:
            console.out(f"{line['kind']}: {line['rows']:,} rows from {line['source']}")
    for problem in result.problems:
        console.note(problem)
    if not json:
        if result.version is not None:
            console.out(f"Data version {result.version.name} is published with it.")
        _tell_missing(console, archive.reference)
    return 3 if result.failed else 0


@app.command(epilog="Example: bluelamp reference status")
def status(context: typer.Context, json: options.AsJson = False) -> int:
    """Say which reference data is held, from where and when, and what is missing without the rest."""
    from bluelamp.bootstrap import open_reference

    console = console_of(context)
    store = open_reference(context_of(context).settings)
    held = store.held()
    if json:
        for kind, one in held.items():
            console.out_json({"kind": kind, "rows": one.rows, "source": one.source, "read_on": str(one.read_on)})
        return 0
    console.table(
        ["kind", "rows", "read on", "source"],
        [(kind, one.rows, str(one.read_on), one.source) for kind, one in held.items()],
        right=(1,),
    )
    _tell_missing(console, store)
    return 0


def _tell_missing(console: Console, store: ReferenceStore) -> None:
    for sentence in store.missing():
        console.out(f"Missing: {sentence}")
