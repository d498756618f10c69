"""The city itself: what its list of active calls shows at any moment, and what is true. Called by `publisher`, `plan`
and `truth`.

A city is a function of its seed: the same seed shows the same rows at the same moment, in any order of asking.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bluelamp.synthetic.city.ground import Ground
from bluelamp.synthetic.city.incidents import LONGEST, Incident, Incidents, Span, Stay

ZONE = "America/Chicago"
_KEPT_SLOTS = 64
Pair = tuple[str, str]  # (incident number, unit)


class SyntheticCity:
    """One city. `tempo` makes its life so many times as fast (see `Incidents`; at most 4, so that incident numbers keep
    their form); in a `silence` nobody is on any scene. Moments are aware datetimes."""

    def __init__(
        self, seed: int = 1, *, tempo: float = 1.0, silences: Sequence[tuple[datetime, datetime]] = (), zone: str = ZONE
    ) -> None:
        if not 0 < tempo <= 4:
            raise ValueError("the tempo of a city lies above 0 and is at most 4")
        self.seed, self.tempo, self.zone = seed, tempo, ZoneInfo(zone)
        self._incidents = Incidents(seed, Ground(seed), self.zone, tempo)
        self._silences = [(first.timestamp(), last.timestamp()) for first, last in silences]
        self._slots: OrderedDict[int, list[Incident]] = OrderedDict()

    def snapshot(self, at: datetime) -> list[dict[str, str]]:
        """The rows at a moment, one for each unit on a call, in the order of the publisher's own row numbers. What is
        null is an absent key."""
        when = at.timestamp()
        return [self._row(incident, unit, when) for incident in self._near(when) for unit in incident.units_at(when)]

    def listed(self, at: datetime) -> frozenset[Pair]:
        """(incident number, unit) of every row at a moment."""
        when = at.timestamp()
        return frozenset((incident.number, unit) for incident in self._near(when) for unit in incident.units_at(when))

    def incidents(self, first: datetime, last: datetime) -> list[Incident]:
        """The incidents that may be listed at some moment from `first` to `last`, by when they begin."""
        begin, end = first.timestamp(), last.timestamp()
        found = []
        for slot in range(self._slot_of(begin) - self._reach, self._slot_of(end) + 1):
            found += [one for one in self._of_slot(slot) if one.opened <= end and one.closed > begin]
        return found

    @property
    def _reach(self) -> int:
        """How many slots back a call may have begun that is listed now."""
        return int(LONGEST) + 1

    def _slot_of(self, when: float) -> int:
        return int(when // self._incidents.slot_seconds)

    def _near(self, when: float) -> list[Incident]:
        slot = self._slot_of(when)
        return [one for past in range(slot - self._reach, slot + 1) for one in self._of_slot(past)]

    def _of_slot(self, slot: int) -> list[Incident]:
        found = self._slots.get(slot)
        if found is None:
            found = [one for one in map(self._silenced, self._incidents.of_slot(slot)) if one is not None]
            self._slots[slot] = found
            while len(self._slots) > _KEPT_SLOTS:
                self._slots.popitem(last=False)
        return found

    def _silenced(self, incident: Incident) -> Incident | None:
        """The incident as silences leave it: what would begin in one never does, what is open then ends with it."""
        for first, last in self._silences:
            if first <= incident.opened < last:
                return None
            if incident.opened < first < incident.closed:
                stays = tuple(Stay(stay.unit, _until(stay.spans, first)) for stay in incident.stays)
                incident = replace(incident, closed=first, stays=tuple(stay for stay in stays if stay.spans))
        return incident

    def _row(self, incident: Incident, unit: str, when: float) -> dict[str, str]:
        spot = incident.spot
        reported = datetime.fromtimestamp(incident.reported, UTC).astimezone(self.zone)
        row = {
            "incident_number": incident.number,
            "division": spot.division,
            "nature_of_call": incident.value("nature", when),
            "priority": incident.value("priority", when),
            "date": f"{reported:%Y-%m-%d}T00:00:00.000",
            "time": f"{reported:%H:%M:%S}",
            "unit_number": unit,
            "block": incident.value("block", when),
            "location": spot.location,
            "beat": spot.beat,
            "reporting_area": spot.reporting_area,
            "status": "At Scene",
            **incident.odd,
        }
        return {name: value for name, value in row.items() if value}


def _until(spans: Sequence[Span], end: float) -> tuple[Span, ...]:
    return tuple((first, min(last, end)) for first, last in spans if first < end)
