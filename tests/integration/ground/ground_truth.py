"""What is true of a question, of one sparse archive: what is asked, what of it is held, which figure it has or that it
has none. Made from what was written to be loaded and the rules of the glossary; no code of the product is in it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ground_rows import FIELDS, NO_ID, NOT_RECORDED, OPEN, SEVERAL, TOLD, Ground, Row, rows_of

from bluelamp.domain.force import FORCES
from bluelamp.synthetic.plan import UNUSABLE
from bluelamp.synthetic.sparse import LoadTruth, SparseTruth

Unit = tuple[str, str]  # force, month

DATASETS = ("crimes", "outcomes", "stops")
HELD = ("held", "empty")
EVERYONE = tuple(force.slug for force in FORCES)
BEGAN = "2010-12"
# So many publishers of a dataset, and for what bears no name so many months, make a whole release of it.
_PUBLISHERS, _MONTHS = 30, 36
# A force speaks for an area from this share of the area's records on.
_FAIR_SHARE = 0.05
_PLACES = ("local_authority",)
# The filters that decide which force-months a question is about.
_NARROWING = (*_PLACES, "force", "month", "year")


@dataclass(frozen=True)
class Asked:
    """A question, as a person would put it: filters as `field=value` or `field!=value`, months as YYYY-MM."""

    dataset: str
    measure: str = "count"
    by: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    order: str = ""

    def words(self) -> str:
        """As the parameters of the API."""
        parts = [f"measure={self.measure}", *([f"by={','.join(self.by)}"] if self.by else [])]
        parts += [f"where={one}" for one in self.where]
        parts += [f"{name}={value}" for name, value in (("from", self.first), ("to", self.last)) if value]
        return f"{self.dataset}?{'&'.join(parts)}" + (f"&order={self.order}" if self.order else "")

    def filters(self) -> dict[tuple[str, bool], set[str]]:
        """(field, negated) → values."""
        found: dict[tuple[str, bool], set[str]] = {}
        for one in self.where:
            name, _, value = one.partition("=")
            found.setdefault((name.rstrip("!"), name.endswith("!")), set()).add(value)
        return found


@dataclass(frozen=True)
class Span:
    """The scope of a dataset: forces, and months from the first to the last."""

    forces: frozenset[str]
    first: str
    last: str


def number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def months(first: str, last: str) -> list[str]:
    return [f"{at // 12}-{at % 12 + 1:02d}" for at in range(number(first), number(last) + 1)]


class Oracle:
    """All that is true of one sparse archive."""

    def __init__(self, truth: SparseTruth) -> None:
        self.truth = truth
        self.ground = Ground(truth)
        self.rows = rows_of(truth, self.ground)
        self.files: dict[str, dict[Unit, str]] = {name: {} for name in DATASETS}
        for load in truth.loads:
            for file in load.files:
                state = "quarantined" if file.condition in UNUSABLE else "held" if file.rows else "empty"
                self.files[file.dataset][file.force, file.month] = state
        self._states: dict[tuple[str, str, str], str] = {}
        self._fair: dict[tuple[str, str], set[str]] = {}
        self._units: dict[Asked, tuple[list[Unit], list[Unit]]] = {}
        self.newest = max(load.release or max(file.month for file in load.truth.files) for load in truth.loads)

    # -- coverage ------------------------------------------------------------------------------------------------

    @cached_property
    def scope(self) -> dict[str, Span]:
        """dataset → its scope; a dataset of which nothing was received has none."""
        found = {}
        for dataset in DATASETS:
            forces = {force for force, _ in self.files[dataset]}
            spanned: set[str] = set()
            for load in self.truth.loads:
                window = _window(load, dataset)
                spanned |= set(window)
                if window and not load.only_forces and _is_whole(load, dataset):
                    forces |= {force for force in EVERYONE if _publishes(force, dataset)}
            if forces:
                found[dataset] = Span(frozenset(forces), min(spanned), max(spanned))
        return found

    @cached_property
    def installation(self) -> list[str]:
        """Every month from the first to the last that anything was received of."""
        return months(min(one.first for one in self.scope.values()), max(one.last for one in self.scope.values()))

    def state(self, dataset: str, force: str, month: str) -> str:
        """What is known of a force-month."""
        key = dataset, force, month
        if key not in self._states:
            self._states[key] = self._state(dataset, force, month)
        return self._states[key]

    def _state(self, dataset: str, force: str, month: str) -> str:
        if (force, month) in self.files[dataset]:
            return self.files[dataset][force, month]
        if not _publishes(force, dataset):
            return "not published"
        if month < BEGAN:
            return "before publication"
        if month > self.newest:
            return "not yet published"
        if month not in self.installation:
            return "not covered"
        span = self.scope.get(dataset)
        if span is None or force not in span.forces or not span.first <= month <= span.last:
            return "out of scope"
        spoken = [_is_whole(load, dataset) for load in self.truth.loads if month in _window(load, dataset)]
        return "missing" if any(spoken) else "not held" if spoken else "not covered"

    @cached_property
    def somebody_published_nothing(self) -> bool:
        """Whether any whole release lacks a file."""
        cells = ((dataset, force, month) for dataset in DATASETS for force in EVERYONE for month in self.installation)
        return any(self.state(*cell) == "missing" for cell in cells)

    def units(self, asked: Asked) -> list[Unit]:
        """The force-months that a question asks for, whatever it counts and however it groups them."""
        return self._known(asked)[0]

    def held(self, asked: Asked) -> list[Unit]:
        """Those of them that are held."""
        return self._known(asked)[1]

    def _known(self, asked: Asked) -> tuple[list[Unit], list[Unit]]:
        where = tuple(one for one in asked.where if one.partition("=")[0].rstrip("!") in _NARROWING)
        plain = Asked(asked.dataset, where=where, first=asked.first, last=asked.last)
        if plain not in self._units:
            units = self._asked_for(plain)
            self._units[plain] = units, [unit for unit in units if self.is_held(asked.dataset, unit)]
        return self._units[plain]

    def _asked_for(self, asked: Asked) -> list[Unit]:
        forces = [force for force in self._forces(asked) if _publishes(force, asked.dataset)]
        return [(force, month) for force in forces for month in self._months(asked)]

    def is_held(self, dataset: str, unit: Unit) -> bool:
        return self.state(dataset, *unit) in HELD

    def _forces(self, asked: Asked) -> list[str]:
        span = self.scope.get(asked.dataset)
        known = set(EVERYONE)
        in_scope = True
        for (field, negated), values in asked.filters().items():
            if field == "force":
                known = known - values if negated else known & values
                in_scope = in_scope and negated
            elif field in _PLACES and not negated and NOT_RECORDED not in values:
                known &= set().union(*(self._of_place(asked.dataset, value) for value in values))
                in_scope = False
        if in_scope:
            known &= span.forces if span else set()
        return sorted(known)

    def _of_place(self, dataset: str, authority: str) -> set[str]:
        key = dataset, authority
        if key not in self._fair:
            self._fair[key] = self._forces_of(dataset, authority)
        return self._fair[key]

    def _forces_of(self, dataset: str, authority: str) -> set[str]:
        counts = Counter(row["force"] for row in self.rows[dataset] if row["local_authority"] == authority)
        fair = {force for force, count in counts.items() if count >= _FAIR_SHARE * counts.total()}
        return fair | {self.ground.own_force(authority)}

    def _months(self, asked: Asked) -> list[str]:
        span = self.scope.get(asked.dataset)
        named: set[str] | None = None
        for (field, negated), values in asked.filters().items():
            if field == "month" and not negated:
                named = values if named is None else named & values
            elif field == "year" and not negated:
                of_years = {month for year in values for month in months(f"{year}-01", f"{year}-12")}
                named = of_years if named is None else named & of_years
        if named is not None:
            return sorted(one for one in named if (asked.first or "") <= one <= (asked.last or "9999-12"))
        first, last = asked.first or (span and span.first), asked.last or (span and span.last)
        return months(first, last) if first and last and first <= last else []

    # -- figures -------------------------------------------------------------------------------------------------

    def matching(self, asked: Asked) -> list[Row]:
        """The rows that a question leaves."""
        rows = [
            row for row in self.rows[asked.dataset] if (asked.first or "") <= row["month"] <= (asked.last or "9999-12")
        ]
        for (field, negated), values in asked.filters().items():
            rows = [row for row in rows if (row[field] in values) != negated]
        return rows

    def knows(self, asked: Asked) -> bool:
        """Whether every field of the question is one that is counted here."""
        return {*asked.by, *(field for field, _ in asked.filters())} <= FIELDS[asked.dataset]

    def groups(self, asked: Asked) -> dict[tuple[str, ...], list[Row]]:
        """The rows that a question leaves, by the values of what it is grouped by."""
        found: dict[tuple[str, ...], list[Row]] = {}
        for row in self.matching(asked):
            found.setdefault(tuple(row[name] for name in asked.by), []).append(row)
        return found

    def allowed(self, asked: Asked, rows: Sequence[Row]) -> tuple[float | None, ...]:
        """The figures that a question without groups may be answered by, which leaves these rows: one; a number or none
        where both are right; (ANY,) where a number is due whose truth is not counted here."""
        number, own, held = self._figure(asked, rows), self._own_forces(asked), self.held(asked)
        if own and not any(force in own for force, _ in held):
            # Strays that others publish in an area are no figure of it; asked of those others, they may be one.
            of_others = rows and any(one.startswith("force") for one in asked.where)
            return (number, None) if of_others else (None,)
        if not held:
            return (None,)
        if joins(asked):
            if not self.outcomes_could_say(asked):
                by_id_alone = asked.filters().get(("outcome_status", False), {OPEN}) <= {NO_ID, SEVERAL}
                return (number, None) if by_id_alone else (None,)
            if not any(self.is_held("outcomes", unit) for unit in self.units(asked)):
                return (number, None)
        return (number, None) if asked.measure in _UNSETTLED else (number,)

    def _figure(self, asked: Asked, rows: Sequence[Row]) -> float | None:
        if asked.measure in _RATES:
            (area, *_) = [
                value for (field, _), values in asked.filters().items() for value in values if field in _PLACES
            ]
            people = self._residents.get(area)
            return round(1000 * self.count(_RATES[asked.measure], rows) / people, 2) if people else None
        return self.count(asked.measure, rows) if asked.measure in _COUNTED else ANY

    def outcomes_could_say(self, asked: Asked) -> bool:
        """Whether any outcome file is held that could tell what came of these crimes: of a month of theirs or later."""
        since: dict[str, str] = {}
        for force, month in self.units(asked):
            since[force] = min(month, since.get(force, month))
        return any(
            state in HELD and force in since and month >= since[force]
            for (force, month), state in self.files["outcomes"].items()
        )

    def _own_forces(self, asked: Asked) -> set[str]:
        """The territorial forces of the areas that a question is about."""
        return {
            self.ground.own_force(value)
            for (field, negated), values in asked.filters().items()
            for value in values
            if field in _PLACES and not negated and value != NOT_RECORDED
        }

    def count(self, measure: str, rows: Iterable[Row]) -> float:
        return sum(1 for row in rows if _COUNTED[measure](row))

    @cached_property
    def _residents(self) -> dict[str, int]:
        reference = self.truth.reference
        towns = {
            row["LSOA21CD"]: row["LAD24NM"]
            for row in csv.DictReader(
                io.StringIO((reference / "lsoa2021-to-ward2024-to-lad2024.csv").read_text("utf-8-sig"))
            )
        }
        found: Counter[str] = Counter()
        for row in csv.DictReader(io.StringIO((reference / "ts001-usual-residents-lsoa2021.csv").read_text("utf-8"))):
            if row["mnemonic"] in towns:
                found[towns[row["mnemonic"]]] += int(row["total"])
        return dict(found)

    # -- rows ----------------------------------------------------------------------------------------------------

    def of_row(self, asked: Asked, key: dict[str, str]) -> Asked:
        """The question that one row of a grouped answer answers."""
        where = [f"{field}={value}" for field, value in key.items()]
        kept = [one for one in asked.where if not _is_narrowed(one, key)]
        return replace(asked, by=(), where=(*kept, *where))


def _is_narrowed(filter_: str, key: dict[str, str]) -> bool:
    """A filter that the row's own value fulfils already."""
    name, sign, _ = filter_.partition("=")
    return bool(sign) and not name.endswith("!") and name in key


def joins(asked: Asked) -> bool:
    """Whether a question needs outcomes as well as crimes."""
    return asked.measure in JOINED or "outcome_status" in {*asked.by, *(field for field, _ in asked.filters())}


def _publishes(force: str, dataset: str) -> bool:
    return (dataset, force) != ("outcomes", "northern-ireland")


def _window(load: LoadTruth, dataset: str) -> list[str]:
    """The months that something to load speaks for, of one dataset."""
    found = sorted(file.month for file in load.truth.files if file.dataset == dataset)
    return months(found[0], found[-1]) if found else []


def _is_whole(load: LoadTruth, dataset: str) -> bool:
    """Whether it is a whole release of the dataset, so that what it lacks was not published."""
    listed = {name: {file.force for file in load.truth.files if file.dataset == name} for name in DATASETS}
    if load.release is not None:
        return len(listed[dataset]) >= _PUBLISHERS
    spans = len(months(min(f.month for f in load.truth.files), max(f.month for f in load.truth.files))) >= _MONTHS
    return spans and all(len(forces) >= _PUBLISHERS for forces in listed.values())


# A number whose truth is not counted here.
ANY = float("nan")
# Measures that need outcomes as well as crimes, and those of which it can be argued.
JOINED = ("with_outcome", "still_open", "median_months_to_outcome", "outcomes_disagree")
_UNSETTLED = (
    "ambiguous", "median_months_to_outcome", "outcomes_disagree", "matched", "crime_not_held", "median_months_after",
)  # fmt: skip
_RATES = {"recorded_crime_rate": "recorded_crimes", "stop_rate": "count"}
_COUNTED: dict[str, Callable[[Row], bool]] = {
    "count": lambda _: True,
    "recorded_crimes": lambda row: row["recorded"] == "true",
    "asb_incidents": lambda row: row["recorded"] == "false",
    "unlocated": lambda row: row["located"] == "false",
    "with_outcome": lambda row: row["outcome_status"] == TOLD,
    "still_open": lambda row: row["outcome_status"] == OPEN,
}
