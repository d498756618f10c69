"""What is true of the coverage of one sparse archive: the state of every force-month, its scope, and what a question
asks for. Made from what was written to be loaded and the rules of the glossary; no code of the product is in it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from bluelamp.synthetic.plan import UNUSABLE
from bluelamp.synthetic.sparse import LoadTruth, SparseTruth
from tests.lib.sparse.asked import DATASETS, EVERYONE, PLACES, Asked, Unit, months
from tests.lib.sparse.rows import NOT_RECORDED, Ground, rows_of

HELD = ("held", "empty")
BEGAN = "2010-12"
# So many publishers of a dataset, and for what bears no name so many months, make a whole release of it.
_PUBLISHERS, _MONTHS = 30, 36
# A force speaks for an area from this share of the area's records on.
_FAIR_SHARE = 0.05
# The filters that decide which force-months a question is about.
_NARROWING = (*PLACES, "force", "month", "year")


@dataclass(frozen=True)
class Span:
    """The scope of a dataset: forces, and months from the first to the last."""

    forces: frozenset[str]
    first: str
    last: str


class TrueCoverage:
    """What was received of one sparse archive, and what that says of the rest. `rows` are its records."""

    def __init__(self, truth: SparseTruth) -> None:
        self.truth = truth
        self.ground = Ground(truth)
        self.rows = rows_of(truth, self.ground)
        self.files: dict[str, dict[Unit, str]] = {name: {} for name in DATASETS}
        for load in truth.loads:
            for file in load.files:
                state = "quarantined" if file.condition in UNUSABLE else "held" if file.rows else "empty"
                self.files[file.dataset][file.force, file.month] = state
        self.newest = max(load.release or max(file.month for file in load.truth.files) for load in truth.loads)
        self._states: dict[tuple[str, str, str], str] = {}
        self._fair: dict[tuple[str, str, str], set[str]] = {}
        self._asked: dict[Asked, tuple[list[Unit], list[Unit]]] = {}

    # -- states --------------------------------------------------------------------------------------------------

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
                    forces |= {force for force in EVERYONE if publishes(force, dataset)}
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
        if not publishes(force, dataset):
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

    def is_held(self, dataset: str, unit: Unit) -> bool:
        return self.state(dataset, *unit) in HELD

    @cached_property
    def somebody_published_nothing(self) -> bool:
        """Whether any whole release lacks a file."""
        cells = ((dataset, force, month) for dataset in DATASETS for force in EVERYONE for month in self.installation)
        return any(self.state(*cell) == "missing" for cell in cells)

    # -- what a question asks for --------------------------------------------------------------------------------

    def units(self, asked: Asked) -> list[Unit]:
        """The force-months that a question asks for, whatever it counts and however it groups them."""
        return self._known(asked)[0]

    def held(self, asked: Asked) -> list[Unit]:
        """Those of them that are held."""
        return self._known(asked)[1]

    def _known(self, asked: Asked) -> tuple[list[Unit], list[Unit]]:
        where = tuple(one for one in asked.where if one.partition("=")[0].rstrip("!") in _NARROWING)
        plain = Asked(asked.dataset, where=where, first=asked.first, last=asked.last)
        if plain not in self._asked:
            forces = [force for force in self._forces(plain) if publishes(force, asked.dataset)]
            units = [(force, month) for force in forces for month in self.months_of(plain)]
            self._asked[plain] = units, [unit for unit in units if self.is_held(asked.dataset, unit)]
        return self._asked[plain]

    def why_nobody(self, asked: Asked) -> str:
        """The state of a question that asks for no force-month at all."""
        forces = self._forces(asked)
        return (
            "not published" if forces and not any(publishes(one, asked.dataset) for one in forces) else "out of scope"
        )

    def _forces(self, asked: Asked) -> list[str]:
        named: set[str] | None = None
        placed: set[str] | None = None
        scope = set(self._span(asked.dataset).forces)
        for (field, negated), values in asked.filters().items():
            if field == "force":
                its = scope - values if negated else values
                named = its if named is None else named & its
            elif field in PLACES and not negated and NOT_RECORDED not in values:
                its = set[str]().union(*(self._of_place(asked.dataset, field, value) for value in values))
                placed = its if placed is None else placed & its
        if named is not None and placed is not None:
            # What a force publishes in another's area is asked of that force alone.
            return sorted(named & placed or named)
        return sorted(scope if named is None and placed is None else placed or named or ())

    def _span(self, dataset: str) -> Span:
        """The scope of a dataset; of one that is not held at all, what is held of the others."""
        if dataset in self.scope:
            return self.scope[dataset]
        forces = frozenset[str]().union(*(one.forces for one in self.scope.values()))
        return Span(forces, self.installation[0], self.installation[-1])

    def _of_place(self, dataset: str, field: str, value: str) -> set[str]:
        key = dataset, field, value
        if key not in self._fair:
            self._fair[key] = self._forces_of(*key)
        return self._fair[key]

    def _forces_of(self, dataset: str, field: str, value: str) -> set[str]:
        """The own force of a place and those that publish a fair share of its records; not one that is held for more
        than twice as many months as its own: what that publishes there are strays."""
        force = self.ground.own_force(field, value)
        own = {force} if force else set()
        held = Counter(one for (one, _), state in self.files[dataset].items() if state in HELD)
        counts = Counter(row["force"] for row in self.rows[dataset] if row[field] == value)
        fair = {one for one, count in counts.items() if count >= _FAIR_SHARE * counts.total()}
        return own | {one for one in fair if not force or 2 * held[force] >= held[one]}

    def months_of(self, asked: Asked) -> list[str]:
        """The months that a question asks for; an open end is that of the scope."""
        span = self._span(asked.dataset)
        named: set[str] | None = None
        for (field, negated), values in asked.filters().items():
            if field == "month" and not negated:
                named = values if named is None else named & values
            elif field == "year" and not negated:
                of_years = {month for year in values for month in months(f"{year}-01", f"{year}-12")}
                named = of_years if named is None else named & of_years
        if named is not None:
            return sorted(one for one in named if (asked.first or "") <= one <= (asked.last or "9999-12"))
        return months(asked.first or span.first, asked.last or span.last)


def publishes(force: str, dataset: str) -> bool:
    """The Police Service of Northern Ireland has never published outcomes."""
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
    every = [file.month for file in load.truth.files]
    spans = len(months(min(every), max(every))) >= _MONTHS
    return spans and all(len(forces) >= _PUBLISHERS for forces in listed.values())
