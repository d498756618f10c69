"""What must be said of the files that an answer is made of: rows that could not be read, files far smaller than usual,
records counted twice. Used by `answer` and `cards`.

The findings were made while the files were loaded and modelled; which of them a figure must not be quoted without, and
in what words, says `domain.finding`.
"""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
import numpy.typing as npt

from bluelamp.domain.finding import CAVEATS, MATTER_TO, caveat
from bluelamp.domain.month import Month
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.holdings import Holdings

_Numbers = npt.NDArray[np.int64]
# One finding of one dataset: (forces, months, rows), one entry for each file that it was made in.
_Files = tuple[_Numbers, _Numbers, _Numbers]


def caveats_of_files(version: DataVersion, holdings: Sequence[Holdings], asked: Set[str]) -> list[str]:
    """The sentences about the force-months that are held of what is asked; `asked` names its dimensions and
    measures."""
    found = (told for one in holdings for told in _of_one(version, one))
    return list(dict.fromkeys(words for name, words in found if name not in MATTER_TO or asked & MATTER_TO[name]))


def _of_one(version: DataVersion, holdings: Holdings) -> list[tuple[str, str]]:
    def read() -> list[tuple[str, str]]:
        told = []
        for name, files in _findings(version, holdings.dataset).items():
            touched = _touched(holdings, files)
            if touched.any():
                told.append((name, caveat(name, int(files[2][touched].sum()), int(touched.sum()))))
        return told

    return holdings.kept("caveats of files", read)


def _findings(version: DataVersion, dataset: str) -> dict[str, _Files]:
    return version.once(f"findings of files {dataset}", lambda: _read(version, dataset))


def _read(version: DataVersion, dataset: str) -> dict[str, _Files]:
    rows = version.rows(
        "SELECT finding, force_id, month, sum(rows)::BIGINT FROM mart_quality__finding "
        "WHERE dataset = $dataset AND list_contains($names, finding) GROUP BY ALL ORDER BY ALL",
        {"dataset": dataset, "names": list(CAVEATS)},
    )
    found = {}
    for name in CAVEATS:
        its = np.array([row[1:] for row in rows if row[0] == name], np.int64).reshape(-1, 3)
        if len(its):
            found[name] = (its[:, 0], its[:, 1], its[:, 2])
    return found


def _touched(holdings: Holdings, files: _Files) -> npt.NDArray[np.bool_]:
    """Which of the files an answer is made of."""
    forces, months, _ = files
    publishers = np.array(holdings.publishers, np.int64)
    times = np.array([time.index for time in holdings.times if isinstance(time, Month)], np.int64)
    if not len(publishers) or not len(times):
        return np.zeros(len(forces), bool)
    rows, of_force = _looked_up(publishers, forces)
    columns, of_month = _looked_up(times, months)
    held = (holdings.expected & holdings.held)[rows, columns]
    touched: npt.NDArray[np.bool_] = held & of_force & of_month
    return touched


def _looked_up(known: _Numbers, wanted: _Numbers) -> tuple[_Numbers, npt.NDArray[np.bool_]]:
    """(where each wanted number stands among those known, whether it does)."""
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return at, known[at] == wanted
