"""`bluelamp demo`: the archive half on the synthetic twin, and where it serves, the live half on the synthetic city;
without a network and without real data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

import typer

from bluelamp.cli import serve
from bluelamp.cli.console import counted
from bluelamp.cli.options import context_of, examples

if TYPE_CHECKING:
    from concurrent.futures import Future

    from bluelamp.cli.context import Context


NOTICE = (
    "Invented records: a synthetic archive and a synthetic city, for trying Bluelamp out. "
    "No figure and no call here is about a real place."
)
# The demo's city lives four times as fast and publishes every few seconds: within a minute there is something to see.
_TEMPO, _SECONDS, _FAULTS = 4.0, 5.0, 0.05
_SINCE = "city-since.txt"  # since when: before that it lived as slowly as a small one


def demo(
    context: typer.Context,
    folder: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the twin and its own home are kept.")] = Path(
        ".demo"
    ),
    crimes: Annotated[
        int, typer.Option(metavar="NUMBER", min=1_000, max=20_000_000, help="About how many crimes the twin holds.")
    ] = 60_000,
    serve: Annotated[bool, typer.Option("--serve", help="Then serve its dashboards, until Ctrl-C.")] = False,
    port: Annotated[
        int | None, typer.Option(metavar="PORT", min=0, max=65_535, help="The port to serve on; 0 for any free one.")
    ] = None,
    days: Annotated[
        int, typer.Option(metavar="NUMBER", min=0, max=30, help="With --serve: past days of the city's calls.")
    ] = 10,
) -> int:
    """Make a synthetic twin of the archive and look around it.

    Three releases of invented records in the real layout, with the gaps that real holdings have, loaded without a
    network and without real data. With --serve the active calls of an invented city are polled beside it, which has a
    past of some days.
    """
    here = context_of(context)
    home = folder / "home"
    if not serve:
        return _load_twin(here, folder, crimes, home, serve=False)
    with _city_beside(folder, home, days) as city:
        _load_twin(here, folder, crimes, home, serve=True)
        streets, calls = city.result()
    here.console.note(f"The invented city has {counted(streets, 'street')} to place calls on.")
    if calls:
        here.console.note(f"It has a past of {counted(days, 'day')} with {counted(calls, 'call')}.")
    return _serve(here, folder, port)


@contextmanager
def _city_beside(folder: Path, home: Path, days: int) -> Iterator[Future[tuple[int, int]]]:
    """The city's past, written by a process of its own while the archive is loaded."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    from bluelamp.storage.files import storage_errors
    from bluelamp.synthetic.city.history import prepare

    with storage_errors("write the city"):
        home.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as beside:
        yield beside.submit(prepare, home, folder / _SINCE, tempo=_TEMPO, interval=_SECONDS, days=days)


def _load_twin(here: Context, folder: Path, crimes: int, home: Path, *, serve: bool) -> int:
    console = here.console
    plans = _write_twin(here, folder, crimes)
    from bluelamp.archive.reference import take_in
    from bluelamp.bootstrap import open_archive
    from bluelamp.domain.month import Month
    from bluelamp.domain.selection import Selection
    from bluelamp.settings import read_settings
    from bluelamp.sources.police_uk.archive import open_source

    archive = open_archive(read_settings({"home": home})[0])
    console.out("1. Reference data (areas, boundaries, residents) of the twin")
    take_in(archive, [folder / "reference"], [], _no_network, console.progress())
    for number, path in enumerate(plans, 2):
        console.out(f"{number}. Release {path.stem}")
        with open_source(str(path)) as source:
            archive.receive(source, release=None, selection=Selection(), progress=console.progress())
        loaded, _ = archive.finish(console.progress())
        console.out(
            f"   {counted(loaded.rows, 'row')} loaded, {counted(loaded.rejected, 'row')} rejected with a reason, "
            f"{counted(len(loaded.quarantined), 'file')} quarantined"
        )
    releases = [path.stem for path in plans]
    if not serve:
        _show(here, home, releases)
        return 0
    from bluelamp.web.archive.comparisons import Changes

    # Worked out now, so that the page of data shows at once what the second release changed.
    changes = Changes(archive, home / "cache" / "web")
    changes.keep(Month.parse(releases[0]), Month.parse(releases[1]))
    return 0


def _serve(here: Context, folder: Path, port: int | None) -> int:
    """Serve, with a city beside it whose feed the server polls."""
    from bluelamp.storage.files import storage_errors
    from bluelamp.synthetic.city.agency import FEED
    from bluelamp.synthetic.city.history import grown_city
    from bluelamp.synthetic.city.reports import reporting
    from bluelamp.synthetic.city.showing import show_city, write_feed

    home = folder / "home"
    with storage_errors("write the city"):
        its = grown_city(folder / _SINCE, tempo=_TEMPO)
    with show_city(city=its, every=_SECONDS, share=_FAULTS) as city:
        with storage_errors("write the city's feed"):
            write_feed(home / "feeds", city, interval=_SECONDS)
        # The city is on this machine, which is else no place to fetch from.
        live = {"feeds": FEED, "poll_in_server": True, "allow_private_addresses": True}
        with reporting(home, city):
            return serve.run_here(here, home=home, port=port, notice=NOTICE, log_requests=False, **live)


def _write_twin(here: Context, folder: Path, crimes: int) -> list[Path]:
    from bluelamp.storage.files import storage_errors
    from bluelamp.synthetic.archive import write_reference, write_release
    from bluelamp.synthetic.demo_archive import shown_releases

    paths = []
    with storage_errors("write the twin"):
        (folder / "reference").mkdir(parents=True, exist_ok=True)
        for plan in shown_releases(crimes):
            path = folder / f"{plan.release}.zip"
            marker = folder / f"{plan.release}.{plan.fingerprint}.truth.json"
            if not (path.exists() and marker.exists()):
                here.console.note(f"making the synthetic release {plan.release}")
                write_release(plan, path, truth=marker)
                write_reference(plan, folder / "reference")
            paths.append(path)
    return paths


def _no_network() -> Never:
    raise AssertionError("the demo downloads nothing")


_QUESTIONS = (
    ("Crimes by type", ["ask", "crimes", "--by", "crime_type"]),
    ("Recorded crime by year", ["ask", "crimes", "--measure", "recorded_crimes,asb_incidents", "--by", "year"]),
    ("Months from crime to first outcome, by type", [
        "ask", "crimes", "--measure", "with_outcome,still_open,median_months_to_outcome", "--by", "crime_type",
        "--where", "recorded=true", "--limit", "6"]),
    ("What one release changed", ["archive", "diff", "2023-05", "2023-06", "--force", "kent", "--from", "2023-03"]),
    ("Crime of a force that was silent for a year", ["ask", "crimes", "--by", "year", "--force", "humberside"]),
    ("What is not held", ["archive", "coverage", "--dataset", "stops", "--state", "missing"]),
    ("What is odd about the data", ["archive", "quality"]),
    ("What is held", ["archive", "status"]),
)  # fmt: skip


def _show(here: Context, home: Path, releases: list[str]) -> None:
    assert here.run is not None
    here.console.out(f"\nLoaded: {', '.join(releases)}. A look around:")
    for title, command in _QUESTIONS:
        here.console.out(f"\n── {title}: bluelamp --home {home} {' '.join(command)}\n")
        here.run(["--home", str(home), "--quiet", *command])
    here.console.out(f"\nAsk your own: {_as_typed()} --home {home} ask stops --by object")


def _as_typed() -> str:
    """`bluelamp`, or where it lies when the shell would not find it: as in a clone, whose environment is not active."""
    if shutil.which("bluelamp") is None and Path(sys.argv[0]).name == "bluelamp":
        return sys.argv[0]
    return "bluelamp"


def join(app: typer.Typer) -> None:
    app.command(
        "demo",
        epilog=examples("bluelamp demo", "bluelamp demo --serve", "bluelamp demo --folder /tmp/twin --crimes 200000"),
    )(demo)
