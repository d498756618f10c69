"""`bluelamp archive load | sync | rebuild`: what takes releases in, and makes everything else anew from them."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted, size_words
from bluelamp.cli.options import console_of, context_of, examples, open_archive
from bluelamp.domain.rejected import FEW_REJECTED, share_words
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load import Loaded
    from bluelamp.archive.workflow import Archive
    from bluelamp.cli.console import Console
    from bluelamp.domain.release import ForceMonth
    from bluelamp.domain.selection import Selection
    from bluelamp.sources.http import HttpClient
    from bluelamp.sources.police_uk.release_source import ReleaseSource
    from bluelamp.storage.warehouse.database import Version

# Lists of files are told up to here, those of files left out a little further; --verbose tells them all.
_TOLD, _LEFT_OUT_TOLD = 5, 20


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
    chosen = options.selection(force, first, last, dataset)
    stated = options.month(release, "--release")
    if stated is not None and len(paths or ()) > 1:
        raise UsageError("--release states what one archive is; load several one by one.")
    if whole and part:
        raise UsageError("--whole and --part say the opposite of each other.", "Say one; or neither, and it is told.")
    said = True if whole else False if part else None
    unit = _unit(named_as, paths or [])
    _refuse_wrong_paths(paths or [])
    archive = open_archive(context, looking=dry_run)
    console = console_of(context)
    if dry_run:
        for path in paths or ():
            if _is_saved_answer(path):
                _tell_saved(console, path, unit, json)
                continue
            with _source(context, path, dry_run=True, unit=unit) as source:
                plan = archive.preview(source, release=stated, selection=chosen, whole=said)
                _tell_plan(console, source, plan, json)
        if not paths:
            _tell_waiting(console, archive.unfinished(), json)
        return exits.DONE
    from bluelamp.archive.from_api import receive_saved

    fetched = []
    # One lock over all of it: a second load is told at once, not after its download, and cannot slip in between.
    with archive.writing():
        for path in paths or ():
            if _is_saved_answer(path):
                fetched.append(receive_saved(archive, Path(path), unit, stated))
            else:
                with _source(context, path, dry_run=False, unit=unit) as source:
                    one = archive.receive(
                        source, release=stated, selection=chosen, progress=console.progress(), whole=said
                    )
                    fetched.append(one)
            if not json:
                _tell_fetched(console, path, fetched[-1])
        loaded, version = archive.finish(console.progress())
    return _tell_loaded(console, fetched, loaded, version, json)


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
        return _tell_questions(console, near, chosen, json)
    from bluelamp.bootstrap import open_client

    settings = context_of(context).settings
    with open_client(settings, console.detail) as client:
        if from_api:
            fetched = _from_api(archive, client, settings.police_uk_url, near, chosen, console)
        else:
            from bluelamp.archive.discover import find_release

            found = find_release(client, settings.police_uk_url, release)
            console.note(f"Release {found.month}: {found.url}")
            if dry_run:
                with _source(context, found.url, client=client, dry_run=True) as source:
                    _tell_plan(console, source, archive.preview(source, release=found.month, selection=chosen), json)
                return exits.DONE
            with archive.writing(), _source(context, found.url, client=client, dry_run=False) as source:
                fetched = archive.receive(source, release=found.month, selection=chosen, progress=console.progress())
            if not json:
                _tell_fetched(console, found.url, fetched)
    loaded, version = archive.finish(console.progress())
    return _tell_loaded(console, [fetched], loaded, version, json)


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


# -- where releases come from -----------------------------------------------------------------------------------


def _refuse_wrong_paths(paths: list[str]) -> None:
    """Open every path once before anything is received: one wrong name must not leave the others half done."""
    if len(paths) < 2:
        return
    from bluelamp.sources.police_uk.archive import open_source

    for path in paths:
        if "://" not in path and not _is_saved_answer(path):
            open_source(path).close()


def _unit(named_as: str | None, paths: list[str]) -> ForceMonth | None:
    from bluelamp.domain.member_name import parse_unit

    if named_as is None:
        return None
    if len(paths) != 1:
        raise UsageError("--as says what one file is; load several one by one.")
    try:
        return parse_unit(named_as)
    except ValueError as error:
        raise UsageError(f"--as: {error}.", "Write FORCE:YYYY-MM:DATASET, such as kent:2024-03:crimes.") from None


def _is_saved_answer(path: str) -> bool:
    return "://" not in path and path.lower().endswith(".json") and Path(path).is_file()


@contextmanager
def _source(
    context: typer.Context,
    location: str,
    *,
    client: HttpClient | None = None,
    dry_run: bool,
    unit: ForceMonth | None = None,
) -> Iterator[ReleaseSource]:
    """A release at a path or web address. A dry run keeps what a server without parts makes it fetch nowhere."""
    import tempfile
    from contextlib import ExitStack

    from bluelamp.sources.police_uk.archive import open_source
    from bluelamp.storage.files import storage_errors

    with ExitStack() as stack:
        if "://" not in location:
            yield stack.enter_context(open_source(location, unit=unit))
            return
        settings = context_of(context).settings
        if client is None:
            from bluelamp.bootstrap import open_client

            client = stack.enter_context(open_client(settings, console_of(context).detail))
        with storage_errors("write to BLUELAMP_HOME"):
            folder = settings.home / "cache"
            if dry_run:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bluelamp-")))
            folder.mkdir(parents=True, exist_ok=True)
        spool = folder / f"download.{os.getpid()}.zip.partial"
        stack.callback(spool.unlink, missing_ok=True)
        yield stack.enter_context(open_source(location, client=client, spool=spool))


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


# -- what is told -----------------------------------------------------------------------------------------------


def _tell_questions(console: Console, near: str | None, chosen: Selection, json: bool) -> int:
    from bluelamp.archive.from_api import crime_units, stop_units

    units = stop_units(chosen) if near is None else crime_units(_point(near), chosen)
    if json:
        console.out_json({"kind": "api", "questions": len(units), "dry_run": True})
    else:
        console.out(f"The API would be asked {counted(len(units), 'question')}, one for each force and month.")
        console.out("Nothing was fetched or written: this was a dry run.")
    return exits.DONE


def _tell_waiting(console: Console, waiting: int, json: bool) -> None:
    if json:
        console.out_json({"files_waiting": waiting, "dry_run": True})
    else:
        console.out(f"{counted(waiting, 'file')} received and not loaded yet." if waiting else "Nothing to do.")


def _tell_saved(console: Console, path: str, unit: ForceMonth | None, json: bool) -> None:
    from bluelamp.archive.from_api import saved_stops

    unit, saved = saved_stops(Path(path), unit)
    if json:
        console.out_json({"origin": path, "kind": "api", "files": 1, "stops": len(saved.stops), "dry_run": True})
    else:
        console.out(
            f"{path}: {counted(len(saved.stops), 'stop')}, to be read as {unit.force}:{unit.month}:{unit.dataset}"
        )
        console.out("Nothing was fetched or written: this was a dry run.")


def _tell_plan(console: Console, source: ReleaseSource, plan: Fetched, json: bool) -> None:
    if json:
        console.out_json(
            {
                "origin": source.origin,
                "kind": source.kind,
                "release": str(plan.release),
                "read_as": _reading_facts(plan),
                "files": plan.listed,
                "files_new": plan.new,
                "files_unchanged": plan.known + plan.unchanged,
                "files_left_out": plan.left_out,
                "files_unreadable": plan.unreadable,
                "bytes": plan.bytes_wanted,
                "dry_run": True,
            }
        )
        return
    console.out(f"{source.origin}: release {plan.release}, {counted(plan.listed, 'file')}")
    for line in _reading_lines(plan):
        console.sentence(line)
    console.out(f"  {plan.new:>7,} new, {size_words(plan.bytes_wanted)} to fetch")
    console.out(f"  {plan.known + plan.unchanged:>7,} unchanged, held already")
    console.out(f"  {plan.left_out:>7,} left out by the selection")
    if plan.unreadable:
        console.out(f"  {plan.unreadable:>7,} unreadable, to be quarantined")
    console.out("Nothing was fetched or written: this was a dry run.")


def _tell_fetched(console: Console, path: str, fetched: Fetched) -> None:
    known = fetched.known + fetched.unchanged
    parts = [counted(fetched.listed, "file"), f"{fetched.new:,} new"]
    if known:
        parts.append(f"{known:,} held already")
    if fetched.left_out:
        parts.append(f"{fetched.left_out:,} left out by the selection")
    if fetched.unreadable:
        parts.append(f"{fetched.unreadable:,} unreadable")
    console.note(f"{path}: release {fetched.release}, " + ", ".join(parts))
    for line in _reading_lines(fetched):
        console.note(f"  {line}")
    if fetched.newest is not None and fetched.newest > fetched.release:
        console.note(
            f"  It is called {fetched.release} and holds months up to {fetched.newest}: if that is the release, "
            f"load it with --release {fetched.newest}."
        )
    names = [f"  Read as {_shown(published)}: {_shown(name)}" for name, published in fetched.oddly_named]
    _tell_some(console, names, "Read under another name", _LEFT_OUT_TOLD)
    if fetched.ignored:
        console.note(f"  Left out: {counted(len(fetched.ignored), 'file')}.")
    left_out = [f"    {_shown(name)}: {why}." for name, why in fetched.ignored]
    _tell_some(console, left_out, "Left out", _LEFT_OUT_TOLD)
    if any(why.startswith(("its name", "it ends")) for _, why in fetched.ignored):
        console.note("  What a file is, whatever its name: bluelamp archive load FILE --as FORCE:YYYY-MM:DATASET")


def _reading_lines(fetched: Fetched) -> list[str]:
    """What was decided of a release, whole or a part by dataset; nothing of what the API gave."""
    from bluelamp.domain.whole import told

    if not fetched.readings:
        return []
    lines = [told(fetched.release, fetched.readings)]
    if not all(reading.whole for reading in fetched.readings):
        lines.append(
            "What a part lacks counts as not held, never as not published. If it is whole, load it with --whole."
        )
    return lines


def _reading_facts(fetched: Fetched) -> list[dict[str, Any]]:
    return [
        {
            "dataset": reading.dataset,
            "whole": reading.whole,
            "publishers": reading.publishers,
            "from": str(reading.first),
            "to": str(reading.last),
        }
        for reading in fetched.readings
    ]


def _tell_some(console: Console, lines: list[str], what: str, up_to: int = _TOLD) -> None:
    told = len(lines) if console.verbose else up_to
    for line in lines[:told]:
        console.note(line)
    if len(lines) > told:
        console.note(f"  {what}: {len(lines) - told:,} more; --verbose names them all.")


def _shown(name: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in name)[:120]


def _tell_loaded(console: Console, fetched: list[Fetched], loaded: Loaded, version: Version | None, json: bool) -> int:
    strangers = [pair for one in fetched for pair in one.ignored if "publishers" in pair[1] or "twice with" in pair[1]]
    quarantined = len(loaded.quarantined) + sum(one.unreadable for one in fetched)
    code = exits.IN_PART if quarantined or strangers or loaded.refused else exits.DONE
    if json:
        console.out_json(
            {
                "releases": sorted({str(one.release) for one in fetched}),
                "read_as": [{"release": str(one.release), "datasets": _reading_facts(one)} for one in fetched],
                "files_loaded": loaded.files - len(loaded.quarantined),
                "files_unchanged": sum(one.known + one.unchanged for one in fetched),
                "files_quarantined": quarantined,
                "rows_loaded": loaded.rows,
                "rows_rejected": loaded.rejected,
                "files_with_many_rejected": [
                    {"member": one.file.member, "rejected": one.rejected, "read": one.read, "reason": one.reason}
                    for one in loaded.refused
                ],
                "data_version": version.name if version else None,
                "changed": version is not None,
            }
        )
        return code
    _tell_some(
        console,
        [f"  Quarantined: {_shown(file.member)} {reason}." for file, reason in loaded.quarantined],
        "Quarantined",
    )
    if loaded.rejected:
        rows = "1 row does not fit and is kept as an issue"
        if loaded.rejected > 1:
            rows = f"{loaded.rejected:,} rows do not fit and are kept as issues"
        console.note(f"  {rows}: see bluelamp archive quality")
    refused = [
        f"  {_shown(one.file.member)}: {share_words(one.rejected, one.read)} do not fit, most because {one.reason}."
        for one in loaded.refused
    ]
    _tell_some(console, refused, "Files with many rows that do not fit")
    if version is None:
        console.out("Nothing to do: everything in it is held already." if fetched else "Nothing to do.")
    else:
        console.out(
            f"Loaded {counted(loaded.rows, 'row')} of {counted(loaded.files - len(loaded.quarantined), 'file')}; "
            f"data version {version.name} is published."
        )
    if quarantined:
        console.out(
            f"{counted(quarantined, 'file')} quarantined, with the reason: bluelamp archive files --state quarantined"
        )
    if loaded.refused:
        console.out(
            f"{counted(len(loaded.refused), 'file')} loaded without more than {FEW_REJECTED:.0%} of the rows: "
            "figures that touch them are too low by those."
        )
    return code


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
