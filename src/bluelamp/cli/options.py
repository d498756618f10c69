"""Options that several commands share, so that they are spelled, explained and completed the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.archive.workflow import Archive
    from bluelamp.cli.console import Console
    from bluelamp.cli.context import Context


def examples(*commands: str) -> str:
    """The end of a command's help: its examples, one a line. `\\b` keeps the lines from being joined."""
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


def complete_force(incomplete: str) -> list[str]:
    return [slug for slug in BY_SLUG if slug.startswith(incomplete)]


def complete_dataset(incomplete: str) -> list[str]:
    return [name for name in BY_NAME if name.startswith(incomplete)]


def complete_measure(context: typer.Context, incomplete: str) -> list[str]:
    """The measures of the dataset that stands on the command line already."""
    return _complete_names(context, incomplete, "measures")


def complete_field(context: typer.Context, incomplete: str) -> list[str]:
    """The fields of the dataset that stands on the command line already."""
    return _complete_names(context, incomplete, "dimensions")


def _complete_names(context: typer.Context, incomplete: str, which: str) -> list[str]:
    from bluelamp.questions.registry import datasets

    spec = datasets().get(str(context.params.get("dataset")))
    chosen = [spec] if spec else list(datasets().values())
    names = dict.fromkeys(one.name for spec in chosen for one in getattr(spec, which))
    return [name for name in names if name.startswith(incomplete)]


Forces = Annotated[
    list[str] | None,
    typer.Option(
        "--force", metavar="FORCE", help="Only this force; repeat for several.", autocompletion=complete_force
    ),
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset",
        metavar="DATASET",
        help="Only crimes, outcomes or stops; repeat for several.",
        autocompletion=complete_dataset,
    ),
]
From = Annotated[str | None, typer.Option("--from", metavar="YYYY-MM", help="From this month on.")]
To = Annotated[str | None, typer.Option("--to", metavar="YYYY-MM", help="Up to and with this month.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, and nothing else.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be fetched, and write nothing.")]
AsOf = Annotated[str | None, typer.Option("--as-of", metavar="YYYY-MM", help="As known at this release.")]
DatasetArgument = Annotated[
    str, typer.Argument(help="crimes, outcomes or stops.", autocompletion=complete_dataset, metavar="DATASET")
]


def context_of(context: typer.Context) -> Context:
    found: Context = context.obj
    return found


def console_of(context: typer.Context) -> Console:
    return context_of(context).console


def open_archive(context: typer.Context, *, looking: bool = False) -> Archive:
    """The archive flow; with `looking`, one that creates nothing where nothing is kept yet."""
    from bluelamp.bootstrap import open_archive as bootstrap

    return bootstrap(context_of(context).settings, looking=looking)


def month(text: str | None, option: str) -> Month | None:
    """A month option's value. Raises UsageError that names the option."""
    if text is None:
        return None
    try:
        return Month.parse(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}.") from None


def selection(
    forces: list[str] | None, first: str | None, last: str | None, datasets: list[str] | None = None
) -> Selection:
    """The selection that the options state. Raises UsageError with near names."""
    from bluelamp.api import select

    begin, end = month(first, "--from"), month(last, "--to")
    if begin and end and begin > end:
        raise UsageError(f"The months run backwards: --from {begin} --to {end}.")
    return select(forces or (), datasets or (), begin, end)
