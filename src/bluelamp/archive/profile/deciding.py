"""The properties of every file of a version, from what was counted of each. Called by `model`.

A pure function of the files that a version holds: it is gone through anew whenever one arrives or leaves, and gives the
same whatever the order in which they came.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bluelamp.archive.profile.clock import clocks, reads_as_local
from bluelamp.archive.profile.evidence import StopEvidence
from bluelamp.archive.profile.overrides import Known
from bluelamp.archive.profile.time_of_day import Times, times_of_day
from bluelamp.domain.dataset import STOPS
from bluelamp.domain.file_property import SUMMER_EVENING, SUMMER_MIDNIGHT, WINTER_MIDNIGHT, FileProperty, StopReading
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth


@dataclass(frozen=True, slots=True)
class Counted:
    """One file and what was counted of it, as the ledger keeps it; `evidence` is empty for one without rows."""

    file_id: int
    unit: ForceMonth
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """What was decided, by file."""

    properties: dict[int, tuple[FileProperty, ...]]
    readings: dict[int, StopReading]


def decide(files: Iterable[Counted], known: Sequence[Known]) -> Profile:
    """The properties of these files; `known` overrides, the first entry that speaks of a file before the others."""
    by_force: dict[str, dict[Month, tuple[Counted, StopEvidence]]] = {}
    for file in files:
        times = file.evidence.get("times")
        if file.unit.dataset == STOPS.name and times and times["rows"]:
            by_force.setdefault(file.unit.force, {})[file.unit.month] = file, StopEvidence.from_json(times)
    properties: dict[int, tuple[FileProperty, ...]] = {}
    readings: dict[int, StopReading] = {}
    for series in by_force.values():
        evidence = {month: its for month, (_, its) in series.items()}
        clock_of, times_of = clocks(evidence), times_of_day(evidence)
        for month, (file, _) in sorted(series.items()):
            found = (clock_of[month], times_of[month].time_of_day, times_of[month].precision)
            properties[file.file_id] = tuple(_overridden(one, file.unit, known) for one in found)
            readings[file.file_id] = _reading(properties[file.file_id], times_of[month])
    return Profile(properties, readings)


def _overridden(decided: FileProperty, unit: ForceMonth, known: Sequence[Known]) -> FileProperty:
    entry = next((one for one in known if one.name == decided.name and one.holds(unit)), None)
    # A month without summer time is of both clocks: nothing is to be overridden.
    if entry is None or decided.value == "utc or local":
        return decided
    evidence = (
        {**decided.evidence, "decided_otherwise": decided.value} if decided.value != entry.value else decided.evidence
    )
    return replace(
        decided, value=entry.value, confidence=1.0, reason=entry.source, decided_by=entry.by, evidence=evidence
    )


def _reading(found: Sequence[FileProperty], times: Times) -> StopReading:
    clock, time_of_day, _ = found
    local = reads_as_local(clock)
    if time_of_day.value == "known":
        return StopReading(local)
    # Where somebody knows that stops lack their time, they stand at the clock's own midnight.
    own = (WINTER_MIDNIGHT, SUMMER_MIDNIGHT if local else SUMMER_EVENING)
    return StopReading(local, times.blanks or own)
