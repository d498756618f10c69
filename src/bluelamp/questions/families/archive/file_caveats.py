"""What must be said of the files that an answer is made of: rows that could not be read, files far smaller than usual,
records counted twice. Used by `answer` and `cards`.

The findings were made while the files were loaded and modelled; which of them a figure must not be quoted without, and
in what words, says `domain.finding`.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bluelamp.domain.finding import CAVEATS, MATTER_TO, MORE_THAN_A_FEW, caveat
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.holdings import Holdings

_Numbers = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]
# Of what is told only where it is more than a few: beyond this share of all rows that are asked, a figure of rows is no
# figure of crimes; and so is that of one month where this share of its file's rows, and so many, are beyond the crimes.
_OF_ALL, _OF_A_FILE, _IN_A_FILE = 0.02, 0.1, 10


@dataclass(frozen=True, slots=True)
class Files:
    """One finding of one dataset, with an entry for each file that it was made in. `ids` is how many crime IDs the rows
    bear, -1 where that was not counted; `of_rows` are all rows of the file."""

    forces: _Numbers
    months: _Numbers
    rows: _Numbers
    ids: _Numbers
    of_rows: _Numbers

    @property
    def beyond(self) -> _Numbers:
        """How many more rows there are than crimes."""
        return self.rows - np.maximum(self.ids, 0)


_QUERY = (
    "SELECT finding, force_id, month, sum(rows)::BIGINT, min(coalesce(ids, -1))::BIGINT, max(of_rows)::BIGINT "
    "FROM mart_quality__finding WHERE dataset = $dataset AND list_contains($names, finding) GROUP BY ALL ORDER BY ALL"
)


def caveats_of_files(
    version: ArchiveVersion, holdings: Sequence[Holdings], names: Set[str], only: Set[str] | None = None
) -> list[str]:
    """The sentences about the force-months that are held of what is asked; `names` names its dimensions and measures.
    `only` keeps those of these findings."""
    found = (entry for one in holdings for entry in _of_one(version, one) if only is None or entry[0] in only)
    return list(dict.fromkeys(words for name, words in found if name not in MATTER_TO or names & MATTER_TO[name]))


def _of_one(version: ArchiveVersion, holdings: Holdings) -> list[tuple[str, str]]:
    def read() -> list[tuple[str, str]]:
        entries = []
        for name, files in _findings(version, holdings.dataset).items():
            touched = touched_by(holdings, files.forces, files.months)
            if name in MORE_THAN_A_FEW:
                if name == "crime_id_repeated":
                    # Where its IDs were not counted yet, nobody can say how many rows are beyond the crimes.
                    touched = touched & (files.ids >= 0)
                touched = _more_than_a_few(files, touched, _row_count(version, holdings))
            if touched.any():
                ids = files.ids[touched]
                words = caveat(
                    name, int(files.rows[touched].sum()), int(touched.sum()),
                    int(ids.sum()) if (ids >= 0).all() else None,
                )  # fmt: skip
                entries.append((name, words))
        return entries

    return holdings.kept("caveats of files", read)


def _more_than_a_few(files: Files, touched: _Mask, rows: int) -> _Mask:
    """Which of the files are told: all, where together they are much of what is asked, else those that are by
    themselves."""
    beyond = files.beyond
    if int(beyond[touched].sum()) > _OF_ALL * rows:
        return touched
    found: _Mask = touched & (beyond >= _IN_A_FILE) & (beyond > _OF_A_FILE * files.of_rows)
    return found


def _findings(version: ArchiveVersion, dataset: str) -> dict[str, Files]:
    return version.once(f"findings of files {dataset}", lambda: _read(version, dataset))


def _read(version: ArchiveVersion, dataset: str) -> dict[str, Files]:
    query = _QUERY if "ids" in version.columns("mart_quality__finding") else _QUERY.replace("coalesce(ids, -1)", "-1")
    rows = version.rows(query, {"dataset": dataset, "names": list(CAVEATS)})
    found = {}
    for name in CAVEATS:
        its = np.array([row[1:] for row in rows if row[0] == name], np.int64).reshape(-1, 5)
        if len(its):
            found[name] = Files(*its.T)
    return found


def _row_count(version: ArchiveVersion, holdings: Holdings) -> int:
    """How many rows the files have that are held of what is asked."""

    def read() -> _Numbers:
        rows = version.rows(
            "SELECT force_id, month, rows FROM mart_coverage__force_month WHERE dataset = $dataset AND rows > 0",
            {"dataset": holdings.dataset},
        )
        return np.array(rows, np.int64).reshape(-1, 3).T

    forces, months, rows = version.once(f"rows of files {holdings.dataset}", read)
    return int(rows[touched_by(holdings, forces, months)].sum())


def touched_by(holdings: Holdings, forces: _Numbers, months: _Numbers) -> _Mask:
    """Which of the files of these forces and months an answer is made of."""
    publishers = np.array(holdings.publishers, np.int64)
    times = np.array([time.index for time in holdings.times if isinstance(time, Month)], np.int64)
    if not len(publishers) or not len(times):
        return np.zeros(len(forces), bool)
    rows, of_force = _looked_up(publishers, forces)
    columns, of_month = _looked_up(times, months)
    held = (holdings.expected & holdings.held)[rows, columns]
    touched: _Mask = held & of_force & of_month
    return touched


def _looked_up(known: _Numbers, wanted: _Numbers) -> tuple[_Numbers, _Mask]:
    """(where each wanted number stands among those known, whether it does)."""
    order = np.argsort(known)
    at = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return at, known[at] == wanted
