"""Opens what places need, from the settings: the resolver of a feed with its gazetteer and its geocoders. Called by
`bootstrap`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bluelamp.domain.location import NO_ALIASES
from bluelamp.places.context import PlaceContext, ground_of
from bluelamp.places.explanation import Opened, Source
from bluelamp.places.resolver import Resolver
from bluelamp.places.scoring import learnt
from bluelamp.places.sparse_gazetteer import Cautious, thinness
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.gazetteer import City, city_of_feed, read_cities
from bluelamp.sources.geocoders.calling import Provider
from bluelamp.sources.geocoders.choice import GAZETTEER, TERMS, Access, chosen_geocoders
from bluelamp.sources.http import HttpClient
from bluelamp.storage.gazetteer import Gazetteer, GazetteerStore
from bluelamp.storage.places.store import PlaceStore


@dataclass(frozen=True, slots=True)
class PlacesSetup:
    """What the settings say of places. `daily` is the most requests a day to each geocoder, 0 for its own limit."""

    home: Path
    geocoders: Sequence[str] = ()
    access: Access = field(default_factory=Access)
    daily: int = 0


def open_lines(setup: PlacesSetup, places: PlaceStore, client: HttpClient) -> list[Provider]:
    """The lines to the geocoders that were chosen, in their order. One set for all feeds, because a geocoder's pace is
    kept by its line. Raises SettingsError."""

    def spend(name: str, limit: int) -> bool:
        return places.spend(name, limit, datetime.now(UTC))

    return [
        Provider(geocoder, client, spend, daily=setup.daily or None)
        for geocoder in chosen_geocoders(setup.geocoders, setup.access)
    ]


def open_ground(setup: PlacesSetup, places: PlaceStore, agency: Agency) -> PlaceContext:
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


def open_explained(setup: PlacesSetup, places: PlaceStore, agency: Agency) -> Opened:
    """What a feed's places are explained with. Raises SettingsError or StorageError."""
    return Opened(resolver_of(setup, places, agency, ()), sources_of(setup.home, agency))


def sources_of(home: Path, agency: Agency) -> dict[str, Source]:
    """Everybody who may say where a feed's calls are, by name. Raises SettingsError."""
    city = city_of_feed(read_cities(home / "cities"), agency.name)
    inputs = city.inputs.values() if city is not None else ()
    known = [
        Source("feed", "the publisher's own list", agency.licence, agency.attribution),
        Source(
            GAZETTEER,
            "the city's own list of addresses and streets",
            "; ".join(dict.fromkeys(one.licence for one in inputs if one.licence)),
            "; ".join(dict.fromkeys(one.attribution for one in inputs if one.attribution)),
        ),
        *(Source(one.name, _amid(one.title), one.licence, one.attribution) for one in TERMS.values()),
    ]
    return {one.name: one for one in known}


def _amid(title: str) -> str:
    """A title as it stands amid a sentence."""
    return f"the{title.removeprefix('The')}" if title.startswith("The ") else title


def _gazetteer(home: Path, city: City | None) -> Gazetteer | None:
    return None if city is None else GazetteerStore(home).open(city.name, city.aliases)


def resolver_of(
    setup: PlacesSetup,
    places: PlaceStore,
    agency: Agency,
    lines: Sequence[Provider],
    *,
    bulk: bool = False,
    keep: bool = True,
) -> Resolver:
    """The resolver of a feed. Raises SettingsError or StorageError."""
    return Resolver(places, open_ground(setup, places, agency), lines, bulk=bulk, keep=keep)


def resolvers_of(
    setup: PlacesSetup, places: PlaceStore, agencies: Mapping[str, Agency], lines: Sequence[Provider]
) -> dict[str, Resolver]:
    """Resolvers of several feeds on the same lines."""
    return {name: resolver_of(setup, places, agency, lines) for name, agency in agencies.items()}
