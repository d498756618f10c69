"""`bluelamp gazetteer …`: a city's streets, kept offline: build, see what is held, ask."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bluelamp.cli import exits, options
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples
from bluelamp.errors import NothingHeld, UsageError

if TYPE_CHECKING:
    from bluelamp.cli.console import Console
    from bluelamp.settings import Settings
    from bluelamp.sources.gazetteer import City
    from bluelamp.storage.gazetteer import GazetteerMatch, GazetteerStore

app = typer.Typer(
    help="Gazetteers: where a city's streets are, kept offline.",
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog=examples("bluelamp gazetteer build dallas-tx", "bluelamp gazetteer status"),
)

CityArgument = Annotated[str, typer.Argument(metavar="CITY", help="A city, by its name in bluelamp gazetteer status.")]


@app.command(
    epilog=examples(
        "bluelamp gazetteer build dallas-tx",
        "bluelamp gazetteer build dallas-tx --input incidents",
        "bluelamp gazetteer build dallas-tx --from-files dallas/",
    )
)
def build(
    context: typer.Context,
    city: CityArgument,
    files: Annotated[
        list[Path] | None,
        typer.Option(
            "--from-files", metavar="PATH", help="A folder or files to read instead of downloading; repeat for several."
        ),
    ] = None,
    inputs: Annotated[
        list[str] | None,
        typer.Option("--input", metavar="NAME", help="Only this input, such as incidents; repeat for several."),
    ] = None,
    dry_run: options.DryRun = False,
    json: options.AsJson = False,
) -> int:
    """Make a city's index of streets.

    From what the city publishes: fetched, or read from files that are given; kept, and indexed.

    Fetched once; what is interrupted goes on where it was. An input that cannot be had is told, and the index is made
    of the others.
    """
    from bluelamp.bootstrap import open_client
    from bluelamp.places.gazetteer_build import fetchable, lacking, take_in

    here = context_of(context)
    console, settings = here.console, here.settings
    wanted = _city(settings, city)
    store = _store(settings)
    if dry_run:
        return _print_plan(console, wanted, list(files or ()), inputs or fetchable(wanted), json)
    result = take_in(
        store,
        wanted,
        files=files or (),
        inputs=inputs or (),
        client=lambda: open_client(settings, console.detail),
        token=settings.socrata_token,
        report=lambda name, done, total: console.detail(f"{name}: {done:,} of {total:,} rows"),
    )
    for material in result.kept:
        told = {"input": material.name, "kind": material.kind, "rows": material.table.num_rows}
        told |= {"unreadable": material.unreadable, "source": material.source}
        if json:
            console.out_json(told)
        else:
            odd = f" ({material.unreadable:,} cannot be used)" if material.unreadable else ""
            console.out(f"{material.name}: {counted(material.table.num_rows, 'row')}{odd} from {material.source}")
    for problem in result.problems:
        console.error(problem)
    if result.built is not None and json:
        console.out_json({"version": result.built.version, **result.built.counts})
    elif result.built is not None:
        counts = ", ".join(f"{number:,} {what}" for what, number in result.built.counts.items() if number)
        console.sentence(f"Gazetteer {result.built.version} of {wanted.title}: {counts}.")
    for sentence in () if json else lacking(store.held(wanted.name)):
        console.sentence(sentence)
    if not result.problems:
        return exits.DONE
    return exits.IN_PART if result.kept or result.built else exits.FAILED


def _print_plan(console: Console, city: City, files: list[Path], inputs: list[str], json: bool) -> int:
    for name in inputs if not files else ():
        wanted = city.inputs.get(name)
        if wanted is None:
            raise UsageError(f"{city.name} has no input “{name}”.", f"It has {', '.join(city.inputs) or 'none'}.")
        if json:
            console.out_json({"input": name, "kind": wanted.kind, "url": wanted.url, "licence": wanted.licence})
        else:
            console.sentence(f"{name} ({wanted.kind}): {wanted.url or 'a file that you give'}. {wanted.licence}")
    for path in files:
        console.out(f"would read {path}")
    console.note("Nothing was fetched or written.")
    return exits.DONE


@app.command(epilog=examples("bluelamp gazetteer status", "bluelamp gazetteer status --json"))
def status(context: typer.Context, json: options.AsJson = False) -> int:
    """Say what is held of each city.

    From where and of which day, and what is lacking.
    """
    from bluelamp.places.gazetteer_build import lacking
    from bluelamp.sources.gazetteer import read_cities

    here = context_of(context)
    console = here.console
    store = _store(here.settings)
    cities = read_cities(here.settings.home / "cities")
    for name in sorted({*cities, *store.cities()}):
        held, built = store.held(name), store.built(name)
        if json:
            inputs = {one: asdict(h) for one, h in held.items()}
            index = {"version": built.version, **built.counts} if built else None
            console.out_json({"city": name, "index": index, "inputs": inputs, "lacking": lacking(held)})
            continue
        title = cities[name].title if name in cities else "no longer configured"
        console.out(f"{name}: {title}, " + (f"gazetteer {built.version}" if built else "no gazetteer yet"))
        if held:
            rows = [(one, h.kind, h.rows, h.read_on, h.source) for one, h in held.items()]
            console.table(["input", "kind", "rows", "read on", "source"], rows, right=(2,))
        for sentence in lacking(held):
            console.sentence(f"  {sentence}")
    return exits.DONE


@app.command(
    epilog=examples(
        'bluelamp gazetteer find dallas-tx "Main St" --block 1800',
        'bluelamp gazetteer find dallas-tx "L B J Fwy Eb / Audelia Rd" --json',
    )
)
def find(
    context: typer.Context,
    city: CityArgument,
    location: Annotated[str, typer.Argument(metavar="LOCATION", help="A street, a crossing, a place.")],
    block: Annotated[str | None, typer.Option(metavar="NUMBER", help="The block's number.")] = None,
    json: options.AsJson = False,
) -> int:
    """Ask the index where a location is.

    With what the answer rests on.
    """
    from bluelamp.domain.location import parse_location

    here = context_of(context)
    wanted = _city(here.settings, city)
    gazetteer = _store(here.settings).open(wanted.name, wanted.aliases)
    if gazetteer is None:
        raise NothingHeld(f"There is no gazetteer of {wanted.title} yet.", f"Run: bluelamp gazetteer build {city}")
    found = gazetteer.find(parse_location(location, block, wanted.aliases))
    for answer in found:
        if json:
            here.console.out_json(_described(answer))
        else:
            here.console.sentence(
                f"{answer.lat:.5f}, {answer.lon:.5f} within {answer.uncertainty_m:,.0f} m: "
                f"{' / '.join(answer.matched)}, {answer.how}."
            )
    if not found:
        here.console.note("The gazetteer knows nothing of it.")
    return exits.DONE


def _described(answer: GazetteerMatch) -> dict[str, object]:
    return {
        "lat": round(answer.lat, 6),
        "lon": round(answer.lon, 6),
        "uncertainty_m": round(answer.uncertainty_m, 1),
        "precision": answer.precision,
        "method": answer.method,
        "matched": list(answer.matched),
        "how": answer.how,
    }


def _store(settings: Settings) -> GazetteerStore:
    from bluelamp.storage.gazetteer import GazetteerStore

    return GazetteerStore(settings.home)


def _city(settings: Settings, name: str) -> City:
    """A city by its name, or by the name of a feed that lies in it. Raises UsageError with a near name."""
    from bluelamp.questions.model.suggestions import near
    from bluelamp.sources.gazetteer import city_of_feed, read_cities

    cities = read_cities(settings.home / "cities")
    found = cities.get(name) or city_of_feed(cities, name)
    if found is None:
        raise UsageError(f"There is no city “{name}”.", near(name, cities) or "See: bluelamp gazetteer status")
    return found
