"""Two small releases of one twin and homes to start from: what the tests of resilience and of the stores share."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import TwinPlan, write_release
from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import facts, ledger


@dataclass(frozen=True)
class Releases:
    """Two releases of one twin, a home that holds the first and one that holds both: the old and the new answer."""

    folder: Path

    @property
    def old(self) -> Path:
        return self.folder / "2023-05.zip"

    @property
    def new(self) -> Path:
        return self.folder / "2023-06.zip"

    @property
    def home_old(self) -> Path:
        return self.folder / "home-old"

    @property
    def home_new(self) -> Path:
        return self.folder / "home-new"


def make_releases(bluelamp: Commands, folder: Path) -> None:
    """Write both releases and load both homes."""
    made = Releases(folder)
    for path in (made.old, made.new):
        plan = TwinPlan(Month.parse(path.stem), months=3, crimes=2_500, forces=("kent", "cumbria", "btp"))
        write_release(plan, path)
    assert bluelamp(made.home_old, "archive", "load", made.old).code in (0, 3)
    shutil.copytree(made.home_old, made.home_new)
    assert bluelamp(made.home_new, "archive", "load", made.new).code in (0, 3)
    for home in (made.home_old, made.home_new):
        ledger(home, "PRAGMA wal_checkpoint(TRUNCATE)")  # so that all of the ledger lies in one file
    assert facts(made.home_old) != facts(made.home_new)
