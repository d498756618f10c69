"""`bluelamp archive load | sync | rebuild`: what takes releases in, and makes everything else anew from them."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.archive_load_messages import print_fetched, print_loaded, print_plan, print_saved, print_waiting
from bluelamp.cli.console import counted
from bluelamp.cli.options import console_of, context_of, examples, open_archive
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load_report import LoadRequest
    from bluelamp.archive.workflow import Archive
    from bluelamp.cli.console import Console
    from bluelamp.domain.selection import Selection
    from bluelamp.sources.http import HttpClient


def load(
    context: typer.Context,
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="Releases: zips, unpacked folders, CSV files or web addresses. Without any: finish.",
        ),
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="The release that this is, where its name does not say so."),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="It lists all of the release: what it lacks, the force did not publish.")
    ] = False,
    part: Annotated[
        bool, typer.Option("--part", help="It is a part of the release: what it lacks is merely not held.")
    ] = False,
    named_as: Annotated[
        str | None,
        typer.Option(
            "--as",
            metavar="FORCE:YYYY-MM:DATASET",
            help="What the one file at PATH is, whatever its name, such as kent:2024-03:crimes.",
        ),
    ] = None,
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Load releases; without a path, finish an interrupted load.

    Loading the same release again changes nothing; loading the next one reads only the files that changed.
    """
    from bluelamp.api import load_into
    from bluelamp.archive.load_report import LoadRequest
    from bluelamp.archive.locations import refuse_wrong_paths, stated_unit

    chosen = options.selection(force, first, last, dataset)
    stated = options.month(release, "--release")
    if stated is not None and len(paths or ()) > 1:
        raise UsageError("--release states what one archive is; load several one by one.")
    if whole and part:
        raise UsageError("--whole and --part say the opposite of each other.", "Say one; or neither, and it is told.")
    said = True if whole else False if part else None
    locations = paths or []
    unit = stated_unit(named_as, locations, "--as")
    wanted = LoadRequest(locations, stated, chosen, said, unit)
    refuse_wrong_paths(locations)
    archive = open_archive(context, looking=dry_run)
    console = console_of(context)
    if dry_run:
        return _preview(context, archive, wanted, json)

    def received(location: str, fetched: Fetched) -> None:
        if not json:
            print_fetched(console, location, fetched)

    report = load_into(archive, context_of(context).settings, wanted, console.progress(), received, console.detail)
    return print_loaded(console, report, json)


def _preview(context: typer.Context, archive: Archive, request: LoadRequest, json: bool) -> int:
    """What a load would do; nothing is written."""
    from bluelamp.archive.locations import is_saved_answer, release_at
    from bluelamp.bootstrap import open_client

    console, settings = console_of(context), context_of(context).settings
    for location in request.locations:
        if is_saved_answer(location):
            print_saved(console, location, request.unit, json)
            continue
        client = partial(open_client, settings, console.detail)
        with release_at(archive.home, location, client, dry_run=True, unit=request.unit) as source:
            plan = archive.preview(source, release=request.release, selection=request.selection, whole=request.whole)
            print_plan(console, source, plan, json)
    if not request.locations:
        print_waiting(console, archive.unfinished(), json)
    return exits.DONE


def sync(
    context: typer.Context,
    release: Annotated[str, typer.Option(metavar="YYYY-MM", help="The release to fetch, or latest.")] = "latest",
    force: options.Forces = None,
    first: options.From = None,
    last: options.To = None,
    dataset: options.Datasets = None,
    from_api: Annotated[
        bool,
        typer.Option("--from-api", help="Ask the API instead: stops by --force, --from, --to; crimes by --near."),
    ] = False,
    near: Annotated[
        str | None,
        typer.Option(
            metavar="LAT,LNG", help="With --from-api: crimes within a mile of this point, in the months --from, --to."
        ),
    ] = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Fetch a release from data.police.uk and load it.

    Only the files that are new are fetched, by parts of the zip: one force of a release is a few MB.
    """
    chosen = options.selection(force, first, last, dataset)
    if near is not None and not from_api:
        raise UsageError("--near asks the API.", "Add --from-api, --from and --to.")
    archive = open_archive(context, looking=dry_run)
    console = console_of(context)
    if from_api and dry_run:
        return _print_questions(console, near, chosen, json)
    from bluelamp.archive.load_report import LoadReport
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    with open_client(settings, console.detail) as client:
        if from_api:
            fetched = _from_api(archive, client, settings.police_uk_url, near, chosen, console)
        else:
            from bluelamp.archive.discover import find_release
            from bluelamp.archive.locations import release_at

            def same() -> AbstractContextManager[HttpClient]:
                return nullcontext(client)  # the command closes it

            found = find_release(client, settings.police_uk_url, release)
            console.note(f"Release {found.month}: {found.url}")
            if dry_run:
                with release_at(archive.home, found.url, same, dry_run=True) as source:
                    print_plan(console, source, archive.preview(source, release=found.month, selection=chosen), json)
                return exits.DONE
            with archive.writing(), release_at(archive.home, found.url, same) as source:
                fetched = archive.receive(source, release=found.month, selection=chosen, progress=console.progress())
            if not json:
                print_fetched(console, found.url, fetched)
    loaded, version = archive.finish(console.progress())
    return print_loaded(console, LoadReport([fetched], loaded, version), json)


def rebuild(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    json: options.AsJson = False,
) -> int:
    """Make lake and warehouse anew from the bytes as received.

    Gives the same answers; takes as long as a load.
    """
    console = console_of(context)
    archive = open_archive(context, looking=True)
    if not archive.ledger.releases():
        if json:
            console.out_json({"data_version": None, "changed": False})
        else:
            console.out("Nothing to do: nothing is held yet.")
        return exits.DONE
    if not yes and not _agreed(console):
        return exits.FAILED
    version = archive.rebuild(console.progress())
    if json:
        console.out_json({"data_version": version.name if version else None, "changed": version is not None})
    else:
        console.out(f"Rebuilt; data version {version.name} is published." if version else "Nothing to rebuild from.")
    return exits.DONE


def _agreed(console: Console) -> bool:
    if not sys.stdin.isatty():
        raise UsageError("A rebuild asks first, and nobody is here to answer.", "Say --yes.")
    # typer's own question writes a blank to standard output, which carries answers only.
    console.ask("Make the lake and the warehouse anew from the vault? [y/N] ")
    if sys.stdin.readline().strip().lower() in ("y", "yes"):
        return True
    console.note("Nothing was changed.")
    return False


def _point(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f"--near: “{text}” is no place.", "Write LATITUDE,LONGITUDE, such as 51.515,-0.09.") from None
    return latitude, longitude


def _from_api(
    archive: Archive, client: HttpClient, base: str, near: str | None, chosen: Selection, console: Console
) -> Fetched:
    from bluelamp.archive.from_api import receive_crimes_near, receive_stops

    if near is None:
        fetched = receive_stops(archive, client, base, chosen, console.progress())
    else:
        fetched = receive_crimes_near(archive, client, base, _point(near), chosen, console.progress())
    for what, why in fetched.ignored:
        console.note(f"  {what}: {why}")
    return fetched


def _print_questions(console: Console, near: str | None, chosen: Selection, json: bool) -> int:
    from bluelamp.archive.from_api import crime_units, stop_units

    units = stop_units(chosen) if near is None else crime_units(_point(near), chosen)
    if json:
        console.out_json({"kind": "api", "questions": len(units), "dry_run": True})
    else:
        console.out(f"The API would be asked {counted(len(units), 'question')}, one for each force and month.")
        console.out("Nothing was fetched or written: this was a dry run.")
    return exits.DONE


def join(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "bluelamp archive load 2024-03.zip",
            "bluelamp archive load downloads/ --force kent --from 2024-01",
            "bluelamp archive load 2024-04.zip --dry-run",
            "bluelamp archive load street.csv --as kent:2024-03:crimes",
        )
    )(load)
    app.command(
        epilog=examples(
            "bluelamp archive sync --force city-of-london",
            "bluelamp archive sync --release 2024-03 --dataset stops",
            "bluelamp archive sync --dry-run",
            "bluelamp archive sync --from-api --force kent --from 2024-01 --to 2024-03",
        )
    )(sync)
    app.command(epilog=examples("bluelamp archive rebuild", "bluelamp archive rebuild --yes"))(rebuild)
