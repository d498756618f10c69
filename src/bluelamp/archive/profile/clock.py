"""Which clock wrote a file of stops: UTC, as all say, or UK local time. Called by `deciding`.

A file holds a local month, so the hours at its ends tell. Each file is heard through several witnesses, none of which
may say more than a bounded amount; then the months of a force are taken together, because a force seldom changes its
clock: a chain of two states, gone through forwards and backwards. Everything is in natural logarithms of odds,
positive for UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, log1p

import numpy as np
import numpy.typing as npt

from bluelamp.archive.profile.evidence import StopEvidence, summer_at_the_ends, summer_days
from bluelamp.archive.profile.surprise import bounded, excess, likelier
from bluelamp.domain.file_property import BY_FILE, BY_MONTHS_AROUND, DECIDED, FileProperty
from bluelamp.domain.month import Month

# Before anything is seen: of 44 publishers one wrote local time all along, two from some month on.
_UTC_ODDS = log(12)
# A force changes its clock about once in so many months.
_MONTHS_TO_A_CHANGE = 300
# Rows in an hour where the clock leaves none, for each file: mistakes of other kinds.
_STRAY = 0.01
# The least that an hour of one day is expected to hold.
_LEAST = 0.02
# What each witness may say at most.
_MOST = {"ends": 6.0, "spring": 6.0, "midnights": 2.5, "all midnights": 6.0, "minutes": 8.0, "day": 2.5}
# The shape of a day changes with the season as well: a file's rows are worth so much less than independent ones.
_SHAPE_WORTH, _FEWEST_WINTER = 0.12, 300
# Where all stops of a file stand at midnight, and where some of them do for want of a time.
_ALL, _FEWEST_MIDNIGHTS = 0.95, 6
# By chance a minute repeats the hour in one stop of sixty, and where all minutes are one, in all stops of an hour.
_REPEATED, _FEWEST_REPEATED = 0.15, 10.0

_Hours = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Witness:
    """What one thing about a file says: `odds` for UTC, and the sentence that says what was seen."""

    odds: float
    saw: str


def clocks(series: Mapping[Month, StopEvidence]) -> dict[Month, FileProperty]:
    """The clock of each file of one force, from all that are held of it."""
    months = sorted(month for month, evidence in series.items() if evidence.rows)
    winter = _winter_day([series[month] for month in months])
    heard = [_witnesses(month, series[month], winter) for month in months]
    own = [sum(witness.odds for witness in witnesses) for witnesses in heard]
    together = _along(months, own)
    return {
        month: _decided(series[month], witnesses, alone, odds)
        for month, witnesses, alone, odds in zip(months, heard, own, together, strict=True)
    }


def _decided(evidence: StopEvidence, witnesses: Sequence[Witness], alone: float, odds: float) -> FileProperty:
    if not any(evidence.hours_summer):
        return FileProperty("clock", "utc or local", 1.0, "no stop of the file is of summer time")
    local = 1 / (1 + exp(bounded(odds, 500)))
    confidence = max(local, 1 - local)
    likelier_one = "local" if local > 0.5 else "utc"
    agreeing = [w.saw for w in witnesses if w.odds * (-1 if local > 0.5 else 1) >= 1]
    by_itself = alone * odds > 0 and abs(alone) >= log(DECIDED / (1 - DECIDED))
    reason = "; ".join(agreeing) or "nothing in the file itself tells"
    if not by_itself:
        reason += "; as the months around it and most publishers"
    return FileProperty(
        "clock",
        likelier_one if confidence >= DECIDED else "undecided",
        round(confidence, 4),
        reason,
        BY_FILE if by_itself else BY_MONTHS_AROUND,
        sum(evidence.hours_summer),
        {
            "local": round(local, 4), "hour_before_the_month": evidence.early, "last_hour": evidence.late,
            "hour_left_out_in_spring": evidence.gap, "odds_alone": round(alone, 2),
        },
    )  # fmt: skip


def reads_as_local(clock: FileProperty) -> bool:
    """Whether the file is read as local time: where it is not decided, by what is likelier."""
    return clock.value == "local" or (clock.value == "undecided" and clock.evidence["local"] > 0.5)


def _witnesses(month: Month, evidence: StopEvidence, winter: _Hours | None) -> list[Witness]:
    summer, days = summer_days(month)
    if not summer:
        return []
    found = [*_ends(month, evidence, summer), *_spring(month, evidence, days), *_midnights(evidence)]
    found.append(_minutes(evidence))
    if winter is not None:
        found.append(_shape(evidence, winter))
    return [witness for witness in found if witness.odds]


def _ends(month: Month, evidence: StopEvidence, summer: int) -> list[Witness]:
    """In UTC the first hour of a month stands before it, and nothing in its last; in local time the other way round."""
    found = []
    usual = max(evidence.hours_summer[23] / summer, _LEAST)
    starts, ends = summer_at_the_ends(month)
    if starts:
        odds = likelier(evidence.early, usual, _STRAY)
        found.append(_witness("ends", odds, f"{_rows(evidence.early)} in the hour before the month"))
    if ends:
        odds = likelier(evidence.late, _STRAY, usual)
        found.append(_witness("ends", odds, f"{_rows(evidence.late)} in the last hour of its last day"))
    return found


def _spring(month: Month, evidence: StopEvidence, days: int) -> list[Witness]:
    if month.number != 3:
        return []
    usual = max((evidence.hours_winter[2] + evidence.hours_summer[1]) / days, _LEAST)
    odds = likelier(evidence.gap, usual, _STRAY)
    return [_witness("spring", odds, f"{_rows(evidence.gap)} in the hour that local clocks left out")]


def _midnights(evidence: StopEvidence) -> list[Witness]:
    """Stops without a time of day stand at local midnight: at 23:00 in UTC, at 00:00 in local time."""
    whole = evidence.whole_summer
    evening, midnight = whole[23], whole[0]
    total = sum(evidence.hours_summer)
    # Where all stand at midnight, nothing but the clock can have put them there.
    alone = total >= 3 and max(evening, midnight) >= _ALL * total
    usual = max(float(np.median([whole[hour] for hour in (20, 21, 22, 1, 2, 3)])), min(0.5, 0.02 * max(total, 1)))
    odds = excess(evening, usual) - excess(midnight, usual)
    saw = f"{evening:,} at exactly 23:00 in summer, {midnight:,} at exactly 00:00"
    if not alone and max(evening, midnight) < _FEWEST_MIDNIGHTS:
        return []
    return [_witness("all midnights" if alone else "midnights", odds, saw)]


def _minutes(evidence: StopEvidence) -> Witness:
    """Minutes that repeat the hour repeat the local one, in which they were written."""
    usual = max(_REPEATED * sum(evidence.hours_summer), _FEWEST_REPEATED)
    odds = excess(evidence.next, usual) - excess(evidence.same, usual)
    saw = f"the minute repeats the hour in {evidence.same:,} stops of summer, the next hour in {evidence.next:,}"
    return _witness("minutes", odds, saw)


def _shape(evidence: StopEvidence, winter: _Hours) -> Witness:
    """In UTC a summer's day begins an hour before a winter's; in local time both look alike."""
    hours = np.array(evidence.hours_summer, np.float64)
    for hour in (0, 23):
        hours[hour] -= evidence.whole_summer[hour]
    odds = float((hours * (np.log(np.roll(winter, -1)) - np.log(winter))).sum()) * _SHAPE_WORTH
    later = "an hour before" if odds > 0 else "at the same hours as"
    return _witness("day", odds, f"its summer's days lie {later} the force's winter's")


def _winter_day(series: Sequence[StopEvidence]) -> _Hours | None:
    """The share of each hour in winter, when both clocks agree; None where too few stops tell."""
    hours: _Hours = np.array([evidence.hours_winter for evidence in series], np.float64).reshape(-1, 24).sum(axis=0)
    hours[0] -= sum(evidence.whole_winter[0] for evidence in series)
    if hours.sum() < _FEWEST_WINTER:
        return None
    shares: _Hours = (hours + 1) / (hours.sum() + len(hours))
    return shares


def _along(months: Sequence[Month], own: Sequence[float]) -> list[float]:
    """The odds of each month, given those of all: what came before, what it says itself, what comes after."""
    before = [0.0] * len(own)
    after = [0.0] * len(own)
    for place in range(len(own)):
        steps = months[place].index - months[place - 1].index if place else 0
        before[place] = _carried(before[place - 1] + own[place - 1], steps) if place else _UTC_ODDS
    for place in range(len(own) - 2, -1, -1):
        # What comes after says nothing of the prior: only how much likelier it is after one clock than the other.
        after[place] = _backwards(after[place + 1] + own[place + 1], months[place + 1].index - months[place].index)
    return [first + middle + last for first, middle, last in zip(before, own, after, strict=True)]


def _changed(months: int) -> float:
    """The probability that the clock is another one after so many months."""
    return 0.5 * (1 - (1 - 2 / _MONTHS_TO_A_CHANGE) ** months)


def _carried(odds: float, months: int) -> float:
    """The odds so many months later. A clock that changes goes back to UTC as often as it leaves it."""
    return _backwards(odds, months)


def _backwards(odds: float, months: int) -> float:
    changed = _changed(months)
    odds = bounded(odds, 500)
    return _log_sum(odds + log1p(-changed), log(changed)) - _log_sum(odds + log(changed), log1p(-changed))


def _log_sum(one: float, other: float) -> float:
    return max(one, other) + log1p(exp(-abs(one - other)))


def _witness(name: str, odds: float, saw: str) -> Witness:
    return Witness(bounded(odds, _MOST[name]), saw)


def _rows(count: int) -> str:
    return f"{count:,} stop{'' if count == 1 else 's'}" if count else "no stop"
