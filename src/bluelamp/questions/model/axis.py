"""A dimension of a grouped question that says whose files or which times a row needs, as rows of masks over the
holdings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.questions.model.holdings import Mask

Label = Any


@dataclass(frozen=True, slots=True, eq=False)
class ValueAxis:
    """The values of one field: `places` says which row of `masks` a value has; one that is not there needs everything.

    `asked` are the values that are rows of the answer whether or not anything was recorded. `own` marks the publishers
    without whom nothing is known of a value; a value that is `closed` can be known from nobody who is asked, one that
    is `foreign` only through others' records. `outside` counts times that belong to a value and were not asked for.
    """

    at: int
    places: dict[Label, int]
    masks: Mask
    asked: Sequence[Label]
    own: Mask | None = None
    closed: frozenset[Label] = frozenset()
    foreign: frozenset[Label] = frozenset()
    outside: npt.NDArray[np.int64] | None = None
    derive: dict[int, Callable[[Label], Label]] = field(default_factory=dict)

    def rows_of(self, labels: Sequence[Label]) -> npt.NDArray[np.int64]:
        """The row of `masks` that each value has; the last one is that of all others."""
        places, others = self.places, len(self.masks) - 1
        return np.fromiter((places.get(label, others) for label in labels), np.int64, len(labels))


def axis_of_publishers(at: int, names: Sequence[Label], asked: Sequence[Label] | None = None) -> ValueAxis:
    """The axis of a dimension, at a place in the question, whose values are the publishers of the holdings, in their
    order; `asked` are those that are rows whether or not anything was recorded, by default all."""
    masks = np.concatenate([np.eye(len(names), dtype=bool), np.ones((1, len(names)), bool)])
    return ValueAxis(at, {name: row for row, name in enumerate(names)}, masks, names if asked is None else asked)
