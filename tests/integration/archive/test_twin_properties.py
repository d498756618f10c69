"""What is decided of the twin's files of stops, loaded as a person would: clocks, times of day and hours against the
truth of each file. Few forces with many stops, and every fault of times at once."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bluelamp.archive.workflow import Archive
from bluelamp.domain.dataset import STOPS
from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import FileFilter, FileTruth, Truth, TwinPlan, write_release
from bluelamp.synthetic.truth import DATE_ONLY, HALF_DAYS, KNOWN, LOCAL, ODD, PARTLY, WHOLE_HOURS
from tests.lib.archive.archives import archive_in, figures, load, query

LONDON = ZoneInfo("Europe/London")
FORCES = (
    "avon-and-somerset", "lincolnshire", "south-wales", "gwent", "dorset", "wiltshire", "thames-valley", "essex",
    "cleveland", "north-yorkshire", "kent", "dyfed-powys", "sussex", "city-of-london",
)  # fmt: skip
FAULTS = frozenset(
    {
        "local_clocks", "utc_dates", "midnight_times", "date_only_months", "partly_dated_months", "whole_hours",
        "half_days", "odd_minutes", "out_of_month", "duplicate_stop_rows", "missing_months",
    }
)  # fmt: skip
PLAN = TwinPlan(
    Month.parse("2024-03"), 24, 700_000, seed=5, forces=FORCES, pathologies=FAULTS, kept=(FileFilter((STOPS.name,)),)
)
TOLD = {KNOWN: "known", WHOLE_HOURS: "known", HALF_DAYS: "known", DATE_ONLY: "not known", PARTLY: "in part"}
# Single stops without a time, one in 25, are more or fewer than a month can tell.
SINGLE_ONES = "avon-and-somerset"


class Loaded:
    """The release on disk, its truth, and the archive that holds it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / f"{PLAN.release}.zip"
        self.truth: Truth = write_release(PLAN, self.path, processes=1)
        self.archive: Archive = archive_in(folder / "home")
        load(self.archive, self.path)
        sql = "SELECT slug, month, property, value FROM mart_profile__force_month JOIN dim_force USING (force_id)"
        rows = query(self.archive, sql)
        self.decided = {(slug, str(Month(month)), name): value for slug, month, name, value in rows}

    def value(self, file: FileTruth, name: str) -> str:
        value: str = self.decided[file.force, file.month, name]
        return value

    def hours(self, file: FileTruth) -> Counter[int]:
        """Stops by hour of the clock on the wall, as the truth says which clock is written."""
        with zipfile.ZipFile(self.path) as members:
            rows = csv.DictReader(io.StringIO(members.read(file.member).decode()))
        found: Counter[int] = Counter()
        for row in rows:
            moment = datetime.fromisoformat(row["Date"])
            found[(moment if file.properties["clock"] == LOCAL else moment.astimezone(LONDON)).hour] += 1
        return found


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return Loaded(tmp_path_factory.mktemp("properties"))


def test_every_clock_is_that_of_the_truth_where_it_is_decided(loaded: Loaded) -> None:
    found = Counter((file.properties["clock"], loaded.value(file, "clock")) for file in loaded.truth.files)
    print(found)
    assert not found[LOCAL, "utc"]
    assert not found["utc", LOCAL]
    assert found[LOCAL, LOCAL] > 15
    # Where there are many stops, little is left open.
    many = [file for file in loaded.truth.files if file.rows >= 100]
    open_ones = sum(loaded.value(file, "clock") == "undecided" for file in many)
    assert open_ones < 0.1 * (found[LOCAL, LOCAL] + found["utc", "utc"])


def test_times_of_day_and_minutes_are_those_of_the_truth(loaded: Loaded) -> None:
    times: Counter[tuple[str, str]] = Counter()
    precision: Counter[tuple[str, str]] = Counter()
    for file in loaded.truth.files:
        time_of_day = file.properties["time_of_day"]
        if file.force != SINGLE_ONES:
            times[TOLD[time_of_day], loaded.value(file, "time_of_day")] += 1
        if time_of_day != DATE_ONLY:
            hourly = file.properties["minutes"] == ODD or "whole_hours" in file.labels
            halved = time_of_day == HALF_DAYS and file.rows >= 16
            true = "half days" if halved else "hours" if hourly else "minutes"
            precision[true, loaded.value(file, "precision")] += 1
    print(times, precision)
    wrong = sum(count for (true, decided), count in times.items() if true != decided)
    assert wrong <= 0.03 * times.total()
    assert {true for true, _ in times} == {"known", "not known", "in part"}
    assert sum(count for (true, decided), count in precision.items() if true != decided) <= 0.02 * precision.total()
    assert precision["half days", "half days"] > 10


def test_hours_are_those_of_the_clock_on_the_wall(loaded: Loaded) -> None:
    """Of every force-month whose stops all have a time: hour by hour what the files say by their true clocks."""
    answered: dict[tuple[str, str], Counter[int]] = {}
    for (force, month, hour), count in figures(loaded.archive, "stops", by=["force", "month", "hour"]).items():
        if hour is not None and count:
            answered.setdefault((force, month), Counter())[hour] = count
    stops = wrong = 0
    for file in loaded.truth.files:
        if TOLD[file.properties["time_of_day"]] == "known" and file.force != SINGLE_ONES:
            true = loaded.hours(file)
            stops += true.total()
            wrong += (true - answered[file.force, file.month]).total()
        elif file.properties["time_of_day"] == DATE_ONLY:
            stops += file.rows
            wrong += answered.get((file.force, file.month), Counter()).total()
    print(f"at another hour, or none: {wrong:,} of {stops:,} stops")
    assert stops > 20_000
    assert wrong <= 0.01 * stops


def test_midnight_of_gwent_lies_between_its_neighbours(loaded: Loaded) -> None:
    hours = figures(loaded.archive, "stops", by=["hour"], where=["force=gwent"])
    assert 0.6 * min(hours[23], hours[1]) < hours[0] < 1.6 * max(hours[23], hours[1])
