"""Stop and search files: the rows of one force-month, with the dates and blanks that forces are known for.

Called by archive.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from bluelamp.domain.dataset import STOPS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import Indices, below, bits, fraction, key
from bluelamp.synthetic.geography import ForcePlaces
from bluelamp.synthetic.hours import MINUTE
from bluelamp.synthetic.multiplied import TINY
from bluelamp.synthetic.names import MARKUP, MARKUP_UTF8
from bluelamp.synthetic.rows import Content, Sheet, chosen, joined, labels_at
from bluelamp.synthetic.stop_times import Lots, StopTimes
from bluelamp.synthetic.stop_values import UNKNOWN_OBJECT, cell, choices
from bluelamp.synthetic.traits import World, map_points
from bluelamp.synthetic.truth import EASTING_TWICE
from bluelamp.synthetic.values import LAST_ASCII

_COPIES = 60
# Which columns a force leaves blank: the group that they are drawn with, the cell in it, and in what share of rows.
_BLANK = {
    "south-wales": ("person", "[^,]*$", 1.0), "surrey": ("power", '^("[^"]*"|[^,]*)', 1.0),
    "gwent": ("ethnicity", "[^,]*$", 0.95), "merseyside": ("power", "[^,]*$", 0.65),
    "lancashire": ("removal", ".*", 1.0),
}  # fmt: skip
# Share of rows whose point is a neighbour's, or far away.
_ELSEWHERE = {("city-of-london", "border"): 0.35, ("kent", "far"): 0.026, ("essex", "far"): 0.004}
# Share of rows without coordinates; others have few.
_UNPLACED = {"south-yorkshire": 1.0, "thames-valley": 0.91, "lancashire": 0.83}


def stop_file(world: World, force: str, month: Month) -> Content:
    """The stop and search file of a force-month. Pure: the same arguments give the same bytes."""
    return _Stops(world, force, month).content()


class _Stops:
    """One file while it is made: arrays over the stops, by number."""

    def __init__(self, world: World, force: str, month: Month) -> None:
        self.world, self.force, self.month, self.plan = world, force, month, world.plan
        self.file = ForceMonth(STOPS.name, force, month)
        count = world.volumes.stops(force, month)
        # A restated file lists a few stops that were late.
        late = min(3, world.coverage.version(self.file))
        fewer = {"thin_files": int(count * 0.4) + 1, "tiny_files": min(TINY, count)}
        self.count = fewer.get(world.coverage.conditions.get(self.file, ""), count + late)
        self.index = np.arange(self.count)
        self.blanked = np.zeros(self.count, dtype=bool)
        self.lots = Lots(self.plan.seed, force, month, self.index)
        self.times = StopTimes(self.plan, self.lots)

    def content(self) -> Content:
        lines = joined(*self._columns())
        order = np.lexsort((self.index, self.times.written))
        sheet = Sheet(STOPS, lines, order, self._properties())
        if self.plan.has("utc_dates"):
            sheet.mark("utc_dates", self.times.early)
        sheet.mark("out_of_month", self.times.strayed)
        sheet.mark("unknown_values", self.unknown)
        self._plant(sheet)
        self._count(sheet)
        return sheet.content()

    def _properties(self) -> dict[str, str]:
        properties = self.times.properties | map_points(self.world, self.force, self.month)
        if self.world.places(self.force).has_lost_northing(self.month) and not self.unplaced.all():
            properties["points"] = EASTING_TWICE
        return properties

    def _count(self, sheet: Sheet) -> None:
        """Label the common faults, copies included; what was planted on top has none of them."""
        every = np.ones(self.count, dtype=bool)
        masks = self.times.labels | {
            "stops_without_coordinates": self.unplaced,
            "microseconds": ~self.times.untimed & self._is_exact(),
            "blank_columns": self.blanked,
            "stops_elsewhere": self.elsewhere,
            "gender_blank": every & (self.force == "west-midlands"),
        }
        listed = sheet.order[sheet.order < self.count]
        for name, mask in masks.items():
            if self.plan.has(name):
                sheet.count(name, int(mask[listed].sum()))

    def _columns(self) -> list[pa.Array]:
        options = choices(self.month, self.plan.has("vocabulary_eras"))
        picked = {
            name: labels_at(choice.labels, choice.table[bits(self.lots.words(name), 0, 12)])
            for name, choice in options.items()
        }
        if self.plan.has("gender_blank") and self.force == "west-midlands":
            picked["person"] = pc.replace_substring_regex(picked["person"], "^[^,]*", "")
        self.unknown = np.flatnonzero(self.lots.share("unknown", 1 / 2048 if self.plan.has("unknown_values") else 0.0))
        if self.plan.has("blank_columns"):
            self._blank_columns(picked)
        if len(self.unknown):
            strange = pc.replace_substring_regex(picked["power"], "[^,]*$", UNKNOWN_OBJECT)
            picked["power"] = pc.if_else(pa.array(np.isin(self.index, self.unknown)), strange, picked["power"])
        comma, end = pa.scalar(","), pa.scalar("\n")
        parts = [picked["type"], self._dates(), picked["operation"], self._spots()]
        parts += [picked[name] for name in ("person", "ethnicity", "power", "outcome", "removal")]
        spaced = [piece for part in parts for piece in (part, comma)]
        return [*spaced[:-1], end]

    def _blank_columns(self, picked: dict[str, pa.Array]) -> None:
        """Blank what the force leaves blank, in its share of the rows."""
        name, cell_of, share = _BLANK.get(self.force, ("", "", 0.0))
        self.blanked = self.lots.share("blank", share)
        self.blanked[self.unknown] = False
        if share:
            blank = pc.replace_substring_regex(picked[name], cell_of, "")
            picked[name] = pc.if_else(pa.array(self.blanked), blank, picked[name])

    def _dates(self) -> pa.Array:
        """(stops,) `2024-03-01T10:20:00+00:00`."""
        moments = self.times.written.astype("datetime64[s]")
        if self._is_exact():
            extra = below(self.lots.words("micro"), MINUTE * 1_000_000 - 2) + 1
            extra[self.times.untimed] = 0
            moments = moments.astype("datetime64[us]") + extra.astype("timedelta64[us]")
        # What has no fraction of a second has no zeros either.
        stamps = pc.replace_substring(pa.array(moments).cast(pa.string()), ".000000", "")
        return joined(pc.replace_substring(stamps, " ", "T"), pa.scalar("+00:00"))

    def _spots(self) -> pa.Array:
        places = self.world.places(self.force)
        share = _UNPLACED.get(self.force, 0.02 + 0.1 * fraction(self.plan.seed, "unplaced", self.force))
        self.unplaced = self.lots.share("unplaced", share if self.plan.has("stops_without_coordinates") else 0.0)
        spots = places.slots[below(self.lots.words("place"), len(places.slots))].astype(np.int64)
        self.elsewhere = self._placed_elsewhere(places, spots) & ~self.unplaced
        known = places.stops(self.month)
        spots[self.unplaced] = len(known) - 1
        return labels_at(known, spots)

    def _placed_elsewhere(self, places: ForcePlaces, spots: Indices) -> NDArray[np.bool_]:
        """(stops,) which of them lie over the border or far away; `spots` are changed."""
        found = np.zeros(self.count, dtype=bool)
        if not self.plan.has("stops_elsewhere"):
            return found
        for kind, group in (("border", places.border), ("far", places.far)):
            chosen = self.lots.share(kind, _ELSEWHERE.get((self.force, kind), 0.0)) & bool(group)
            spots[chosen] = group.start + below(self.lots.words(f"{kind} place")[chosen], max(1, len(group)))
            found |= chosen
        return found

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
