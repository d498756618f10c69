"""Which of the months and years that an answer is grouped by are not whole.

A year is whole when all of its twelve months are asked about; any period is whole only when every force-month in it is
held.
"""

from __future__ import annotations

from collections.abc import Sequence

from bluelamp.domain.month import runs
from bluelamp.messages import listed, say, span
from bluelamp.questions.families.archive.coverage import span_words
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.periods import Period
from bluelamp.questions.model.question import Question

# A caveat names so many periods; the JSON form names all.
_NAMED = 6


def incomplete_periods(question: Question, coverage: Coverage) -> tuple[Period, ...]:
    """The periods of the answer that are not whole, in order; none where it is not grouped by time."""
    kinds = {dimension.name for dimension in question.by}
    if kinds & {"month", "date"}:
        groups = {one.month.index: [one.month] for one in coverage.by_month}
        of_months = 1
    elif "year" in kinds:
        groups = {}
        for one in coverage.by_month:
            groups.setdefault(one.month.year, []).append(one.month)
        of_months = 12
    else:
        return ()
    counts = {one.month: one for one in coverage.by_month}
    periods = [
        Period(
            str(months[0]) if of_months == 1 else str(months[0].year),
            tuple(months),
            of_months,
            sum(counts[month].expected for month in months),
            sum(counts[month].held for month in months),
            sum(counts[month].closed for month in months),
        )
        for months in groups.values()
    ]
    return tuple(period for period in periods if period.is_part or period.has_gaps)


def caveats_of(periods: Sequence[Period]) -> list[str]:
    """Sentences for a person about periods that are not whole."""
    found = []
    parts = [say("archive.periods.partOf", period=one.name, months=_months(one)) for one in periods if one.is_part]
    if parts:
        named = listed(parts, most=_NAMED, between=say("list.clauses"))
        found.append(say("archive.periods.part", periods=named))
    lacking = [one for one in periods if one.has_gaps and one.held]
    if lacking:
        found.append(say("archive.periods.gaps", periods=_which(lacking)))
    closed = [one for one in periods if one.is_closed]
    if closed:
        found.append(say("archive.periods.closed", periods=_spans(closed)))
    nothing = [one for one in periods if one.expected and not one.held and not one.is_closed]
    if nothing:
        found.append(say("archive.periods.nothing", periods=_spans(nothing)))
    return found


def _spans(periods: Sequence[Period]) -> str:
    months = [month for one in periods for month in one.months]
    return listed([span_words(begin, end) for begin, end in runs(months)], most=_NAMED)


def _which(periods: Sequence[Period]) -> str:
    if periods[0].of_months > 1:
        years = [
            say("archive.periods.yearWithGaps", year=one.name, lacking=one.expected - one.held, expected=one.expected)
            for one in periods
        ]
        return listed(years, most=_NAMED)
    spans = runs([one.months[0] for one in periods])
    return listed([span(f"{begin}", f"{end}") for begin, end in spans], most=_NAMED)


def _months(period: Period) -> str:
    return listed([span(begin.name, end.name) for begin, end in runs(list(period.months))])
