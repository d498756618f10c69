"""What the calls' own areas tell of a geocoder: whoever answers in the beat that a call names, time and again, is not
guessing. So a geocoder that nobody has scored against official coordinates earns belief by itself, or loses it.

An answer that lies plausibly, on the street asked for and at another place, passes the check of its area sometimes, by
the area's size (`belief.area_worth`). How many fail tells how many are wrong. Used by the resolver.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bluelamp.domain.belief import area_worth, usual_reliability
from bluelamp.domain.judging import PlaceRules, city_share
from bluelamp.domain.place import AreaCheck, LocationQuery

LEAST_CHECKED = 30  # answers of a source, before anything follows from them
_STEP = 1.3  # the record is looked at again when it has grown by so much
_WEIGHT = 5  # what a source is taken to be before counts like so many answers
# Right answers that lie outside: areas change, and points that vote are a poor map.
_RIGHT_OUTSIDE, _RIGHT_OUTSIDE_ROUGH = 0.005, 0.05
# Of large areas more wrong answers are let through than their size tells: streets run along in them.
_PASSES = 1.25
_SURE = 1.3  # deviations that are taken off, so that few answers are not believed like many


@dataclass(slots=True)
class _Checked:
    """Of one source: answers that were held against an area, those outside it, what was to be expected."""

    answers: int = 0
    outside: int = 0
    passing: float = 0.0  # sum of the chances that a wrong answer passes
    right_outside: float = 0.0  # sum of the chances that a right one does not
    next_look: int = LEAST_CHECKED

    @property
    def reliability(self) -> float:
        """A careful estimate of how often the source is right, from 0 to 1."""
        outside, passing = self.outside / self.answers, self.passing / self.answers
        usual = self.right_outside / self.answers
        tells = max(1 - passing - usual, 0.05)
        smoothed = (self.outside + 1) / (self.answers + 2)
        doubt = _SURE * math.sqrt(smoothed * (1 - smoothed) / self.answers) / tells
        return min(max(1 - max(outside - usual, 0.0) / tells - doubt, 0.02), 0.98)


class Record:
    """The record of one feed's geocoders. Not for several threads at once."""

    def __init__(self, areas: AreaCheck) -> None:
        self._areas = areas
        self._sources: dict[str, _Checked] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def note(self, query: LocationQuery, candidates: Iterable[Mapping[str, object]], rules: PlaceRules) -> bool:
        """Take note of a decision's candidates (`Judged.as_dict`), each source's first of a location once. Whether the
        record of a source has grown so much that it is to be looked at again."""
        grown = False
        for one in candidates:
            source, gate = str(one["source"]), str(one["gate"] or "")
            key = source, query.key, query.areas_key
            if not gate or one["code"] not in ("kept", "outside_beat") or key in self._seen:
                continue
            self._seen.add(key)
            grown |= self._count(source, gate, query.area(gate) or "", one["code"] == "outside_beat", rules)
        return grown

    def _count(self, source: str, gate: str, name: str, outside: bool, rules: PlaceRules) -> bool:
        rough = gate in rules.rough
        checked = self._sources.setdefault(source, _Checked())
        checked.answers += 1
        checked.outside += outside
        passes = _PASSES / area_worth(city_share(gate, name, rules, self._areas), rough=rough)
        checked.passing += min(passes, 0.95)
        checked.right_outside += _RIGHT_OUTSIDE_ROUGH if rough else _RIGHT_OUTSIDE
        if checked.answers < checked.next_look:
            return False
        checked.next_look = math.ceil(checked.answers * _STEP)
        return True

    def reliability(self) -> dict[tuple[str, str], float]:
        """How often each source is right, of any precision: those of which enough was seen."""
        found = {}
        for source, checked in self._sources.items():
            if checked.answers >= LEAST_CHECKED:
                right = checked.reliability * checked.answers + usual_reliability(source) * _WEIGHT
                found[source, ""] = round(right / (checked.answers + _WEIGHT), 2)
        return found
