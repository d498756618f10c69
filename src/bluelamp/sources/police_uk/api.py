"""The 22 methods of the API of data.police.uk, each with what its answers mean. For live look-ups and discovery.

The same status means different things here: 503 on an area is "more than 10,000 records", 500 on a date is "outside
the window", 502 on a date is "not published yet", and `[]` may be either nothing or not yet. What `crimes-street-dates`
says is published decides. Source: https://data.police.uk/docs/ and docs/sources/data-police-uk.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from bluelamp.domain.month import Month
from bluelamp.errors import NotFound, SourceRefused, UsageError
from bluelamp.sources.http import RETRY_STATUSES, HttpClient, HttpResponse
from bluelamp.sources.police_uk.api_areas import Box, Point, Polygon
from bluelamp.sources.police_uk.api_places import (
    ForceDetails,
    Located,
    NamedPlace,
    Neighbourhood,
    NeighbourhoodEvent,
    Officer,
    Priority,
    corner,
)
from bluelamp.sources.police_uk.api_reading import Json, UnexpectedAnswer, record, records
from bluelamp.sources.police_uk.api_types import (
    Available,
    CaseHistory,
    Category,
    Crime,
    NotPublishedYet,
    Outcome,
    OutsideWindow,
    Stop,
    TooManyRecords,
    last_updated,
)
from bluelamp.sources.police_uk.rate_limit import LeakyBucket

BASE = "https://data.police.uk"
TIMEOUT = 120.0  # seconds; large areas have been seen to take more than 60
MAX_ANSWER = 64 << 20  # 10,000 records are about 5 MB
MAX_DEPTH = 8  # a box quartered so often is 1/65,536 of the first
_SLUG = re.compile(r"[A-Za-z0-9._~-]{1,100}")
_PERSISTENT_ID = re.compile(r"[0-9a-f]{64}")
_DATED_TROUBLE = frozenset({500, 502})

T = TypeVar("T", Crime, Outcome, Stop)
Area = Point | Polygon


class PoliceApi:
    """All 22 methods. `month=None` asks for the latest month, whatever that is for the force at hand.

    Every method raises SourceUnavailable when the service fails, SourceRefused for a request that it does not accept or
    for too many of them, UnexpectedAnswer for an answer of another shape; dated ones OutsideWindow and NotPublishedYet.
    """

    def __init__(self, client: HttpClient, *, base: str = BASE, bucket: LeakyBucket | None = None) -> None:
        self._client = client
        self._api = f"{base.rstrip('/')}/api"
        self._bucket = bucket or LeakyBucket()
        self._available: list[Available] | None = None

    # Crimes and outcomes

    def crimes_street(self, area: Area, month: Month | None = None, category: str = "all-crime") -> list[Crime]:
        """Crimes within a mile of a point, or within a polygon. Raises TooManyRecords above 10,000."""
        return self._dated(f"crimes-street/{_slug(category)}", area.parameters(), month, Crime.of, "crime", area)

    def outcomes_at_location(self, place: Area | int, month: Month | None = None) -> list[Outcome]:
        """Outcomes of the month at a location id, near a point or in a polygon. None are published for the PSNI."""
        area = None if isinstance(place, int) else place
        return self._dated("outcomes-at-location", _place(place), month, Outcome.of, "outcome", area)

    def crimes_at_location(self, place: Point | int, month: Month | None = None) -> list[Crime]:
        """Crimes at exactly one location id, or at the location nearest to a point."""
        return self._dated("crimes-at-location", _place(place), month, Crime.of, "crime")

    def crimes_no_location(self, force: str, month: Month | None = None, category: str = "all-crime") -> list[Crime]:
        """Crimes that could not be placed on the map; maps leave them out."""
        asked = {"force": _slug(force), "category": _slug(category)}
        return self._dated("crimes-no-location", asked, month, Crime.of, "crime")

    def crime_categories(self, month: Month | None = None) -> list[Category]:
        """The categories in use in a month, `all-crime` among them."""
        answer = self._ask("crime-categories", _date(month))
        return records(answer, Category.of, "category")

    def crime_last_updated(self) -> date:
        """A day of the newest published month."""
        return last_updated(self._ask("crime-last-updated"))

    def outcomes_for_crime(self, persistent_id: str) -> CaseHistory:
        """The case history of one crime. Raises NotFound for an id that the API does not (or no longer) hold."""
        if not _PERSISTENT_ID.fullmatch(persistent_id):
            raise UsageError("A crime is asked for by its 64-digit Crime ID.", "Anti-social behaviour has none.")
        answer = self._ask(f"outcomes-for-crime/{persistent_id}", missing="This crime is not among those of the API.")
        return CaseHistory.of(record(answer, "case history"))

    def availability(self, *, fresh: bool = False) -> list[Available]:
        """The months held, newest first, and who has published stops for each. Kept after the first call."""
        if self._available is None or fresh:
            found = records(self._ask("crimes-street-dates"), Available.of, "month")
            self._available = sorted(found, key=lambda one: one.month, reverse=True)
        return list(self._available)

    # Forces

    def forces(self) -> list[NamedPlace]:
        """All forces of the API."""
        return records(self._ask("forces"), NamedPlace.force, "force")

    def force(self, force: str) -> ForceDetails:
        """One force. Raises NotFound for an unknown one."""
        return ForceDetails.of(record(self._ask(f"forces/{_slug(force)}", missing=_NO_FORCE), "force"))

    def force_people(self, force: str) -> list[Officer]:
        """Senior officers of a force; many forces publish none."""
        return records(self._ask(f"forces/{_slug(force)}/people", missing=_NO_FORCE), Officer.of, "person")

    # Neighbourhoods

    def neighbourhoods(self, force: str) -> list[NamedPlace]:
        """The neighbourhoods of a force."""
        answer = self._ask(f"{_slug(force)}/neighbourhoods", missing=_NO_FORCE)
        return records(answer, NamedPlace.neighbourhood, "neighbourhood")

    def neighbourhood(self, force: str, neighbourhood: str) -> Neighbourhood:
        """One neighbourhood. Raises NotFound for an unknown one."""
        return Neighbourhood.of(record(self._of_neighbourhood(force, neighbourhood, ""), "neighbourhood"))

    def neighbourhood_boundary(self, force: str, neighbourhood: str) -> list[tuple[float, float]]:
        """The corners of its boundary as (latitude, longitude) in degrees."""
        return records(self._of_neighbourhood(force, neighbourhood, "/boundary"), corner, "corner")

    def neighbourhood_people(self, force: str, neighbourhood: str) -> list[Officer]:
        """The members of its team."""
        return records(self._of_neighbourhood(force, neighbourhood, "/people"), Officer.of, "person")

    def neighbourhood_events(self, force: str, neighbourhood: str) -> list[NeighbourhoodEvent]:
        """Its coming events."""
        return records(self._of_neighbourhood(force, neighbourhood, "/events"), NeighbourhoodEvent.of, "event")

    def neighbourhood_priorities(self, force: str, neighbourhood: str) -> list[Priority]:
        """Its policing priorities, done ones included."""
        return records(self._of_neighbourhood(force, neighbourhood, "/priorities"), Priority.of, "priority")

    def locate_neighbourhood(self, point: Point) -> Located:
        """Who polices a point. Raises NotFound outside England, Wales and Northern Ireland."""
        asked = {"q": f"{point.latitude:.6f},{point.longitude:.6f}"}
        answer = self._ask("locate-neighbourhood", asked, missing="No neighbourhood team covers this point.")
        return Located.of(record(answer, "neighbourhood"))

    # Stop and search

    def stops_street(self, area: Area, month: Month | None = None) -> list[Stop]:
        """Stops within a mile of a point, or within a polygon. Raises TooManyRecords above the limit."""
        return self._dated("stops-street", area.parameters(), month, Stop.of, "stop", area)

    def stops_at_location(self, location_id: int, month: Month | None = None) -> list[Stop]:
        """Stops at exactly one location id."""
        return self._dated("stops-at-location", _place(location_id), month, Stop.of, "stop")

    def stops_no_location(self, force: str, month: Month | None = None) -> list[Stop]:
        """Stops of a force that could not be placed on the map."""
        return self._dated("stops-no-location", {"force": _slug(force)}, month, Stop.of, "stop", force=force)

    def stops_force(self, force: str, month: Month | None = None) -> list[Stop]:
        """All stops of a force. Without a month, the API's latest one is meant even if this force has none for it."""
        return self._dated("stops-force", {"force": _slug(force)}, month, Stop.of, "stop", force=force)

    # Areas of any size

    def crimes_in_box(self, box: Box, month: Month, category: str = "all-crime") -> list[Crime]:
        """All crimes of a box, quartered until each part is below the limit; every crime once."""
        return self._quartered(lambda area: self.crimes_street(area, month, category), box)

    def outcomes_in_box(self, box: Box, month: Month) -> list[Outcome]:
        """All outcomes of a box, as crimes_in_box."""
        return self._quartered(lambda area: self.outcomes_at_location(area, month), box)

    def stops_in_box(self, box: Box, month: Month) -> list[Stop]:
        """All stops of a box, as crimes_in_box."""
        return self._quartered(lambda area: self.stops_street(area, month), box)

    def _quartered(self, ask: Callable[[Polygon], list[T]], whole: Box) -> list[T]:
        found: list[T] = []
        waiting = [(whole, 0)]
        while waiting:
            box, depth = waiting.pop()
            try:
                answer = ask(box.polygon())
            except TooManyRecords:
                if depth >= MAX_DEPTH:
                    raise
                waiting.extend((quarter, depth + 1) for quarter in box.quarters())
                continue
            found.extend(one for one in answer if _belongs(one, box, whole))
        return found

    # How it is asked

    def _dated(
        self,
        path: str,
        asked: Mapping[str, str],
        month: Month | None,
        build: Callable[[Json], T],
        what: str,
        area: Area | None = None,
        force: str = "",
    ) -> list[T]:
        is_polygon = isinstance(area, Polygon)
        accept = (
            _DATED_TROUBLE | ({503} if is_polygon else frozenset()) if month else frozenset({503} if is_polygon else ())
        )
        parameters = {**asked, **_date(month)}
        answer = self._request(path, parameters, post=is_polygon, accept=accept)
        if answer.status == 503:
            raise TooManyRecords(
                f"The area holds more {what}s than the API gives at once (10,000).", "Narrow the area or split it."
            )
        if answer.status in _DATED_TROUBLE:
            self._explain(month, force)
            # The month is published, so the service itself has trouble: now it is worth asking again.
            answer = self._request(path, parameters, post=is_polygon)
        found = records(_parsed(answer), build, what)
        if not found and month:
            self._explain(month, force)
        return found

    def _explain(self, month: Month | None, force: str) -> None:
        """Raises what an empty or failed answer for the month means; returns where it means just that."""
        published = self.availability()
        if month is None or not published:
            return
        newest, oldest = published[0], published[-1]
        if month > newest.month:
            raise NotPublishedYet(
                f"{month.words()} is not published yet.", f"The newest month is {newest.month.words()}."
            )
        if month < oldest.month:
            raise OutsideWindow(
                f"The API no longer holds {month.words()}.", f"It starts with {oldest.month.words()}; use the archive."
            )
        this = next((one for one in published if one.month == month), None)
        if force and (this is None or force not in this.stop_and_search):
            raise NotPublishedYet(
                f"{force} has not published its stops of {month.words()}.", "It may never do so: coverage tells."
            )

    def _of_neighbourhood(self, force: str, neighbourhood: str, part: str) -> Any:
        path = f"{_slug(force)}/{_neighbourhood(neighbourhood)}{part}"
        return self._ask(path, missing="There is no such neighbourhood in this force.")

    def _ask(self, path: str, parameters: Mapping[str, str] | None = None, missing: str = "") -> Any:
        try:
            return _parsed(self._request(path, parameters or {}))
        except NotFound as error:
            raise NotFound(missing or error.message, "" if missing else error.hint) from None

    def _request(
        self, path: str, parameters: Mapping[str, str], *, post: bool = False, accept: frozenset[int] = frozenset()
    ) -> HttpResponse:
        url = f"{self._api}/{path}"
        # A polygon goes by POST: a GET above 4,094 characters is answered with 400.
        answer = self._client.request(
            "POST" if post else "GET",
            url if post or not parameters else f"{url}?{urlencode(parameters)}",
            form=parameters if post else None,
            headers={"Accept": "application/json"},
            limit=MAX_ANSWER,
            timeout=TIMEOUT,
            retry=RETRY_STATUSES - accept,
            accept=accept | {400},
            pace=self._bucket.take,
        )
        if answer.status == 400:
            raise SourceRefused(f"data.police.uk does not accept this request ({path}).", "Check area, date and names.")
        return answer


_NO_FORCE = "data.police.uk knows no such force."


def _parsed(answer: HttpResponse) -> Any:
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise UnexpectedAnswer(
            "data.police.uk answered with something that is no JSON.", "Run the same again later."
        ) from None


def _belongs(one: Crime | Outcome | Stop, box: Box, whole: Box) -> bool:
    degrees = one.location.degrees if one.location else None
    return degrees is None or box.holds(*degrees, whole)


def _date(month: Month | None) -> dict[str, str]:
    return {"date": str(month)} if month else {}


def _place(place: Area | int) -> dict[str, str]:
    return {"location_id": str(place)} if isinstance(place, int) else place.parameters()


def _slug(text: str) -> str:
    """A name that goes into the path: what could lead to another path is refused, not escaped."""
    if not _SLUG.fullmatch(text) or text.strip(".") == "":
        raise UsageError(f"{text!r} is no name that data.police.uk uses.", "Names are like leicestershire or drugs.")
    return text


def _neighbourhood(text: str) -> str:
    # Some ids hold blanks, commas or slashes' lookalikes; all are escaped, and dots alone would climb.
    if not text or len(text) > 200 or text.strip(".") == "":
        raise UsageError("That is no neighbourhood id.", "Take it from the list of neighbourhoods.")
    return quote(text, safe="")
