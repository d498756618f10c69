"""Killed at any moment, a day has its old file or its new one, and the next time ends as if nothing had been."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.lib.calls import compact_process
from tests.lib.calls.city import DALLAS, FEBRUARY, FEED, City, days_of, incidents, lake_bytes, make_home, polled_city

pytestmark = pytest.mark.process


def killed_after(home: Path, now: datetime, seconds: float) -> bool:
    """Whether it was killed before it was done."""
    child = subprocess.Popen(
        [sys.executable, str(compact_process.__file__), str(home), now.isoformat()], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    with child.stdout as said:
        assert said.readline() == "ready\n"
        time.sleep(seconds)
        child.kill()
        child.wait()
        return "done" not in said.read()


def made_days(made: City) -> dict[str, str]:
    """day → hash, of days whose files are all what the table says."""
    with made.history() as history:
        lake = history.stores.lake
        days = [day for day in history.stores.days.all() if day.path]
        assert all(lake.is_sound(day.path, day.sha256) for day in days)
        assert all(len(lake.rows(day.path)) == day.rows for day in days)
        return {day.day: day.sha256 for day in days}


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> tuple[City, datetime, dict[str, str], dict[str, str]]:
    """A home with two days in the lake that both are to be made anew; its days' hashes as they are and will be."""
    folder = tmp_path_factory.mktemp("killed")
    made = polled_city(folder / "home", many=250)
    now = made.looked[-1] + timedelta(hours=23)
    made.compact(now)
    old = made_days(made)
    first, second, third = days_of(made.zone, *FEBRUARY)
    back = [one for one in incidents(5, first, 38, 250) if one.end > second - timedelta(hours=10)]
    for place, one in enumerate(back):
        one.begin, one.end = third + timedelta(minutes=20), third + timedelta(minutes=60)
        one.units = [(f"BACK{place}", one.begin, one.end)]
    made.poll(back, third + timedelta(minutes=20), third + timedelta(hours=3))
    shutil.copytree(folder / "home", folder / "undisturbed")
    other = City(make_home(folder / "undisturbed"), ZoneInfo(DALLAS))
    other.compact(now + timedelta(hours=30))
    return made, now + timedelta(hours=30), old, made_days(other)


def test_old_or_new_and_then_the_same(
    grown: tuple[City, datetime, dict[str, str], dict[str, str]], tmp_path: Path
) -> None:
    made, now, old, new = grown
    both = {str(day) for day in FEBRUARY[:2]}
    assert all(old[day] != new[day] for day in both)
    chance, killed = random.Random(4), 0
    for trial in range(14):
        home = tmp_path / str(trial)
        shutil.copytree(made.settings.home, home)
        killed += killed_after(home, now, chance.uniform(0, 0.25))
        its = City(make_home(home), made.zone)
        found = made_days(its)
        assert all(found[day] in (old[day], new[day]) for day in both)
        its.compact(now)
        assert made_days(its) == new
        # Only whole files are there, and of each day at most the one before beside the new one.
        assert all(name.endswith(".parquet") for name in lake_bytes(home) if ".new" not in name)
        with its.history() as history:
            assert history.stores.log.head(FEED).tail == 0
    assert killed >= 3, "nothing was ever interrupted"
