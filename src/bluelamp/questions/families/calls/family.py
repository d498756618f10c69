"""The family of calls for service: what feeds of active calls have listed, by feed and closed day."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bluelamp.questions.families.calls import records
from bluelamp.questions.families.calls.areas import places_of
from bluelamp.questions.families.calls.cards import CARDS
from bluelamp.questions.families.calls.caveats import caveats_of_calls, of_periods, periods_of
from bluelamp.questions.families.calls.coverage import WatchedCoverage, exposures, watched_coverage
from bluelamp.questions.families.calls.datasets import CALLS_FAMILY, WEEKDAY
from bluelamp.questions.families.calls.holdings import holdings_of_calls
from bluelamp.questions.families.calls.opening import open_calls
from bluelamp.questions.families.calls.source import CallsSource
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import StatementLimit
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.family import Family
from bluelamp.questions.model.holdings import Holdings
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import RecordSet

if TYPE_CHECKING:
    from bluelamp.questions.model.stores import Stores


class _Calls(Family[CallsVersion]):
    info = CALLS_FAMILY

    @contextmanager
    def open_version(self, stores: Stores, name: str = "") -> Iterator[CallsVersion]:
        with open_calls(stores) as version:
            yield version

    def source(self, stores: Stores, limit: StatementLimit) -> CallsSource:
        return CallsSource(stores, limit)

    def files(self, version: CallsVersion, question: Question) -> tuple[Holdings, ...]:
        return (holdings_of_calls(version, question),)

    def coverage(self, version: CallsVersion, question: Question) -> WatchedCoverage:
        return watched_coverage(version, question)

    def periods(
        self, version: CallsVersion, question: Question, coverage: Coverage
    ) -> tuple[tuple[Period, ...], list[str]]:
        watched = watched_coverage(version, question)
        return periods_of(question, watched), caveats_of_calls(version, question, watched)

    def caveats(self, version: CallsVersion, question: Question) -> tuple[str, ...]:
        return question.dataset.caveats

    def chart_note(self, version: CallsVersion, question: Question, dimension: str) -> str:
        # That a weekday was watched in part is said with how long each was.
        in_part = dimension != WEEKDAY
        return " ".join(
            of_periods(dimension, exposures(watched_coverage(version, question), dimension), in_part=in_part)
        )

    @property
    def cards(self) -> Mapping[str, Callable[..., Any]]:
        return CARDS

    def records(self, version: CallsVersion, question: Question, stores: Stores) -> RecordSet:
        return records.CallRecords(version, question)

    def record_columns(self, spec: DatasetSpec) -> Sequence[tuple[str, str]]:
        return list(records.COLUMNS.items())

    def owns_record(self, record_id: str) -> bool:
        return records.is_call_name(record_id)

    def record(self, version: CallsVersion, record_id: str, stores: Stores) -> dict[str, Any]:
        return records.find_call(version, record_id)

    def record_licence(self, version: CallsVersion) -> str:
        return records.licence_of(version)

    def places(self, version: CallsVersion, wanted: str) -> list[dict[str, Any]]:
        return places_of(version, wanted)


FAMILY = _Calls()
