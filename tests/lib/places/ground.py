"""A feed of an invented city, its beats as squares, and a desk on geocoders that speak as told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bluelamp.domain.call import Call
from bluelamp.domain.place import Candidate, LocationQuery, NoAreas
from bluelamp.places.context import PlaceContext, ground_of
from bluelamp.places.resolver import Resolver
from bluelamp.sources.feeds.agency import Agency, read_agencies
from bluelamp.sources.geocoders.calling import Provider
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore, Score
from bluelamp.storage.relational.database import open_database
from tests.lib.loopback import Loopback, Reply
from tests.lib.places.geocoder_forms import FORMS, Found

LAT, LON = 32.80, -96.80
METRE, EAST = 1 / 111_195.0, 1 / 93_470.0


def dallas() -> Agency:
    return read_agencies(None)["dallas-tx"]


class Beats(NoAreas):
    """Beat N is a square of 1 km, N kilometres east of the middle."""

    def distance_m(self, kind: str, name: str, lat: float, lon: float) -> float | None:
        if kind != "beat" or not name.isdecimal() or int(name) > 9:
            return None
        x, y = (lon - LON) / EAST - 1000 * int(name), (lat - LAT) / METRE
        return max(abs(x) - 500, abs(y) - 500, 0.0)


@dataclass
class KnownBlocks:
    """A gazetteer of a few blocks: what it knows, it knows well."""

    blocks: dict[str, tuple[float, float]] = field(default_factory=dict)

    def candidates(self, asked: LocationQuery) -> Sequence[Candidate]:
        at = self.blocks.get(asked.text)
        if at is None:
            return []
        return [Candidate("gazetteer", "city", *at, "block", 40.0, asked.streets, asked.first)]


def at(beat: int, east: float = 0.0) -> tuple[float, float]:
    """A point in a beat, some metres east of its middle."""
    return LAT, LON + (1000 * beat + east) * EAST


@dataclass
class Clock:
    """The time of day, moved by hand."""

    now: datetime = datetime(2026, 2, 11, 6, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def line_to(
    name: str,
    server: Loopback,
    client: HttpClient,
    places: PlaceStore,
    clock: Clock | None = None,
    daily: int | None = None,
) -> Provider:
    """A line that keeps its budget in the store and no pace."""
    now = clock or Clock()
    return Provider(
        FORMS[name].make(server.url),
        client,
        lambda source, limit: places.spend(source, limit, now()),
        daily=daily,
        clock=lambda: now().timestamp(),
        sleep=lambda seconds: None,
    )


# Geocoders that were scored: what was not makes no point by itself (test_record.py).
SCORED = {(name, precision): 0.92 for name in FORMS for precision in ("point", "block", "intersection")}


def ground(*sources: Any, **options: Any) -> PlaceContext:
    return ground_of(dallas(), sources=sources, areas=Beats(), **{"reliability": SCORED, **options})


def keep_scores(places: PlaceStore, feed: str = "dallas-tx") -> None:
    """Have all geocoders scored well: what was not makes no point by itself."""
    usual = {"kind": "all", "official": 200, "points": 200, "areas": 0, "near": 190, "far": 2, "within": 190}
    distances = {"median_m": 50.0, "p95_m": 140.0, "reach": 1.0}
    scores = [Score(name, precision=precision, **usual, **distances) for name, precision in SCORED]  # type: ignore[arg-type]
    places.keep_scores(feed, scores, datetime(2026, 2, 10, tzinfo=UTC))


def keep_scores_in(home: Path) -> None:
    """The same in the database of a home."""
    engine = open_database(f"sqlite:///{home / 'live.sqlite'}")
    keep_scores(PlaceStore(engine))
    engine.dispose()


def desk_on(
    places: PlaceStore,
    lines: Sequence[Provider] = (),
    clock: Clock | None = None,
    *sources: Any,
    reliability: Any = SCORED,
    **options: Any,
) -> Resolver:
    return Resolver(places, ground(*sources, reliability=reliability), lines, now=clock or Clock(), **options)


def answers(server: Loopback, name: str, choose: Callable[[str], list[Found]]) -> None:
    """Have a geocoder answer each question by its text."""
    from urllib.parse import parse_qs, urlsplit

    form = FORMS[name]
    server.routes[form.path] = lambda request: Reply(
        200, form.body(*choose(parse_qs(urlsplit(request.path).query)[form.text][0]))
    )


def call(id_: str, location: str | None, *, block: str | None = "1900", beat: str | None = "1", **more: Any) -> Call:
    """A call as the flow has it."""
    found: dict[str, Any] = dict.fromkeys(Call.__annotations__)
    found |= {"id": id_, "location": location, "block": block, "beat": beat, "units": [], "former_units": []}
    found |= {"opened_between": [None, "2026-02-11T06:00:00.000Z"], "reopened": 0, "revision": 1, **more}
    return found  # type: ignore[return-value]
