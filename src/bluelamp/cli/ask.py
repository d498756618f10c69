"""`bluelamp ask`: a question of the warehouse, answered as a table, CSV or JSON, always with its coverage."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import console_of, context_of, examples
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.questions.answer import QueryResult
    from bluelamp.questions.model.dataset import DatasetSpec
    from bluelamp.questions.model.question import Question
    from bluelamp.settings import Settings

_FORMATS = ("table", "csv", "json")


def _complete_dataset(incomplete: str) -> list[str]:
    from bluelamp.questions.registry import datasets

    return [name for name in datasets() if name.startswith(incomplete)]


DatasetArgument = Annotated[
    str,
    typer.Argument(
        help="crimes, outcomes, stops, calls or incidents.", autocompletion=_complete_dataset, metavar="DATASET"
    ),
]
_GAPS_TOLD = 8


def ask(
    context: typer.Context,
    dataset: DatasetArgument,
    measure: Annotated[
        list[str] | None,
        typer.Option(
            "--measure",
            "-m",
            metavar="NAME",
            help="What to count; repeat or separate by commas.",
            autocompletion=options.complete_measure,
        ),
    ] = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            "-b",
            metavar="FIELD",
            help="What to group by; repeat or separate by commas.",
            autocompletion=options.complete_field,
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            "-w",
            metavar="FIELD=VALUE",
            help="Keep only these; FIELD!=VALUE leaves them out. Repeat for several values or fields.",
            autocompletion=options.complete_field,
        ),
    ] = None,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    order: Annotated[
        list[str] | None,
        typer.Option("--order", metavar="NAME", help="Sort by a measure or field; -NAME for descending."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="ROWS", help="At most so many rows; a cut answer says so.")
    ] = None,
    as_of: options.AsOf = None,
    output: Annotated[str, typer.Option("--format", "-f", metavar="FORMAT", help="table, csv or json.")] = "table",
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    words: Annotated[bool, typer.Option("--fields", help="List what this dataset can be asked, and end.")] = False,
) -> int:
    """Ask a question; the answer says what it covers.

    Without --measure the records are counted.
    """
    from bluelamp.questions.model.suggestions import near
    from bluelamp.questions.parsing import make_question
    from bluelamp.questions.registry import find_dataset

    console = console_of(context)
    if words:
        _list_fields(console, find_dataset(dataset), json)
        return exits.DONE
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
    _show(console, _answer(question, context_of(context).settings, console), chosen)
    return exits.DONE


def _answer(question: Question, settings: Settings, console: Console) -> QueryResult:
    from bluelamp.bootstrap import open_version
    from bluelamp.questions.answer import answer

    with open_version(settings, question, console.progress()) as version:
        return answer(version, question)


def _show(console: Console, answered: QueryResult, chosen: str) -> None:
    if chosen == "json":
        console.out_json(answered.as_json())
        return
    if chosen == "csv":
        from bluelamp.questions.export import spreadsheet_safe

        writer = csv.writer(console, lineterminator="\n")
        writer.writerow([column.name for column in answered.all_columns])
        writer.writerows([spreadsheet_safe(cell) for cell in row] for row in answered.all_rows)
    else:
        _show_table(console, answered)
        console.out()
    _print_coverage(console, answered, to_output=chosen == "table")


def _show_table(console: Console, answered: QueryResult) -> None:
    """The rows, and, where one of them is not complete, what each stands on; – where a figure is not known."""
    names = [column.name for column in answered.columns]
    right = [at for at, column in enumerate(answered.columns) if column.kind == "measure"]
    measures = set(right)
    shown: list[list[object]] = [
        ["–" if cell is None and at in measures else _month_or_year(cell, names[at]) for at, cell in enumerate(row)]
        for row in answered.rows
    ]
    if answered.question.by and not all(its.is_complete for its in answered.row_coverage):
        names = [*names, "held", "state"]
        for row, its in zip(shown, answered.row_coverage, strict=True):
            row += [f"{its.held:,} of {its.expected:,}", its.state]
        right = [*right, len(names) - 2]
    console.table(names, shown, right=right)


def _month_or_year(cell: object, name: str) -> object:
    return str(cell) if name == "year" and cell is not None else cell


def _print_coverage(console: Console, answered: QueryResult, *, to_output: bool) -> None:
    say = console.sentence if to_output else console.note
    if answered.truncated:
        say(
            f"Cut off after {counted(len(answered.rows), 'row')}: there are more. Raise --limit or narrow the question."
        )
    say(f"Coverage: {answered.coverage.words()}")
    gaps = answered.coverage.gaps
    told = len(gaps) if console.verbose else _GAPS_TOLD
    for gap in gaps[:told]:
        say(f"  {gap.words()}.")
    if len(gaps) > told:
        say(f"  … and {counted(len(gaps) - told, 'more gap')}: --verbose or --json names them all.")
    for caveat in answered.caveats:
        say(f"Note: {caveat}")
    newest = f", newest release {answered.newest_release}" if answered.newest_release else ""
    say(f"Data version {answered.data_version}{newest}.")


def crime(
    context: typer.Context,
    crime_id: Annotated[
        str, typer.Argument(help="A crime ID as published: 64 hexadecimal digits.", metavar="CRIME_ID")
    ],
    json: options.AsJson = False,
) -> int:
    """Show what became of a crime.

    Every row that bears its ID, and every outcome published under it.
    """
    from bluelamp.bootstrap import open_warehouse
    from bluelamp.questions.families.archive.crime import crime_history

    console = console_of(context)
    with open_warehouse(context_of(context).settings).reading() as connection:
        found = crime_history(connection, crime_id)
    if json:
        for one in found:
            console.out_json(one.as_json())
        return exits.DONE
    for one in found:
        console.out(f"{one.month.words()}, {one.force}: {one.crime_type}, {one.location or 'no location'}")
        console.out(f"  Last outcome category in the street file: {one.last_outcome or 'none'}")
        for given in one.outcomes:
            after = "" if given.months_after is None else f" ({given.months_after} months after the crime)"
            console.out(f"  {given.month.words()}: {given.outcome_type}{after}")
        if not one.outcomes:
            console.out(f"  {one.outcomes_words}")
    if any(one.id_names_several for one in found):
        console.out("This ID stands on several rows, so its outcomes cannot be given to one of them.")
    return exits.DONE


def _list_fields(console: Console, spec: DatasetSpec, json: bool) -> None:
    if json:
        console.out_json(
            {
                "dataset": spec.name,
                "words": spec.words,
                "measures": [{"name": m.name, "unit": m.unit, "words": m.words} for m in spec.measures],
                "fields": [{"name": d.name, "kind": d.kind.name, "words": d.words} for d in spec.dimensions],
                "caveats": list(spec.caveats),
            }
        )
        return
    console.out(f"{spec.name}: {spec.words}")
    console.out()
    console.table(["measure", "unit", "what it counts"], [(m.name, m.unit, m.words) for m in spec.measures])
    console.out()
    console.table(["field", "what it is"], [(d.name, d.words) for d in spec.dimensions])


def join(app: typer.Typer) -> None:
    app.command(
        "ask",
        epilog=examples(
            "bluelamp ask crimes --by month --where crime_type=Burglary --force kent",
            "bluelamp ask stops --by officer_ethnicity --where object='Controlled drugs' -f csv",
            "bluelamp ask outcomes --fields",
        ),
    )(ask)
    app.command("crime", epilog=examples(f"bluelamp crime {'0123456789abcdef' * 4}"))(crime)
