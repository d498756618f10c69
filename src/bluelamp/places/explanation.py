"""How the place of a call was found, for whoever looks at it: what every source said, what was made of it, in words.
Used by the web's page of one call.

Where a feed's privacy shows places less exactly than they are known, nothing is told that would give them away: no
coordinates of what sources said, no distances, and reasons without numbers.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bluelamp.domain.call import Call, Place
from bluelamp.domain.judging import CODES
from bluelamp.domain.place import LocationQuery, metres_between
from bluelamp.messages import joined
from bluelamp.places.context import feed_candidate
from bluelamp.places.explanation_words import KINDS, rule_of, sentence, shown_by
from bluelamp.places.resolver import Resolved, Resolver
from bluelamp.sources.feeds.agency import Agency, Privacy
from bluelamp.sources.feeds.coordinates import without_coordinates
from bluelamp.sources.feeds.masking import HIDDEN, masked_location

# How long a resolver stays open; a new gazetteer is seen after as long. Seconds.
_KEPT_SECONDS = 300.0
# Two answers nearer than this agree, metres; nearer than the second they are one point.
_AGREES, _SAME = 150.0, 1.0


@dataclass(frozen=True, slots=True)
class Source:
    """Somebody who says where locations are. `words` names it amid a sentence."""

    name: str
    words: str
    licence: str = ""
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """What one feed's places are explained with; a source that is not among `sources` goes by its name."""

    resolver: Resolver
    sources: Mapping[str, Source] = field(default_factory=dict)

    def source(self, name: str) -> Source:
        return self.sources.get(name) or Source(name, name)


class PlaceExplainer:
    """Explains places. Safe for threads. `open_feed` opens a feed's resolver, without geocoders: nobody is asked."""

    def __init__(self, open_feed: Callable[[Agency], Opened]) -> None:
        self._open_feed = open_feed
        self._lock = threading.Lock()
        self._opened: dict[str, tuple[float, Opened]] = {}

    def explain(self, agency: Agency, call: Call, listed: Place | None) -> dict[str, Any]:
        """How the place of a call was found. `listed` is the point that the publisher gave with it, as it stands in the
        event log. Raises SettingsError or StorageError."""
        told = _Explanation(self._of(agency), agency.privacy, call, listed)
        return told.as_dict()

    def _of(self, agency: Agency) -> Opened:
        with self._lock:
            at, opened = self._opened.get(agency.name, (0.0, None))
            if opened is None or time.monotonic() - at > _KEPT_SECONDS:
                opened = self._open_feed(agency)
                self._opened[agency.name] = time.monotonic(), opened
            return opened


class _Explanation:
    """One call's place."""

    def __init__(self, opened: Opened, privacy: Privacy, call: Call, listed: Place | None) -> None:
        self._opened, self._privacy, self._call = opened, privacy, call
        self._place = call["place"]
        self._query = opened.resolver.ground.query_of_call(call)
        own = () if privacy.cloaks else feed_candidate(listed)
        self._decision = opened.resolver.current(self._query, own) if self._place is not None else None
        self._by_feed = privacy.cloaks and listed is not None
        self._found = self._candidates()

    def as_dict(self) -> dict[str, Any]:
        place: Mapping[str, Any] = self._place or {}
        shown = {name: place.get(name) for name in _OF_PLACE}
        location = {"text": self._text(), "kind": self._query.kind, "words": KINDS[self._query.kind]}
        names = dict.fromkeys([*self._sources_of(place.get("method") or ""), *(one["source"] for one in self._found)])
        sources = [self._opened.source(name) for name in names if name != _MANUAL]
        return {
            **shown,
            "asked": location,
            "candidates": self._found,
            "sources": [{name: getattr(one, name) for name in Source.__dataclass_fields__} for one in sources],
            "words": self._words(),
        }

    def _text(self) -> str:
        """What was asked: masked where it was read; a call of before that was asked for is masked here."""
        if self._privacy.mask_block:
            return masked_location(self._query.text)
        return without_coordinates(self._query.text, HIDDEN) if self._privacy.cloaks else self._query.text

    def _sources_of(self, method: str) -> list[str]:
        """Those that a place's method names: `gazetteer+census block`, `feed`."""
        names = method.partition(" ")[0].split("+")
        return [name for name in names if name in self._opened.sources]

    # -- what sources said -------------------------------------------------------------------------------------------

    def _candidates(self) -> list[dict[str, Any]]:
        if self._decision is None or (self._place or {}).get("method") == _MANUAL:
            return []
        found = [self._candidate(one) for one in self._decision["candidates"]]
        if self._by_feed:
            found.insert(0, self._own_point())
        at = self._chosen(found)
        for number, one in enumerate(found):
            one["chosen"] = number == at
        return found

    def _candidate(self, one: Mapping[str, Any]) -> dict[str, Any]:
        """As it may be told. One whose licence does not let it be kept has no coordinates to begin with."""
        open_ = not self._privacy.cloaks and one["lat"] is not None
        return {
            "source": one["source"],
            "source_words": self._opened.source(one["source"]).words,
            "precision": one["precision"],
            "lat": one["lat"] if open_ else None,
            "lon": one["lon"] if open_ else None,
            "uncertainty_m": round(one["uncertainty_m"], 1) if open_ else None,
            "metres_from_chosen": self._metres(one) if open_ else None,
            "kept": one["kept"],
            "chosen": False,
            "reasons": self._reasons(one),
        }

    def _own_point(self) -> dict[str, Any]:
        """The publisher's own point, where it is not shown as it was given."""
        about = {"source": "feed", "source_words": self._opened.source("feed").words, "precision": "block"}
        reasons = ["The publisher gives a point with the call; it is not shown as it was given."]
        hidden = dict.fromkeys(("lat", "lon", "uncertainty_m", "metres_from_chosen"))
        return {**about, **hidden, "kept": True, "chosen": False, "reasons": reasons}

    def _metres(self, one: Mapping[str, Any]) -> float | None:
        place: Mapping[str, Any] = self._place or {}
        if place.get("kind") != "point":
            return None
        return round(metres_between(place["lat"], place["lon"], one["lat"], one["lon"]), 1)

    def _chosen(self, found: Sequence[Mapping[str, Any]]) -> int | None:
        """Which of them the place is; None where it is none of them."""
        if (self._place or {}).get("kind") != "point" or self._decision is None:
            return None
        first = (self._sources_of((self._place or {}).get("method") or "") or [""])[0]
        if not self._privacy.cloaks:
            near = [(one["metres_from_chosen"], at) for at, one in enumerate(found) if one["source"] == first]
            best = min(((metres, at) for metres, at in near if metres is not None), default=None)
            return best[1] if best is not None and best[0] <= _SAME else None
        if first == "feed":
            return 0 if self._by_feed else None
        shift = 1 if self._by_feed else 0
        point = self._decision["lat"], self._decision["lon"]
        alike = (at for at, one in enumerate(self._decision["candidates"]) if (one["lat"], one["lon"]) == point)
        return next((at + shift for at in alike if found[at + shift]["source"] == first), None)

    def _reasons(self, one: Mapping[str, Any]) -> list[str]:
        if one["lat"] is None:
            return [one["reason"]] if one["kept"] else [sentence(CODES[one["code"]]), one["reason"]]
        if not (self._privacy.cloaks or self._privacy.mask_block):
            kept, _, street = one["reason"].partition(" Its street ")
            return [kept, f"Its street {street}"] if street else [kept]
        if not one["kept"]:
            return [sentence(CODES[one["code"]])]
        area = self._area(one)
        if area is None:
            return ["No area that the call names could be checked."]
        return [f"It lies {'in' if one['gate_distance_m'] == 0 else 'near'} the {area}, which the call names."]

    def _area(self, one: Mapping[str, Any]) -> str | None:
        """The area that a candidate was held against: `beat 114`."""
        gate, far = one.get("gate"), one.get("gate_distance_m")
        return None if not gate or far is None else f"{gate.replace('_', ' ')} {self._query.area(gate)}"

    # -- in one sentence, or a few -----------------------------------------------------------------------------------

    def _words(self) -> str:
        place, decision = self._place, self._decision
        if place is None or decision is None:
            return _unplaced(self._call, self._query)
        if place.get("method") == _MANUAL:
            return "A person has put this place right by hand."
        if self._privacy.finest == "area" and (decision["kind"] == "point" or self._by_feed):
            area = (place.get("area") or "").replace("_", " ")
            where = f" It is somewhere in the {area}." if place["kind"] == "area" else ""
            return f"{rule_of(self._privacy)}{where}"
        if place["kind"] != "point":
            return self._no_point(place, decision)
        return f"{self._of_point(place)} {rule_of(self._privacy)}".strip()

    def _no_point(self, place: Place, decision: Resolved) -> str:
        if decision["kind"] == place["kind"]:
            return str(decision["why"])
        where = f" It is somewhere in the {place['area'].replace('_', ' ')}." if place.get("area") else ""
        return f"When it was placed, no point was certain enough.{where}"

    def _of_point(self, place: Place) -> str:
        names = self._sources_of(place.get("method") or "") or ["feed"]
        chosen = next((one for one in self._found if one["chosen"]), None)
        if names[0] == "feed":
            begun = "The publisher's own list gives this point"
        else:
            precision = (place.get("method") or "").partition(" ")[2]
            begun = f"Found by {self._opened.source(names[0]).words}, {shown_by(precision)}"
        parts = [begun, *self._gate(chosen), *self._agreeing(names[0])]
        if chosen is None and not self._privacy.cloaks and self._found:
            parts.append("what is known of the location has changed since")
        return "; ".join(parts) + "."

    def _gate(self, chosen: Mapping[str, Any] | None) -> Iterable[str]:
        """Whether the point lies in the area that the call names."""
        if chosen is None or self._decision is None:
            return
        shift = 1 if self._by_feed else 0
        at = self._found.index(dict(chosen)) - shift
        if at < 0:
            return
        one = self._decision["candidates"][at]
        area, far = self._area(one), one["gate_distance_m"]
        if area is not None:
            exact = "near" if self._privacy.cloaks else f"{far:,.0f} m from"
            yield f"inside {area}" if far == 0 else f"{exact} {area}"

    def _agreeing(self, anchor: str) -> Iterable[str]:
        """Others that say the same, and how many were rejected."""
        others = [one for one in self._found if not one["chosen"] and one["source"] != anchor]
        for name in dict.fromkeys(one["source"] for one in others if one["kept"]):
            words = self._opened.source(name).words
            near = [one["metres_from_chosen"] for one in others if one["source"] == name and one["kept"]]
            known = [metres for metres in near if metres is not None]
            if not known:
                if name in self._sources_of((self._place or {}).get("method") or ""):
                    yield f"{words} agrees"
            elif min(known) <= _AGREES:
                yield f"{words} agrees ({min(known):,.0f} m away)"
            else:
                yield f"{words} says otherwise ({min(known):,.0f} m away)"
        rejected = dict.fromkeys(one["source"] for one in self._found if not one["kept"])
        if rejected:
            yield f"rejected was what {joined([self._opened.source(name).words for name in rejected])} said"


def _unplaced(call: Call, query: LocationQuery) -> str:
    if query.kind == "unknown" and not query.areas:
        return "The publisher lists no location for this call, so it has no place."
    if call["ended"]:
        return "This call ended before it was placed."
    return "This call has not been placed yet."


_MANUAL = "manual"
_OF_PLACE = ("kind", "lat", "lon", "uncertainty_m", "method", "confidence", "version", "area")
