"""`bluelamp reference …`: areas, boundaries and residents from the Office for National Statistics."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import console_of, context_of, examples

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.storage.reference.store import ReferenceStore

app = typer.Typer(
    help="Areas, boundaries and residents, from the ONS.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp reference sync", "bluelamp reference status"),
)


def _complete_kind(incomplete: str) -> list[str]:
    from bluelamp.domain.area import REFERENCE_KINDS

    return [kind for kind in REFERENCE_KINDS if kind.startswith(incomplete)]


@app.command(
    epilog=examples(
        "bluelamp reference sync",
        "bluelamp reference sync --from-files geography/",
        "bluelamp reference sync --kind residents --dry-run",
    )
)
def sync(
    context: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from-files", metavar="PATH", help="A folder or files to read instead of downloading; repeat for several."
        ),
    ] = None,
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Only this kind, such as residents; repeat for several.",
            autocompletion=_complete_kind,
        ),
    ] = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Take in reference data: download it, or read files.

    Figures by local authority are published with it at once.
    """
    from bluelamp.archive.reference import check_kinds, take_in
    from bluelamp.bootstrap import open_client

    console = console_of(context)
    settings = context_of(context).settings
    check_kinds(kind or [])
    if dry_run:
        return _print_plan(console, options.open_archive(context, looking=True).reference, files, kind, json)
    archive = options.open_archive(context)
    before = archive.reference.version()
    result = take_in(
        archive, files or [], kind or [], lambda: open_client(settings, console.detail), console.progress()
    )
    for line in result.taken:
        if json:
            console.out_json(line)
        else:
            console.out(f"{line['kind']}: {counted(line['rows'], 'row')} from {line['source']}")
    for problem in result.problems:
        console.note(problem)
    if not json:
        if result.version is not None:
            console.out(f"Data version {result.version.name} is published with it.")
        elif archive.reference.version() == before:
            console.out("Nothing to do: all of it is held already.")
        _print_missing(console, archive.reference)
    return exits.IN_PART if result.failed else exits.DONE


def _print_plan(
    console: Console, store: ReferenceStore, files: list[Path] | None, kinds: list[str] | None, json: bool
) -> int:
    from bluelamp.sources.reference import REFERENCE_FILES

    held = store.held()
    for name, file in REFERENCE_FILES.items():
        if (kinds and name not in kinds) or (not kinds and not file.url):
            continue
        source = ", ".join(str(path) for path in files) if files else file.url or "a file that you give"
        if json:
            console.out_json({"kind": name, "source": source, "held": name in held, "dry_run": True})
        else:
            console.sentence(f"{name} ({'held already' if name in held else 'not held'}): {source}")
    if not json:
        console.out("Nothing was fetched or written: this was a dry run.")
    return exits.DONE


@app.command(epilog=examples("bluelamp reference status", "bluelamp reference status --json"))
def status(context: typer.Context, json: options.AsJson = False) -> int:
    """Say which reference data is held and what is missing.

    With where each came from and when, and what does not work without the rest.
    """
    from bluelamp.bootstrap import open_reference

    console = console_of(context)
    store = open_reference(context_of(context).settings)
    held = store.held()
    if json:
        for kind, one in held.items():
            console.out_json({"kind": kind, "rows": one.rows, "source": one.source, "read_on": str(one.read_on)})
        return exits.DONE
    if held:
        console.table(
            ["kind", "rows", "read on", "source"],
            [(kind, one.rows, str(one.read_on), one.source) for kind, one in held.items()],
            right=(1,),
        )
    _print_missing(console, store)
    return exits.DONE


def _print_missing(console: Console, store: ReferenceStore) -> None:
    missing = store.missing()
    for sentence in missing:
        console.sentence(f"Missing: {sentence}")
    if missing:
        console.out("Get it: bluelamp reference sync")
