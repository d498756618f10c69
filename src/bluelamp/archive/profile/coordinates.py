"""Where the points of a file lie, as a whole, and how exact they are. Called by `deciding`.

Without any reference data: a file is held against itself and against the force's other months. What boundaries tell
besides (records far outside the force, points far from their LSOA) is counted while the warehouse is modelled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from statistics import median

from bluelamp.archive.profile.place_evidence import PlaceEvidence
from bluelamp.domain.file_property import BY_MONTHS_AROUND, FileProperty
from bluelamp.domain.month import Month

_MOST = 0.9
# Points of one line: nine in ten within so many kilometres across it, while they reach so much farther along it.
_ACROSS_KM, _ALONG_TIMES, _ALONG_KM = 3.0, 5.0, 10.0
# A file lies elsewhere where its middle is farther from the usual one than this, and than so many usual spreads.
_FAR_KM, _SPREADS = 20.0, 3.5
_FEWEST_OTHERS = 2
# Two or three points are soon on one line.
_FEWEST_POINTS = 5
# Three decimals of a degree are a hundred metres.
_COARSE = 3


def coordinates(series: Mapping[Month, PlaceEvidence]) -> dict[Month, tuple[FileProperty, FileProperty]]:
    """(where the points lie, how exact they are) of each file of one force and dataset, from all that are held of it;
    `rows` are those that are placed."""
    by_itself = {month: _by_itself(evidence) for month, evidence in series.items()}
    sound = {month: evidence for month, evidence in series.items() if by_itself[month] is None and evidence.spread}
    found = {}
    for month, evidence in series.items():
        others = [its for other, its in sound.items() if other != month]
        found[month] = (by_itself[month] or _beside(evidence, others), _rounding(evidence))
    return found


def _by_itself(evidence: PlaceEvidence) -> FileProperty | None:
    counted = {"looked_at": evidence.rows, "swapped": evidence.swapped}
    if evidence.swapped >= _MOST * evidence.rows:
        reason = f"{evidence.swapped:,} of {evidence.rows:,} points lie in the United Kingdom when exchanged"
        return FileProperty("coordinates", "swapped", 0.999, reason, rows=evidence.placed, evidence=counted)
    line = {"across_km": evidence.across, "along_km": evidence.along}
    on_a_line = evidence.distinct >= _FEWEST_POINTS and evidence.across <= _ACROSS_KM
    if on_a_line and evidence.along >= max(_ALONG_TIMES * evidence.across, _ALONG_KM):
        reason = (
            f"nine in ten points lie within {evidence.across:.1f} km of one line at 45 degrees, "
            f"which they follow for {evidence.along:.0f} km"
        )
        return FileProperty("coordinates", "one for both", 0.99, reason, rows=evidence.placed, evidence=counted | line)
    if evidence.is_abroad:
        reason = f"none of {evidence.rows:,} points lies in the United Kingdom"
        return FileProperty("coordinates", "elsewhere", 0.999, reason, rows=evidence.placed, evidence=counted)
    return None


def _beside(evidence: PlaceEvidence, others: Sequence[PlaceEvidence]) -> FileProperty:
    middle = {"east_km": evidence.east, "north_km": evidence.north, "looked_at": evidence.rows}
    if len(others) < _FEWEST_OTHERS or not evidence.spread:
        reason = "too few other months are held to say where the force's points usually lie"
        return FileProperty("coordinates", "usual", 0.9, reason, rows=evidence.placed, evidence=middle)
    east, north = median(one.east for one in others), median(one.north for one in others)
    away = hypot(evidence.east - east, evidence.north - north)
    allowed = max(_FAR_KM, _SPREADS * median(one.spread for one in others))
    told = middle | {"away_km": round(away, 1), "allowed_km": round(allowed, 1)}
    reason = f"its middle lies {away:.0f} km from that of the force's other months"
    if away <= allowed:
        return FileProperty("coordinates", "usual", 0.99, reason, BY_MONTHS_AROUND, evidence.placed, told)
    confidence = 0.999 if away > 2 * allowed else 0.98
    return FileProperty("coordinates", "elsewhere", confidence, reason, BY_MONTHS_AROUND, evidence.placed, told)


def _rounding(evidence: PlaceEvidence) -> FileProperty:
    coarse = evidence.decimals <= _COARSE
    reason = f"19 in 20 of its coordinates need no more than {evidence.decimals} decimals"
    return FileProperty(
        "rounding", "coarse" if coarse else "full", 0.99, reason, rows=evidence.placed,
        evidence={"decimals": evidence.decimals, "looked_at": evidence.rows},
    )  # fmt: skip
