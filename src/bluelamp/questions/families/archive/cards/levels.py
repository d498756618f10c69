"""About how much is missing where a file is: each publisher's usual month. Used by `months` and `figures`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month
from bluelamp.questions.cards.base import Scene
from bluelamp.questions.engines import count_recorded
from bluelamp.questions.engines.indexes import count_from_indexes
from bluelamp.questions.families.archive.cards.scene import version_of
from bluelamp.questions.families.archive.trend import Publishing
from bluelamp.questions.model.question import Question


def levels(scene: Scene, question: Question, publishing: Publishing, shown: Sequence[Month]) -> dict[int, float]:
    """force → its median count over the months shown in which it is held; `question` is grouped by month."""
    force = question.dataset.dimension("force")
    assert force is not None
    counts = _by_force(scene, replace(question, by=(*question.by, force), limit=None), shown)
    held, numbers = publishing.held_table(shown), np.array(publishing.holdings.publishers, int)
    medians = _medians(counts[numbers], held) if len(numbers) else np.zeros(0)
    known = np.flatnonzero(held.any(axis=1)).tolist()
    return {int(numbers[at]): float(medians[at]) for at in known}


def _medians(counts: npt.NDArray[np.int64], held: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The median of each row's counts where it is held; of a row that nowhere is, none that means anything."""
    # What is not held is sorted behind all else, and the middle of what is left is the median.
    ordered = np.sort(np.where(held, counts, np.iinfo(np.int64).max), axis=1)
    many = np.maximum(held.sum(axis=1), 1)
    rows = np.arange(len(counts))
    found: npt.NDArray[np.float64] = (ordered[rows, (many - 1) // 2] + ordered[rows, many // 2]) / 2
    return found


def _by_force(scene: Scene, question: Question, shown: Sequence[Month]) -> npt.NDArray[np.int64]:
    """What is recorded, by force (its number) and month shown."""
    forces = version_of(scene).forces
    counts = np.zeros((max(forces, default=0) + 1, len(shown)), np.int64)
    found = count_from_indexes(scene.version, question)
    if found is not None:
        first, table = found
        at = np.array([month.index - first for month in shown], int)
        inside = (at >= 0) & (at < len(table))
        counts[: table.shape[1], inside] = table[at[inside]].T
        return counts
    numbers = {slug: number for number, (slug, _) in forces.items()}
    places = {str(month): place for place, month in enumerate(shown)}
    for name, slug, *values in count_recorded(scene.version, question)[0]:
        if name in places and slug in numbers:
            counts[numbers[slug], places[name]] = sum(values)
    return counts
