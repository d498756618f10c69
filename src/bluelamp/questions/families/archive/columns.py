"""The dimensions that follow from the declarations of published columns (`domain.dataset`). Used by `datasets`."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from bluelamp.domain.dataset import Dataset
from bluelamp.domain.published_column import Folded, PublishedColumn
from bluelamp.domain.vocabulary import BOOLEAN
from bluelamp.questions.families.archive.kinds import WORD
from bluelamp.questions.model.dataset import Dimension, Kind
from bluelamp.questions.model.kinds import CODED


def word_dimensions(dataset: Dataset) -> tuple[Dimension, ...]:
    """One for each column of words, followed by the one that has its labels in groups; columns aside come last."""
    return tuple(_of_words(dataset))


def publisher_dimensions(dataset: Dataset) -> tuple[Dimension, ...]:
    """One for each column that names a force."""
    return tuple(word_dimension(column) for column in dataset.of_kind("publisher"))


def word_dimension(column: PublishedColumn) -> Dimension:
    """The dimension of one column of words."""
    return Dimension(
        column.name,
        column.words,
        WORD,
        f"r.{column.code}",
        column.name,
        in_mart=column.counted == "together",
        column=column.header,
        label=column.title,
        two_valued=column.vocabulary == BOOLEAN,
    )


def column_dimension(
    dataset: Dataset, header: str, kind: Kind, key: str, *, name: str = "", in_mart: bool = False
) -> Dimension:
    """The dimension of a column that is no word: `key` is its SQL on the rows, `name` how questions call it, where that
    is not the column's own name."""
    column = dataset.column(header)
    return Dimension(name or column.name, column.words, kind, key, in_mart=in_mart, column=header)


def _of_words(dataset: Dataset) -> Iterator[Dimension]:
    for column in sorted(dataset.of_kind("word"), key=attrgetter("aside")):
        yield word_dimension(column)
        if column.grouped is not None:
            yield _grouped_dimension(column, column.grouped)


def _grouped_dimension(column: PublishedColumn, groups: Folded) -> Dimension:
    """Labels of a vocabulary in the groups that they have in every era. The rules are constants of ours."""
    terms = groups.grouping.terms
    cases = " ".join(
        f"WHEN starts_with(word, '{begins}') THEN {terms.index(to)}" for begins, to in groups.grouping.rules
    )
    key = (
        f"coalesce((SELECT CASE {cases} ELSE {len(terms) - 2} END FROM dim_word "
        f"WHERE field = '{column.name}' AND word_id = r.{column.code}), {len(terms) - 1})"
    )
    return Dimension(
        groups.name,
        groups.words,
        CODED,
        key,
        label=groups.title,
        terms=terms,
        folds=column.name,
        grouping=groups.grouping,
    )
