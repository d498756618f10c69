"""Stop and search files: the rows of one force-month, with the dates and blanks that forces are known for.

Called by archive.
"""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bluelamp.domain.dataset import STOPS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import Indices, Words, below, bits, fraction, key, words
from bluelamp.synthetic.names import MARKUP, MARKUP_UTF8
from bluelamp.synthetic.rows import Content, Sheet, chosen, joined, taken
from bluelamp.synthetic.stop_values import UNKNOWN_OBJECT, cell, choices
from bluelamp.synthetic.traits import World
from bluelamp.synthetic.values import LAST_ASCII

_MINUTE, _DAY = 60, 86_400
_COPIES = 60
# Share of rows without coordinates, and with local midnight for want of a time; others have few.
_UNPLACED = {"south-yorkshire": 1.0, "thames-valley": 0.91, "lancashire": 0.83}
_UNTIMED = {"dyfed-powys": 1.0, "sussex": 0.89}
_SHARE = 1 << 12


def stop_file(world: World, force: str, month: Month) -> Content:
    """The stop and search file of a force-month. Pure: the same arguments give the same bytes."""
    return _Stops(world, force, month).content()


class _Stops:
    """One file while it is made: arrays over the stops, by number."""

    def __init__(self, world: World, force: str, month: Month) -> None:
        self.world, self.force, self.month, self.plan = world, force, month, world.plan
        self.file = ForceMonth(STOPS.name, force, month)
        count = world.volumes.stops(force, month)
        thin = world.coverage.conditions.get(self.file) == "thin_files"
        # A restated file lists a few stops that were late.
        late = min(3, world.coverage.version(self.file))
        self.count = int(count * 0.4) + 1 if thin else count + late
        self.index = np.arange(self.count)

    def _drawn(self, kind: str) -> Words:
        return words(key(self.plan.seed, "stop", kind, self.force, self.month.index), self.index)

    def _share(self, kind: str, share: float) -> NDArray[np.bool_]:
        found: NDArray[np.bool_] = bits(self._drawn(kind), 0, 12) < share * _SHARE
        return found

    def content(self) -> Content:
        seconds, utc_seconds = self._times()
        columns = self._columns(utc_seconds)
        lines = joined(*columns)
        order = np.lexsort((self.index, utc_seconds))
        sheet = Sheet(STOPS, lines, order)
        self._label_dates(sheet, seconds, utc_seconds)
        sheet.mark("unknown_values", self.unknown)
        self._plant(sheet)
        self._count(sheet, seconds)
        return sheet.content()

    def _count(self, sheet: Sheet, wall: Indices) -> None:
        """Label the common faults, copies included; what was planted on top has none of them."""
        every = np.ones(self.count, dtype=bool)
        masks = {
            "stops_without_coordinates": self.unplaced,
            "midnight_times": self.untimed if self._is_exact() else wall % _DAY == 0,
            "microseconds": ~self.untimed & self._is_exact(),
            "gender_blank": every & (self.force == "west-midlands"),
        }
        listed = sheet.order[sheet.order < self.count]
        for name, mask in masks.items():
            if self.plan.has(name):
                sheet.count(name, int(mask[listed].sum()))

    def _times(self) -> tuple[Indices, Indices]:
        """(stops,) when they were, in seconds since 1970: as the clock on the wall said, and as the file says."""
        start = _seconds(self.month)
        length = _seconds(self.month + 1) - start
        wall = start + below(self._drawn("time"), length // _MINUTE) * _MINUTE
        untimed = self._share("untimed", _UNTIMED.get(self.force, 0.01) if self.plan.has("midnight_times") else 0.0)
        wall[untimed] -= (wall[untimed] - start) % _DAY
        self.untimed = untimed
        self.strayed = np.flatnonzero(self._share("strayed", 0.0006 if self.plan.has("out_of_month") else 0.0))
        wall[self.strayed] += np.where(self.strayed % 2 == 0, -45, 40) * _DAY
        return wall, wall - (self._summer(wall) * 3600 if self.plan.has("utc_dates") else 0)

    def _summer(self, wall: Indices) -> NDArray[np.int64]:
        """(stops,) 1 where British Summer Time was in force; by the hour at which the clocks really change."""
        found = np.zeros(len(wall), dtype=np.int64)
        for year in {(self.month - 2).year, self.month.year, (self.month + 2).year}:
            begins, ends = _summer_time(year)
            found[(wall >= begins + 3600) & (wall < ends + 3600)] = 1
        return found

    def _columns(self, utc_seconds: Indices) -> list[pa.Array]:
        options = choices(self.month, self.plan.has("vocabulary_eras"))
        picked = {
            name: taken(choice.labels, choice.table[bits(self._drawn(name), 0, 12)]) for name, choice in options.items()
        }
        if self.plan.has("gender_blank") and self.force == "west-midlands":
            picked["person"] = pc.replace_substring_regex(picked["person"], "^[^,]*", "")
        self.unknown = np.flatnonzero(self._share("unknown", 1 / 2048 if self.plan.has("unknown_values") else 0.0))
        if len(self.unknown):
            strange = pc.replace_substring_regex(picked["power"], "[^,]*$", UNKNOWN_OBJECT)
            picked["power"] = pc.if_else(pa.array(np.isin(self.index, self.unknown)), strange, picked["power"])
        comma, end = pa.scalar(","), pa.scalar("\n")
        parts = [picked["type"], self._dates(utc_seconds), picked["operation"], self._spots()]
        parts += [picked[name] for name in ("person", "ethnicity", "power", "outcome", "removal")]
        spaced = [piece for part in parts for piece in (part, comma)]
        return [*spaced[:-1], end]

    def _dates(self, utc_seconds: Indices) -> pa.Array:
        """(stops,) `2024-03-01T10:20:00+00:00`."""
        moments = utc_seconds.astype("datetime64[s]")
        if self._is_exact():
            extra = below(self._drawn("micro"), _MINUTE * 1_000_000 - 2) + 1
            extra[self.untimed] = 0
            moments = moments.astype("datetime64[us]") + extra.astype("timedelta64[us]")
        stamps = pa.array(moments).cast(pa.string())
        return joined(pc.replace_substring(stamps, " ", "T"), pa.scalar("+00:00"))

    def _spots(self) -> pa.Array:
        places = self.world.places(self.force)
        share = _UNPLACED.get(self.force, 0.02 + 0.1 * fraction(self.plan.seed, "unplaced", self.force))
        self.unplaced = self._share("unplaced", share if self.plan.has("stops_without_coordinates") else 0.0)
        spots = places.slots[below(self._drawn("place"), len(places.slots))].astype(np.int64)
        spots[self.unplaced] = len(places.latitude_longitude) - 1
        return taken(places.latitude_longitude, spots)

    def _label_dates(self, sheet: Sheet, wall: Indices, utc: Indices) -> None:
        start, stop = _seconds(self.month), _seconds(self.month + 1)
        own = (wall >= start) & (wall < stop)
        sheet.mark("utc_dates", np.flatnonzero(own & (utc < start)))
        sheet.mark("out_of_month", self.strayed)

    def _plant(self, sheet: Sheet) -> None:
        seed = key(self.plan.seed, "planted stops", self.force, self.month.index)
        if self.plan.has("markup_cells") and seed % 8 == 0 and self.count:
            self._mark_up(sheet, seed)
        if self.plan.has("bad_rows") and seed % 16 == 1 and self.count:
            texts = ["Person search,not a date", ",".join(["Person search", "2020-13-01T00:00:00+00:00", *[""] * 13])]
            sheet.plant("bad_rows", texts, np.repeat(chosen(seed, 1, len(sheet.order)), 2))
        if not self.plan.has("duplicate_stop_rows"):
            return
        proper = np.flatnonzero(sheet.order < self.count)
        sheet.repeat(proper[chosen(seed, self.count // 80 + (seed % 5 == 0), len(proper))])
        if self.world.coverage.singles.get("sixty_copies") == self.file and self.count:
            self._copy_sixty_times(sheet)
        sheet.count("duplicate_stop_rows", len(sheet.order) - sheet.distinct())

    def _mark_up(self, sheet: Sheet, seed: int) -> None:
        """A stop whose policing operation has a name that must never be run."""
        marks = MARKUP if self.month <= LAST_ASCII else MARKUP_UTF8
        moment = f"{self.month}-15T12:00:00{'.250000' if self._is_exact() else ''}+00:00"
        cells = ["Person search", moment, "True", cell(marks[seed // 8 % len(marks)]), "", "", *[""] * 9]
        sheet.plant("markup_cells", [",".join(cells)], chosen(seed, 1, len(sheet.order)))

    def _is_exact(self) -> bool:
        return self.plan.has("microseconds") and self.force == "cumbria"

    def _copy_sixty_times(self, sheet: Sheet) -> None:
        single = int(np.flatnonzero(sheet.order < self.count)[0])
        number = sheet.order[single]
        more = _COPIES - int((sheet.order == number).sum())
        sheet.order = np.insert(sheet.order, np.full(more, single + 1), number)
        sheet.mark("sixty_copies", np.array([number]))


def _seconds(month: Month) -> int:
    """Midnight of the first day, in seconds since 1970."""
    first = month.first_day
    return int(datetime(first.year, first.month, first.day, tzinfo=UTC).timestamp())


def _summer_time(year: int) -> tuple[int, int]:
    """When British Summer Time begins and ends, in seconds since 1970 UTC: 01:00, last Sunday of March, of October."""
    ends = []
    for number in (3, 10):
        last = datetime(year, number, 31, 1, tzinfo=UTC)
        ends.append(int(last.timestamp()) - (last.isoweekday() % 7) * _DAY)
    return ends[0], ends[1]
