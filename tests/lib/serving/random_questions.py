"""Random spans of months and random filters about some axes, for the tests that hold indexes against rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bluelamp.storage.warehouse.indexes import Facts
from tests.lib.serving.random_version import FIRST, MONTHS


class RandomQuestions:
    """Random questions about some axes."""

    def __init__(self, facts: Facts, seed: int) -> None:
        self.facts, self.random = facts, np.random.default_rng(seed)

    def span(self) -> tuple[int, int]:
        if self.random.random() < 0.3:
            return 0, 1 << 16
        first, last = sorted(self.random.integers(FIRST - 2, FIRST + MONTHS + 2, 2).tolist())
        return first, last

    def codes(self, name: str) -> np.ndarray:
        """One code, a stretch of codes, all but some (what a negation becomes), any set, or none at all."""
        size = MONTHS if name == "month" else self.facts.sizes[name]
        begin = FIRST if name == "month" else 0
        kind = self.random.integers(0, 6)
        if kind == 0:
            found = self.random.integers(0, size, 1)
        elif kind == 1:
            first, last = sorted(self.random.integers(0, size, 2).tolist())
            found = np.arange(first, last + 1)
        elif kind == 2:
            found = np.setdiff1d(np.arange(size), self.random.integers(0, size, 2))
        elif kind == 3:
            found = np.array([0, size - 1])
        elif kind == 4 and self.random.random() < 0.2:
            found = np.array([], np.int64)
        else:
            found = np.flatnonzero(self.random.random(size) < 0.5)
        return found + begin

    def keep(self, names: Sequence[str]) -> dict[str, np.ndarray]:
        chosen = [name for name in names if self.random.random() < 0.4]
        return {name: self.codes(name) for name in chosen}

    def by(self, names: Sequence[str], most: int) -> list[str]:
        return self.random.permutation(list(names))[: self.random.integers(0, most + 1)].tolist()
