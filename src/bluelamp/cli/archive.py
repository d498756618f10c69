"""`bluelamp archive …`: take releases in, and say what is held, what is missing and what changed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli import options
from bluelamp.cli.console import size_words
from bluelamp.cli.options import console_of, context_of
from bluelamp.errors import NothingHeld, UsageError

if TYPE_CHECKING:
    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load import Loaded
    from bluelamp.archive.workflow import Archive
    from bluelamp.cli.console import Console
    from bluelamp.domain.selection import Selection
    from bluelamp.sources.http import HttpClient
    from bluelamp.sources.police_uk.release_source import ReleaseSource
    from bluelamp.storage.warehouse.database import Version

app = typer.Typer(
    help="The archive of data.police.uk: take releases in, and say what is held, missing and changed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

DONE_IN_PART = 3


def open_archive(context: typer.Context) -> Archive:
    from bluelamp.bootstrap import open_archive as bootstrap

    return bootstrap(context_of(context).settings)


# -- load -----------------------------------------------------------------------------------------------------


@app.command(
    epilog="Example: bluelamp archive load 2024-03.zip      Example: bluelamp archive load downloads/ --force kent"
)
def load(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[PATH]...", help="Releases: zips, unpacked folders, CSV files or URLs. Without any: finish."
        ),
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="The release that this is, YYYY-MM, where its name does not say so.")
    ] = None,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Load releases; without a path, finish what an interrupted load left undone.

    Loading the same release again changes nothing; loading the next one reads only the files that changed.
    """
    chosen = options.selection(force, first, last, dataset)
    stated = options.month(release, "--release")
    if stated is not None and len(paths or ()) > 1:
        raise UsageError("--release states what one archive is; load several one by one.")
    archive = open_archive(context)
    console = console_of(context)
    fetched = []
    for path in paths or ():
        with _source(context, path) as source:
            if dry_run:
                _tell_plan(console, archive, source, json)
                continue
            fetched.append(archive.receive(source, release=stated, selection=chosen, progress=console.progress()))
        if not json:
            _tell_fetched(console, path, fetched[-1])
    if dry_run:
        return 0
    loaded, version = archive.finish(console.progress())
    return _tell_loaded(console, archive, fetched, loaded, version, json)


def _source(context: typer.Context, path: str) -> Any:
    from bluelamp.sources.police_uk.archive import open_source

    if "://" not in path:
        return open_source(path)
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    spool = settings.home / "cache" / "download.zip.partial"
    spool.parent.mkdir(parents=True, exist_ok=True)
    return open_source(path, client=open_client(settings), spool=spool)


def _tell_plan(console: Console, archive: Archive, source: ReleaseSource, json: bool) -> None:
    members = source.members()
    total = sum(member.size for member in members)
    facts = {"origin": source.origin, "kind": source.kind, "files": len(members), "bytes": total}
    if json:
        console.out_json(facts)
    else:
        console.out(f"{source.origin} ({source.kind}): {len(members):,} files, {size_words(total)} unpacked.")
        console.out("Nothing was loaded: this was a dry run.")


def _tell_fetched(console: Console, path: str, fetched: Fetched) -> None:
    known = fetched.known + fetched.unchanged
    parts = [f"{fetched.listed:,} files", f"{fetched.new:,} new"]
    if known:
        parts.append(f"{known:,} held already")
    if fetched.left_out:
        parts.append(f"{fetched.left_out:,} left out by the selection")
    if fetched.unreadable:
        parts.append(f"{fetched.unreadable:,} unreadable")
    console.note(f"{path}: release {fetched.release}, " + ", ".join(parts))
    if not fetched.complete:
        console.note(
            f"  Its name states no release and it lists few forces, so it is read as a selection of {fetched.release}: "
            "what it lacks counts as not fetched. If it is a whole release, say --release YYYY-MM."
        )
    for name, why in fetched.ignored[:5]:
        console.note(f"  Left out: {_shown(name)}: {why}.")
    if len(fetched.ignored) > 5:
        console.note(f"  Left out: {len(fetched.ignored) - 5:,} more; the ledger keeps the whole list.")


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:120]


def _tell_loaded(
    console: Console, archive: Archive, fetched: list[Fetched], loaded: Loaded, version: Version | None, json: bool
) -> int:
    strangers = [pair for one in fetched for pair in one.ignored if "publishers" in pair[1] or "twice with" in pair[1]]
    unreadable = sum(one.unreadable for one in fetched)
    in_part = bool(loaded.quarantined or unreadable or strangers)
    if json:
        console.out_json(
            {
                "releases": sorted({str(one.release) for one in fetched}),
                "files_loaded": loaded.files - len(loaded.quarantined),
                "files_unchanged": sum(one.known + one.unchanged for one in fetched),
                "files_quarantined": len(loaded.quarantined) + unreadable,
                "rows_loaded": loaded.rows,
                "rows_rejected": loaded.rejected,
                "data_version": version.name if version else None,
                "changed": version is not None,
            }
        )
        return DONE_IN_PART if in_part else 0
    for file, reason in loaded.quarantined[:10]:
        console.note(f"  Quarantined: {_shown(file.member)} {reason}.")
    if len(loaded.quarantined) > 10:
        console.note(f"  Quarantined: {len(loaded.quarantined) - 10:,} more; see bluelamp archive files --state quarantined")
    if loaded.rejected:
        console.note(f"  {loaded.rejected:,} rows do not fit and are kept as issues: see bluelamp archive quality")
    if version is None:
        console.out("Nothing to do: everything in it is held already." if fetched else "Nothing to do.")
        return DONE_IN_PART if in_part else 0
    console.out(
        f"Loaded {loaded.rows:,} rows of {loaded.files - len(loaded.quarantined):,} files; "
        f"data version {version.name} is published."
    )
    if in_part:
        console.out(f"{len(loaded.quarantined) + unreadable:,} files could not be read and are quarantined with their reason.")
    return DONE_IN_PART if in_part else 0


# -- sync and releases ------------------------------------------------------------------------------------------


@app.command(epilog="Example: bluelamp archive sync --force city-of-london      Example: bluelamp archive sync --release 2024-03")
def sync(
    context: typer.Context,
    release: Annotated[str, typer.Option(help="The release to fetch: latest, or YYYY-MM.")] = "latest",
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    from_api: Annotated[
        bool,
        typer.Option("--from-api", help="Ask the API instead: stops by --force, --from, --to; crimes by --near."),
    ] = False,
    near: Annotated[
        str | None, typer.Option(help="LATITUDE,LONGITUDE: crimes within a mile, with --from-api, --from and --to.")
    ] = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Fetch a release from data.police.uk and load it: only the files that are new, by parts of the zip."""
    chosen = options.selection(force, first, last, dataset)
    archive = open_archive(context)
    console = console_of(context)
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    with open_client(settings) as client:
        if from_api:
            fetched = _from_api(archive, client, settings.police_uk_url, near, chosen, console)
        else:
            from bluelamp.archive.discover import find_release

            found = find_release(client, settings.police_uk_url, release)
            console.note(f"Release {found.month}: {found.url}")
            with _source(context, found.url) as source:
                if dry_run:
                    _tell_plan(console, archive, source, json)
                    return 0
                fetched = archive.receive(source, release=found.month, selection=chosen, progress=console.progress())
            if not json:
                _tell_fetched(console, found.url, fetched)
    loaded, version = archive.finish(console.progress())
    return _tell_loaded(console, archive, [fetched], loaded, version, json)


def _from_api(
    archive: Archive, client: HttpClient, base: str, near: str | None, chosen: Selection, console: Console
) -> Fetched:
    from bluelamp.archive.from_api import receive_crimes_near, receive_stops

    if near is None:
        fetched = receive_stops(archive, client, base, chosen, console.progress())
    else:
        try:
            latitude, longitude = (float(part) for part in near.split(","))
        except ValueError:
            raise UsageError(f"--near: “{near}” is no place.", "Write LATITUDE,LONGITUDE, such as 51.515,-0.09.") from None
        fetched = receive_crimes_near(archive, client, base, (latitude, longitude), chosen, console.progress())
    for what, why in fetched.ignored:
        console.note(f"  {what}: {why}")
    return fetched


@app.command(epilog="Example: bluelamp archive releases --published")
def releases(
    context: typer.Context,
    published: Annotated[
        bool, typer.Option("--published", help="Ask data.police.uk which releases it publishes.")
    ] = False,
    json: options.AsJson = False,
) -> int:
    """List the releases held, or (--published) those that data.police.uk offers."""
    console = console_of(context)
    if published:
        return _published_releases(context, console, json)
    rows = []
    for receipt in open_archive(context).ledger.receipts():
        rows.append(_receipt_facts(receipt))
    if json:
        for row in rows:
            console.out_json(row)
        return 0
    if not rows:
        console.out("No release is held yet. Load one: bluelamp archive load PATH")
        return 0
    console.table(
        ["release", "months", "kind", "received", "files new", "unchanged", "not fetched", "quarantined", "origin"],
        [
            (
                row["release"], f"{row['from']} to {row['to']}", row["kind"], row["received_at"], row["loaded"],
                row["unchanged"], row["not_fetched"], row["quarantined"], row["origin"],
            )
            for row in rows
        ],
        right=(4, 5, 6, 7),
    )  # fmt: skip
    return 0


def _receipt_facts(receipt: dict[str, Any]) -> dict[str, Any]:
    from bluelamp.domain.month import Month

    files = receipt["files"]
    return {
        "release": str(Month(receipt["release"])),
        "from": str(Month(receipt["window_first"])) if receipt["window_first"] else None,
        "to": str(Month(receipt["window_last"])) if receipt["window_last"] else None,
        "complete": receipt["complete"],
        "kind": receipt["kind"],
        "origin": receipt["origin"],
        "version": receipt["version"],
        "received_at": receipt["received_at"],
        "loaded": files.get("loaded", 0),
        "waiting": files.get("waiting", 0),
        "unchanged": files.get("unchanged", 0),
        "not_fetched": files.get("not fetched", 0),
        "quarantined": files.get("quarantined", 0),
        "ignored": len(receipt["ignored"]),
    }


def _published_releases(context: typer.Context, console: Console, json: bool) -> int:
    from bluelamp.archive.discover import published_releases
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    with open_client(settings) as client:
        for found in published_releases(client, settings.police_uk_url):
            if json:
                console.out_json({"release": str(found.month), "url": found.url, "size": found.size})
            else:
                size = size_words(found.size) if found.size else "size not stated"
                console.out(f"{found.month}  {size:>14}  {found.url}")
    return 0


# -- what is held -----------------------------------------------------------------------------------------------


@app.command(epilog="Example: bluelamp archive status --json")
def status(context: typer.Context, json: options.AsJson = False) -> int:
    """Say what is held: releases, files by verdict, rows, size, and whether anything is unfinished."""
    from bluelamp.archive.status import status_of

    console = console_of(context)
    facts = status_of(open_archive(context))
    if json:
        console.out_json(facts)
        return 0
    if not facts["releases"]:
        console.out(f"Nothing is held yet in {facts['home']}. Load a release: bluelamp archive load PATH")
        return 0
    console.out(f"Releases held: {', '.join(facts['releases'])}; months {facts['from']} to {facts['to']}")
    for name, held in facts["datasets"].items():
        console.out(
            f"  {name:9} {held['rows']:>12,} rows; {held['held']:,} of {held['expected']:,} force-months held"
        )
    verdicts = ", ".join(f"{count:,} {verdict}" for verdict, count in facts["files"].items())
    console.out(f"Files received: {verdicts}")
    sizes = ", ".join(f"{name} {size_words(size)}" for name, size in facts["bytes"].items())
    console.out(f"On disk in {facts['home']}: {sizes}")
    version = facts["data_version"]
    console.out(f"Data version: {version['name']}, built {version['built_at']}" if version else "Nothing is published yet.")
    if facts["unfinished"]:
        console.out(f"{facts['unfinished']:,} files wait to be loaded: bluelamp archive load (without a path) goes on.")
    for sentence in facts["reference_missing"]:
        console.out(f"Missing reference data: {sentence}")
    return 0


@app.command(epilog="Example: bluelamp archive coverage --dataset stops --force greater-manchester")
def coverage(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="Only this state: held, empty, missing, quarantined, 'not fetched', 'not published'."),
    ] = None,
    as_of: options.AsOf = None,
    json: options.AsJson = False,
) -> int:
    """Say which force-months are held and which are not, and why. Derived from files received, never from counts."""
    from bluelamp.archive.model import wanted
    from bluelamp.domain.coverage import State
    from bluelamp.questions.question import near

    chosen = options.selection(force, first, last, dataset)
    for name in state or ():
        if name not in list(State):
            raise UsageError(f"There is no state “{name}”.", near(name, [str(one) for one in State]))
    archive = open_archive(context)
    cells = [
        cell
        for cell in wanted(archive.ledger, archive.reference, options.month(as_of, "--as-of")).cells
        if chosen.wants(cell.unit) and (not state or cell.state in state)
    ]
    console = console_of(context)
    if json:
        for cell in cells:
            console.out_json(
                {
                    "dataset": cell.unit.dataset,
                    "force": cell.unit.force,
                    "month": str(cell.unit.month),
                    "state": str(cell.state),
                    "release": str(cell.release) if cell.release else None,
                    "rows": cell.rows if cell.state.has_data else None,
                }
            )
        return 0
    if not cells:
        raise NothingHeld("No force-month fits.", "See what is held: bluelamp archive status")
    _coverage_table(console, cells)
    return 0


def _coverage_table(console: Console, cells: list[Any]) -> None:
    from bluelamp.domain.coverage import State
    from bluelamp.domain.month import runs

    groups: dict[tuple[str, str], list[Any]] = {}
    for cell in cells:
        groups.setdefault((cell.unit.dataset, cell.unit.force), []).append(cell)
    rows = []
    for (dataset, force), its_cells in groups.items():
        expected = [cell for cell in its_cells if cell.state is not State.NOT_PUBLISHED]
        held = [cell for cell in its_cells if cell.state.has_data]
        absent: dict[State, list[Any]] = {}
        for cell in its_cells:
            if not cell.state.has_data:
                absent.setdefault(cell.state, []).append(cell.unit.month)
        gaps = [
            f"{state} {begin}" + (f" to {end}" if end != begin else "")
            for state, months in absent.items()
            for begin, end in runs(months)
        ]
        empty = sum(cell.state is State.EMPTY for cell in its_cells)
        if empty:
            gaps.append(f"{empty} empty")
        rows.append((dataset, force, len(held), len(expected), "; ".join(gaps)))
    console.table(["dataset", "force", "held", "expected", "not held, or empty"], rows, right=(2, 3))


@app.command(epilog="Example: bluelamp archive quality --force cumbria --dataset stops")
def quality(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    by_file: Annotated[bool, typer.Option("--by-file", help="One line per file instead of per kind of finding.")] = False,
    json: options.AsJson = False,
) -> int:
    """The data-quality report: unlocated and unmapped records, duplicates, unknown values, far points and more."""
    from bluelamp.archive.quality import FINDINGS, quality_of
    from bluelamp.bootstrap import open_warehouse

    chosen = options.selection(force, first, last, dataset)
    console = console_of(context)
    with open_warehouse(context_of(context).settings).reading() as connection:
        found = [finding for finding in quality_of(connection) if chosen.wants(finding.unit)]
    if json:
        for finding in found:
            console.out_json(finding.as_json())
        return 0
    if by_file:
        console.table(
            ["dataset", "force", "month", "finding", "field", "rows", "of", "share", "example"],
            [
                (
                    f.unit.dataset, f.unit.force, str(f.unit.month), f.finding, f.field, f.rows, f.of_rows,
                    f"{f.share:.1%}", f.example,
                )
                for f in found
            ],
            right=(5, 6, 7),
        )  # fmt: skip
        return 0
    totals: dict[tuple[str, str, str], list[int]] = {}
    for finding in found:
        total = totals.setdefault((finding.unit.dataset, finding.finding, finding.field), [0, 0])
        total[0] += 1
        total[1] += finding.rows
    console.table(
        ["dataset", "finding", "field", "files", "rows", "what it means"],
        [(d, name, field, *total, FINDINGS.get(name, "")) for (d, name, field), total in sorted(totals.items())],
        right=(3, 4),
    )
    return 0


@app.command(epilog="Example: bluelamp archive files --state quarantined")
def files(
    context: typer.Context,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    state: Annotated[
        str | None,
        typer.Option(help="Only this verdict: loaded, unchanged, superseded, quarantined, not fetched, waiting."),
    ] = None,
    json: options.AsJson = False,
) -> int:
    """List every force-month file ever received, with its hash and verdict: the ledger."""
    from bluelamp.archive.status import VERDICTS, ledger_lines
    from bluelamp.questions.question import near

    if state is not None and state not in VERDICTS:
        raise UsageError(f"There is no verdict “{state}”.", near(state, VERDICTS))
    chosen = options.selection(force, first, last, dataset)
    console = console_of(context)
    lines = [
        line
        for line in ledger_lines(open_archive(context).ledger, chosen)
        if state is None or line["verdict"] == state
    ]
    if json:
        for line in lines:
            console.out_json(line)
        return 0
    console.table(
        ["dataset", "force", "month", "release", "verdict", "rows", "rejected", "sha-256", "reason"],
        [
            (
                line["dataset"], line["force"], line["month"], line["release"], line["verdict"], line["rows_loaded"],
                line["rows_rejected"], line["sha256"][:12], line["reason"],
            )
            for line in lines
        ],
        right=(5, 6),
    )  # fmt: skip
    return 0


@app.command(epilog="Example: bluelamp archive diff 2020-11 2021-11 --force city-of-london")
def diff(
    context: typer.Context,
    old: Annotated[str, typer.Argument(help="The older release, YYYY-MM.")],
    new: Annotated[str, typer.Argument(help="The newer release, YYYY-MM.")],
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    json: options.AsJson = False,
) -> int:
    """Say what a release changed: rows added, removed and changed per force-month, and in which columns."""
    from bluelamp.archive.diff import DiffSummary
    from bluelamp.archive.diff import diff as compare

    chosen = options.selection(force, first, last, dataset)
    before, after = options.month(old, "OLD"), options.month(new, "NEW")
    assert before is not None
    assert after is not None
    console = console_of(context)
    archive = open_archive(context)
    summary = DiffSummary()
    found = []
    for one in compare(archive.ledger, archive.vault, before, after, chosen, console.progress(), summary):
        if json:
            console.out_json(one.as_json())
            sys.stdout.flush()
        else:
            found.append(one)
    if not json:
        console.table(
            ["dataset", "force", "month", "what", "rows old", "rows new", "added", "removed", "changed", "columns"],
            [
                (
                    one.unit.dataset, one.unit.force, str(one.unit.month), one.kind, one.rows_old, one.rows_new,
                    one.added, one.removed, one.changed,
                    ", ".join(f"{name} {count:,}" for name, count in one.columns.most_common()),
                )
                for one in found
            ],
            right=(4, 5, 6, 7, 8),
        )  # fmt: skip
    console.note(
        f"{summary.compared:,} force-months are in both releases, {summary.alike:,} of them alike (rows in any order)."
    )
    return 0


@app.command(epilog="Example: bluelamp archive rebuild --yes")
def rebuild(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> int:
    """Make lake and warehouse anew from the bytes as received. Gives the same answers; takes as long as a load."""
    console = console_of(context)
    archive = open_archive(context)
    if not yes:
        typer.confirm("Make the lake and the warehouse anew from the vault?", abort=True, err=True)
    version = archive.rebuild(console.progress())
    console.out(f"Rebuilt; data version {version.name} is published." if version else "There is nothing to rebuild from.")
    return 0


