"""What is decided of the twin's files as wholes, loaded as a person would: whose rows they hold, how often these stand,
where their points lie. Small releases in which every fifth file has such a fault, some two of them."""

from __future__ import annotations

from collections import Counter

import pytest

from bluelamp.domain.dataset import STOPS
from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import FileTruth, TwinPlan, write_release
from bluelamp.synthetic.truth import (
    EASTING_TWICE,
    FEW,
    SHIFTED,
    SWAPPED,
    THREE_DECIMALS,
    THREE_TIMES,
    TWICE,
    TWO_DECIMALS,
    TWO_FORCES,
    TWO_MONTHS,
)
from tests.lib.archive.archives import archive_in, load, query

FAULTS = frozenset(
    {
        "stands_twice", "swollen_files", "tiny_files", "merged_forces", "merged_months", "swapped_coordinates",
        "shifted_coordinates", "rounded_coordinates", "utc_dates", "redrawn_points", "duplicate_outcome_rows",
        "identical_blank_id_rows", "no_location",
    }
)  # fmt: skip
PLAN = TwinPlan(
    Month.parse("2022-12"), 12, 24_000, forces=("kent", "gwent", "cheshire", "essex", "durham"), pathologies=FAULTS
)
POINTS = {SWAPPED: "swapped", SHIFTED: "elsewhere", EASTING_TWICE: "one for both"}
# (property, true, decided) → the files
Found = dict[tuple[str, str, str], list[FileTruth]]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    folder = tmp_path_factory.mktemp("whole")
    truth = write_release(PLAN, folder / "2022-12.zip", processes=1)
    archive = archive_in(folder / "home")
    load(archive, folder / "2022-12.zip")
    sql = "SELECT dataset, slug, month, property, value FROM mart_profile__force_month JOIN dim_force USING (force_id)"
    decided: Found = {}
    for dataset, slug, month, name, value in query(archive, sql):
        file = truth.of(dataset, slug, str(Month(month)))
        assert file is not None
        # Whether they are more than half is another question.
        said = "mixed" if value == "others" else value
        # Stops do not name their force: a file of two has the other's points, many or few.
        if name == "coordinates" and file.properties.get("rows") == TWO_FORCES:
            continue
        decided.setdefault((name, true_of(file, name), said), []).append(file)
    return decided


def true_of(file: FileTruth, name: str) -> str:
    """What should be decided of a property; "" for those that are not of whole files."""
    rows, points = file.properties.get("rows", ""), file.properties.get("points", "")
    return {
        "coordinates": POINTS.get(points, "usual"),
        "rounding": "coarse" if points in {TWO_DECIMALS, THREE_DECIMALS} else "full",
        "copies": "several times" if rows in {TWICE, THREE_TIMES} else "once",
        "rows_of": "mixed" if rows == TWO_MONTHS or (rows == TWO_FORCES and file.dataset != STOPS.name) else "own",
        "size": "far fewer" if rows == FEW else "usual",
    }.get(name, "")


def wrong(found: Found, name: str) -> Counter[tuple[str, str]]:
    """(true, decided) → how many files were decided otherwise than they are."""
    counts = {(true, value): len(files) for (its, true, value), files in found.items() if its == name and true != value}
    print(name, {key[1:]: len(files) for key, files in found.items() if key[0] == name}, counts)
    return Counter(counts)


@pytest.mark.parametrize("name", ["coordinates", "rounding", "copies", "rows_of", "size"])
def test_whole_files(name: str, found: Found) -> None:
    assert sum(wrong(found, name).values()) == 0
    assert len({true for its, true, _ in found if its == name}) > 1
