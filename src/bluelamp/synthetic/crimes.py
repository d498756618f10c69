"""Street files: the rows of one force-month as one release lists them, and what became of its crimes.

Called by archive.
"""

from __future__ import annotations

import csv

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bluelamp.domain.dataset import CRIMES, OUTCOMES
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import Indices, bits, fraction, key, words
from bluelamp.synthetic.multiplied import TINY
from bluelamp.synthetic.names import MARKUP, MARKUP_UTF8
from bluelamp.synthetic.rows import Content, Sheet, bad_rows, chosen, joined, labels_at, shuffled
from bluelamp.synthetic.traits import Numbers, Traits, World, eras, identities, month_keys, traits_of
from bluelamp.synthetic.truth import Lags
from bluelamp.synthetic.values import (
    AWAITING,
    CHARGED,
    CODE,
    COURT_UNKNOWN,
    INVESTIGATING,
    LAST_ASCII,
    NO_UPDATE,
    TYPE_NAMES,
    UNKNOWN_OUTCOME,
    UNKNOWN_TYPE,
    type_labels,
)
from bluelamp.synthetic.values import OUTCOMES as OUTCOME_NAMES
from bluelamp.synthetic.volumes import COURT_DELAY, LAGS

# For how many months a crime without an outcome is said to be under investigation, where a force has a rule.
_INVESTIGATED = {"city-of-london": 5, "gwent": 0}
_BAD_KINDS = ("few", "many", "month", "id")
_REUSED_POOL = 0.06  # share of Northern Ireland's crimes whose ID comes from one pool for all months
_THIN = 410  # of 1024: the share of rows that a thin file keeps


def street_file(world: World, force: str, month: Month) -> Content:
    """The street file of a force-month. Pure: the same arguments give the same bytes."""
    return _Street(world, force, month).content()


def kept(world: World, file: ForceMonth, numbers: Indices) -> NDArray[np.bool_]:
    """(crimes,) which crimes of these numbers a thin or a tiny file lists."""
    lot = words(key(world.plan.seed, "thin", file.force, file.month.index), numbers)
    if world.coverage.conditions.get(file) == "thin_files":
        return bits(lot, 0, 10) < _THIN
    every = np.arange(world.volumes.crimes(file.force, file.month).crimes)
    lots = np.sort(words(key(world.plan.seed, "thin", file.force, file.month.index), every))
    return lot <= lots[min(TINY, len(lots)) - 1] if len(lots) else np.zeros(len(numbers), dtype=bool)


class _Street:
    """One street file while it is made: arrays over the listed crimes, in the order of their numbers."""

    def __init__(self, world: World, force: str, month: Month) -> None:
        self.world, self.force, self.month = world, force, month
        self.plan = world.plan
        self.file = ForceMonth(CRIMES.name, force, month)
        self.version = world.coverage.version(self.file)
        self.shape = world.volumes.crimes(force, month)
        self.index = self._listed()
        self.lags, self.court = self.shape.lags[self.index], self.shape.court[self.index]
        asb = self.index < self.shape.asb
        numbers = Numbers.of_month(self.plan, force, month, self.index)
        self.traits: Traits = traits_of(world, force, numbers, asb, self.court, month)
        self.shown = ~asb if self.shape.identified else np.zeros(len(asb), dtype=bool)
        self.copies = self._copied()

    def _listed(self) -> Indices:
        """The numbers that this release lists: all, with what came late, without what was withdrawn."""
        shape = self.shape
        base = np.arange(shape.crimes)
        if self.world.coverage.conditions.get(self.file) in {"thin_files", "tiny_files"}:
            base = base[kept(self.world, self.file, base)]
        late = np.arange(shape.crimes, shape.crimes + shape.late)
        withdrawn = np.arange(late.size + shape.crimes, late.size + shape.crimes + shape.withdrawn)
        return np.concatenate(
            [
                base,
                late[np.arange(late.size) % 3 < self.version],
                withdrawn[np.arange(withdrawn.size) % 3 >= self.version],
            ]
        )

    def _copied(self) -> Indices:
        """Avon and Somerset: positions of open crimes that get the ID of the open crime after them."""
        if not (self.plan.has("reused_ids_in_file") and self.force == "avon-and-somerset"):
            return np.empty(0, dtype=np.int64)
        still_open = np.flatnonzero(self.shown & (self.lags == LAGS))
        wanted = max(1, len(self.index) // 120)
        spot = chosen(key(self.plan.seed, "copies", self.month.index), wanted, len(still_open) // 2)
        return still_open[spot * 2] if len(still_open) > 1 else still_open[:0]

    def _ids(self) -> pa.Array:
        own = month_keys(self.plan, self.force, self.month)[2]
        index, keys = self.index.copy(), own
        if len(self.copies):
            # Lenders are never borrowers: every reused ID stands on two rows.
            index[self.copies] = index[self._lenders()]
        pooled = self._pooled()
        if not pooled.any():
            return identities(keys, index, self.shown)
        index[pooled] -= self.shape.asb
        of = np.full(len(index), keys, dtype=np.uint64)
        of[pooled] = key(self.plan.seed, "pool", self.force)
        return identities(of, index, self.shown)

    def _lenders(self) -> Indices:
        still_open = np.flatnonzero(self.shown & (self.lags == LAGS))
        return still_open[np.searchsorted(still_open, self.copies) + 1]

    def _pooled(self) -> NDArray[np.bool_]:
        if not (self.plan.has("reused_ids_across_months") and self.force == "northern-ireland"):
            return np.zeros(len(self.index), dtype=bool)
        size = max(1, int(self.world.volumes.typical(self.force) * _REUSED_POOL))
        return self.shown & (self.index < self.shape.asb + size)

    def _as_of(self) -> int:
        """The release whose last outcomes the file shows: the newest, or the one that last restated it."""
        if self.plan.has("outcome_disagreement"):
            return self.world.coverage.last_restated(self.file).index
        return self.plan.release.index

    def _last(self) -> Indices:
        """(listed,) code of the last outcome category; blank where the publisher gives none."""
        age = self._as_of() - self.month.index
        traits, spare = self.traits, self.traits.spare
        stale = bits(spare, 27, 12) < min(2200, 130 * age)
        if self.plan.has("status_of_newest") and age >= _INVESTIGATED.get(self.force, LAGS):
            stale[:] = True
        last = np.where(stale, CODE[NO_UPDATE], CODE[INVESTIGATING])
        known = (self.lags <= age) & (self.lags < LAGS)
        told = np.where(traits.first == CODE[CHARGED], CODE[COURT_UNKNOWN if age > 18 else AWAITING], traits.first)
        last = np.where(known, told, last)
        decided = self.court & (self.lags + COURT_DELAY <= age)
        last[decided] = traits.court[decided]
        if self.plan.has("outcome_disagreement"):
            differs = known & (bits(spare, 39, 12) < 50)
            last[differs] = np.where(bits(spare[differs], 51, 1) == 1, CODE[NO_UPDATE], CODE["Local resolution"])
        last[~self.shown] = CODE[""]
        if self.force == "northern-ireland":
            last[:] = CODE[""]
        return last

    def _lag_table(self, last: Indices) -> Lags | None:
        """What a perfect join of the readable files finds."""
        coverage = self.world.coverage
        if not coverage.readable(CRIMES.name, self.force, self.month):
            return None
        there = np.zeros(LAGS + COURT_DELAY + 1, dtype=bool)
        for lag in range(LAGS + COURT_DELAY):
            there[lag] = coverage.readable(OUTCOMES.name, self.force, self.month + lag)
        told = self.shown & there[self.lags] & (self.lags < LAGS)
        decided = self.shown & self.court & there[np.minimum(self.lags + COURT_DELAY, LAGS + COURT_DELAY)]
        first = np.where(told, self.lags, self.lags + COURT_DELAY)[told | decided]
        latest = np.where(decided, self.traits.court, self.traits.first)
        linked = told | decided
        agree = linked & (latest == last)
        waiting = linked & (latest == CODE[CHARGED]) & np.isin(last, [CODE[AWAITING], CODE[COURT_UNKNOWN]])
        resolved = self.shown & (self.lags <= self.plan.release.index - self.month.index) & (self.lags < LAGS)
        return Lags(
            self.force,
            str(self.month),
            identified=int(self.shown.sum()),
            first=tuple(np.bincount(first, minlength=LAGS + COURT_DELAY).tolist()),
            open=int((self.shown & ~linked).sum()),
            unlinked=int((resolved & ~linked).sum()),
            agree=int(agree.sum()),
            awaiting=int(waiting.sum()),
            disagree=int((linked & ~agree & ~waiting).sum()),
        )

    def content(self) -> Content:
        if self.world.coverage.conditions.get(self.file) == "stuck_file":
            return self._stuck()
        last = self._last()
        types = self._types()
        self._mark_up()
        tails = types * len(OUTCOME_NAMES) + last
        lines = joined(self._ids(), self._constant(), *self._cells(tails))
        order_key = key(self.plan.seed, "order", self.force, self.month.index, self.version)
        rank = self.world.places(self.force).rank[self.traits.place]
        order = shuffled(order_key, self.index, rank)
        sheet = Sheet(CRIMES, lines, order, eras(self.world, self.force, self.month))
        sheet.mark("unknown_values", np.flatnonzero((types == len(TYPE_NAMES)) | (last == CODE[UNKNOWN_OUTCOME])))
        self._label(sheet, tails)
        self._plant_bad_rows(sheet)
        return sheet.content(self._lag_table(last))

    def _constant(self) -> pa.Scalar:
        name = BY_SLUG[self.force].name
        return pa.scalar(f",{self.month},{name},{name},")

    def _cells(self, tails: Indices) -> tuple[pa.Array, pa.Array]:
        labels = [*type_labels(self.month, self.plan.has("vocabulary_eras")), UNKNOWN_TYPE]
        tail_texts = [f",{label},{outcome},\n" for label in labels for outcome in OUTCOME_NAMES]
        places = self.world.places(self.force).streets(self.month)
        return labels_at(places, self.traits.place), labels_at(tail_texts, tails)

    def _types(self) -> Indices:
        """(listed,) code of the crime type; one past the last for a type that no vocabulary has."""
        if not self.plan.has("unknown_values"):
            return self.traits.type
        lot = bits(words(key(self.plan.seed, "unknown", self.force, self.month.index), self.index), 0, 16)
        return np.where((lot < 6) & self.shown, len(TYPE_NAMES), self.traits.type)

    def _mark_up(self) -> None:
        """Give a few open crimes a location that must never be run."""
        self.marked = np.empty(0, dtype=np.int64)
        if not self.plan.has("markup_cells") or fraction(self.plan.seed, "markup", self.force, self.month.index) > 0.2:
            return
        places = self.world.places(self.force)
        still_open = np.flatnonzero(self.lags == LAGS)
        spot = chosen(key(self.plan.seed, "markup", self.force, self.month.index), 3, len(still_open))
        self.marked = still_open[spot]
        # Marks that are not ASCII stand last: older months have none of them.
        marks = len(MARKUP) if self.month <= LAST_ASCII else len(MARKUP_UTF8)
        start = key(self.force, self.month.index) % marks
        self.traits.place[self.marked] = places.markup.start + (start + np.arange(len(spot))) % marks

    def _label(self, sheet: Sheet, tails: Indices) -> None:
        places, place = self.world.places(self.force), self.traits.place
        origin = places.origin[place]
        sheet.mark("markup_cells", self.marked)
        sheet.mark("far_points", np.flatnonzero((origin >= places.far.start) & (origin < places.far.stop)))
        if len(self.copies):
            sheet.mark("reused_ids_in_file", np.concatenate([self.copies, self._lenders()]))
        if self.plan.has("identical_blank_id_rows"):
            blank = np.flatnonzero(~self.shown[sheet.order])
            again = chosen(
                key(self.plan.seed, "again", *map(str, (self.file, self.version))), len(blank) // 250, len(blank)
            )
            sheet.repeat(blank[again])
        listed = sheet.order
        codes = (place * 1000 + tails)[listed][~self.shown[listed]]
        sheet.count("identical_blank_id_rows", len(codes) - len(np.unique(codes)))
        spots = place[listed]
        origin = places.origin[spots]
        sheet.count("no_location", int((spots == places.nowhere).sum()))
        sheet.count("blank_street", int(places.nameless[spots].sum()))
        sheet.count("border_snap", int(((origin >= places.border.start) & (origin < places.border.stop)).sum()))
        sheet.count("reused_ids_across_months", int(self._pooled()[listed].sum()))
        if self.plan.has("mixed_lsoa_vintages"):
            self._count_vintages(sheet, spots)
        sheet.count("two_names", places.two_named(spots))

    def _count_vintages(self, sheet: Sheet, spots: Indices) -> None:
        places = self.world.places(self.force)
        newer = int(places.has_2021_code(self.month)[spots].sum())
        older = int(places.redrawn[spots].sum()) - newer
        if newer and older:
            sheet.count("mixed_lsoa_vintages", min(newer, older))

    def _plant_bad_rows(self, sheet: Sheet) -> None:
        chance = fraction(self.plan.seed, "bad", self.force, self.month.index)
        if not self.plan.has("bad_rows") or chance > 0.12 or not len(sheet.lines):
            return
        seed = key(self.plan.seed, "bad rows", self.force, self.month.index)
        sound = next(csv.reader([sheet.lines[len(sheet.lines) - 1].as_py()]))
        # The cells go back in unquoted, so a row with a comma in a name will not do.
        sound[4:9] = ["-1.500000", "52.500000", "On or near Planted Row", "", ""]
        kinds = _BAD_KINDS if chance < 0.03 else (_BAD_KINDS[seed % len(_BAD_KINDS)],)
        for kind in kinds:
            if self.shape.identified or kind != "id":
                sheet.plant("bad_rows", bad_rows(kind, sound, seed), chosen(seed + len(kind), 1, len(sheet.order)))

    def _stuck(self) -> Content:
        """Thirteen copies of one crime, somewhere else in the country."""
        places = self.world.places(self.force)
        far = places.streets(self.month)[max(0, places.far.stop - 1)].as_py()
        digits = f"{key(self.plan.seed, 'stuck', self.force, self.month.index):016x}" * 4
        line = f"{digits}{self._constant().as_py()}{far},Burglary,{INVESTIGATING},\n"
        return Sheet(CRIMES, pa.array([line]), np.zeros(13, dtype=np.int64)).content()
