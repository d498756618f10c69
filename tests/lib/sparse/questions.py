"""The questions that every surface of a sparse archive is asked: by every grouping, of every measure, under filters
that hit what is held, what is not, and the edges between. Which of the many are asked is drawn from their words, so
always the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

from tests.lib.sparse.asked import EVERYONE, Asked, later
from tests.lib.sparse.coverage import HELD
from tests.lib.sparse.truth import Oracle

# By dataset: a field with few words, and the measures beside the count.
_WORD = {"crimes": "crime_type", "outcomes": "outcome_type", "stops": "gender"}
_MEASURES = {
    "crimes": (
        "recorded_crimes", "asb_incidents", "unlocated", "with_outcome", "still_open", "ambiguous",
        "recorded_crime_rate", "median_months_to_outcome", "outcomes_disagree",
    ),
    "outcomes": ("unlocated", "matched", "ambiguous", "crime_not_held", "median_months_after"),
    "stops": ("unlocated", "time_unknown", "outcome_recorded", "stop_rate"),
}  # fmt: skip
_RATES = ("recorded_crime_rate", "stop_rate")


def drawn(text: str, one_in: int) -> bool:
    """Whether a question is among those of which one in so many is asked."""
    return hashlib.sha256(text.encode()).digest()[0] % one_in == 0


def shapes(oracle: Oracle, dataset: str) -> dict[str, Asked]:
    """Filters by what is peculiar about them."""
    span = oracle.scope.get(dataset) or next(iter(oracle.scope.values()))
    held = sorted(force for (force, _), state in oracle.files[dataset].items() if state in HELD) or ["kent"]
    present, absent = held[0], next((one for one in EVERYONE if one not in span.forces), "gwent")
    most = max(oracle.rows[dataset], key=lambda row: row["force"] == present, default={})
    word = _WORD[dataset]
    inside = next((month for force, month in sorted(oracle.files[dataset]) if force == present), span.first)
    plain = Asked(dataset)
    found = {
        "everything": plain,
        "a force that is held": replace(plain, where=(f"force={present}",)),
        "a force that is not held": replace(plain, where=(f"force={absent}",)),
        "both": replace(plain, where=(f"force={present}", f"force={absent}")),
        "all but one force": replace(plain, where=(f"force!={present}",)),
        "months to come": replace(plain, first=later(oracle.newest, 1), last=later(oracle.newest, 6)),
        "months around the end": replace(plain, first=later(oracle.newest, -2), last=later(oracle.newest, 3)),
        "months before all": replace(plain, first="2009-01", last="2010-06"),
        "months between or before": replace(plain, first="2017-11", last="2018-04"),
        "a month": replace(plain, where=(f"month={inside}",)),
        "a month to come": replace(plain, where=(f"month={later(oracle.newest, 2)}",)),
        "a year": replace(plain, where=(f"year={span.last[:4]}",)),
        "a force in one month": replace(plain, where=(f"force={present}",), first=inside, last=inside),
        "no force in one month": replace(plain, where=(f"force={absent}",), first=inside, last=inside),
        "an area": replace(plain, where=(f"local_authority={oracle.ground.of_force(_placed(present))[0]}",)),
        "another area": replace(plain, where=(f"local_authority={oracle.ground.of_force(_placed(held[-1]))[0]}",)),
        "an area whose force is not held": replace(
            plain, where=(f"local_authority={oracle.ground.of_force(_placed(absent))[0]}",)
        ),
        "without a point": replace(plain, where=("located=false",)),
    }
    if most:
        found["a word"] = replace(plain, where=(f"{word}={most[word]}",))
    return found


def _placed(force: str) -> str:
    """A force that has areas: the British Transport Police has none of its own."""
    return "kent" if force == "btp" else force


def groupings(dataset: str) -> list[tuple[str, ...]]:
    """What questions are grouped by."""
    word = _WORD[dataset]
    more = {"crimes": [("lsoa",), ("outcome_status",)], "outcomes": [("lsoa",)], "stops": []}[dataset]
    return [
        (), ("month",), ("year",), ("force",), (word,), ("local_authority",), ("located",), ("town",), ("map_point",),
        ("month", "force"), ("force", word), ("month", word), ("local_authority", "month"), *more,
    ]  # fmt: skip


# Of these groupings, which have the most rows, so many times fewer are asked.
_MANY = {("local_authority", "month"): 9, ("lsoa",): 6, ("map_point",): 6, ("month", "force"): 6}
_ALWAYS = ((), ("month",), ("force",), ("local_authority",))


def counts(oracle: Oracle, dataset: str) -> Iterator[Asked]:
    """Counts: every shape by the plain groupings, and every fifth of the others."""
    for shape, asked in shapes(oracle, dataset).items():
        for by in groupings(dataset):
            name = oracle.truth.archive.name
            if by in _ALWAYS or drawn(f"{name} {dataset} {shape} {by}", _MANY.get(by, 5)):
                yield replace(asked, by=by)


def measured(oracle: Oracle, dataset: str) -> Iterator[Asked]:
    """Every other measure, whole and by the plain groupings, under the filters that matter most."""
    chosen = shapes(oracle, dataset)
    for shape in ("everything", "a force that is held", "a force that is not held", "months to come", "an area"):
        for measure in _MEASURES[dataset]:
            for by in _ALWAYS:
                if measure in _RATES and "local_authority" not in by:
                    continue
                if by in ((), ("local_authority",)) or drawn(f"{shape} {measure} {by}", 2):
                    yield replace(chosen[shape], measure=measure, by=by)


def ordered(oracle: Oracle, dataset: str) -> Iterator[Asked]:
    """Rankings, from both ends."""
    for by in (("local_authority",), ("force",), ("month",)):
        for order in ("count", "-count"):
            yield Asked(dataset, by=by, order=order)
    rate = {"crimes": "recorded_crime_rate", "stops": "stop_rate"}.get(dataset)
    if rate:
        yield Asked(dataset, rate, by=("local_authority",), order=rate)


def told(oracle: Oracle, dataset: str) -> list[Asked]:
    """A few questions that stand for all, for the surfaces that take their time."""
    by_shape = shapes(oracle, dataset)
    return [
        by_shape["everything"],
        by_shape["a force that is not held"],
        replace(by_shape["everything"], by=("month",)),
        replace(by_shape["both"], by=("force",)),
        replace(by_shape["months around the end"], by=("month",)),
        by_shape["months to come"],
        by_shape["months before all"],
        replace(by_shape["everything"], by=("local_authority",)),
        replace(by_shape["an area whose force is not held"], by=("month",)),
    ]
