"""The family of incident reports: what a city's police put on record, by city and month."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bluelamp.questions.cards.shared import SHARED
from bluelamp.questions.families.incidents.coverage import CityMonthCoverage, coverage_of, holdings_of
from bluelamp.questions.families.incidents.datasets import COLUMNS, FAMILY_INFO, INCIDENTS
from bluelamp.questions.families.incidents.records import IncidentRecords, find_report, owns
from bluelamp.questions.families.incidents.source import IncidentsSource, left_out, read_files
from bluelamp.questions.families.incidents.version import IncidentsVersion, connect
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import StatementLimit
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.family import Family
from bluelamp.questions.model.holdings import Holdings
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import RecordSet
from bluelamp.questions.parsing import make_question

if TYPE_CHECKING:
    from bluelamp.questions.model.stores import Stores


class _Incidents(Family[IncidentsVersion]):
    info = FAMILY_INFO

    @contextmanager
    def open_version(self, stores: Stores, name: str = "") -> Iterator[IncidentsVersion]:
        files, problems = read_files(stores)
        if problems and not files:
            raise problems[0]
        connection = connect(files, memory_mb=stores.memory_mb, threads=stores.threads)
        version = IncidentsVersion(connection, files, left_out(problems))
        try:
            yield version
        finally:
            version.close()

    def source(self, stores: Stores, limit: StatementLimit) -> IncidentsSource:
        return IncidentsSource(stores, limit)

    def files(self, version: IncidentsVersion, question: Question) -> tuple[Holdings, ...]:
        return (holdings_of(version, question),)

    def coverage(self, version: IncidentsVersion, question: Question) -> CityMonthCoverage:
        return coverage_of(version, question)

    def periods(
        self, version: IncidentsVersion, question: Question, coverage: Coverage
    ) -> tuple[tuple[Period, ...], list[str]]:
        return (), []

    def caveats(self, version: IncidentsVersion, question: Question) -> tuple[str, ...]:
        return (*question.dataset.caveats, *version.problems)

    @property
    def cards(self) -> Mapping[str, Callable[..., Any]]:
        return SHARED

    def records(self, version: IncidentsVersion, question: Question, stores: Stores) -> RecordSet:
        return IncidentRecords(version, question)

    def record_columns(self, spec: DatasetSpec) -> Sequence[tuple[str, str]]:
        return [(one.published, one.words) for one in COLUMNS]

    def owns_record(self, record_id: str) -> bool:
        return owns(record_id)

    def record(self, version: IncidentsVersion, record_id: str, stores: Stores) -> dict[str, Any]:
        return find_report(version, record_id)

    def record_licence(self, version: IncidentsVersion) -> str:
        return version.licence(make_question(INCIDENTS.name))


FAMILY = _Incidents()
