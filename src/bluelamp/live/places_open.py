"""Opens what places need, from the settings: the desk of a feed with its gazetteer and its geocoders. Called once by
whoever wires the live flow, and by `bluelamp places`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bluelamp.domain.call import Call, Place
from bluelamp.domain.location import NO_ALIASES
from bluelamp.live.locate import Batch, Locator
from bluelamp.live.places_desk import Desk
from bluelamp.live.places_ground import Ground, ground_of
from bluelamp.live.places_privacy import PlacePrivacy
from bluelamp.live.places_score import learnt
from bluelamp.live.places_thin import Cautious, thinness
from bluelamp.settings import Settings
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.gazetteer import City, city_of_feed, read_cities
from bluelamp.sources.geocoders.calling import Line
from bluelamp.sources.geocoders.choice import Access, chosen_geocoders
from bluelamp.sources.http import HttpClient
from bluelamp.storage.event_log import EventLog
from bluelamp.storage.gazetteer import Gazetteer, GazetteerStore
from bluelamp.storage.places import Places


@dataclass(frozen=True, slots=True)
class PlacesSetup:
    """What the settings say of places. `daily` is the most requests a day to each geocoder, 0 for its own limit."""

    home: Path
    geocoders: Sequence[str] = ()
    access: Access = field(default_factory=Access)
    daily: int = 0


def setup_of(settings: Settings, *, offline: bool = False) -> PlacesSetup:
    """What the settings say; with `offline`, no geocoder is asked."""
    access = Access(
        radar_key=settings.radar_key,
        google_key=settings.google_key,
        arcgis_locator_url=settings.arcgis_locator_url,
        nominatim_url=settings.nominatim_url,
        photon_url=settings.photon_url,
        pelias_url=settings.pelias_url,
        census_url=settings.census_url,
    )
    chosen = () if offline else settings.geocoder_names
    return PlacesSetup(settings.home, chosen, access, settings.geocode_daily_budget)


def open_lines(setup: PlacesSetup, places: Places, client: HttpClient) -> list[Line]:
    """The lines to the geocoders that were chosen, in their order. One set for all feeds, because a geocoder's pace is
    kept by its line. Raises SettingsError."""

    def spend(name: str, limit: int) -> bool:
        return places.spend(name, limit, datetime.now(UTC))

    return [
        Line(geocoder, client, spend, daily=setup.daily or None)
        for geocoder in chosen_geocoders(setup.geocoders, setup.access)
    ]


def open_ground(setup: PlacesSetup, places: Places, agency: Agency) -> Ground:
    """A feed's ground: its city's gazetteer where there is one. Raises SettingsError or StorageError."""
    city = city_of_feed(read_cities(setup.home / "cities"), agency.name)
    gazetteer = _gazetteer(setup.home, city)
    reliability, stretch = learnt(places, agency.name)
    aliases = city.aliases if city is not None else NO_ALIASES
    defaults = city.default_points if city is not None else ()
    if gazetteer is None:
        return ground_of(agency, aliases=aliases, defaults=defaults, reliability=reliability, stretch=stretch)
    return ground_of(
        agency,
        sources=[Cautious(gazetteer, thinness(gazetteer.counts))],
        areas=gazetteer.areas,
        aliases=aliases,
        material=gazetteer.version,
        reliability=reliability,
        stretch=stretch,
        defaults=defaults,
        rough=[kind for kind, known_by in gazetteer.areas.kinds().items() if known_by == "votes"],
    )


def _gazetteer(home: Path, city: City | None) -> Gazetteer | None:
    return None if city is None else GazetteerStore(home).open(city.name, city.aliases)


def open_desk(
    setup: PlacesSetup, places: Places, agency: Agency, lines: Sequence[Line], *, bulk: bool = False, keep: bool = True
) -> Desk:
    """The desk of a feed. Raises SettingsError or StorageError."""
    return Desk(places, open_ground(setup, places, agency), lines, bulk=bulk, keep=keep)


def open_locator(
    setup: PlacesSetup,
    places: Places,
    agencies: Mapping[str, Agency],
    client: HttpClient,
    log: EventLog,
    place: Callable[[str, Mapping[str, Place]], None],
    privacy: Mapping[str, PlacePrivacy] | None = None,
) -> Locator:
    """The locator of some feeds, not started yet. `place` takes places, by call id, into a feed's log. Raises
    SettingsError or StorageError."""
    lines = open_lines(setup, places, client)
    desks = {name: open_desk(setup, places, agency, lines) for name, agency in agencies.items()}
    batch = Batch(place)
    return Locator(
        desks, batch, flush=batch.flush, privacy=privacy, waiting=lambda: _open_calls(log, frozenset(agencies))
    )


def _open_calls(log: EventLog, feeds: frozenset[str]) -> Iterator[tuple[str, Call]]:
    """Open calls of the feeds that have a log, the longest open first: so that the newest is placed first."""
    for feed in sorted(feeds & log.heads().keys()):
        for call in log.current(feed)[1]:
            yield feed, call
