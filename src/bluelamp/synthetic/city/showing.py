"""A city that runs by the clock, for people to look at. Used by the demo and `bluelamp synthetic city`."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NoReturn

from bluelamp.places.gazetteer_build import take_in
from bluelamp.sources.gazetteer import read_cities
from bluelamp.storage.gazetteer.store import Built, GazetteerStore
from bluelamp.synthetic.city.agency import FEED, agency_toml
from bluelamp.synthetic.city.faults import FAULTS, VANISHING
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.plan import EndlessPlan
from bluelamp.synthetic.city.published import city_toml, write_published
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.server import CityServer, running

# A city that is faster than time begins in the past, so that it is not at once in the future.
_BEFORE = timedelta(days=7)
# Publications that lie behind the first one shown, so that answers can be late from the beginning.
_BEHIND = 10


def show_city(
    *,
    seed: int = 1,
    tempo: float = 1.0,
    every: float = 120.0,
    speed: float = 1.0,
    share: float = 0.0,
    port: int = 0,
    city: SyntheticCity | None = None,
) -> CityServer:
    """Serve a city from now on: `city`, or else that of the seed and the tempo. It publishes every `every` seconds of
    its own time, which goes `speed` times as fast as ours; `share` of its publications have faults (of columns that
    vanish as well). Raises OSError for a port that is taken, ValueError for a tempo that no city has."""
    now = datetime.now(UTC).replace(microsecond=0)
    start = now if speed == 1 else now - _BEFORE
    first = start - _BEHIND * timedelta(seconds=every)
    publisher = Publisher(city or SyntheticCity(seed, tempo=tempo), first, every=timedelta(seconds=every))
    kinds = [kind for kind in FAULTS if kind != "hang"]
    plan = EndlessPlan(publisher, seed=seed, share=share, kinds=kinds, vanishing=VANISHING if share else ())
    return CityServer(publisher, plan, now=running(start, speed), port=port)


def write_feed(folder: Path, city: CityServer, *, interval: float) -> Path:
    """Put the city's feed among those of a folder, to be polled every `interval` seconds; its file. Raises
    OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{FEED}.toml"
    text = agency_toml(city.url, interval=interval, fresh=max(interval / 60 * 5, 2), timeout=max(interval, 5))
    path.write_text(text, encoding="utf-8")
    return path


def build_places(home: Path, seed: int) -> Built:
    """Write the city's file among a home's cities and build its gazetteer of what the city publishes, in about two
    seconds. Raises OSError, StorageError."""
    folder = home / "cities"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{FEED}.toml").write_text(city_toml(), encoding="utf-8")
    city, store = read_cities(folder)[FEED], GazetteerStore(home)
    with tempfile.TemporaryDirectory(prefix="bluelamp-city-") as published:
        taken = take_in(store, city, files=write_published(Path(published), seed), client=_nowhere)
    assert taken.built is not None, "it was given files of every kind"
    return taken.built


def _nowhere() -> NoReturn:
    raise AssertionError("nothing is fetched where files are given")
