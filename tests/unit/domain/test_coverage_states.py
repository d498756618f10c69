"""Every state, which of several wins, and over which months they are told. From files, never from counts."""

from __future__ import annotations

from typing import Any

import pytest

from bluelamp.domain.coverage import Cell, HeldFile, State, cells
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ReceiptWindow

M = Month.parse
KENT = ForceMonth("crimes", "kent", M("2024-02"))
PSNI_OUTCOMES = ForceMonth("outcomes", "northern-ireland", M("2024-02"))
OLD = M("2024-02")


def window(
    first: str, last: str, *, whole: bool, release: str = "", dataset: str = "crimes", **choice: Any
) -> ReceiptWindow:
    return ReceiptWindow(dataset, M(first), M(last), M(release or last), whole, Selection(**choice))


WHOLE = window("2024-01", "2024-03", whole=True)
PART = window("2024-01", "2024-03", whole=False, forces=frozenset({"kent"}))
WHOLE_OUTCOMES = window("2024-01", "2024-03", whole=True, dataset="outcomes")
PART_OF_OUTCOMES = window("2024-01", "2024-03", whole=False, dataset="outcomes")


def told(
    unit: ForceMonth,
    *windows: ReceiptWindow,
    held: HeldFile | None = None,
    quarantined: Month | None = None,
    not_fetched: Month | None = None,
) -> Cell:
    found = cells(
        {unit: held} if held else {},
        {unit: quarantined} if quarantined else {},
        {unit: not_fetched} if not_fetched else {},
        windows,
    )
    return next(cell for cell in found if cell.unit == unit)


@pytest.mark.parametrize(
    ("unit", "windows", "known", "state", "release"),
    [
        (KENT, [WHOLE], {"held": HeldFile(1, OLD, 5)}, State.HELD, OLD),
        (KENT, [WHOLE], {"held": HeldFile(1, OLD, 0)}, State.EMPTY, OLD),
        (KENT, [WHOLE], {"quarantined": OLD}, State.QUARANTINED, OLD),
        (KENT, [WHOLE], {"not_fetched": OLD}, State.NOT_FETCHED, OLD),
        (KENT, [WHOLE], {}, State.MISSING, M("2024-03")),
        # Only a whole release tells of absence: what a part lacks is not held, and nobody fell silent.
        (KENT, [PART], {}, State.NOT_HELD, M("2024-03")),
        (PSNI_OUTCOMES, [WHOLE_OUTCOMES], {}, State.NOT_PUBLISHED, None),
        (PSNI_OUTCOMES, [PART_OF_OUTCOMES], {}, State.NOT_PUBLISHED, None),
        (ForceMonth("outcomes", "btp", M("2024-02")), [WHOLE_OUTCOMES], {}, State.MISSING, M("2024-03")),
        # What is held answers, whatever else happened to the same force-month in other releases.
        (KENT, [WHOLE], {"held": HeldFile(1, OLD, 5), "quarantined": M("2024-03")}, State.HELD, OLD),
        (KENT, [WHOLE], {"held": HeldFile(1, OLD, 5), "not_fetched": M("2024-03")}, State.HELD, OLD),
        (KENT, [WHOLE], {"quarantined": OLD, "not_fetched": M("2024-03")}, State.QUARANTINED, OLD),
        (PSNI_OUTCOMES, [WHOLE_OUTCOMES], {"held": HeldFile(1, OLD, 5)}, State.HELD, OLD),
        (PSNI_OUTCOMES, [WHOLE_OUTCOMES], {"quarantined": OLD}, State.QUARANTINED, OLD),
        # A whole release tells of absence even where a part covers the month as well, and later.
        (KENT, [WHOLE, window("2024-02", "2024-04", whole=False)], {}, State.MISSING, M("2024-03")),
        # The newest whole release that covers the month is the one that tells of its absence.
        (KENT, [WHOLE, window("2024-02", "2024-04", whole=True)], {}, State.MISSING, M("2024-04")),
        (KENT, [WHOLE, window("2024-03", "2024-05", whole=True)], {}, State.MISSING, M("2024-03")),
        # Whole in one dataset says nothing of another.
        (KENT, [WHOLE_OUTCOMES], {}, State.OUT_OF_SCOPE, None),
        (KENT, [WHOLE_OUTCOMES, PART], {}, State.NOT_HELD, M("2024-03")),
    ],
)
def test_states_and_their_precedence(
    unit: ForceMonth, windows: list[ReceiptWindow], known: dict[str, Any], state: State, release: Month | None
) -> None:
    cell = told(unit, *windows, **known)
    assert (cell.state, cell.release) == (state, release)


def test_every_publisher_dataset_and_month_has_one_cell() -> None:
    """Months between two releases too: no axis leaves out what no release covers."""
    found = list(cells({}, {}, {}, [WHOLE, window("2024-06", "2024-08", whole=True)]))
    assert len(found) == 45 * 3 * 8
    assert len({cell.unit for cell in found}) == len(found)


def test_a_month_that_left_the_window_stays_held() -> None:
    later = window("2024-03", "2024-05", whole=True)
    cell = told(ForceMonth("crimes", "kent", M("2020-01")), later, held=HeldFile(7, M("2022-01"), 9))
    assert (cell.state, cell.rows, cell.release) == (State.HELD, 9, M("2022-01"))


def test_nothing_received_expects_nothing() -> None:
    assert list(cells({}, {}, {}, [])) == []


@pytest.mark.parametrize("state", State)
def test_only_held_and_empty_are_in_figures(state: State) -> None:
    assert state.has_data is (state in {State.HELD, State.EMPTY})
