"""What must be said of the files that an answer is made of: rows that could not be read, files far smaller than usual,
records counted twice. Used by `answer` and `cards`.

The findings were made while the files were loaded and modelled; which of them a figure must not be quoted without, and
in what words, says `domain.finding`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from bluelamp.domain.finding import CAVEATS, caveat
from bluelamp.domain.month import Month
from bluelamp.questions.data_version import DataVersion
from bluelamp.questions.holdings import Holdings

# One finding of one dataset: (forces, months, rows), one entry for each file that it was made in.
_Files = tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int64]]


def caveats_of_files(version: DataVersion, holdings: Sequence[Holdings]) -> list[str]:
    """The sentences about the force-months that are held of what is asked."""
    return list(dict.fromkeys(sentence for one in holdings for sentence in _of_one(version, one)))


def _of_one(version: DataVersion, holdings: Holdings) -> list[str]:
    def read() -> list[str]:
        told = []
        for name, files in _findings(version, holdings.dataset).items():
            touched = _touched(holdings, files)
            if touched.any():
                told.append(caveat(name, int(files[2][touched].sum()), int(touched.sum())))
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
    rows = {publisher: at for at, publisher in enumerate(holdings.publishers)}
    months = [(time.index, at) for at, time in enumerate(holdings.times) if isinstance(time, Month)]
    if not rows or not months:
        return np.zeros(len(files[0]), bool)
    first = min(month for month, _ in months)
    columns = np.full(max(month for month, _ in months) - first + 1, -1)
    for month, at in months:
        columns[month - first] = at
    at_rows = np.array([rows.get(force, -1) for force in files[0].tolist()], int)
    at_months = files[1] - first
    inside = (at_rows >= 0) & (at_months >= 0) & (at_months < len(columns))
    at_columns = columns[np.where(inside, at_months, 0)]
    inside &= at_columns >= 0
    touched: npt.NDArray[np.bool_] = inside & (holdings.expected & holdings.held)[at_rows, at_columns]
    return touched
