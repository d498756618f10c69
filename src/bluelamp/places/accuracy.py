"""How well a feed's calls are placed, for everybody to see: what was measured, then and now, and how much each source
is believed for it; and what a city itself reports of a call. Used by the API.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from bluelamp.domain.belief import usual_reliability
from bluelamp.domain.call import Call
from bluelamp.domain.place import metres_between
from bluelamp.places.explanation import Source
from bluelamp.places.scoring import FAR_M, NEAR_M, SHOWN, learnt
from bluelamp.places.setup import PlacesSetup, sources_of
from bluelamp.sources.feeds.agency import Agency
from bluelamp.sources.geocoders.choice import GAZETTEER, TERMS
from bluelamp.storage.places.store import PlaceStore, Score

NOT_YET = "Not scored yet: no official coordinates have been given."
_SHOWN_SCORES = tuple(name for name in Score.__dataclass_fields__ if name != "reach")
_MOST = 60  # measurements of the past


class PlaceScores:
    """Of one installation. Raises StorageError where the database is away."""

    def __init__(self, places: PlaceStore, setup: PlacesSetup) -> None:
        self._places, self._setup = places, setup

    def standing(self, agency: Agency) -> dict[str, Any]:
        """The newest measurement, those before it in short, and the sources with how much they are believed."""
        scores = self._places.scores(agency.name)
        newest = [one for one in scores if one.scored_at == scores[0].scored_at]
        return {
            "feed": agency.name,
            "scores": [{name: getattr(one, name) for name in _SHOWN_SCORES} for one in newest],
            "history": [_in_short(one) for one in scores if _is_whole(one)][:_MOST],
            "sources": list(self._sources(agency)),
            "words": _words(newest),
        }

    def official(self, agency: Agency | None, call: Call) -> dict[str, Any] | None:
        """What a call's city reports of it; None where nothing of it has been seen. How far that is from the place that
        is shown is only said where places are shown as exactly as they are known."""
        number = call["incident_number"]
        found = self._places.officials.of(agency.name, number) if agency is not None and number else None
        if agency is None or number is None or found is None:
            return None
        incident, place = agency.incident, call["place"]
        hidden = agency.privacy.cloaks or agency.privacy.mask_block or place is None or place["kind"] != "point"
        metres = None
        if place is not None and not hidden:
            metres = round(metres_between(place["lat"], place["lon"], found.lat, found.lon))
        return {
            "url": incident.url_of(number) if incident else None,
            "words": incident.words if incident else "This call is in the city's own reports.",
            "seen_at": found.first_seen,
            "metres_from_shown": metres,
        }

    def _sources(self, agency: Agency) -> Iterator[dict[str, Any]]:
        """Those that may speak of this feed's calls, in the order in which they are asked."""
        known = sources_of(self._setup.home, agency)
        spent = self._places.spent(datetime.now(UTC))
        believed, _ = learnt(self._places, agency.name)
        own = ("feed",) if agency.coordinates == "feed" else ()
        for name in dict.fromkeys((*own, GAZETTEER, *self._setup.geocoders)):
            source = known.get(name) or Source(name, name)
            terms = TERMS.get(name)
            limit = None if terms is None else min(terms.daily, self._setup.daily or terms.daily)
            yield {
                **asdict(source),
                "prior": usual_reliability(name),
                "believed": {precision: round(share, 3) for (who, precision), share in believed.items() if who == name},
                "may_store": terms is None or terms.storable,
                "daily_budget": limit,
                "budget_left": None if limit is None else max(limit - spent.get(name, 0), 0),
            }


def _is_whole(score: Score) -> bool:
    """Whether it is of all that was shown."""
    return score.source == SHOWN and score.kind == "all"


def _in_short(score: Score) -> dict[str, Any]:
    return {
        "scored_at": score.scored_at,
        "official": score.official,
        "points": score.points,
        "share_near": round(score.near / score.points, 4) if score.points else None,
        "share_far": round(score.far / score.points, 4) if score.points else None,
        "median_m": score.median_m,
    }


def _words(newest: Sequence[Score]) -> str:
    whole = next((one for one in newest if _is_whole(one)), None)
    if whole is None or not whole.official:
        return NOT_YET
    points = _percent(whole.points, whole.official)
    if not whole.points or whole.median_m is None:
        return f"Of {whole.official:,} places with official coordinates, none was shown as a point."
    near, far, within = (_percent(part, whole.points) for part in (whole.near, whole.far, whole.within))
    return (
        f"Of {whole.official:,} places with official coordinates, {points} were shown as a point. Half of these lay "
        f"within {whole.median_m:,.0f} metres of the official one; {near} within {NEAR_M:g} metres, {far} farther than "
        f"{FAR_M:g}. The official place lay inside the circle that was claimed {within} of the time."
    )


def _percent(part: int, whole: int) -> str:
    """Never rounded to all or nothing where it is neither."""
    share = 100 * part / whole
    if 0 < part < whole:
        share = min(max(share, 0.1), 99.9)
    return f"{share:.1f}".removesuffix(".0") + " %"
