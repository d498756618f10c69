"""Decides where a location is: candidates in, one outcome out, with its reasons. Pure; used by the live flow, the
commands and the benchmark.

The outcome is a point with its uncertainty, or the area that the call itself names, or nothing; never a guess that
looks like a fact. What is left after judging is clustered; the score of a cluster is the odds that it is right: from
how often its sources are right, how well the street agrees, whether the call's own areas hold it, and who agrees
independently. Clusters that contradict one another share what confidence there is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from bluelamp.domain.belief import area_worth, is_scored, usual_reliability
from bluelamp.domain.call import Place
from bluelamp.domain.judging import Judged, PlaceRules, judge
from bluelamp.domain.place import PRECISIONS, AreaCheck, Candidate, LocationQuery, metres_between
from bluelamp.messages import joined

# Grows when the rules below or those of judging change what is decided: places are then decided anew.
VERSION = "2"
# A source that was not scored may earn belief by the areas that calls name (`places.track_record`): so much of it at
# least, and then it must be this certain. The areas do not show every lie.
_EARNED_LEAST, _EARNED_CONFIDENCE = 0.9, 0.95
_FINE, _COARSE = 1.0, 0.9  # odds of a coarse precision are multiplied by the second
_NEAR = 0.5  # beside the area, within what is allowed
_SUPPORTED, _NOT_SUPPORTED = 4.0, 0.5
_AGREEMENT = 8.0
_STREET_ODDS = ((1.0, 1.0), (0.9, 0.7), (0.8, 0.4), (0.5, 0.12), (0.0, 0.05))
# A call's own area is wrong about once in two hundred calls; sources that agree elsewhere make it doubtful.
_AREA_RIGHT, _AREA_CONTRADICTED, _AREA_NOT_SUPPORTED = 200.0, 30.0, 20.0
_CONTESTED = 0.5


@dataclass(frozen=True, slots=True)
class Decision:
    """Where a location is. `kind` is point, area or none; the numbers are None where they do not apply. `area` names
    what is meant where it is an area: `beat 114`. `why` is the outcome in a sentence."""

    kind: Literal["point", "area", "none"]
    method: str
    version: str
    why: str
    lat: float | None = None
    lon: float | None = None
    uncertainty_m: float | None = None
    confidence: float | None = None
    area: str | None = None
    judged: tuple[Judged, ...] = ()

    def place(self) -> Place:
        """As it stands in a call."""
        return place_of(self.as_dict())

    def as_dict(self) -> dict[str, Any]:
        """Everything, with all candidates and their reasons."""
        return {
            "kind": self.kind,
            "lat": self.lat,
            "lon": self.lon,
            "uncertainty_m": self.uncertainty_m,
            "method": self.method,
            "confidence": self.confidence,
            "area": self.area,
            "version": self.version,
            "why": self.why,
            "candidates": [one.as_dict() for one in self.judged],
        }


def place_of(decision: Mapping[str, Any]) -> Place:
    """A call's place, of a decision as `Decision.as_dict` gives it. The middle of an area is left out: whoever looks
    for points must not find one that nobody has seen."""
    found: Place = {
        "kind": decision["kind"],
        "uncertainty_m": decision["uncertainty_m"],
        "method": decision["method"],
        "confidence": decision["confidence"],
        "version": decision["version"],
    }
    if decision["kind"] == "point" and decision["lat"] is not None and decision["lon"] is not None:
        found["lat"], found["lon"] = decision["lat"], decision["lon"]
    if decision["area"]:
        found["area"] = decision["area"]
    return found


@dataclass(slots=True)
class _Cluster:
    """Candidates within reach of the finest of them, which stands for all."""

    anchor: Judged
    members: list[Judged]
    odds: float = 0.0


def decide(query: LocationQuery, candidates: Sequence[Candidate], rules: PlaceRules, areas: AreaCheck) -> Decision:
    """The outcome for a location. The order of the candidates does not matter."""
    ordered = sorted(candidates, key=_order)
    judged = tuple(judge(query, _stretched(one, rules), rules, areas) for one in ordered)
    clusters = _clusters([one for one in judged if one.kept], rules)
    for cluster in clusters:
        cluster.odds = _odds(cluster, rules)
    ranked = sorted(clusters, key=lambda cluster: -cluster.odds)
    best = next((one for one in ranked if one.anchor.candidate.storable), None)
    if best is not None:
        confidence = best.odds / (1 + sum(one.odds for one in ranked if one is best or _contradicts(one, best)))
        point = _point(best, confidence, rules, judged)
        if confidence >= _least_confidence(best, rules) and (point.uncertainty_m or 0.0) <= rules.point_m:
            return point
    return _no_point(query, judged, best, rules, areas)


def fixed(lat: float, lon: float, uncertainty_m: float, why: str) -> Decision:
    """What a person has said; it is not judged."""
    return Decision("point", "manual", VERSION, why, lat, lon, uncertainty_m, 1.0)


def _order(candidate: Candidate) -> tuple[Any, ...]:
    place = PRECISIONS.index(candidate.precision)
    return place, candidate.uncertainty_m, candidate.source, candidate.lat, candidate.lon, candidate.label


def _stretched(candidate: Candidate, rules: PlaceRules) -> Candidate:
    factor = rules.stretch.get((candidate.source, candidate.precision), 1.0)
    return candidate if factor == 1.0 else replace(candidate, uncertainty_m=candidate.uncertainty_m * factor)


def _clusters(kept: Iterable[Judged], rules: PlaceRules) -> list[_Cluster]:
    """Each joins the first cluster whose anchor is near. What may not be kept anchors none that others could."""
    found: list[_Cluster] = []
    for one in sorted(kept, key=lambda one: (not one.candidate.storable, _order(one.candidate))):
        near = next((cluster for cluster in found if _apart(one, cluster.anchor) <= rules.cluster_m), None)
        if near is None:
            found.append(_Cluster(one, [one]))
        else:
            near.members.append(one)
    return found


def _apart(one: Judged, other: Judged) -> float:
    a, b = one.candidate, other.candidate
    return metres_between(a.lat, a.lon, b.lat, b.lon)


def _contradicts(one: _Cluster, other: _Cluster) -> bool:
    """Whether two clusters cannot both be right: what each claims does not reach the other."""
    reach = one.anchor.candidate.uncertainty_m + other.anchor.candidate.uncertainty_m
    return one is not other and _apart(one.anchor, other.anchor) > reach


def _own_odds(one: Judged, rules: PlaceRules) -> float:
    """The odds that a candidate is right by itself: its source, its precision, its street."""
    candidate = one.candidate
    usual = usual_reliability(candidate.source)
    of_all = rules.reliability.get((candidate.source, ""), usual)
    reliable = min(max(rules.reliability.get((candidate.source, candidate.precision), of_all), 0.02), 0.99)
    street = next(factor for share, factor in _STREET_ODDS if one.street.share >= share)
    coarse = _COARSE if candidate.precision in ("street", "area") else _FINE
    return reliable / (1 - reliable) * street * coarse


def _least_confidence(cluster: _Cluster, rules: PlaceRules) -> float:
    """How certain a cluster must be to be shown: beyond reach where nobody knows how often any of its sources lies."""
    if any(is_scored(one.candidate, rules) for one in cluster.members):
        return rules.least_confidence
    earned = max(rules.reliability.get((one.candidate.source, ""), 0.0) for one in cluster.members)
    return max(rules.least_confidence, _EARNED_CONFIDENCE) if earned >= _EARNED_LEAST else math.inf


def _witness(one: Judged, rules: PlaceRules) -> str:
    """Who says so: sources of one group are one witness, and so are all that were never scored, for nobody knows what
    they have in common."""
    return one.candidate.group if is_scored(one.candidate, rules) else ""


def _odds(cluster: _Cluster, rules: PlaceRules) -> float:
    """The odds that a cluster is right: of its best member of each witness, then the call's own areas."""
    witnesses: dict[str, float] = {}
    for one in cluster.members:
        name = _witness(one, rules)
        witnesses[name] = max(witnesses.get(name, 0.0), _own_odds(one, rules))
    first, *others = sorted(witnesses.values(), reverse=True)
    odds = first
    for other in others:
        odds *= max(1.0, _AGREEMENT * other / (1 + other))
    anchor = cluster.anchor
    if anchor.gate_m is not None:
        worth = area_worth(anchor.gate_share, rough=anchor.gate in rules.rough)
        odds *= worth if anchor.gate_m == 0 else worth**_NEAR
    for holds in anchor.inside.values():
        odds *= _SUPPORTED if holds else _NOT_SUPPORTED
    return odds


def _point(cluster: _Cluster, confidence: float, rules: PlaceRules, judged: tuple[Judged, ...]) -> Decision:
    anchor = cluster.anchor.candidate
    others = [one for one in cluster.members if one.candidate.group != anchor.group]
    # Where an independent source of the same kind says otherwise by some metres, the truth may lie at either.
    spread = max(
        (_apart(one, cluster.anchor) for one in others if one.candidate.precision == anchor.precision), default=0.0
    )
    sources = dict.fromkeys([anchor.source, *(one.candidate.source for one in cluster.members)])
    agree = f"; {joined(list(sources)[1:])} {'agrees' if len(sources) == 2 else 'agree'}" if len(sources) > 1 else ""
    return Decision(
        kind="point",
        method="feed" if list(sources) == ["feed"] else f"{'+'.join(sources)} {anchor.precision}",
        version=rules.version,
        why=f"{anchor.source} found the {_WORDS[anchor.precision]}{agree}. {cluster.anchor.reason}",
        lat=anchor.lat,
        lon=anchor.lon,
        uncertainty_m=round(max(anchor.uncertainty_m, spread), 1),
        confidence=_stated(confidence),
        judged=judged,
    )


def _stated(confidence: float) -> float:
    """Rounded, and never a certainty."""
    return min(round(confidence, 3), 0.999)


_WORDS = {"point": "address", "block": "block", "intersection": "crossing", "street": "street", "area": "area"}


def _no_point(
    query: LocationQuery, judged: tuple[Judged, ...], best: _Cluster | None, rules: PlaceRules, areas: AreaCheck
) -> Decision:
    """The area that the call names, the first whose whereabouts are known; nothing where the call names none, or where
    what was found contradicts it."""
    named = [one for one in (*rules.gates, *rules.supports) if query.area(one)]
    field = next((one for one in named if areas.extent(one, query.area(one) or "")), named[0] if named else None)
    reason = _why_no_point(judged, best, rules)
    if field is None:
        return Decision("none", "none", rules.version, f"{reason} The call names no area.", judged=judged)
    name = query.area(field)
    assert name is not None
    confidence = _area_confidence(judged, rules)
    if confidence < _CONTESTED:
        why = f"{reason} What was found elsewhere contradicts the {field.replace('_', ' ')} {name} that the call names."
        return Decision("none", "contested", rules.version, why, judged=judged)
    extent = areas.extent(field, name)
    lat, lon, radius = extent or (None, None, None)
    return Decision(
        kind="area",
        method=field,
        version=rules.version,
        why=f"{reason} It is somewhere in the {field.replace('_', ' ')} {name}.",
        lat=lat,
        lon=lon,
        uncertainty_m=None if radius is None else round(radius, 1),
        confidence=None if extent is None else _stated(confidence),
        area=f"{field} {name}",
        judged=judged,
    )


def _why_no_point(judged: Sequence[Judged], best: _Cluster | None, rules: PlaceRules) -> str:
    if best is not None and math.isinf(_least_confidence(best, rules)):
        return "Only sources of which nobody knows yet how often they are right found it: no point is made of that."
    if best is not None:
        return "What was found is not certain enough to be shown as a point."
    if judged:
        return "Everything that was found was rejected."
    return "Nothing was found."


def _area_confidence(judged: Sequence[Judged], rules: PlaceRules) -> float:
    """How sure the call's own area is, against what sources found outside it."""
    against = 0.0
    for cluster in _clusters([one for one in judged if one.code == "outside_beat"], rules):
        odds = max(_own_odds(one, rules) for one in cluster.members)
        odds *= _AREA_CONTRADICTED ** (len({_witness(one, rules) for one in cluster.members}) - 1)
        if any(cluster.anchor.inside.values()):
            odds *= _AREA_NOT_SUPPORTED  # the call's other areas hold it: they contradict the one that does not
        against = max(against, odds)
    return _AREA_RIGHT / (_AREA_RIGHT + against + 1)
