"""The family of the archive: street crime, outcomes, stop and search, by force and month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bluelamp.errors import NotKept
from bluelamp.questions.families.archive import axes, caveats, located, recordable, scope
from bluelamp.questions.families.archive.cards import CARDS
from bluelamp.questions.families.archive.datasets import ARCHIVE
from bluelamp.questions.families.archive.holdings import all_within
from bluelamp.questions.families.archive.periods import caveats_of, incomplete_periods
from bluelamp.questions.families.archive.places import places_of
from bluelamp.questions.families.archive.records.published import words_of
from bluelamp.questions.families.archive.records.reading import Records
from bluelamp.questions.families.archive.records.record import find_record
from bluelamp.questions.families.archive.source import ArchiveSource
from bluelamp.questions.families.archive.version import LICENCE, ArchiveVersion
from bluelamp.questions.model.axis import ValueAxis
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import StatementLimit
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.family import Count, Family, Openings
from bluelamp.questions.model.holdings import Holdings, Mask, Time
from bluelamp.questions.model.ordering import Row
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import RecordSet

if TYPE_CHECKING:
    from bluelamp.questions.model.stores import Stores


class _Archive(Family[ArchiveVersion]):
    info = ARCHIVE

    @contextmanager
    def open_version(self, stores: Stores, name: str = "") -> Iterator[ArchiveVersion]:
        warehouse = stores.warehouse()
        older = warehouse.as_of(name) if name else None
        if name and older is None:
            raise NotKept(f"The answer as known at release {name} is not kept any more.", "Ask again.")
        with warehouse.reading(older) as connection:
            yield ArchiveVersion(connection)

    def source(self, stores: Stores, limit: StatementLimit) -> ArchiveSource:
        return ArchiveSource(stores, limit)

    def files(self, version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
        return scope.files_of_question(version, question)

    def holdings(self, version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
        return scope.holdings_of_question(version, question)

    def files_of_rows(self, version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
        return scope.files_of_rows(version, question)

    def coverage(self, version: ArchiveVersion, question: Question) -> Coverage:
        return scope.coverage_of_question(version, question)

    def publisher_axis(self, version: ArchiveVersion, question: Question, holdings: Holdings) -> ValueAxis | None:
        return axes.publisher_axis(version, question, holdings)

    def own_publishers(self, version: ArchiveVersion, question: Question) -> frozenset[int | str]:
        return frozenset(scope.own_forces(version, question)) if version.forces else frozenset()

    def recordable(
        self, version: ArchiveVersion, question: Question, rows: Sequence[Row], times: Sequence[Time]
    ) -> tuple[Mask, dict[int, Openings]]:
        openings = recordable.open_to_labels(version, question, rows, times)
        return recordable.open_to_filters(version, question, times), openings

    def within(self, holdings: tuple[Holdings, ...], times: Mask) -> tuple[Holdings, ...]:
        return all_within(holdings, times)

    def is_uncovered(self, question: Question) -> bool:
        # Crimes around a point, from the API, belong to no force's month.
        return any(one.dimension.name == "origin" for one in question.filters)

    def located_shares(
        self,
        version: ArchiveVersion,
        question: Question,
        axis: ValueAxis | None,
        holdings: Holdings,
        own: Mask,
        count: Count,
    ) -> dict[Any, float | None]:
        return located.located_shares(version, question, axis, holdings, own, count)

    def residents(self, version: ArchiveVersion) -> Mapping[str, int | None]:
        return {area.name: area.residents for area in version.areas.values()}

    def periods(
        self, version: ArchiveVersion, question: Question, coverage: Coverage
    ) -> tuple[tuple[Period, ...], list[str]]:
        incomplete = incomplete_periods(question, coverage)
        return incomplete, caveats_of(incomplete)

    def caveats(self, version: ArchiveVersion, question: Question) -> tuple[str, ...]:
        return caveats.caveats_of_question(version, question)

    def unplaced(self, question: Question, count: Callable[[Question], int]) -> tuple[str, ...]:
        return caveats.unplaced(question, count)

    @property
    def cards(self) -> Mapping[str, Callable[..., Any]]:
        return CARDS

    def records(self, version: ArchiveVersion, question: Question, stores: Stores) -> RecordSet:
        return Records(version, question, stores.lake)

    def record_columns(self, spec: DatasetSpec) -> Sequence[tuple[str, str]]:
        return words_of(spec)

    def record(self, version: ArchiveVersion, record_id: str, stores: Stores) -> dict[str, Any]:
        return find_record(version, record_id, stores.lake)

    def record_licence(self, version: ArchiveVersion) -> str:
        return LICENCE

    def places(self, version: ArchiveVersion, wanted: str) -> list[dict[str, Any]]:
        return places_of(version, wanted)


FAMILY = _Archive()
