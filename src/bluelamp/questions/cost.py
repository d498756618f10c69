"""What a question would cost before it is asked, from sizes that are known: how many groups it may have.

Used by `web`.
"""

from __future__ import annotations

from dataclasses import replace

from bluelamp.errors import TooCostly
from bluelamp.questions.engines import count_records
from bluelamp.questions.engines.indexes import IndexesEngine
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.question import Question

_INDEXES = IndexesEngine()


def refuse_costly(version: DataVersion, question: Question, most: int) -> None:
    """Raises TooCostly where the question may have more than `most` groups: as many as its fields have combinations of
    values, and no more than there are records."""
    groups = 1
    for dimension in question.by:
        groups *= max(1, _values(version, question, dimension))
    if groups <= most:
        return
    groups = min(groups, _records(version, question))
    if groups > most:
        raise TooCostly(
            f"This may have {groups:,} groups; {most:,} is the most that one answer may be made of.",
            "Ask of one force or of fewer months, group by less, or take the records themselves.",
        )


def _values(version: DataVersion, question: Question, dimension: Dimension) -> int:
    return dimension.kind.count(version, dimension, lambda: count_records(version, _whole(question)))


def _whole(question: Question) -> Question:
    """How many records the dataset has."""
    return replace(question, measures=(question.dataset.measures[0],), by=(), filters=(), order=(), limit=None)


def _records(version: DataVersion, question: Question) -> int:
    """At most so many records, from the filters that an index can count by."""
    asked = _whole(question)
    fewest = count_records(version, asked)
    for filter_ in question.filters:
        rows = _INDEXES.count(version, replace(asked, filters=(filter_,)))
        if rows:
            fewest = min(fewest, int(rows[0][0]))
    return fewest
