"""How stops came by the town and authority that an answer speaks of. Used by `caveats`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from bluelamp.messages import say
from bluelamp.questions.families.archive.file_caveats import touched_by
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.holdings import Holdings

_Numbers = npt.NDArray[np.int64]
_TABLE = "mart_stop__placed"
# The share of points that an outline puts into the wrong authority, as others have measured it: told where too few, or
# too small a part, of the stops asked stand on points of crimes to measure it by.
_REPORTED, _FEWEST, _PART = 0.008, 100, 0.1


def how_placed(version: ArchiveVersion, holdings: Holdings) -> str:
    """The sentence about the stops of what is asked, whatever its filters; none where no stop has a place."""
    forces, months, by_crimes, by_outline, in_outline, in_another = _read(version)
    touched = touched_by(holdings, forces, months)
    crimes, outline, both, otherwise = (
        int(numbers[touched].sum()) for numbers in (by_crimes, by_outline, in_outline, in_another)
    )
    if not crimes and not outline:
        return ""
    if not outline:
        return say("archive.caveat.placed", count=crimes)
    measured = both >= max(_FEWEST, _PART * (crimes + outline))
    wrong = otherwise / both if measured else _REPORTED
    return say("archive.caveat.placedByOutline", count=crimes, outline=outline, share=f"{wrong:.1%}")


def _read(version: ArchiveVersion) -> tuple[_Numbers, ...]:
    def read() -> tuple[_Numbers, ...]:
        rows = []
        if version.columns(_TABLE):
            rows = version.rows(
                "SELECT force_id, month, by_crimes, by_outline, in_outline, in_another FROM mart_stop__placed"
            )
        return tuple(np.array(rows, np.int64).reshape(-1, 6).T)

    return version.once("how stops are placed", read)
