"""What a declaration of a published column says. The columns are declared in `domain.dataset`; the list of what follows
from a declaration is in ARCHITECTURE.md, “A published column”.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bluelamp.domain.grouping import Grouping

# `id`: of a crime; `month`, `time`: of the record; `publisher`: the word for a force; `degrees`, `place`: of the
# anonymised map point; `word`: of a vocabulary, kept as a number in the warehouse; `remark`: a word in the lake alone.
Kind = Literal["id", "month", "time", "publisher", "degrees", "place", "word", "remark"]

# How the words of a column are counted beforehand. `alone`: each by itself, at any place; `pairs`: also with each other
# such column, without a place; `together`: all such columns of the dataset at once, at any place, and in its mart.
Counted = Literal["", "alone", "pairs", "together"]


@dataclass(frozen=True, slots=True)
class Folded:
    """A second way to ask by a column of words: its labels in `grouping`s that are the same in every era."""

    name: str
    words: str
    title: str
    grouping: Grouping


@dataclass(frozen=True, slots=True)
class PublishedColumn:
    """One column. `header` is what published files call it, `name` what the lake and questions do; `words` is what it
    says, `title` what a person reads above its values, where that is not its name.

    `vocabulary` holds the known values; `api` names what says the same in `sources.police_uk.api_types`. Columns that
    are `aside` are listed behind the others where a person chooses among them. Files that were published before a
    column was `added` lack it: their rows are blank there.
    """

    header: str
    name: str
    kind: Kind
    words: str
    title: str = ""
    vocabulary: frozenset[str] = frozenset()
    counted: Counted = ""
    api: str = ""
    grouped: Folded | None = None
    aside: bool = False
    added: bool = False

    @property
    def code(self) -> str:
        """The column of the warehouse that holds the number of its word."""
        return f"{self.name}_id"
