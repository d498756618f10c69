"""One open data version of the archive: its forces, areas and towns, and the coverage of every force-month. Passed to
`answer`; see `DataVersion`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from bluelamp.domain.coverage import State
from bluelamp.domain.dataset import DATASETS as PUBLISHED
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.cells import CoverageGrid, make_cells
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.questions.families.archive.kinds import TableKind
from bluelamp.questions.model.data_version import DataVersion, VersionFacts
from bluelamp.questions.model.dataset import DatasetSpec, Dimension
from bluelamp.questions.model.question import Question

LICENCE = "Contains public sector information licensed under the Open Government Licence v3.0 (data.police.uk)."


@cache
def _published_words(field: str) -> tuple[str, ...]:
    columns = [one.column for spec in DATASETS.values() for one in spec.dimensions if field and one.field == field]
    return tuple(sorted({word for one in PUBLISHED for name in columns for word in one.vocabularies.get(name, ())}))


@dataclass(frozen=True, slots=True)
class Area:
    """A local authority; `force_id` is 0 where no force is known, `residents` None outside England and Wales."""

    number: int
    code: str
    name: str
    force_id: int
    residents: int | None


class ArchiveVersion(DataVersion):
    """A data version of the warehouse."""

    @cached_property
    def facts(self) -> VersionFacts:
        ((fingerprint, newest, as_of, built_at, missing),) = self.rows(
            "SELECT fingerprint, newest_release, as_of, built_at, reference_missing FROM data_version"
        )
        return VersionFacts(
            str(fingerprint)[:12],
            Month(newest) if newest is not None else None,
            Month(as_of) if as_of is not None else None,
            str(built_at),
            tuple(missing),
        )

    @cached_property
    def forces(self) -> dict[int, tuple[str, str]]:
        """number → (slug, name); 0, “not stated”, left out."""
        return {number: (slug, name) for number, slug, name in self.rows("FROM dim_force ORDER BY slug") if number}

    @cached_property
    def areas(self) -> dict[int, Area]:
        """number → local authority; 0, “none”, left out."""
        rows = self.rows("SELECT area_id, code, name, coalesce(force_id, 0), residents FROM dim_area ORDER BY name")
        return {row[0]: Area(*row) for row in rows if row[0]}

    @cached_property
    def town_areas(self) -> list[tuple[int, int]]:
        """(town, local authority) of every LSOA, each pair once."""
        return [(town, area) for town, area in self.rows("SELECT DISTINCT town_id, area_id FROM dim_lsoa")]

    @cached_property
    def cells(self) -> dict[str, CoverageGrid]:
        """The state of every force-month, by dataset, over the same months; forces in order of their short names."""
        rows: dict[str, list[tuple[int, int, State]]] = {name: [] for name in DATASETS}
        states = {str(state): state for state in State}
        for dataset, force, month, state in self.rows(
            "SELECT dataset, force_id, month, state FROM mart_coverage__force_month "
            "JOIN dim_force USING (force_id) ORDER BY slug, month"
        ):
            rows[dataset].append((force, month, states[state]))
        months = [month for its in rows.values() for _, month, _ in its]
        span = (min(months), max(months)) if months else None
        return {name: make_cells(its, span) for name, its in rows.items()}

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """Every month that coverage speaks of, in order."""
        rows = self.rows("SELECT DISTINCT month FROM mart_coverage__force_month ORDER BY month")
        return tuple(Month(index) for (index,) in rows)

    def source(self, question: Question) -> str:
        del question
        newest = self.facts.newest_release
        return "data.police.uk" + (f", releases up to {newest}" if newest else "")

    def source_in_prose(self, question: Question) -> str:
        newest = self.facts.newest_release
        return f"data.police.uk, releases up to {newest.words()}" if newest else self.source(question)

    def licence(self, question: Question) -> str:
        del question
        return LICENCE

    def _read_words(self, dimension: Dimension) -> dict[str, int]:
        assert isinstance(dimension.kind, TableKind), dimension.name
        # Of several rows with one word (an LSOA code under two names) the first number stands for it.
        found: dict[str, int] = {}
        for text, number in self.rows(*dimension.kind.vocabulary(dimension)):
            found.setdefault(str(text), int(number))
        return found

    def published_words(self, dimension: Dimension) -> tuple[str, ...]:
        return _published_words(dimension.field)

    def own_condition(self, question: Question) -> str:
        # Crimes around a point, from the API, belong to force-months that are counted already.
        around_a_point = any(filter_.dimension.name == "origin" for filter_ in question.filters)
        return "" if around_a_point else "r.force_id <> 0"

    # -- who publishes where ------------------------------------------------------------------------------------

    def publishing(self, spec: DatasetSpec, key: str) -> dict[int, dict[int, int]]:
        """place → force → records, over all months; `key` is town_id or area_id."""
        counted = spec.measures[0].mart or spec.measures[0].rows
        table = spec.mart or spec.table

        def read() -> dict[int, dict[int, int]]:
            found: dict[int, dict[int, int]] = {}
            for place, force, count in self.rows(f"SELECT {key}, force_id, {counted} FROM {table} AS r GROUP BY ALL"):
                found.setdefault(place, {})[force] = int(count)
            return found

        return self.once(f"publishing {spec.name} {key}", read)

    def force_ids(self, slugs: Sequence[str]) -> set[int]:
        return {number for number, (slug, _) in self.forces.items() if slug in slugs}
