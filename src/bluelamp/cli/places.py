"""`bluelamp places …`: where locations are and why, what a person puts right, how far off places are."""

from __future__ import annotations

import json as json_
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.cli.context import Context
    from bluelamp.domain.place import LocationQuery
    from bluelamp.places.resolver import Resolver
    from bluelamp.storage.places.store import Score

app = typer.Typer(
    help="Places: where calls are, how sure that is, and why.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples(
        "bluelamp places resolve locations.jsonl --feed dallas-tx --json",
        'bluelamp places fix "1900 N HASKELL AVE" --feed dallas-tx --lat 32.80 --lon -96.79',
        "bluelamp places score reports.csv --feed dallas-tx",
    ),
)

Feed = Annotated[str, typer.Option("--feed", metavar="FEED", help="The feed that lists them: bluelamp feeds list.")]
Offline = Annotated[bool, typer.Option("--offline", help="Ask no geocoder, whatever the settings say.")]


@app.command(
    epilog=examples(
        "bluelamp places resolve locations.jsonl --feed dallas-tx --json",
        "bluelamp places resolve locations.jsonl --feed dallas-tx --offline",
    )
)
def resolve(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="Locations, one JSON object a line: block, location, beat."),
    ],
    feed: Feed,
    offline: Offline = False,
    json: options.AsJson = False,
) -> int:
    """Say where locations are.

    A point, an area, or nothing, with everything that was considered.

    FILE has one JSON object a line with location, and where there are any, block, beat, reporting_area and division.
    The answers come in the same order. The gazetteer is asked first; geocoders only those that the settings name.
    """
    from bluelamp.bootstrap import open_resolver

    here = context_of(context)
    kinds: dict[str, int] = {}
    lines = _in_batches(here, feed, file) if not offline else _lines(file)
    with open_resolver(here.settings, feed, offline=offline, bulk=True) as resolver:
        for line in lines:
            query = _query(resolver, line)
            found = resolver.resolve(query)
            kinds[found["kind"]] = kinds.get(found["kind"], 0) + 1
            if json:
                here.console.out_json(found)
            else:
                _print_place(here.console, query.text, found)
    if not json:
        here.console.note(", ".join(f"{kind}: {number:,}" for kind, number in sorted(kinds.items())) or "No location.")
    return exits.DONE


_AREAS = ("beat", "reporting_area", "division")
_Line = dict[str, str | None]


def _query(resolver: Resolver, line: _Line) -> LocationQuery:
    return resolver.ground.query_of_location(line["location"], line["block"], {name: line[name] for name in _AREAS})


def _in_batches(here: Context, feed: str, file: Path) -> Iterable[_Line]:
    """The file's locations, after a geocoder that takes many at once was asked about them, where one was chosen."""
    from bluelamp.bootstrap import open_resolver
    from bluelamp.places.batch import ask_in_batches, can_batch

    with open_resolver(here.settings, feed) as resolver:
        if not can_batch(resolver):
            return _lines(file)
        lines = list(_lines(file))
        batched = ask_in_batches(resolver, [_query(resolver, line) for line in lines])
    if batched.asked:
        here.console.note(f"{counted(batched.asked, 'location')} asked in batches, {batched.answered:,} answered.")
    for problem in batched.problems:
        here.console.note(f"{problem} What is left is asked one by one.")
    return lines


def _lines(path: Path) -> Iterator[_Line]:
    """The file's locations. Raises UsageError that names the line."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, text in enumerate(stream, 1):
                if text.strip():
                    yield _line(path, number, text)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise UsageError(f"{path} cannot be read: {reason}.") from None


def _line(path: Path, number: int, text: str) -> _Line:
    from bluelamp.domain.snapshot import clean

    try:
        found = json_.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"{path}, line {number}: this is no JSON object.", 'Write {"block": "1900", "location": "…"}.')
    values = {name: found.get(name) for name in ("block", "location", *_AREAS)}
    for name, value in values.items():
        if value is not None and not isinstance(value, (str, int)):
            raise UsageError(f"{path}, line {number}: “{name}” is neither a text nor a number.")
    return {name: clean(value) for name, value in values.items()}


def _print_place(console: Console, text: str, found: dict[str, Any]) -> None:
    console.out(text)
    where = f"{found['lat']:.5f}, {found['lon']:.5f} ± {found['uncertainty_m']:,.0f} m" if found["lat"] else "–"
    sure = f", {100 * found['confidence']:.1f} % sure" if found["confidence"] is not None else ""
    console.sentence(f"  {found['kind']} ({found['area'] or found['method']}): {where}{sure}")
    console.sentence(f"  {found['why']}")
    for one in found["candidates"]:
        at = "not kept" if one["lat"] is None else f"{one['lat']:.5f}, {one['lon']:.5f}"
        console.sentence(f"    {'+' if one['kept'] else '-'} {one['source']} {one['precision']} {at}: {one['reason']}")


@app.command(
    epilog=examples(
        'bluelamp places fix "1900 N HASKELL AVE" --feed dallas-tx --lat 32.8 --lon -96.79 --why map',
        'bluelamp places fix "1900 N HASKELL AVE" --feed dallas-tx --undo',
        "bluelamp places fix --feed dallas-tx",
    )
)
def fix(
    context: typer.Context,
    feed: Feed,
    location: Annotated[
        str | None, typer.Argument(metavar="[LOCATION]", help="As the feed lists it, the block before it.")
    ] = None,
    lat: Annotated[float | None, typer.Option(help="Latitude in degrees.", min=-90, max=90)] = None,
    lon: Annotated[float | None, typer.Option(help="Longitude in degrees.", min=-180, max=180)] = None,
    metres: Annotated[float, typer.Option(help="How exact that is, in metres.", min=1, max=500)] = 50.0,
    why: Annotated[str, typer.Option(help="Why; shown with the place.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take back what was said of LOCATION.")] = False,
    json: options.AsJson = False,
) -> int:
    """Put a place right by hand.

    What a person says goes before every source; without LOCATION, list what was said.

    Calls that are listed from then on have it.
    """
    from bluelamp.bootstrap import open_resolver

    here = context_of(context)
    with open_resolver(here.settings, feed, offline=True) as resolver:
        if location is None:
            return _list_fixes(here.console, resolver, json)
        query = resolver.ground.query_of_location(location, None, {})
        if query.kind == "unknown":
            raise UsageError(f"“{location}” is no location.", "Write it as the feed does: 1900 N HASKELL AVE.")
        if undo:
            gone = resolver.places.unfix(feed, query)
            here.console.out(f"{query.text}: {'taken back' if gone else 'nothing was said of it'}.")
            return exits.DONE
        if lat is None or lon is None:
            raise UsageError("Where is it?", "Give --lat and --lon, or --undo.")
        made = resolver.places.fix(feed, query, lat, lon, metres, why or "A person has said so.", datetime.now(UTC))
        if json:
            here.console.out_json(_fix_dict(made))
        else:
            here.console.out(f"{made.text}: {made.lat:.5f}, {made.lon:.5f} ± {made.uncertainty_m:,.0f} m")
    return exits.DONE


def _fix_dict(made: Any) -> dict[str, Any]:
    names = ("feed", "text", "lat", "lon", "uncertainty_m", "why", "fixed_at")
    return {name: getattr(made, name) for name in names}


def _list_fixes(console: Console, resolver: Resolver, json: bool) -> int:
    fixes = resolver.places.fixes(resolver.feed)
    for one in fixes if json else ():
        console.out_json(_fix_dict(one))
    if not json and fixes:
        rows = [(one.text, f"{one.lat:.5f}, {one.lon:.5f}", one.uncertainty_m, one.why, one.fixed_at) for one in fixes]
        console.table(["location", "where", "metres", "why", "when"], rows, right=(2,))
    if not json and not fixes:
        console.out("Nothing was put right by hand.")
    return exits.DONE


@app.command(
    epilog=examples("bluelamp places score reports.csv --feed dallas-tx", "bluelamp places score --feed dallas-tx")
)
def score(
    context: typer.Context,
    feed: Feed,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="Official coordinates, CSV or JSON: number (or location, beat), lat, lon."
        ),
    ] = None,
    json: options.AsJson = False,
) -> int:
    """Measure places against the truth.

    Against official coordinates; from then on each source is believed accordingly.

    A city's reports carry the number of the call that they came of, and coordinates, a day later. Such calls are
    remembered, so that they can be linked to their report. Without FILE, shows what was measured last. Nobody is asked.
    """
    from bluelamp.bootstrap import open_resolver
    from bluelamp.places.scoring import measure, read_official

    here = context_of(context)
    with open_resolver(here.settings, feed, offline=True, bulk=True) as resolver:
        if file is not None:
            officials = read_official(file)
            measure(resolver, officials, datetime.now(UTC))
            here.console.note(f"{counted(len(officials), 'official coordinate')}.")
        scores = resolver.places.scores(feed)
    newest = [one for one in scores if one.scored_at == scores[0].scored_at]
    if json:
        for one in newest:
            here.console.out_json({name: getattr(one, name) for name in one.__dataclass_fields__})
        return exits.DONE
    if not newest:
        here.console.out("Nothing was measured yet, or no call of the feed has official coordinates.")
        return exits.DONE
    names = ["source", "what", "of", "points", "areas", "median m", "p95 m", "≤ 150 m", "> 500 m", "in the claim"]
    here.console.table(names, [_score_row(one) for one in newest], right=range(2, 10))
    return exits.DONE


def _score_row(one: Score) -> tuple[object, ...]:
    what = one.precision or one.kind
    shares = [f"{100 * part / one.points:.1f} %" if one.points else None for part in (one.near, one.far, one.within)]
    return (one.source, what, one.official, one.points, one.areas, one.median_m, one.p95_m, *shares)
