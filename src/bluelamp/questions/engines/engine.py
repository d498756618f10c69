"""What every engine is: something that counts the recorded rows of a question."""

from __future__ import annotations

from typing import Any, Protocol

from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question

Rows = list[tuple[Any, ...]]


class Engine(Protocol):
    """All engines give the same rows in the same order: a label for each dimension, then a value for each measure, at
    most one row more than the question's limit."""

    @property
    def name(self) -> str: ...

    def count(self, version: DataVersion, question: Question) -> Rows | None:
        """The rows that are recorded; None where this engine cannot tell. Raises UsageError for unknown values."""
        ...
