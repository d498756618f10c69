"""The engines that count: the indexes, else the marts, else the rows. Tests hold them against each other."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from bluelamp.questions.engines.engine import Engine, Rows
from bluelamp.questions.engines.indexes import IndexesEngine
from bluelamp.questions.engines.statements import MartsEngine, RowsEngine
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question

# From the quickest to the one that can always answer.
ENGINES: tuple[Engine, ...] = (IndexesEngine(), MartsEngine(), RowsEngine())
ENGINE_NAMES = tuple(engine.name for engine in ENGINES)


def count_recorded(
    version: DataVersion, question: Question, engines: Collection[str] = ENGINE_NAMES
) -> tuple[Rows, str]:
    """(the rows that are recorded, the name of the engine that counted them). It is no figure yet: `figures` knows what
    is missing. `engines` limits who may answer, for checks. Raises UsageError for unknown values."""
    for engine in ENGINES:
        if engine.name in engines:
            rows = engine.count(version, question)
            if rows is not None:
                return rows, engine.name
    raise AssertionError(f"none of {engines} can answer {question.canonical()}")


def count_records(version: DataVersion, question: Question, engines: Collection[str] = ENGINE_NAMES) -> int:
    """How many records there are of a question that is not grouped, by its first measure: for weighing and for shares,
    never to be shown as a figure."""
    ((figure, *_),) = count_recorded(version, question, engines)[0]
    return int(figure)


@dataclass(slots=True)
class RecordedCounts:
    """Counts the recorded rows of the questions that make one answer; `engine` is who counted the first of them."""

    version: DataVersion
    engines: Collection[str] = ENGINE_NAMES
    engine: str = ""

    def __call__(self, question: Question) -> Rows:
        rows, engine = count_recorded(self.version, question, self.engines)
        self.engine = self.engine or engine
        return rows
