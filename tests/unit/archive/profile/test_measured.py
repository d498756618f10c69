"""What is decided of files, measured on a thousand seeded mixtures of faults: precision and recall of each property.

The mixtures know the truth of every row (synthetic/mixtures.py). Nothing is left out of the precision: neither small
files nor files that lie in several ways. Recall is of the files that can tell: they have enough of the stops that a
property is about, those of summer for a clock, those with a time for its precision.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pytest

from bluelamp.archive.profile.deciding import Counted, decide
from bluelamp.archive.profile.evidence import DAY, HOUR, Instants, count_stops
from bluelamp.domain.dataset import STOPS
from bluelamp.domain.file_property import SUMMER_EVENING, SUMMER_MIDNIGHT, WINTER_MIDNIGHT, StopReading
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.local_time import to_local
from bluelamp.synthetic.mixtures import StopMonth, stop_times
from bluelamp.synthetic.truth import ODD

MIXTURES = 1_000
ENOUGH = 100
_BLANKS = {WINTER_MIDNIGHT: (False, 0), SUMMER_EVENING: (True, 23), SUMMER_MIDNIGHT: (True, 0)}
Mask = npt.NDArray[np.bool_]


@dataclass
class Measured:
    """Counts: `clock` and `precision` of files by (true, decided, whether it has enough stops), `rows` of stops."""

    clock: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    precision: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)

    def add(self, file: StopMonth, values: dict[str, str], reading: StopReading) -> None:
        in_utc = to_local(file.published)
        summer = in_utc != file.published
        if values["clock"] != "utc or local":
            self.clock[file.clock, values["clock"], bool(summer.sum() >= ENOUGH)] += 1
        timed = int((~file.untimed).sum())
        if timed:
            self.precision[_precision(file), values["precision"], timed >= ENOUGH] += 1
        self._add_rows(file, in_utc, _blank(file, summer, reading), reading)

    def _add_rows(self, file: StopMonth, in_utc: Instants, blank: Mask, reading: StopReading) -> None:
        local = file.published if reading.local else in_utc
        # Of a clock with twelve hours nothing can be told but the hour within a half day.
        hours = (local // HOUR - file.wall // HOUR) % (12 if "half_days" in file.faults else 1_000_000)
        self.rows["all"] += len(blank)
        self.rows["without"] += int(file.untimed.sum())
        self.rows["said to be without"] += int(blank.sum())
        self.rows["rightly"] += int((blank & file.untimed).sum())
        self.rows["at a wrong hour"] += int(((hours != 0) & ~blank & ~file.untimed).sum())


def _precision(file: StopMonth) -> str:
    if "half_days" in file.faults:
        return "half days"
    return "hours" if file.minutes == ODD or "whole_hours" in file.faults else "minutes"


def _blank(file: StopMonth, summer: Mask, reading: StopReading) -> Mask:
    """(rows,) the stops that the reading says have no time of day."""
    found = np.zeros(len(summer), dtype=bool)
    for name in reading.blanks:
        of_summer, hour = _BLANKS[name]
        found |= (summer == of_summer) & (file.published % DAY == hour * HOUR)
    return found


@pytest.fixture(scope="module")
def measured() -> Measured:
    found = Measured()
    for seed in range(MIXTURES):
        files = list(stop_times(seed))
        profile = decide([_counted(number, file) for number, file in enumerate(files)], ())
        for number, file in enumerate(files):
            values = {one.name: one.value for one in profile.properties[number]}
            found.add(file, values, profile.readings[number])
    return found


def _counted(number: int, file: StopMonth) -> Counted:
    lines = np.arange(2, len(file.published) + 2, dtype=np.int32)
    times = count_stops(file.month, file.published, lines).as_json()
    return Counted(number, ForceMonth(STOPS.name, file.force, file.month), len(file.published), {"times": times})


def _of(counts: Counter[tuple[str, str, bool]], value: str) -> tuple[float, float]:
    """(precision, recall) of one value."""
    said = sum(count for (_, decided, _), count in counts.items() if decided == value)
    rightly = sum(count for (true, decided, _), count in counts.items() if true == value == decided)
    true = sum(count for (its, _, enough), count in counts.items() if its == value and enough)
    precision, recall = rightly / said, counts[value, value, True] / true
    print(f"{value}: precision {precision:.4f} of {said:,} files, recall {recall:.4f} of {true:,}")
    return precision, recall


@pytest.mark.parametrize("clock", ["utc", "local"])
def test_clocks(clock: str, measured: Measured) -> None:
    precision, recall = _of(measured.clock, clock)
    assert precision >= 0.99
    assert recall >= 0.95


@pytest.mark.parametrize("precision", ["half days", "hours", "minutes"])
def test_what_of_the_time_can_be_used(precision: str, measured: Measured) -> None:
    rightly, recall = _of(measured.precision, precision)
    assert rightly >= 0.99
    assert recall >= 0.95


def test_stops_without_a_time_of_day(measured: Measured) -> None:
    rows = measured.rows
    precision, recall = rows["rightly"] / rows["said to be without"], rows["rightly"] / rows["without"]
    print(f"without a time: precision {precision:.4f}, recall {recall:.4f} of {rows['without']:,} stops")
    assert precision >= 0.99
    assert recall >= 0.95


def test_few_stops_stand_at_a_wrong_hour(measured: Measured) -> None:
    share = measured.rows["at a wrong hour"] / measured.rows["all"]
    print(f"at a wrong hour: {share:.4%} of {measured.rows['all']:,} stops")
    assert share <= 0.01
