"""The twin, loaded twice: its two releases in order, and in reverse. Never changed by a test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bluelamp.archive.workflow import Archive
from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import TwinPlan, write_reference, write_release
from tests.lib.archive.archives import (
    NEWER,
    OLDER,
    Known,
    Twin,
    archive_in,
    contents,
    coverage,
    figures,
    findings,
    load,
    query,
    take_reference,
)


@pytest.fixture(scope="session")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    folder = tmp_path_factory.mktemp("twin")
    truths = {}
    for release in (OLDER, NEWER):
        plan = TwinPlan(Month.parse(release), months=18, crimes=30_000, seed=3)
        truths[release] = write_release(plan, folder / f"{release}.zip", processes=1)
    write_reference(plan, folder / "reference")
    return Twin(folder, truths)


def _known(twin: Twin, home: Path, first: str, then: str) -> Known:
    archive = archive_in(home)
    take_reference(archive, twin.reference)
    load(archive, twin.zip(first))
    known = Known(archive, coverage(archive), findings(archive), contents(archive))
    measures = ["count,with_outcome,still_open,ambiguous,outcomes_disagree"]
    known.first_answers["by_lag"] = figures(
        archive, "crimes", measures=measures, by=["force", "month", "months_to_outcome"]
    )
    known.first_answers["by_stem"] = query(
        archive,
        """
        SELECT town, count(*) FROM stg_police_uk__street_crime JOIN dim_town USING (town_id)
        WHERE lsoa_id <> 0 GROUP BY ALL
        """,
    )
    known.first_answers["by_town"] = figures(archive, "crimes", by=["town", "month"])
    load(archive, twin.zip(then))
    return known


@pytest.fixture(scope="session")
def forward(twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The older release, then the newer one: as time brings them."""
    return _known(twin, tmp_path_factory.mktemp("forward"), OLDER, NEWER)


@pytest.fixture(scope="session")
def backward(twin: Twin, tmp_path_factory: pytest.TempPathFactory) -> Known:
    """The newer release, then the older one: as somebody fills the past in."""
    return _known(twin, tmp_path_factory.mktemp("backward"), NEWER, OLDER)


@pytest.fixture
def copy_of(tmp_path: Path) -> Callable[[Archive], Archive]:
    """Makes an archive of its own for a test that changes something."""

    def copied(archive: Archive) -> Archive:
        home = tmp_path / "home"
        shutil.copytree(archive.home, home, ignore=shutil.ignore_patterns("writer.lock"))
        return archive_in(home)

    return copied
