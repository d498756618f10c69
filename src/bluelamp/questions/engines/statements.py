"""The engines that run one SQL statement: over the rows of a dataset, or over its mart, which has them counted
beforehand."""

from __future__ import annotations

from bluelamp.questions.engines.engine import Rows
from bluelamp.questions.engines.sql import Compiler
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import MAX_ROWS, Question


class RowsEngine:
    """Reads the rows themselves: it can answer every question."""

    name = "rows"

    def count(self, version: DataVersion, question: Question) -> Rows | None:
        return _run(version, question, mart=False)


class MartsEngine:
    """Reads the mart of a dataset, where that has every dimension and measure that is asked for."""

    name = "marts"

    def count(self, version: DataVersion, question: Question) -> Rows | None:
        dimensions = [*question.by, *(filter_.dimension for filter_ in question.filters)]
        if not question.dataset.mart or not all(dimension.in_mart for dimension in dimensions):
            return None
        return _run(version, question, mart=True) if all(measure.mart for measure in question.measures) else None


def _run(version: DataVersion, question: Question, *, mart: bool) -> Rows:
    compiled = Compiler(version, question, mart=mart).compile()
    return version.rows(compiled.sql, compiled.parameters, most=(question.limit or MAX_ROWS) + 1, light=False)
