"""`bluelamp archive status | coverage | files | releases | forces`: what is held, what is not, and where it is from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted, size_words
from bluelamp.cli.options import console_of, context_of, examples, open_archive
from bluelamp.errors import NothingHeld, UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.domain.coverage import Cell, State
    from bluelamp.domain.month import Month

_NOTHING = "Nothing is held yet in {home}. Load a release: bluelamp archive load PATH"


def _complete_state(incomplete: str) -> list[str]:
    from bluelamp.domain.coverage import State

    return [str(state) for state in State if state.startswith(incomplete)]


def _complete_verdict(incomplete: str) -> list[str]:
    from bluelamp.archive.status import VERDICTS

    return [verdict for verdict in VERDICTS if verdict.startswith(incomplete)]


def status(context: typer.Context, json: options.AsJson = False) -> int:
    """Say what is held, how large it is, and what is unfinished."""
    from bluelamp.archive.status import status_of

    console = console_of(context)
    facts = status_of(open_archive(context, looking=True))
    if json:
        console.out_json(facts)
        return exits.DONE
    if not facts["releases"]:
        console.out(_NOTHING.format(home=facts["home"]))
        return exits.DONE
    console.sentence(f"Releases held: {', '.join(facts['releases'])}; months {facts['from']} to {facts['to']}")
    for name, held in facts["datasets"].items():
        console.out(f"  {name:9} {held['rows']:>12,} rows; {held['held']:,} of {held['expected']:,} force-months held")
    console.sentence(facts["scope"])
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in facts["files"].items())
    console.sentence(f"Files received: {verdicts}")
    sizes = ", ".join(f"{name} {size_words(size)}" for name, size in facts["bytes"].items())
    console.sentence(f"On disk in {facts['home']}: {sizes}")
    version = facts["data_version"]
    console.out(
        f"Data version: {version['name']}, built {version['built_at']}" if version else "Nothing is published yet."
    )
    if facts["unfinished"]:
        waiting = counted(facts["unfinished"], "file")
        console.out(f"{waiting} not loaded yet: bluelamp archive load (without a path) goes on.")
    for sentence in facts["reference_missing"]:
        console.sentence(f"Missing reference data: {sentence}")
    return exits.DONE


def coverage(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    state: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STATE",
            help="Only this state, such as missing, 'not held', 'not covered' or 'out of scope'; repeatable.",
            autocompletion=_complete_state,
        ),
    ] = None,
    as_of: options.AsOf = None,
    json: options.AsJson = False,
) -> int:
    """Say which force-months are held and which are not, and why.

    Derived from the files that were received, never from counts.
    """
    from bluelamp.archive.status import coverage_cells
    from bluelamp.domain.coverage import State
    from bluelamp.questions.question import near

    chosen = options.selection(force, first, last, dataset)
    for name in state or ():
        if name not in list(State):
            raise UsageError(f"There is no state “{name}”.", near(name, [str(one) for one in State]))
    archive = open_archive(context, looking=True)
    every = coverage_cells(archive, options.month(as_of, "--as-of"))
    cells = [cell for cell in every if chosen.wants(cell.unit)]
    shown = {State(name) for name in state or State}
    console = console_of(context)
    if json:
        for cell in cells:
            if cell.state in shown:
                console.out_json(_cell_facts(cell))
        return exits.DONE
    if not cells:
        raise NothingHeld("No force-month fits.", "See what is held: bluelamp archive status")
    # What lies outside the scope is said once, and line by line only to those who ask for it.
    outside = State.OUT_OF_SCOPE
    told = shown if force or state else shown - {outside}
    _coverage_table(console, cells, told)
    if outside not in told and any(cell.state is outside for cell in cells):
        from bluelamp.domain.coverage import scope_of_cells
        from bluelamp.domain.scope_words import outside_words

        console.out()
        console.sentence(outside_words(scope_of_cells(every)))
        console.sentence("The scope is shown, and changed, by: bluelamp archive scope")
    return exits.DONE


def _cell_facts(cell: Cell) -> dict[str, Any]:
    return {
        "dataset": cell.unit.dataset,
        "force": cell.unit.force,
        "month": str(cell.unit.month),
        "state": str(cell.state),
        "release": str(cell.release) if cell.release else None,
        "rows": cell.rows if cell.state.has_data else None,
    }


def _coverage_table(console: Console, cells: list[Cell], shown: set[State]) -> None:
    """One line for each dataset and force that has a cell in one of these states."""

    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells:
        groups.setdefault((cell.unit.dataset, cell.unit.force), []).append(cell)
    rows = []
    for (dataset, force), its_cells in groups.items():
        if not any(cell.state in shown for cell in its_cells):
            continue
        # Held and expected are those of the whole group, whatever states are asked for.
        expected = sum(cell.state.is_expected for cell in its_cells)
        held = sum(cell.state.has_data for cell in its_cells)
        rows.append((dataset, force, held, expected, _gaps(its_cells, shown)))
    console.table(["dataset", "force", "held", "expected", "not held, or empty"], rows, right=(2, 3))


def _gaps(cells: list[Cell], shown: set[State]) -> str:
    from bluelamp.domain.coverage import State
    from bluelamp.domain.month import runs

    months: dict[State, list[Month]] = {}
    for cell in cells:
        if cell.state is not State.HELD and cell.state in shown:
            months.setdefault(cell.state, []).append(cell.unit.month)
    return "; ".join(
        f"{state} {begin}" + (f" to {end}" if end != begin else "")
        for state, its_months in months.items()
        for begin, end in runs(its_months)
    )


def files(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    state: Annotated[
        str | None,
        typer.Option(
            metavar="VERDICT",
            help="Only this verdict: loaded, unchanged, superseded, quarantined, 'not fetched' or waiting.",
            autocompletion=_complete_verdict,
        ),
    ] = None,
    json: options.AsJson = False,
) -> int:
    """List every file ever received, with its hash and verdict."""
    from bluelamp.archive.status import VERDICTS, ledger_lines
    from bluelamp.questions.question import near

    if state is not None and state not in VERDICTS:
        raise UsageError(f"There is no verdict “{state}”.", near(state, VERDICTS))
    chosen = options.selection(force, first, last, dataset)
    console = console_of(context)
    lines = [
        line
        for line in ledger_lines(open_archive(context, looking=True).ledger, chosen)
        if state is None or line["verdict"] == state
    ]
    if json:
        for line in lines:
            console.out_json(line)
        return exits.DONE
    if not lines:
        console.out("No file fits.")
        return exits.DONE
    console.table(
        ["file", "release", "verdict", "rows", "rejected", "sha-256", "reason"],
        [
            (
                line["member"].replace("\\", "/").rsplit("/", 1)[-1], line["release"], line["verdict"],
                line["rows_loaded"], line["rows_rejected"], line["sha256"][:8], line["reason"],
            )
            for line in lines
        ],
        right=(3, 4),
    )  # fmt: skip
    return exits.DONE


def releases(
    context: typer.Context,
    published: Annotated[
        bool, typer.Option("--published", help="Ask data.police.uk which releases it publishes.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """List the releases held, or those that data.police.uk offers."""
    console = console_of(context)
    if published:
        return _published_releases(context, console, json)
    rows = [_receipt_facts(receipt) for receipt in open_archive(context, looking=True).ledger.receipts()]
    if json:
        for row in rows:
            console.out_json(row)
        return exits.DONE
    if not rows:
        console.out("No release is held yet. Load one: bluelamp archive load PATH")
        return exits.DONE
    console.table(
        ["release", "months", "received", "new", "same", "not fetched", "quarantined", "from"],
        [
            (
                row["release"], f"{row['from']} to {row['to']}" if row["from"] else None, row["received_at"][:10],
                row["loaded"] + row["waiting"], row["unchanged"], row["not_fetched"], row["quarantined"],
                f"{row['kind']} {row['origin'].rstrip('/').rsplit('/', 1)[-1]}",
            )
            for row in rows
        ],
        right=(3, 4, 5, 6),
    )  # fmt: skip
    return exits.DONE


def _receipt_facts(receipt: dict[str, Any]) -> dict[str, Any]:
    from bluelamp.domain.month import Month

    received = receipt["files"]
    return {
        "release": str(Month(receipt["release"])),
        "from": str(Month(receipt["window_first"])) if receipt["window_first"] else None,
        "to": str(Month(receipt["window_last"])) if receipt["window_last"] else None,
        "complete": receipt["complete"],
        "kind": receipt["kind"],
        "origin": receipt["origin"],
        "version": receipt["version"],
        "received_at": receipt["received_at"],
        "loaded": received.get("loaded", 0),
        "waiting": received.get("waiting", 0),
        "unchanged": received.get("unchanged", 0),
        "not_fetched": received.get("not fetched", 0),
        "quarantined": received.get("quarantined", 0),
        "ignored": len(receipt["ignored"]),
    }


def _published_releases(context: typer.Context, console: Console, json: bool) -> int:
    from bluelamp.archive.discover import published_releases
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    with open_client(settings, console.detail) as client:
        for found in published_releases(client, settings.police_uk_url):
            if json:
                console.out_json({"release": str(found.month), "url": found.url, "size": found.size})
            else:
                size = size_words(found.size) if found.size else "size not stated"
                console.out(f"{found.month}  {size:>14}  {found.url}")
            console.flush()
    return exits.DONE


def forces(context: typer.Context, json: options.AsJson = False) -> int:
    """List the 45 publishers, with the names that --force takes."""
    from bluelamp.domain.dataset import DATASETS
    from bluelamp.domain.force import FORCES

    console = console_of(context)
    rows = [
        (force.slug, force.name, [dataset.name for dataset in DATASETS if force.publishes(dataset)]) for force in FORCES
    ]
    if json:
        for slug, name, datasets in rows:
            console.out_json({"force": slug, "name": name, "datasets": datasets})
        return exits.DONE
    console.table(["force", "name", "publishes"], [(slug, name, ", ".join(datasets)) for slug, name, datasets in rows])
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command(epilog=examples("bluelamp archive status", "bluelamp archive status --json"))(status)
    app.command(
        epilog=examples(
            "bluelamp archive coverage --dataset stops --force greater-manchester",
            "bluelamp archive coverage --state missing --json",
        )
    )(coverage)
    app.command(
        epilog=examples(
            "bluelamp archive files --state quarantined",
            "bluelamp archive files --force kent --dataset crimes --json",
        )
    )(files)
    app.command(epilog=examples("bluelamp archive releases", "bluelamp archive releases --published"))(releases)
    app.command(epilog=examples("bluelamp archive forces", "bluelamp archive forces --json"))(forces)
