"""Options that several commands share, so that they are spelled and explained the same everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.domain.dataset import BY_NAME, BY_SUFFIX
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.app import Context
    from bluelamp.cli.console import Console


def _complete_force(incomplete: str) -> list[str]:
    return [slug for slug in BY_SLUG if slug.startswith(incomplete)]


def _complete_dataset(incomplete: str) -> list[str]:
    return [name for name in BY_NAME if name.startswith(incomplete)]


Forces = Annotated[
    list[str] | None,
    typer.Option("--force", help="Only this force; repeat for several.", autocompletion=_complete_force),
]
Datasets = Annotated[
    list[str] | None,
    typer.Option(
        "--dataset", help="Only crimes, outcomes or stops; repeat for several.", autocompletion=_complete_dataset
    ),
]
From = Annotated[str | None, typer.Option("--from", help="From this month on, YYYY-MM.")]
To = Annotated[str | None, typer.Option("--to", help="Up to and with this month, YYYY-MM.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, and nothing else.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="As known at this release, YYYY-MM.")]
DatasetArgument = Annotated[
    str, typer.Argument(help="crimes, outcomes or stops.", autocompletion=_complete_dataset, metavar="DATASET")
]


def context_of(context: typer.Context) -> Context:
    found: Context = context.obj
    return found


def console_of(context: typer.Context) -> Console:
    return context_of(context).console


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
    from bluelamp.questions.question import find_force, near

    chosen = set()
    for name in datasets or ():
        dataset = BY_NAME.get(name) or BY_SUFFIX.get(name)
        if dataset is None:
            raise UsageError(f"There is no dataset “{name}”.", near(name, BY_NAME))
        chosen.add(dataset.name)
    begin, end = month(first, "--from"), month(last, "--to")
    if begin and end and begin > end:
        raise UsageError(f"The months run backwards: --from {begin} --to {end}.")
    return Selection(frozenset(find_force(name) for name in forces or ()), frozenset(chosen), begin, end)
