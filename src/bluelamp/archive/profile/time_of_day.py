"""What midnight means in a file of stops, and whether its minutes say anything. Called by `deciding`.

Some forces write local midnight where no time of day is known; elsewhere midnight is a time like others. The row does
not tell, the file does: by how many stand at exactly midnight, beside those at the full hours around it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import exp, log, sqrt

from bluelamp.archive.profile.evidence import StopEvidence
from bluelamp.archive.profile.surprise import bounded, excess
from bluelamp.domain.file_property import (
    BY_FILE,
    BY_MONTHS_AROUND,
    SUMMER_EVENING,
    SUMMER_MIDNIGHT,
    WINTER_MIDNIGHT,
    FileProperty,
)
from bluelamp.domain.month import Month

# A file says by itself that its midnights are no times when they are so surprising (in natural logarithms of odds);
# with less the months around it must say the rest, so many on either side, each no more than a bounded amount.
_SURPRISING, _SUSPICIOUS, _MONTHS_AROUND, _MOST_OF_A_MONTH = 6.0, 0.5, 3, 3.0
# Where a force writes some of its stops without a time, at least so many of them.
_EXPECTED = 0.05
# Rows of one day count as no more than so many: a crowd that is searched at midnight is no want of a time.
_A_DAY = 3
# The midnights must be more than twice what is usual: else most of them have a time, and nothing tells which.
_TIMES_USUAL = 2.0
_ALL = 0.95
# Half a row at a full hour is usual in any file, in a small one less.
_HALF, _SHARE = 0.5, 0.02
# Of stops with minutes, about one in eight stands at a full hour; where hours alone are written, nine in ten.
_WHOLE_ELSEWHERE, _WHOLE_HERE, _RARELY = 0.12, 0.9, 0.03
# Minutes that repeat one number, or the hour.
_ONE_MINUTE, _FEWEST_ONE = 0.9, 8
_ECHOES, _FEWEST_ECHOES = 0.35, 5
# Seven stops in ten are made from one in the afternoon to one in the morning: so few of so many are never by chance.
_OUTSIDE, _FEWEST_OF_HALF_DAYS = 0.01, 16


@dataclass(frozen=True, slots=True)
class _Mark:
    """Stops at one place in the day where those without a time of day may stand."""

    name: str
    rows: int
    of: int  # of its half of the year
    days: int
    usual: float
    surprise: float = field(init=False)  # how surprising so many are, in natural logarithms of odds

    def __post_init__(self) -> None:
        object.__setattr__(self, "surprise", self._surprise())

    def _surprise(self) -> float:
        most = self.usual + sqrt(self.usual)  # what is usual is itself counted from few
        if self.rows <= _TIMES_USUAL * most:
            return 0.0
        crowded = self.rows < _ALL * self.of
        return excess(min(self.rows, _A_DAY * self.days) if crowded else self.rows, most)


@dataclass(frozen=True, slots=True)
class Times:
    """What was decided about the times of one file: two properties, and where the stops without a time stand."""

    time_of_day: FileProperty
    precision: FileProperty
    blanks: tuple[str, ...]


def times_of_day(series: Mapping[Month, StopEvidence]) -> dict[Month, Times]:
    """The times of each file of one force, from all that are held of it."""
    months = sorted(month for month, evidence in series.items() if evidence.rows)
    marks = [_marks(series[month]) for month in months]
    found = {}
    for place, month in enumerate(months):
        around = [
            marks[other]
            for other in range(max(0, place - _MONTHS_AROUND), min(len(months), place + _MONTHS_AROUND + 1))
            if other != place
        ]
        found[month] = _decided(month, series[month], marks[place], around)
    return found


def _marks(evidence: StopEvidence) -> list[_Mark]:
    winter, summer = evidence.whole_winter, evidence.whole_summer
    least = min(_HALF, _SHARE * evidence.rows)
    # Where minutes repeat the hour, all of the hour of midnight stands at exactly midnight.
    echoes = evidence.echo_to_the_second / evidence.rows
    echoes = echoes if echoes >= _ECHOES else 0.0
    days = evidence.midnight_days

    def usual(whole: Sequence[int], hours: Sequence[int], before: int) -> float:
        return max((whole[before] + whole[1]) / 2 + echoes * (hours[before] + hours[1]) / 2, least)

    # In summer the hour beside is left out that may be the other mark.
    evening = usual(summer, evidence.hours_summer, 22)
    return [
        _Mark(
            WINTER_MIDNIGHT, winter[0], sum(evidence.hours_winter), days[0], usual(winter, evidence.hours_winter, 23)
        ),
        _Mark(SUMMER_EVENING, summer[23], sum(evidence.hours_summer), days[1], evening),
        _Mark(SUMMER_MIDNIGHT, summer[0], sum(evidence.hours_summer), days[2], evening),
    ]


def _decided(month: Month, evidence: StopEvidence, marks: Sequence[_Mark], around: Sequence[Sequence[_Mark]]) -> Times:
    odds = {mark.name: mark.surprise + sum(_says(mark.name, other) for other in around) for mark in marks}
    alone = [mark for mark in marks if mark.surprise >= _SURPRISING]
    alike = [mark for mark in marks if _SUSPICIOUS <= mark.surprise < _SURPRISING and odds[mark.name] >= _SURPRISING]
    chosen = alone + alike
    blank = sum(mark.rows for mark in chosen)
    value = "known" if not blank else "not known" if blank >= _ALL * evidence.rows else "in part"
    counted = {mark.name: mark.rows for mark in marks if mark.rows}
    beside = {mark.name: round(mark.usual, 1) for mark in marks if mark.rows}
    return Times(
        FileProperty(
            "time_of_day",
            value,
            _confidence(marks, chosen, odds),
            _why(evidence, blank, chosen),
            BY_MONTHS_AROUND if alike and not alone else BY_FILE,
            blank,
            {"rows": evidence.rows, "at_midnight": counted, "at_the_full_hours_beside": beside, "without": blank},
        ),
        _precision(month, evidence, chosen),
        tuple(mark.name for mark in chosen),
    )


def _says(name: str, month: Sequence[_Mark]) -> float:
    """What a month beside says of stops at a midnight: the surprise at its own, or how clearly it has none."""
    akin = [mark for mark in month if _akin(name, mark.name)]
    surprise = max(mark.surprise for mark in akin)
    return bounded(surprise if surprise else -_EXPECTED * sum(mark.of for mark in akin), _MOST_OF_A_MONTH)


def _akin(one: str, other: str) -> bool:
    """Whether stops without a time may stand at both, by one clock."""
    return one == other or WINTER_MIDNIGHT in (one, other)


def _confidence(marks: Sequence[_Mark], chosen: Sequence[_Mark], odds: Mapping[str, float]) -> float:
    """From the weakest of what was decided."""
    doubts = []
    for mark in marks:
        if mark.rows:
            sure = max(mark.surprise, odds[mark.name]) if mark in chosen else _SURPRISING - mark.surprise
            doubts.append(1 / (1 + exp(bounded(sure, 50))))
    return round(1 - max(doubts, default=0.0), 4)


def _why(evidence: StopEvidence, blank: int, chosen: Sequence[_Mark]) -> str:
    if not blank:
        return "no more stops stand at midnight than at the full hours beside it"
    usual = sum(mark.usual for mark in chosen)
    where = " and ".join(mark.name for mark in chosen)
    return f"{blank:,} of {evidence.rows:,} stops stand at exactly {where}, where about {usual:,.0f} would be usual"


def _precision(month: Month, evidence: StopEvidence, chosen: Sequence[_Mark]) -> FileProperty:
    blank = sum(mark.rows for mark in chosen)
    timed = evidence.rows - blank
    whole = max(sum(evidence.whole_summer) + sum(evidence.whole_winter) - blank, 0)
    minutes = list(evidence.minutes)
    minutes[0] -= blank
    found = {"rows": timed, "at_full_hours": whole}
    if not timed:
        return FileProperty(
            "precision", "minutes", 0.5, "no stop of the file has a time of day", rows=timed, evidence=found
        )
    later = _after_noon(evidence, {mark.name: mark.rows for mark in chosen})
    if timed >= _FEWEST_OF_HALF_DAYS and later <= _OUTSIDE * timed:
        reason = f"{timed - later:,} of {timed:,} stops with a time are of the hours 1 to 12"
        return FileProperty("precision", "half days", 0.999, reason, rows=timed, evidence=found | {"others": later})
    commonest = max(range(1, len(minutes)), key=lambda minute: minutes[minute])
    if timed >= _FEWEST_ONE and minutes[commonest] >= _ONE_MINUTE * timed:
        what = "the number of the month" if commonest == month.number else f"{commonest:02d}"
        reason = f"the minutes of {minutes[commonest]:,} of {timed:,} stops are {what}"
        return FileProperty(
            "precision",
            "hours",
            0.999,
            reason,
            rows=timed,
            evidence=found | {f"minute_{commonest}": minutes[commonest]},
        )
    echoes = evidence.echo_winter + max(evidence.same, evidence.next)
    if echoes >= max(_ECHOES * timed, _FEWEST_ECHOES):
        reason = f"the minutes of {echoes:,} of {timed:,} stops repeat the hour"
        return FileProperty(
            "precision", "hours", 0.999, reason, rows=timed, evidence=found | {"repeat_the_hour": echoes}
        )
    odds = _whole_odds(whole, timed)
    confidence = round(1 / (1 + exp(-bounded(abs(odds), 50))), 4)
    reason = f"{whole:,} of {timed:,} stops with a time stand at a full hour"
    return FileProperty("precision", "hours" if odds > 0 else "minutes", confidence, reason, rows=timed, evidence=found)


def _after_noon(evidence: StopEvidence, blanks: Mapping[str, int]) -> int:
    """The stops with a time whose hour a clock with twelve does not have, by whichever clock they are fewer. `blanks`
    are the stops without a time, by where they stand."""
    winter, summer = list(evidence.hours_winter), list(evidence.hours_summer)
    for hours, hour, name in ((winter, 0, WINTER_MIDNIGHT), (summer, 23, SUMMER_EVENING), (summer, 0, SUMMER_MIDNIGHT)):
        hours[hour] -= blanks.get(name, 0)
    return sum(winter) - sum(winter[1:13]) + sum(summer) - max(sum(summer[:12]), sum(summer[1:13]))


def _whole_odds(whole: int, timed: int) -> float:
    """The natural logarithm of the odds that hours alone are written."""
    gain, loss = log(_WHOLE_HERE / _WHOLE_ELSEWHERE), log((1 - _WHOLE_HERE) / (1 - _WHOLE_ELSEWHERE))
    return log(_RARELY / (1 - _RARELY)) + whole * gain + (timed - whole) * loss
