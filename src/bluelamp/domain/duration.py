"""How long something lasted that was only seen now and then: never one figure, but the least and the most that it can
have been. Worked out between moments in UTC, so that no change of the clocks can be in it. Used by the history of
calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bluelamp.domain.call import Between, Call, Unit
from bluelamp.domain.moment import seconds_between


class Minutes(NamedTuple):
    """The least and the most minutes, and the middle of both. The most, and so the middle, is None where nobody had
    looked before it began, or where it is not known to have ended."""

    least: float | None
    most: float | None

    @property
    def middle(self) -> float | None:
        return None if self.least is None or self.most is None else round((self.least + self.most) / 2, 3)


UNKNOWN = Minutes(None, None)


def minutes_between(began: Between, ended: Between | None) -> Minutes:
    """From something that began in one interval to its end in another."""
    if ended is None or ended[1] is None:
        return UNKNOWN
    return minutes_of([(began, ended)])


def minutes_open(call: Call) -> Minutes:
    """From when a call was opened to when it was closed; a call that only left a rolling list is not known to be."""
    return minutes_between(call["opened_between"], call["closed_between"]) if call["ended"] == "closed" else UNKNOWN


def minutes_with_unit(call: Call) -> Minutes:
    """How long at least one unit was on a call: times at which several were count once, times without any do not."""
    units = [*call["former_units"], *call["units"]]
    if not units or call["ended"] != "closed" or any(unit["left_between"] is None for unit in units):
        return UNKNOWN
    return minutes_of([_stay(unit) for unit in units])


def _stay(unit: Unit) -> tuple[Between, Between]:
    left = unit["left_between"]
    assert left is not None
    return unit["joined_between"], left


def minutes_of(stays: Sequence[tuple[Between, Between]]) -> Minutes:
    """How long at least one of some stays lasted. Where the beginning of any is open, the most is not known."""
    least = _covered((began[1], ended[0]) for began, ended in stays)
    if any(began[0] is None or ended[1] is None for began, ended in stays):
        return Minutes(least, None)
    return Minutes(least, _covered((began[0], ended[1]) for began, ended in stays))


def _covered(spans: Iterable[tuple[str | None, str | None]]) -> float:
    """Minutes that are in at least one span; one that ends before it begins covers nothing."""
    whole, until = 0.0, ""
    for first, last in sorted((first, last) for first, last in spans if first and last and first < last):
        begin = max(first, until)
        if last > begin:
            whole += seconds_between(begin, last)
            until = last
    return round(whole / 60, 3)
