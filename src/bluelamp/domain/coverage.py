"""Coverage: for each dataset × force × month, whether we hold it and if not, why. Derived from which files were
published and received, never from counts (promise 1). Pure; fed from the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth


class State(StrEnum):
    """What is known of one force-month of one dataset. The words are shown to people as they stand."""

    HELD = "held"
    EMPTY = "empty"  # a file with a header and no row
    QUARANTINED = "quarantined"  # received, but broken as a file
    NOT_FETCHED = "not fetched"  # published, or possibly published, but left out by a selection
    MISSING = "missing"  # a whole release that covers the month has no such file
    NOT_HELD = "not held"  # what was received of the month is a part of a release, and has no such file
    NOT_COVERED = "not covered"  # no release that is held covers the month
    NOT_YET = "not yet published"  # after the newest release that is held
    BEFORE = "before publication"  # before December 2010, when publication began
    OUT_OF_SCOPE = "out of scope"  # outside what this installation was set up to hold: expected only when asked for
    NOT_PUBLISHED = "not published"  # never in that publisher's remit

    @property
    def words(self) -> str:
        """What the state means, for people."""
        return _WORDS[self]

    @property
    def has_data(self) -> bool:
        """Whether figures include this force-month; an empty file is a published zero."""
        return self in (State.HELD, State.EMPTY)


_WORDS = {
    State.HELD: "a file was received and its rows are in every figure",
    State.EMPTY: "a file with a header and no row was received: a published zero",
    State.QUARANTINED: "a file was received but is broken as a file; it is kept, and none of it is in any figure",
    State.NOT_FETCHED: "a selection left it out: it is, or may be, published",
    State.MISSING: "a whole release that covers the month has no such file: the force published nothing",
    State.NOT_HELD: "only a part of a release was received, and it has no such file: it may well be published",
    State.NOT_COVERED: "no release that is held covers the month",
    State.NOT_YET: "the month is after the newest release that is held",
    State.BEFORE: "publication began with December 2010",
    State.OUT_OF_SCOPE: "outside what this installation was set up to hold",
    State.NOT_PUBLISHED: "never in that publisher's remit, and never expected",
}


@dataclass(frozen=True, slots=True)
class HeldFile:
    """The file that answers for a force-month: its id in the ledger, the release it came in, its rows."""

    file_id: int
    release: Month
    rows: int


@dataclass(frozen=True, slots=True)
class Window:
    """The months that one receipt speaks for. `complete` says that it lists a whole release."""

    first: Month
    last: Month
    release: Month
    complete: bool


@dataclass(frozen=True, slots=True)
class Cell:
    """One force-month's state; `release` is the one it is held from, or the newest that tells of its absence."""

    unit: ForceMonth
    state: State
    release: Month | None
    rows: int = 0


def cells(
    held: Mapping[ForceMonth, HeldFile],
    quarantined: Mapping[ForceMonth, Month],
    not_fetched: Mapping[ForceMonth, Month],
    windows: Iterable[Window],
) -> Iterator[Cell]:
    """Every expected force-month with its state: 45 publishers × 3 datasets × the months spanned by the windows.

    `quarantined` and `not_fetched` map a force-month to the newest release in which it was so. A month that has
    left a later release's window stays held: the file that was received then still answers.
    """
    windows = list(windows)
    complete = _newest_by_month(window for window in windows if window.complete)
    spanned = _newest_by_month(windows)
    months = sorted(set(spanned) | {unit.month for unit in held})
    for dataset in DATASETS:
        for force in FORCES:
            for month in months:
                unit = ForceMonth(dataset.name, force.slug, month)
                found = held.get(unit)
                if found is not None:
                    state = State.HELD if found.rows else State.EMPTY
                    yield Cell(unit, state, found.release, found.rows)
                elif unit in quarantined:
                    yield Cell(unit, State.QUARANTINED, quarantined[unit])
                elif unit in not_fetched:
                    yield Cell(unit, State.NOT_FETCHED, not_fetched[unit])
                elif not force.publishes(dataset):
                    yield Cell(unit, State.NOT_PUBLISHED, None)
                elif month in complete:
                    yield Cell(unit, State.MISSING, complete[month])
                else:
                    yield Cell(unit, State.NOT_FETCHED, spanned.get(month))


def _newest_by_month(windows: Iterable[Window]) -> dict[Month, Month]:
    newest: dict[Month, Month] = {}
    for window in windows:
        for month in month_range(window.first, window.last):
            newest[month] = max(newest.get(month, window.release), window.release)
    return newest
