"""What a family of datasets gives to the machinery of questions: the one place where families differ.

A family is a folder of `families` with its declarations (`datasets.py`) and one instance of this class (`family.py`).
Answers, cards, pages and commands ask it, and know nothing of any one family.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np

from bluelamp.questions.model.axis import ValueAxis, axis_of_publishers
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.data_version import DataVersion, StatementLimit
from bluelamp.questions.model.dataset import DatasetSpec, FamilyInfo
from bluelamp.questions.model.holdings import Holdings, Mask, Time
from bluelamp.questions.model.lease_pool import VersionSource
from bluelamp.questions.model.ordering import Row
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question
from bluelamp.questions.model.records import RecordSet

if TYPE_CHECKING:
    from bluelamp.questions.model.stores import Stores

V = TypeVar("V", bound=DataVersion)
# Counts the recorded rows of a question.
Count = Callable[[Question], list[Row]]
# label → the times in which it could be recorded.
Openings = Mapping[Any, Mask]


class Family(ABC, Generic[V]):
    """`V` is the family's data version. What has a default here is what a family need not have."""

    info: FamilyInfo

    @abstractmethod
    def open_version(self, stores: Stores, name: str = "") -> AbstractContextManager[V]:
        """The current data version, or that of an older release by its name, for one question. Raises NothingHeld
        before the first."""

    @abstractmethod
    def source(self, stores: Stores, limit: StatementLimit) -> VersionSource[Any]:
        """Where a server's lease pool has its versions from; `limit` surrounds every statement that they run."""

    # -- what could say an answer ------------------------------------------------------------------------------------

    @abstractmethod
    def files(self, version: V, question: Question) -> tuple[Holdings, ...]:
        """What could say the answer, for the question's own dataset first, then for each that it joins: the same
        publishers and the same times in all of them."""

    def holdings(self, version: V, question: Question) -> tuple[Holdings, ...]:
        """The same; no file can say what could not be recorded in its time."""
        return self.files(version, question)

    def files_of_rows(self, version: V, question: Question) -> tuple[Holdings, ...]:
        """The same as `files`, with what is needed for the rows alone."""
        return self.files(version, question)

    @abstractmethod
    def coverage(self, version: V, question: Question) -> Coverage:
        """The units that the answer should contain, and those it does."""

    def publisher_axis(self, version: V, question: Question, holdings: Holdings) -> ValueAxis | None:
        """The dimension grouped by that says whose files a row needs; None where there is none. By default the one
        whose values are the publishers of the holdings."""
        del version
        at = next((place for place, one in enumerate(question.by) if one.kind.is_publisher), None)
        if at is None:
            return None
        names = [str(one) for one in holdings.publishers]
        return holdings.kept(("publishers", at), lambda: axis_of_publishers(at, names))

    def own_publishers(self, version: V, question: Question) -> frozenset[int | str]:
        """Those without whom nothing is known of the places that a question names."""
        del version, question
        return frozenset()

    def recordable(
        self, version: V, question: Question, rows: Sequence[Row], times: Sequence[Time]
    ) -> tuple[Mask, dict[int, Openings]]:
        """(the times in which there could be records that the filters keep; for each dimension grouped by, as its place
        in the question, the labels of these rows that could not be recorded in all times)."""
        del version, question, rows
        return np.ones(len(times), bool), {}

    def within(self, holdings: tuple[Holdings, ...], times: Mask) -> tuple[Holdings, ...]:
        """The same of something that could be recorded in some of the times only."""
        del times
        return holdings

    def is_uncovered(self, question: Question) -> bool:
        """Whether a question is about records that belong to no unit: then nothing says what of them is held."""
        del question
        return False

    # -- places ------------------------------------------------------------------------------------------------------

    def located_shares(
        self, version: V, question: Question, axis: ValueAxis | None, holdings: Holdings, own: Mask, count: Count
    ) -> dict[Any, float | None]:
        """place → the share (0 to 1) of its publisher's records that have a map point; a question's one place is called
        None. Empty where a question is about no place."""
        del version, question, axis, holdings, own, count
        return {}

    def residents(self, version: V) -> Mapping[str, int | None]:
        """area → its residents, None where they are not known."""
        del version
        return {}

    # -- what must be said -------------------------------------------------------------------------------------------

    @abstractmethod
    def periods(self, version: V, question: Question, coverage: Coverage) -> tuple[tuple[Period, ...], list[str]]:
        """(the periods of the answer that are not whole, the sentences about them)."""

    @abstractmethod
    def caveats(self, version: V, question: Question) -> tuple[str, ...]:
        """What applies by what is asked and by the files that answer it, whatever the figures are."""

    def unplaced(self, question: Question, count: Callable[[Question], int]) -> tuple[str, ...]:
        """How many of the records are in no place's figure; `count` counts the records of a question."""
        del question, count
        return ()

    def chart_note(self, version: V, question: Question, dimension: str) -> str:
        """What must stand beside a chart by a dimension; empty for nothing."""
        del version, question, dimension
        return ""

    # -- cards -------------------------------------------------------------------------------------------------------

    @property
    @abstractmethod
    def cards(self) -> Mapping[str, Callable[..., Any]]:
        """kind of card → what answers it (a scene and a card's declaration), for every kind that the family has."""

    # -- records -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def records(self, version: V, question: Question, stores: Stores) -> RecordSet:
        """The records of a question, as published."""

    @abstractmethod
    def record_columns(self, spec: DatasetSpec) -> Sequence[tuple[str, str]]:
        """(column, what it is) of a dataset's records."""

    def owns_record(self, record_id: str) -> bool:
        """Whether an ID has the form of this family's. What no family owns goes to the first, which says what is
        wrong."""
        del record_id
        return False

    @abstractmethod
    def record(self, version: V, record_id: str, stores: Stores) -> dict[str, Any]:
        """One record with all that is known of it. Raises NoSuchThing."""

    @abstractmethod
    def record_licence(self, version: V) -> str:
        """The sentences that the licences of all sources of records ask for."""

    # -- places with pages -------------------------------------------------------------------------------------------

    def places(self, version: V, wanted: str) -> list[dict[str, Any]]:
        """The places with pages of their own whose name has the wanted words, as the search lists them."""
        del version, wanted
        return []
