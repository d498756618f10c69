"""What could say the answer to a question: a table of publishers × times, with what is held of each. The one thing that
coverage, figures and comparisons are counted over. Each family makes its own: the publishers of the archive are forces
and its times the months asked; those of calls are feeds and days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.questions.model.kept import BoundedCache

Mask = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int8]
Time = Month | date
Made = TypeVar("Made")
# So many things are kept that were worked out of one table; then it begins anew.
_MOST_KEPT = 64


@dataclass(frozen=True, slots=True)
class Holdings:
    """`expected` and `held` have a row for each publisher and a column for each time; `states` are the words that
    `codes` stand for, where a code below 0 expects nothing. `names` are the publishers' names for people. What is held
    is `whole` when nothing of it lacks: a day of calls may have been watched in part. `tells` is where a figure can be
    known: where something is held, or, of a dataset that is joined, held of any month that can have the other record.
    """

    dataset: str
    publishers: tuple[int | str, ...]
    names: tuple[str, ...]
    times: tuple[Time, ...]
    codes: Codes
    states: tuple[str, ...]
    expected: Mask
    held: Mask
    whole: Mask
    tells: Mask
    _kept: BoundedCache = field(default_factory=lambda: BoundedCache(_MOST_KEPT), init=False, repr=False, compare=False)

    def kept(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, kept beside the table that it was worked out of: the cards of a page share both."""
        return self._kept.get(key, make)

    def which(self, publishers: Collection[int | str] | None) -> Mask:
        """Which rows are of these publishers; all for None."""
        if publishers is None:
            return np.ones(len(self.publishers), bool)
        wanted = set(publishers)
        return np.array([one in wanted for one in self.publishers], bool)

    def why(self, rows: Mask | None = None, columns: Mask | None = None) -> str:
        """Why nothing of a part of the table is held: the state that most of what is expected there is in; of what
        nobody is expected to publish, that; where nobody in scope is asked about, that."""
        if not self.publishers:
            return str(State.OUT_OF_SCOPE)
        part = self.codes[rows if rows is not None else slice(None)]
        part = part[:, columns if columns is not None else slice(None)]
        found = Counter(part[part >= 0].tolist())
        return self.states[max(found, key=lambda code: (found[code], -code))] if found else str(State.NOT_PUBLISHED)
