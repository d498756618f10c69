"""The properties of every file of a version, from what was counted of each. Called by `model`.

A pure function of the files that a version holds: it is gone through anew whenever one arrives or leaves, and gives the
same whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bluelamp.archive.profile.clock import clocks, reads_as_local
from bluelamp.archive.profile.coordinates import coordinates
from bluelamp.archive.profile.evidence import StopEvidence
from bluelamp.archive.profile.overrides import FileOverride
from bluelamp.archive.profile.place_evidence import PlaceEvidence
from bluelamp.archive.profile.rows_held import copies, rows_of, sizes
from bluelamp.archive.profile.time_of_day import Times, times_of_day
from bluelamp.domain.dataset import STOPS
from bluelamp.domain.file_property import (
    AS_IT_SAYS,
    BY_FILE,
    BY_SHIPPED_TABLE,
    CERTAIN,
    SUMMER_EVENING,
    SUMMER_MIDNIGHT,
    WINTER_MIDNIGHT,
    FileProperty,
    StopReading,
)
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth


@dataclass(frozen=True, slots=True)
class Counted:
    """One file and what was counted of it, as the ledger keeps it: its rows, its evidence (empty where nothing was
    counted), the findings of its rows."""

    file_id: int
    unit: ForceMonth
    rows: int
    evidence: Mapping[str, Any]
    findings: Sequence[Mapping[str, Any]] = ()

    def found(self, check: str) -> int:
        """The rows of one finding."""
        return sum(one["count"] for one in self.findings if one["check"] == check)


@dataclass(frozen=True, slots=True)
class Profile:
    """What was decided, by file."""

    properties: dict[int, tuple[FileProperty, ...]]
    readings: dict[int, StopReading]


Series = Mapping[Month, Counted]


def decide(files: Iterable[Counted], known: Sequence[FileOverride]) -> Profile:
    """The properties of these files; `known` overrides, the first entry that speaks of a file before the others."""
    by_force: dict[tuple[str, str], dict[Month, Counted]] = {}
    for file in files:
        if file.unit.force not in BY_SLUG:
            continue  # crimes around a point, from the API: a file of no publisher's
        by_force.setdefault((file.unit.dataset, file.unit.force), {})[file.unit.month] = file
    profile = Profile({}, {})
    for series in by_force.values():
        times = _times(series)
        places = _places(series)
        size_of = sizes({month: file.rows for month, file in series.items()})
        for month, file in sorted(series.items()):
            found = [*times.get(month, ((), None))[0], *places.get(month, ())]
            if month in size_of:
                found.append(size_of[month])
            if file.rows:
                found.append(copies(file.rows, file.findings))
            overridden = {one.name: _overridden(one, file.unit, known) for one in found}
            its_times = times[month][1] if month in times else None
            if its_times is not None:
                reading = profile.readings[file.file_id] = _reading(overridden, its_times)
                if overridden["time_of_day"].evidence.get("decided_otherwise"):
                    blank = _blank_rows(file, reading)
                    overridden["time_of_day"] = replace(overridden["time_of_day"], rows=blank)
            if file.rows:
                whose = _rows_of(file, profile.readings.get(file.file_id, AS_IT_SAYS))
                overridden[whose.name] = _overridden(whose, file.unit, known)
            if overridden:
                profile.properties[file.file_id] = tuple(overridden.values())
    return profile


def _times(series: Series) -> dict[Month, tuple[tuple[FileProperty, ...], Times]]:
    """(clock, time of day and precision of each file of stops, what was decided of its times)."""
    evidence = {
        month: its
        for month, file in series.items()
        if (its := StopEvidence.from_json(file.evidence.get("times"))) is not None and its.rows
    }
    clock_of, times_of = clocks(evidence), times_of_day(evidence)
    return {
        month: ((clock_of[month], times_of[month].time_of_day, times_of[month].precision), times_of[month])
        for month in evidence
    }


def _places(series: Series) -> dict[Month, tuple[FileProperty, FileProperty]]:
    return coordinates(
        {
            month: its
            for month, file in series.items()
            if (its := PlaceEvidence.from_json(file.evidence.get("places"))) is not None
        }
    )


def _rows_of(file: Counted, reading: StopReading) -> FileProperty:
    if file.unit.dataset == STOPS.name:
        outside = file.evidence.get("times", {}).get("outside_local" if reading.local else "outside_utc", 0)
        return rows_of(file.rows, 0, outside)
    return rows_of(file.rows, file.found("other_force"), file.found("out_of_month"))


def _overridden(decided: FileProperty, unit: ForceMonth, known: Sequence[FileOverride]) -> FileProperty:
    entry = next((one for one in known if one.name == decided.name and one.holds(unit)), None)
    # A month without summer time is of both clocks: nothing is to be overridden.
    if entry is None or decided.value == "utc or local":
        return decided
    if entry.by == BY_SHIPPED_TABLE and decided.value != entry.value and _sure_of_itself(decided):
        # The file was published anew since it was counted: the table that ships speaks of another one.
        return replace(decided, evidence={**decided.evidence, "shipped_table_says": entry.value})
    evidence = (
        {**decided.evidence, "decided_otherwise": decided.value} if decided.value != entry.value else decided.evidence
    )
    return replace(
        decided, value=entry.value, confidence=1.0, reason=entry.source, decided_by=entry.by, evidence=evidence
    )


def _sure_of_itself(decided: FileProperty) -> bool:
    return decided.decided_by == BY_FILE and decided.value != "undecided" and decided.confidence >= CERTAIN


def _blank_rows(file: Counted, reading: StopReading) -> int:
    """How many stops of a file stand where those without a time of day do."""
    times = file.evidence["times"]
    at = {
        WINTER_MIDNIGHT: times["whole_winter"][0],
        SUMMER_EVENING: times["whole_summer"][23],
        SUMMER_MIDNIGHT: times["whole_summer"][0],
    }
    return sum(at[name] for name in reading.blanks)


def _reading(found: Mapping[str, FileProperty], times: Times) -> StopReading:
    local = reads_as_local(found["clock"])
    if found["time_of_day"].value == "known":
        return StopReading(local)
    # Where somebody knows that stops lack their time, they stand at the clock's own midnight.
    own = (WINTER_MIDNIGHT, SUMMER_MIDNIGHT if local else SUMMER_EVENING)
    return StopReading(local, times.blanks or own)
