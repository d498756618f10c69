"""What the tests of resilience and of the stores share: the command, small releases, homes to start from."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import Commands
from homes import facts, ledger

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import TwinPlan, write_release


@pytest.fixture(scope="session")
def bluelamp() -> Iterator[Commands]:
    """Calls the real command, in processes of its own."""
    commands = Commands()
    yield commands
    commands.close()


@dataclass(frozen=True)
class Releases:
    """Two releases of one twin, a home that holds the first and one that holds both: the old and the new answer."""

    old: Path
    new: Path
    home_old: Path
    home_new: Path


@pytest.fixture(scope="session")
def releases(bluelamp: Commands, tmp_path_factory: pytest.TempPathFactory) -> Releases:
    folder = tmp_path_factory.mktemp("releases")
    for month in ("2023-05", "2023-06"):
        plan = TwinPlan(Month.parse(month), months=3, crimes=2_500, forces=("kent", "cumbria", "btp"))
        write_release(plan, folder / f"{month}.zip")
    found = Releases(folder / "2023-05.zip", folder / "2023-06.zip", folder / "home-old", folder / "home-new")
    assert bluelamp(found.home_old, "archive", "load", found.old).code in (0, 3)
    shutil.copytree(found.home_old, found.home_new)
    assert bluelamp(found.home_new, "archive", "load", found.new).code in (0, 3)
    for home in (found.home_old, found.home_new):
        ledger(home, "PRAGMA wal_checkpoint(TRUNCATE)")  # so that all of the ledger lies in one file
    assert facts(found.home_old) != facts(found.home_new)
    return found
