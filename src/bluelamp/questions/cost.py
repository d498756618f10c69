"""What a question would cost before it is asked, from sizes that are known: how many groups it may have.

Used by `web`.
"""

from __future__ import annotations

from dataclasses import replace

from bluelamp.errors import TooCostly
from bluelamp.questions.answer import count
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.datasets import Dimension
from bluelamp.questions.indexed import answer_from_indexes
from bluelamp.questions.question import Question

# Of fields whose values are not listed anywhere.
_DAYS_A_MONTH, _FEW = 31, 30


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
    if dimension.kind == "month":
        return len(version.months)
    if dimension.kind == "date":
        return len(version.months) * _DAYS_A_MONTH
    if dimension.kind == "point" and question.dataset.live:
        return count(version, _whole(question))  # each has a point of its own at most
    if dimension.kind == "point":
        return int(version.once("points", lambda: version.rows("SELECT count(*) FROM dim_point")[0][0]))
    if dimension.kind in ("word", "force", "town", "area", "lsoa", "label"):
        return len(version.words(dimension)) + 1
    return len(dimension.terms) or _FEW


def _whole(question: Question) -> Question:
    """How many records the dataset has."""
    return replace(question, measures=(question.dataset.measures[0],), by=(), filters=(), order=(), limit=None)


def _records(version: DataVersion, question: Question) -> int:
    """At most so many records, from the filters that an index can count by."""
    asked = _whole(question)
    fewest = count(version, asked)
    for filter_ in question.filters:
        rows = answer_from_indexes(version, replace(asked, filters=(filter_,)))
        if rows:
            fewest = min(fewest, int(rows[0][0]))
    return fewest
