"""What is true of a question, of one sparse archive: which figure it has, or that it has none. Counted over the rows
that the csv module reads, with the coverage of `ground_coverage`; no code of the product is in it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cached_property

from tests.lib.sparse.asked import PLACES, Asked, by_force
from tests.lib.sparse.coverage import HELD, TrueCoverage
from tests.lib.sparse.rows import FIELDS, NO_ID, OPEN, SEVERAL, TOLD, Row

# A number whose truth is not counted here.
ANY = float("nan")
# A median is none where there is nothing to take it of.
_UNSETTLED = ("median_months_to_outcome", "median_months_after")
_RATES = {"recorded_crime_rate": "recorded_crimes", "stop_rate": "count"}
_COUNTED: dict[str, Callable[[Row], bool]] = {
    "count": lambda _: True,
    "recorded_crimes": lambda row: row["recorded"] == "true",
    "asb_incidents": lambda row: row["recorded"] == "false",
    "unlocated": lambda row: row["located"] == "false",
    "with_outcome": lambda row: row["outcome_status"] == TOLD,
    "still_open": lambda row: row["outcome_status"] == OPEN,
}
# Below this share of located records a place has no rate: where most of them lie is not known.
_FEW_LOCATED = 0.5

Allowed = tuple[float | None, ...]


class Oracle(TrueCoverage):
    """All that is true of one sparse archive."""

    def knows(self, asked: Asked) -> bool:
        """Whether every field of the question is one that is counted here."""
        return asked.fields() <= FIELDS[asked.dataset]

    def matching(self, asked: Asked) -> list[Row]:
        """The rows that a question leaves."""
        first, last = asked.first or "", asked.last or "9999-12"
        rows = [row for row in self.rows[asked.dataset] if first <= row["month"] <= last]
        for (field, negated), values in asked.filters().items():
            rows = [row for row in rows if (row[field] in values) != negated]
        return rows

    def groups(self, asked: Asked) -> dict[tuple[str, ...], list[Row]]:
        """The rows that a question leaves, by the values of what it is grouped by."""
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in self.matching(asked):
            found.setdefault(tuple(row[name] for name in asked.by), []).append(row)
        return found

    def of_row(self, asked: Asked, key: dict[str, str]) -> Asked:
        """The question that one row of a grouped answer answers."""
        where = [f"{field}={value}" for field, value in key.items()]
        kept = [one for one in asked.where if one.partition("=")[0] not in key]
        return replace(asked, by=(), where=(*kept, *where))

    # -- figures -------------------------------------------------------------------------------------------------

    def allowed(self, asked: Asked, rows: Sequence[Row], whole: Asked | None = None) -> Allowed:
        """The figures that a question without groups may be answered by, which leaves these rows: one; a number or none
        where both are right; (ANY,) where a number is due whose truth is not counted here. `whole` is the question that
        it is a row of the answer to."""
        number, own, held = self._figure(asked, rows), self._own_forces(asked), self.held(asked)
        if own and not any(force in own for force, _ in held):
            # Strays that others publish in an area are no figure of it; asked of those others, they may be one.
            of_others = any(one.startswith("force") for one in asked.where)
            return (number, None) if of_others and held else (None,)
        share = self.located_share(whole or asked, own) if own else None
        if not held or (asked.dataset == "stops" and share == 0):
            return (None,)  # of stops a point alone says where they were
        if asked.measure in _RATES and share is not None and share < _FEW_LOCATED:
            return (None,)
        if asked.joins:
            return self._joined(asked, number, own)
        return (number, None) if asked.measure in _UNSETTLED else (number,)

    def _joined(self, asked: Asked, number: float | None, own: set[str]) -> Allowed:
        if not self.others_could_say(asked):
            by_id_alone = asked.filters().get(("outcome_status", False), {OPEN}) <= {NO_ID, SEVERAL}
            return (number, None) if by_id_alone else (None,)
        speaking = [unit for unit in self.units(asked) if not own or unit[0] in own]
        if not any(self.is_held(asked.other, unit) for unit in speaking):
            return (number, None)
        return (number, None) if asked.measure in _UNSETTLED else (number,)

    def _own_forces(self, asked: Asked) -> set[str]:
        """The territorial forces of the places that a question is about."""
        return {
            force
            for (field, negated), values in asked.filters().items()
            for value in values
            if field in PLACES and not negated and (force := self.ground.own_force(field, value))
        }

    def located_share(self, asked: Asked, forces: set[str]) -> float | None:
        """The share of these forces' records in the months asked that have a point; None without a record."""
        when = set(self.months_of(asked))
        located = [
            row["located"] == "true"
            for row in self.rows[asked.dataset]
            if row["force"] in forces and row["month"] in when
        ]
        return sum(located) / len(located) if located else None

    def others_could_say(self, asked: Asked) -> bool:
        """Whether a file of the other dataset is held that could tell: outcomes of a crime's month or later, crimes of
        an outcome's month or before."""
        spans = {force: (min(its), max(its)) for force, its in by_force(self.units(asked)).items()}
        outcomes = asked.other == "outcomes"
        return any(
            state in HELD and force in spans and (month >= spans[force][0] if outcomes else month <= spans[force][1])
            for (force, month), state in self.files[asked.other].items()
        )

    def _figure(self, asked: Asked, rows: Sequence[Row]) -> float | None:
        if asked.measure in _RATES:
            (area, *_) = asked.filters()["local_authority", False]
            people = self._residents.get(area)
            return round(1000 * self._count(_RATES[asked.measure], rows) / people, 2) if people else None
        return self._count(asked.measure, rows) if asked.measure in _COUNTED else ANY

    def _count(self, measure: str, rows: Iterable[Row]) -> float:
        return sum(1 for row in rows if _COUNTED[measure](row))

    @cached_property
    def _residents(self) -> dict[str, int]:
        """authority → its usual residents."""
        reference = self.truth.reference
        lookup = (reference / "lsoa2021-to-ward2024-to-lad2024.csv").read_text("utf-8-sig")
        areas = {row["LSOA21CD"]: row["LAD24NM"] for row in csv.DictReader(io.StringIO(lookup))}
        found: Counter[str] = Counter()
        for row in csv.DictReader(io.StringIO((reference / "ts001-usual-residents-lsoa2021.csv").read_text("utf-8"))):
            if row["mnemonic"] in areas:
                found[areas[row["mnemonic"]]] += int(row["total"])
        return dict(found)
