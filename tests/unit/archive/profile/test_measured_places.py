"""What is decided of points and sizes, measured on a thousand seeded mixtures: precision and recall of each value."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from bluelamp.archive.profile.deciding import Counted, decide
from bluelamp.archive.profile.place_evidence import count_places
from bluelamp.domain.dataset import CRIMES
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.place_mixtures import FULL, MANY, USUAL, PlacedMonth, placed_months
from bluelamp.synthetic.truth import EASTING_TWICE, FEW, SHIFTED, SWAPPED, THREE_DECIMALS, TWO_DECIMALS

MIXTURES = 1_000
ENOUGH = 30
TRUE = {
    "coordinates": {
        USUAL: "usual", SWAPPED: "swapped", EASTING_TWICE: "one for both", SHIFTED: "elsewhere",
    },
    "rounding": {FULL: "full", TWO_DECIMALS: "coarse", THREE_DECIMALS: "coarse"},
    "size": {USUAL: "usual", FEW: "far fewer", MANY: "far more"},
}  # fmt: skip
VALUES = sorted((name, value) for name, words in TRUE.items() for value in set(words.values()))
# (property, what is true, what is decided, whether the file has enough points) → files
Measured = Counter[tuple[str, str, str, bool]]


@pytest.fixture(scope="module")
def measured() -> Measured:
    found: Measured = Counter()
    for seed in range(MIXTURES):
        files = list(placed_months(seed))
        profile = decide([_counted(number, file) for number, file in enumerate(files)], ())
        for number, file in enumerate(files):
            enough = bool(np.isfinite(file.longitude).sum() >= ENOUGH)
            true = {"coordinates": file.points, "rounding": file.rounding, "size": file.size}
            for one in profile.properties[number]:
                if one.name in true:
                    found[one.name, TRUE[one.name][true[one.name]], one.value, enough or one.name == "size"] += 1
    return found


def _counted(number: int, file: PlacedMonth) -> Counted:
    places = count_places(file.longitude, file.latitude)
    evidence = {} if places is None else {"places": places.as_json()}
    return Counted(number, ForceMonth(CRIMES.name, file.force, file.month), file.rows, evidence)


@pytest.mark.parametrize(("name", "value"), VALUES)
def test_points_and_sizes(name: str, value: str, measured: Measured) -> None:
    of = {key[1:]: count for key, count in measured.items() if key[0] == name}
    said = sum(count for (_, decided, _), count in of.items() if decided == value)
    rightly = sum(count for (true, decided, _), count in of.items() if true == value == decided)
    true = sum(count for (its, _, enough), count in of.items() if its == value and enough)
    hits = of[value, value, True]
    print(f"{name} {value}: precision {rightly / said:.4f} of {said:,}, recall {hits / true:.4f} of {true:,} files")
    assert rightly >= 0.99 * said
    assert hits >= 0.95 * true
