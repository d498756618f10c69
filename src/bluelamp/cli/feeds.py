"""`bluelamp feeds …`: which feeds of active calls are known, try one, add one."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import SourceError, StorageError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bluelamp.cli.console import Console
    from bluelamp.domain.snapshot import SnapshotReading
    from bluelamp.settings import Settings
    from bluelamp.sources.feeds.agency import Agency
    from bluelamp.sources.feeds.part import Part

app = typer.Typer(
    help="Feeds of active calls: which are known, try one, add one.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "bluelamp feeds list", "bluelamp feeds check dallas-tx", "bluelamp feeds add my-town --url https://…"
    ),
)

_SHOWN_ROWS, _SHOWN_UNREADABLE = 3, 5
FeedArgument = Annotated[str, typer.Argument(metavar="NAME|FILE", help="A feed's name, or the path of its file.")]


@app.command("list", epilog=examples("bluelamp feeds list", "bluelamp feeds list --json"))
def show(context: typer.Context, json: options.AsJson = False) -> int:
    """List the feeds that can be polled.

    Those that come with Bluelamp, and those in the folder feeds of the home. A file of the home takes the place of the
    shipped one of the same name.
    """
    from bluelamp.bootstrap import read_feeds

    here = context_of(context)
    agencies = read_feeds(here.settings).values()
    if json:
        for agency in agencies:
            here.console.out_json(_described(agency))
        return exits.DONE
    names = ["name", "title", "platform", "window", "every", "from", "licence"]
    rows = [
        (
            a.name,
            a.title,
            a.platform,
            a.rules.window,
            f"{a.interval_seconds:g} s",
            _origin(a),
            a.licence or "not stated",
        )
        for a in agencies
    ]
    here.console.table(names, rows, right=(4,))
    return exits.DONE


def _described(agency: Agency) -> dict[str, object]:
    return {
        "name": agency.name,
        "title": agency.title,
        "city": agency.city,
        "platform": agency.platform,
        "url": agency.url,
        "window": agency.rules.window,
        "interval_seconds": agency.interval_seconds,
        "zone": agency.zone,
        "coordinates": agency.coordinates,
        "fields": sorted(agency.fields),
        "origin": agency.origin,
        "licence": agency.licence,
        "attribution": agency.attribution,
        "source_url": agency.source_url,
    }


def _origin(agency: Agency) -> str:
    return "shipped" if agency.origin == "shipped" else Path(agency.origin).name


@app.command(
    epilog=examples(
        "bluelamp feeds check dallas-tx",
        "bluelamp feeds check my-town.toml",
        "bluelamp feeds check dallas-tx --from-file saved.json",
    )
)
def check(
    context: typer.Context,
    feed: FeedArgument,
    saved: Annotated[
        Path | None,
        typer.Option("--from-file", metavar="BODY", help="Read this saved answer instead of asking the publisher."),
    ] = None,
) -> int:
    """Try a feed: check its file, fetch once, and show what comes of it. Nothing is kept.

    Shows how many rows can be read, how often each field is filled, the first rows as they would be kept, and all that
    is found: fields that are empty in every row, times and points of which nothing comes, pages that repeat. Ends with
    an error where a field is in no row, or too many rows, times or points are of no use.
    """
    from bluelamp.sources.feeds.checking import findings
    from bluelamp.sources.feeds.reading import read

    here = context_of(context)
    agency = _find(here.settings, feed)
    now = datetime.now(UTC)
    parts = _saved(agency, saved) if saved else _fetched(here.settings, agency)
    reading = read(agency, parts, now)
    _print_reading(here.console, agency, reading, sum(len(part.body) for part in parts))
    found = findings(agency, reading)
    for one in found:
        (here.console.error if one.fault else here.console.sentence)(one.words)
    if any(one.fault for one in found):
        return exits.FAILED
    here.console.out("Everything that is mapped was found." if reading.rows else "The list is empty just now.")
    return exits.DONE


def _find(settings: Settings, feed: str) -> Agency:
    """A feed by its name or by the path of its file. Raises UsageError with a near name."""
    from bluelamp.bootstrap import read_feeds
    from bluelamp.questions.model.suggestions import near
    from bluelamp.sources.feeds.agency import read_agency_file

    if feed.endswith(".toml") or "/" in feed:
        path = Path(feed)
        if not path.is_file():
            raise UsageError(f"There is no file {feed}.", "Give a feed's name, or the path of its file.")
        return read_agency_file(path)
    agencies = read_feeds(settings)
    if feed not in agencies:
        raise UsageError(f"There is no feed “{feed}”.", near(feed, agencies) or "See: bluelamp feeds list")
    return agencies[feed]


def _saved(agency: Agency, path: Path) -> tuple[Part, ...]:
    from bluelamp.sources.feeds.part import Part

    try:
        return (Part(agency.url, 200, {}, path.read_bytes()),)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read: {error.strerror}.", "Give a file that holds a saved answer."
        ) from None


def _fetched(settings: Settings, agency: Agency) -> tuple[Part, ...]:
    """One answer of the publisher, by one attempt. Raises SourceError for anything but success."""
    from bluelamp.sources.feeds.fetching import fetch
    from bluelamp.sources.http import Backoff, HttpClient, error_for

    once = Backoff(attempts=1)
    with HttpClient(allow_private=settings.allow_private_addresses, timeout=30.0, backoff=once) as client:
        parts = fetch(client, agency, validators={}, token=settings.socrata_token)
    for part in parts:
        if not 200 <= part.status < 300:
            raise error_for(part.status, part.url)
    if not any(part.body for part in parts):
        raise SourceError(f"{agency.title} gives an empty answer.", "See it with a browser.")
    return parts


def _print_reading(console: Console, agency: Agency, reading: SnapshotReading, size: int) -> None:
    odd = [
        f"{number:,} {words}"
        for number, words in (
            (len(reading.unreadable), "cannot be read"),
            (reading.duplicates, "repeat another"),
            (reading.conflicting, "contradict another"),
        )
        if number
    ]
    console.out(f"{agency.title} ({agency.name}): {counted(reading.total, 'row')} in {size:,} bytes")
    console.out(f"{counted(len(reading.rows), 'row')} of use{''.join(f'; {words}' for words in odd)}")
    if agency.expected_rows and not agency.expected_rows[0] <= reading.total <= agency.expected_rows[1]:
        console.out("Usual are {:,} to {:,} rows.".format(*agency.expected_rows))
    if reading.rows:
        console.out()
        console.table(["field", "filled", "for example"], _filled(agency, reading), right=(1,))
        console.out()
        for row in reading.rows[:_SHOWN_ROWS]:
            units = [unit.unit if unit.status is None else f"{unit.unit} ({unit.status})" for unit in row.units]
            shown = [f"{name}: {value}" for name, value in row.values.items()]
            shown += [f"units: {', '.join(units)}"] * bool(units) + [f"point: {row.point}"] * (row.point is not None)
            console.sentence(" · ".join(shown))
    for number, why in reading.unreadable[:_SHOWN_UNREADABLE]:
        console.out(f"Row {number:,} cannot be read: {why}.")
    if len(reading.unreadable) > _SHOWN_UNREADABLE:
        console.out(f"… and {len(reading.unreadable) - _SHOWN_UNREADABLE:,} more.")


def _filled(agency: Agency, reading: SnapshotReading) -> Sequence[tuple[str, str, str]]:
    """Of each field that may be filled: in what share of the rows it is, and one of its values."""
    from bluelamp.sources.feeds.checking import filled

    counts, found = filled(reading), dict[str, str]()
    for row in reading.rows:
        values = dict(row.values)
        if row.units:
            values["unit"] = row.units[0].unit
        if row.point:
            values["point"] = f"{row.point[0]:.5f}, {row.point[1]:.5f}"
        found = {**values, **found}
    names = sorted(agency.fields) + ["point"] * (agency.coordinates == "feed")
    return [(name, f"{100 * counts[name] / len(reading.rows):.0f} %", found.get(name, "")) for name in names]


@app.command(
    epilog=examples(
        "bluelamp feeds add dallas-tx",
        "bluelamp feeds add my-town.toml",
        "bluelamp feeds add my-town --url https://example.org/a.json --zone America/Chicago",
    )
)
def add(
    context: typer.Context,
    feed: FeedArgument,
    url: Annotated[str | None, typer.Option(metavar="URL", help="Where a new feed is.")] = None,
    platform: Annotated[
        str, typer.Option(metavar="PLATFORM", help="socrata, arcgis, json, xml, rss, html_table or csv.")
    ] = "json",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="The time zone of its times, such as America/Chicago.")
    ] = "UTC",
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is called.")] = "",
) -> int:
    """Put a feed's file into the home.

    To be changed there: a shipped one, one of yours, or with --url a new one. Nothing is overwritten.
    """
    here = context_of(context)
    name, text = _new(feed, url, platform, zone, title) if url else _existing(feed)
    path = here.settings.home / "feeds" / f"{name}.toml"
    _validate(text, name, path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already.", "Change it with an editor, or delete it first.") from None
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", "Check the folder's permissions.") from None
    here.console.out(f"Written: {path}")
    here.console.out(f"Then: bluelamp feeds check {name}, and bluelamp live run {name}")
    return exits.DONE


def _new(name: str, url: str, platform: str, zone: str, title: str) -> tuple[str, str]:
    from bluelamp.questions.model.suggestions import near
    from bluelamp.sources.feeds.agency_file import Platform
    from bluelamp.sources.feeds.template import template

    for one in get_args(Platform):
        if one == platform:
            return name, template(name, url, one, zone, title)
    raise UsageError(f"There is no platform “{platform}”.", near(platform, get_args(Platform)))


def _existing(feed: str) -> tuple[str, str]:
    """Name and text of a shipped feed, or of a file. Raises UsageError."""
    from bluelamp.questions.model.suggestions import near
    from bluelamp.sources.feeds.agency import read_agency_file, shipped

    if feed.endswith(".toml") or "/" in feed:
        agency = read_agency_file(Path(feed))
        return agency.name, Path(feed).read_text(encoding="utf-8-sig")
    texts = shipped()
    if feed not in texts:
        hint = near(feed, texts) or "See: bluelamp feeds list"
        raise UsageError(f"No feed “{feed}” comes with Bluelamp.", f"{hint} A new one needs --url.")
    return feed, texts[feed]


def _validate(text: str, name: str, path: Path) -> None:
    from bluelamp.sources.feeds.agency import read_agency

    read_agency(text, name, path.name, str(path))
