"""`bluelamp ask`: a question of the warehouse, answered as a table, CSV or JSON, always with its coverage."""

from __future__ import annotations

import csv
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import options
from bluelamp.cli.options import console_of, context_of
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.questions.answer import Answer

_FORMATS = ("table", "csv", "json")


def ask(
    context: typer.Context,
    dataset: options.DatasetArgument,
    measure: Annotated[
        list[str] | None, typer.Option("--measure", "-m", help="What to count; repeat or separate by commas.")
    ] = None,
    by: Annotated[list[str] | None, typer.Option("--by", "-b", help="What to group by; repeat or separate by commas.")] = None,
    where: Annotated[
        list[str] | None,
        typer.Option("--where", "-w", help="FIELD=VALUE or FIELD!=VALUE; repeat for several values or fields."),
    ] = None,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    order: Annotated[
        list[str] | None, typer.Option("--order", help="Sort by a measure or field; -NAME for descending.")
    ] = None,
    limit: Annotated[int | None, typer.Option("--limit", help="At most this many rows; a cut answer says so.")] = None,
    as_of: options.AsOf = None,
    output: Annotated[str, typer.Option("--format", "-f", help="table, csv or json.")] = "table",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    words: Annotated[bool, typer.Option("--fields", help="List what this dataset can be asked, and end.")] = False,
) -> int:
    """Ask a question: bluelamp ask crimes --by month --where crime_type=Burglary --force kent

    Without --measure the records are counted. The answer says which force-months it covers.
    """
    from bluelamp.questions.answer import answer
    from bluelamp.questions.question import find_dataset, make_question, near

    console = console_of(context)
    if words:
        _list_fields(console, find_dataset(dataset))
        return 0
    chosen = "json" if json else output
    if chosen not in _FORMATS:
        raise UsageError(f"There is no format “{output}”.", near(output, _FORMATS))
    question = make_question(
        dataset,
        measures=measure or (),
        by=by or (),
        where=[*(where or ()), *(f"force={slug}" for slug in force or ())],
        first=options.month(first, "--from"),
        last=options.month(last, "--to"),
        order=order or (),
        limit=limit,
        as_of=options.month(as_of, "--as-of"),
    )
    from bluelamp.bootstrap import open_archive, open_warehouse

    settings = context_of(context).settings
    version = None
    if question.as_of is not None:
        version = open_archive(settings).as_of(question.as_of, console.progress())
    with open_warehouse(settings).reading(version) as connection:
        answered = answer(connection, question)
    _show(console, answered, chosen)
    return 0


def _show(console: Console, answered: Answer, chosen: str) -> None:
    if chosen == "json":
        console.out_json(answered.as_json())
        return
    names = [column.name for column in answered.columns]
    if chosen == "csv":
        from bluelamp.questions.export import spreadsheet_safe

        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([spreadsheet_safe(cell) for cell in row] for row in answered.rows)
    else:
        right = [at for at, column in enumerate(answered.columns) if column.kind == "measure"]
        shown = [[_month_or_year(cell, names[at]) for at, cell in enumerate(row)] for row in answered.rows]
        console.table(names, shown, right=right)
        console.out()
    _tell_coverage(console, answered, to_output=chosen == "table")


def _month_or_year(cell: object, name: str) -> object:
    return str(cell) if name == "year" and cell is not None else cell


def _tell_coverage(console: Console, answered: Answer, *, to_output: bool) -> None:
    say = console.out if to_output else console.note
    if answered.truncated:
        say(f"Cut off after {len(answered.rows):,} rows: there are more. Raise --limit or narrow the question.")
    say(f"Coverage: {answered.coverage.words()}")
    for gap in answered.coverage.gaps[:8]:
        say(f"  {gap.words()}.")
    if len(answered.coverage.gaps) > 8:
        say(f"  … and {len(answered.coverage.gaps) - 8:,} more gaps: bluelamp archive coverage, or --json, names them all.")
    for caveat in answered.caveats:
        say(f"Note: {caveat}")
    newest = f", newest release {answered.newest_release}" if answered.newest_release else ""
    say(f"Data version {answered.data_version}{newest}.")


def _list_fields(console: Console, spec: object) -> None:
    from bluelamp.questions.datasets import DatasetSpec

    assert isinstance(spec, DatasetSpec)
    console.out(f"{spec.name}: {spec.words}")
    console.table(["measure", "unit", "what it counts"], [(m.name, m.unit, m.words) for m in spec.measures])
    console.out()
    console.table(["field", "what it is"], [(d.name, d.words) for d in spec.dimensions])


def join(app: typer.Typer) -> None:
    app.command(
        "ask",
        epilog="Example: bluelamp ask stops --by officer_ethnicity --where object='Controlled drugs' --format csv",
    )(ask)
