"""Outcome files: what was decided in one month about crimes of that month and of the two years before.

Called by archive.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bluelamp.domain.dataset import CRIMES, OUTCOMES
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import key
from bluelamp.synthetic.crimes import kept
from bluelamp.synthetic.rows import Content, Sheet, chosen, joined, labels_at, shuffled
from bluelamp.synthetic.traits import Numbers, World, eras, identities, month_keys, traits_of
from bluelamp.synthetic.values import CODE, UNKNOWN_OUTCOME
from bluelamp.synthetic.values import OUTCOMES as OUTCOME_NAMES
from bluelamp.synthetic.volumes import COURT_DELAY, LAGS

_MANY = 30
_PARTLY_LISTED = frozenset({"thin_files", "tiny_files"})


class _Gathered:
    """The crimes that a month decides: numbers, month by month, and whether it is the court that decides."""

    def __init__(self, world: World, force: str, month: Month) -> None:
        parts: list[tuple[range, Month, bool, int]] = []
        for lag in range(LAGS):
            crimes = world.volumes.crimes(force, month - lag)
            parts.append((crimes.with_outcome(lag), month - lag, False, len(crimes.to_court(lag))))
            earlier = world.volumes.crimes(force, month - lag - COURT_DELAY)
            parts.append((earlier.to_court(lag), month - lag - COURT_DELAY, True, 0))
        parts = [part for part in parts if part[0]]
        sizes = [len(part[0]) for part in parts]
        keys = np.array([month_keys(world.plan, force, each) for _, each, _, _ in parts], dtype=np.uint64)
        self.index = np.concatenate([np.arange(r.start, r.stop) for r, *_ in parts] or [np.empty(0, dtype=np.int64)])
        self.by_court = np.repeat(np.array([court for *_, court, _ in parts], dtype=bool), sizes)
        # Those that go to court later are charged now: the first of each group.
        self.charged = self.by_court | np.concatenate(
            [np.arange(len(r)) < charged for r, _, _, charged in parts] or [np.empty(0, dtype=bool)]
        )
        self.numbers = Numbers(self.index, *(np.repeat(column, sizes) for column in keys.reshape(-1, 3).T))
        self.unmatched = self._unmatched(world, force, parts)

    def _unmatched(self, world: World, force: str, parts: list[tuple[range, Month, bool, int]]) -> int:
        """How many rows tell of a crime that no readable street file of the release has."""
        count = 0
        for crimes, month, _, _ in parts:
            if not world.coverage.readable(CRIMES.name, force, month):
                count += len(crimes)
            elif world.coverage.conditions.get(file := ForceMonth(CRIMES.name, force, month)) in _PARTLY_LISTED:
                count += int((~kept(world, file, np.arange(crimes.start, crimes.stop))).sum())
        return count


def outcome_file(world: World, force: str, month: Month) -> Content:
    """The outcome file of a force-month. Pure: the same arguments give the same bytes."""
    file = ForceMonth(OUTCOMES.name, force, month)
    plan, version = world.plan, world.coverage.version(file)
    gathered = _Gathered(world, force, month)
    count = len(gathered.index)
    # The lag table of the crimes counts on whole outcome files.
    assert world.coverage.conditions.get(file) not in _PARTLY_LISTED
    shown = np.ones(count, dtype=bool)
    asb = np.zeros(count, dtype=bool)
    traits = traits_of(world, force, gathered.numbers, asb, gathered.charged, month)
    codes = np.where(gathered.by_court, traits.court, traits.first)
    places = world.places(force)
    name = BY_SLUG[force].name
    spots = traits.place
    ids = identities(gathered.numbers.ids, gathered.index, shown)
    lines = joined(
        ids,
        pa.scalar(f",{month},{name},{name},"),
        labels_at(places.outcomes(month), spots),
        labels_at([f",{text}\n" for text in OUTCOME_NAMES], codes),
    )
    seed = key(plan.seed, "outcome order", force, month.index, version)
    sheet = Sheet(OUTCOMES, lines, shuffled(seed, np.arange(count)), eras(world, force, month))
    sheet.mark("unknown_values", np.flatnonzero(codes == CODE[UNKNOWN_OUTCOME]))
    sheet.count("unmatched", gathered.unmatched)
    if plan.has("many_outcomes") and world.coverage.singles.get("many_outcomes") == file and count:
        _plant_many(sheet, codes)
    if plan.has("duplicate_outcome_rows"):
        again = chosen(seed, count // 250 + (seed % 4 == 0), len(sheet.order))
        sheet.repeat(again)
        sheet.count("duplicate_outcome_rows", len(again))
    listed = sheet.order[sheet.order < count]
    sheet.count("no_location", int((spots[listed] == places.nowhere).sum()))
    sheet.count("two_names", places.two_named(spots[listed]))
    return sheet.content()


def _plant_many(sheet: Sheet, codes: NDArray[np.int64]) -> None:
    """Twenty-nine more outcomes, of other types, before the outcome of the first crime in the file."""
    number = int(sheet.order[0])
    line = sheet.lines[number].as_py()
    own = OUTCOME_NAMES[int(codes[number])]
    others = [text for text in OUTCOME_NAMES[:20] if text and text != own]
    stem = line.removesuffix(f",{own}\n")
    texts = [f"{stem},{others[n % len(others)]}" for n in range(_MANY - 1)]
    sheet.plant("many_outcomes", texts, np.zeros(len(texts), dtype=np.int64))
    sheet.mark("many_outcomes", np.array([number]))
