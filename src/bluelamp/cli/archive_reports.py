"""`bluelamp archive quality | diff`: what is odd about the data, and what a release changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import console_of, context_of, examples, open_archive

if TYPE_CHECKING:
    from bluelamp.archive.diff import FileDiff
    from bluelamp.archive.quality import Finding
    from bluelamp.cli.console import Console


def quality(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    by_file: Annotated[
        bool, typer.Option("--by-file", help="One line per file instead of per kind of finding.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """The data-quality report: what is odd about the data.

    Records without a map point or an area, duplicates, unknown values, points far outside their force, and more.
    """
    from bluelamp.archive.quality import quality_of
    from bluelamp.bootstrap import open_warehouse

    chosen = options.selection(force, first, last, dataset)
    console = console_of(context)
    with open_warehouse(context_of(context).settings).reading() as connection:
        found = [finding for finding in quality_of(connection) if chosen.wants(finding.unit)]
    if json:
        for finding in found:
            console.out_json(finding.as_json())
        return exits.DONE
    if not found:
        console.out("No finding.")
        return exits.DONE
    if by_file:
        _by_file(console, found)
    else:
        _by_kind(console, found)
    return exits.DONE


def _by_file(console: Console, found: list[Finding]) -> None:
    names = ["dataset", "force", "month", "finding", "field", "rows", "IDs", "of", "share", "example"]
    console.table(
        names,
        [
            (
                f.unit.dataset, f.unit.force, str(f.unit.month), f.finding, f.field, f.rows, f.ids,
                f.of_rows, f"{f.share:.1%}", f.example,
            )
            for f in found
        ],
        right=(5, 6, 7, 8),
    )  # fmt: skip


def _by_kind(console: Console, found: list[Finding]) -> None:
    from bluelamp.archive.quality import FINDINGS, ids_of

    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault((finding.unit.dataset, finding.finding, finding.field), []).append(finding)
    console.table(
        ["dataset", "finding", "field", "files", "rows", "IDs"],
        [(*key, len(its), sum(one.rows for one in its), ids_of(its)) for key, its in sorted(kinds.items())],
        right=(3, 4, 5),
    )
    console.out()
    # Once for each kind below the table: a column of sentences would be wider than a terminal.
    for name in FINDINGS:
        if any(finding.finding == name for finding in found):
            console.sentence(f"{name}: {FINDINGS[name]}")


def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The older release, YYYY-MM.", metavar="OLD")],
    new: Annotated[str, typer.Argument(help="The newer release, YYYY-MM.", metavar="NEW")],
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    json: options.AsJson = False,
) -> int:
    """Say what a release changed.

    In sentences, the largest revision first; then each force-month in which rows were added, removed or changed, and
    in which columns. The order of rows does not matter. --json has every force-month that is not the same, new ones
    too.
    """
    from bluelamp.archive.diff import DiffSummary
    from bluelamp.archive.diff import diff as compare
    from bluelamp.archive.diff_words import sentences

    chosen = options.selection(force, first, last, dataset)
    before, after = options.month(old, "OLD"), options.month(new, "NEW")
    assert before is not None
    assert after is not None
    console = console_of(context)
    archive = open_archive(context, looking=True)
    summary = DiffSummary()
    found = list(compare(archive.ledger, archive.vault, before, after, chosen, console.progress(), summary))
    told = sentences(found, summary, before, after)
    if json:
        # The sentences first, then the files that they sum up, one to a line.
        console.out_json({"old": old, "new": new, "headline": [one.as_json() for one in told]})
        for one in found:
            console.out_json(one.as_json())
        return exits.DONE
    for sentence in told:
        console.sentence(sentence.text)
    _differing_files(console, found)
    compared = summary.compared.total()
    both = "1 force-month is" if compared == 1 else f"{counted(compared, 'force-month')} are"
    console.note(f"{both} held of both releases, {summary.identical.total():,} of them the same byte for byte.")
    return exits.DONE


def _differing_files(console: Console, found: list[FileDiff]) -> None:
    """One line for each file that differs; those that only one release has are summed up by the sentences."""
    from bluelamp.archive.diff_sides import CHANGED, LONE

    shown = [one for one in found if one.kind not in LONE]
    if not shown:
        return
    console.out()
    console.table(
        ["dataset", "force", "month", "what", "old", "new", "added", "removed", "changed", "columns"],
        [
            (
                one.unit.dataset, one.unit.force, str(one.unit.month), one.kind, one.rows_old, one.rows_new,
                *((one.added, one.removed, one.changed) if one.kind == CHANGED else (None, None, None)),
                ", ".join(f"{name} {count:,}" for name, count in one.columns.most_common()) or one.note,
            )
            for one in shown
        ],
        right=(4, 5, 6, 7, 8),
    )  # fmt: skip


def join(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "bluelamp archive quality",
            "bluelamp archive quality --force cumbria --dataset stops --by-file",
        )
    )(quality)
    app.command(
        epilog=examples(
            "bluelamp archive diff 2020-11 2021-11",
            "bluelamp archive diff 2020-11 2021-11 --force city-of-london --json",
        )
    )(diff)
