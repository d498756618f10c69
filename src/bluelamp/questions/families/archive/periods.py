"""Which of the months and years that an answer is grouped by are not whole.

A year is whole when all of its twelve months are asked about; any period is whole only when every force-month in it is
held.
"""

from __future__ import annotations

from collections.abc import Sequence

from bluelamp.domain.month import runs
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
    parts = [f"{one.name} holds {_months(one)}" for one in periods if one.is_part]
    if parts:
        found.append(f"Part of a year: {_list(parts, '; ')}. Do not compare it with a whole year.")
    lacking = [one for one in periods if one.has_gaps and one.held]
    if lacking:
        found.append(f"Not all files are held of {_which(lacking)}. These figures are too low to be compared.")
    closed = [month for one in periods if one.is_closed for month in one.months]
    if closed:
        told = [span_words(begin, end) for begin, end in runs(closed)]
        found.append(f"This could not be recorded in {_list(told, ', ')}: there is no figure, and that is no zero.")
    nothing = [one for one in periods if one.expected and not one.held and not one.is_closed]
    if nothing:
        spans = runs([month for one in nothing for month in one.months])
        told = [span_words(begin, end) for begin, end in spans]
        found.append(f"Nothing is held of {_list(told, ', ')}: there is no figure, and that is no zero.")
    return found


def _which(periods: list[Period]) -> str:
    if periods[0].of_months > 1:
        return _list([f"{one.name} ({one.expected - one.held:,} of {one.expected:,} missing)" for one in periods], ", ")
    spans = runs([one.months[0] for one in periods])
    return _list([f"{begin}" + (f" to {end}" if end != begin else "") for begin, end in spans], ", ")


def _months(period: Period) -> str:
    spans = [
        begin.words().split()[0] + (f" to {end.words().split()[0]}" if end != begin else "")
        for begin, end in runs(list(period.months))
    ]
    return f"{', '.join(spans)} only"


def _list(words: list[str], between: str) -> str:
    more = f" and {len(words) - _NAMED:,} more" if len(words) > _NAMED else ""
    return between.join(words[:_NAMED]) + more
