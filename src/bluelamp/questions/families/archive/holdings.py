"""What of the archive could say the answer to a question: forces × the months asked, also those that no release covers.
Used by `scope`, `coverage` and `trend`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.domain.release import FIRST_MONTH
from bluelamp.questions.families.archive.cells import NOT_EXPECTED, STATES, CoverageGrid
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.holdings import Codes, Holdings, Mask

_HAS_DATA = np.array([state.has_data for state in STATES] + [False])
_NAMES = tuple(str(state) for state in STATES)
_OUT = STATES.index(State.OUT_OF_SCOPE)
# States that say something of a month, and nothing of a publisher.
OF_MONTHS = (State.NOT_YET, State.BEFORE, State.NOT_COVERED, State.OUTSIDE_ERA)
_OUTSIDE_ERA = STATES.index(State.OUTSIDE_ERA)
# What is said of a month whatever was asked of it.
_STAYS = [_OUT, *(STATES.index(state) for state in (State.NOT_YET, State.BEFORE, State.NOT_COVERED))]


def within(holdings: Holdings, times: Mask) -> Holdings:
    """The same, of something that could be recorded in some of the times only: in the others no file can say it."""
    if times.all():
        return holdings
    closed = ~times[None, :] & (holdings.codes >= 0) & ~np.isin(holdings.codes, _STAYS)
    return replace(
        holdings,
        codes=np.where(closed, np.int8(_OUTSIDE_ERA), holdings.codes),
        held=holdings.held & times,
        whole=holdings.whole & times,
        tells=holdings.tells & times,
    )


def all_within(files: Sequence[Holdings], times: Mask) -> tuple[Holdings, ...]:
    """The same of the holdings of one question, kept with the first: whoever asks again has them at once."""
    names = tuple(one.dataset for one in files)
    return files[0].kept(("within", times.tobytes(), names), lambda: tuple(within(one, times) for one in files))


def holdings_of(
    version: ArchiveVersion,
    dataset: str,
    *,
    forces: Collection[int] | None,
    first: Month | None = None,
    last: Month | None = None,
    months: Sequence[Month] | None = None,
) -> Holdings:
    """The force-months of a dataset for some forces (for None those in the installation's scope) and months: a range,
    whose open ends are those of the scope, or a list.

    Whatever is asked for by name is expected, in scope or not.
    """
    key = (
        "holdings", dataset, None if forces is None else tuple(sorted(forces)), first, last,
        None if months is None else tuple(months),
    )  # fmt: skip
    return version.often(key, lambda: _found(version, dataset, forces, first, last, months))


def _found(
    version: ArchiveVersion,
    dataset: str,
    forces: Collection[int] | None,
    first: Month | None,
    last: Month | None,
    months: Sequence[Month] | None,
) -> Holdings:
    cells = version.cells[dataset]
    rows = _in_scope(version, dataset) if forces is None else cells.rows_of(forces)
    span = list(months) if months is not None else _span(version, dataset, first, last)
    codes = _codes(version, cells, rows, [month.index for month in span])
    named = forces is not None or first is not None or last is not None or months is not None
    nothing = cells.scope_months is None
    publishers = tuple(force for force, its in zip(cells.forces, rows.tolist(), strict=True) if its)
    # Forces that never publish this dataset have a row as well, in which nothing is expected.
    others = tuple(sorted(force for force in set(forces or ()) - set(publishers) if force in version.forces))
    codes = np.concatenate([codes, np.full((len(others), len(span)), NOT_EXPECTED, np.int8)])
    publishers += others
    held = _HAS_DATA[codes]
    expected = codes >= 0 if named or nothing else (codes >= 0) & (codes != _OUT)
    return Holdings(
        dataset,
        publishers,
        tuple(version.forces[force][1] for force in publishers),
        tuple(span),
        codes,
        _NAMES,
        expected,
        held,
        held,
        held,
    )


def _in_scope(version: ArchiveVersion, dataset: str) -> Mask:
    """The forces that the installation is set up to hold of a dataset; where it holds none of it, those of any."""
    cells = version.cells[dataset]

    def find() -> Mask:
        its = cells.scope_forces or {force for other in version.cells.values() for force in other.scope_forces}
        return cells.rows_of(its or None)

    return version.once(f"forces in scope {dataset}", find)


def forces_in_scope(version: ArchiveVersion, dataset: str) -> set[int]:
    """The forces that a question about no place and no force is about."""
    rows = _in_scope(version, dataset).tolist()
    return {force for force, its in zip(version.cells[dataset].forces, rows, strict=True) if its}


def span_of(version: ArchiveVersion, dataset: str) -> tuple[Month, Month] | None:
    """The first and the last month that the installation is set up to hold of a dataset; where it holds none of it, of
    any; None where nothing is held at all."""
    months = version.cells[dataset].scope_months
    if months is not None:
        return Month(months[0]), Month(months[1])
    return (version.months[0], version.months[-1]) if version.months else None


def _span(version: ArchiveVersion, dataset: str, first: Month | None, last: Month | None) -> list[Month]:
    """The months from `first` to `last`; an open end is that of the scope, and at least one month is asked for."""
    found = span_of(version, dataset)
    begin = first or (min(found[0], last or found[0]) if found else last)
    end = last or (max(found[1], begin or found[1]) if found else first)
    if begin is None or end is None:
        return []
    return [Month(index) for index in range(begin.index, end.index + 1)]


def _codes(version: ArchiveVersion, cells: CoverageGrid, rows: Mask, months: Sequence[int]) -> Codes:
    """The states of these rows in these months: as stored, or, of a month outside of what is stored, why."""
    numbers = np.array(months, int)
    at = numbers - cells.first_month
    inside = (at >= 0) & (at < cells.codes.shape[1])
    codes = np.empty((int(rows.sum()), len(numbers)), np.int8)
    codes[:, inside] = cells.codes[rows][:, at[inside]]
    newest = version.facts.newest_release
    outside = np.full(len(numbers), STATES.index(State.NOT_COVERED), np.int8)
    outside[numbers < FIRST_MONTH.index] = STATES.index(State.BEFORE)
    if newest is not None:
        outside[numbers > newest.index] = STATES.index(State.NOT_YET)
    remit = (cells.codes[rows] != NOT_EXPECTED).any(axis=1)
    codes[:, ~inside] = np.where(remit[:, None], outside[None, :], NOT_EXPECTED)[:, ~inside]
    return codes
