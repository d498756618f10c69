"""Which month a headline is about, and what it may be compared with. Used by `cards` and `areas`.

A month is complete when every force-month that is expected of it is held: the one definition, of cards, charts, the
front page and captions. Where months are not complete, like is compared with like: the same publishers in both, with
what share of the usual total they are, and with the largest one that is absent named. Only where no publisher is held
for both, nothing is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.messages import joined, say
from bluelamp.questions.families.archive.holdings import OF_MONTHS
from bluelamp.questions.families.archive.scope import holdings_of_question, own_forces
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.question import Question

# The headline's month is one of this many up to the newest of which anything is held.
_RECENT = 12
# A month counts as good as the best of them from this share of the usual total on.
_AS_GOOD = 0.95
# So many names are told; then how many more.
_NAMED = 3
_OF_MONTHS = frozenset(str(state) for state in OF_MONTHS)

CountOf = Callable[[Month, Collection[int]], int]
# publisher → how many records it has in its usual (median) month; who is never held has none. Only made when something
# is missing.
Usual = Mapping[int, float]
FindUsual = Callable[[], Usual]


@dataclass(frozen=True, slots=True)
class MonthComparison:
    """An earlier month beside the latest one, over the `forces` that are held for both, which are `share` (0 to 1) of
    the usual total. `value` and `change` (a share) are None where they cannot be compared, `share` where it is not
    known."""

    month: Month
    value: int | None
    change: float | None
    words: str
    forces: int = 0
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Latest:
    """The headline's month with its figure, over `forces` of the `of_forces` expected. `absent` is a sentence that
    names the largest of those that are missing, empty where none is; `later` are sentences about newer months."""

    month: Month
    value: int
    forces: int
    of_forces: int
    absent: str
    before: MonthComparison
    year_before: MonthComparison
    later: tuple[str, ...]

    @property
    def complete(self) -> bool:
        return self.forces == self.of_forces


class Publishing:
    """Which forces are held in which month, of what a question is about. `own` are the territorial forces of the area
    that it is about, if it is about one: without them nothing is known of a month."""

    def __init__(self, holdings: Holdings, own: Collection[int] = ()) -> None:
        self.holdings = holdings
        self.names_of = {int(one): name for one, name in zip(holdings.publishers, holdings.names, strict=True)}
        self._at = {time: column for column, time in enumerate(holdings.times)}
        self._own = holdings.which(own) if own else np.zeros(len(holdings.publishers), bool)
        self._held: Mask = holdings.expected & holdings.held
        self._absent: Mask = holdings.expected & ~holdings.held
        complete = holdings.expected.any(axis=0) & (holdings.expected == self._held).all(axis=0)
        saying = self._own if self._own.any() else np.ones_like(self._own)
        self._complete: list[bool] = np.asarray(complete).tolist()
        self._known: list[bool] = np.asarray(self._held[saying].any(axis=0)).tolist()
        self.months = [time for time in holdings.times if isinstance(time, Month)]

    def _column(self, table: Mask, month: Month) -> Mask:
        at = self._at.get(month)
        return table[:, at] if at is not None else np.zeros(len(self.names_of), bool)

    def _which(self, table: Mask, month: Month) -> frozenset[int]:
        its = np.flatnonzero(self._column(table, month)).tolist()
        return frozenset(int(self.holdings.publishers[at]) for at in its)

    def expected(self, month: Month) -> frozenset[int]:
        return self._which(self.holdings.expected, month)

    def held(self, month: Month) -> frozenset[int]:
        return self._which(self._held, month)

    def absent(self, month: Month) -> frozenset[int]:
        """The forces of which a file of the month is expected and not held."""
        if self.is_complete(month):
            return frozenset()
        return self._which(self._absent, month)

    def is_complete(self, month: Month) -> bool:
        """Whether every force-month that is expected of the month is held."""
        at = self._at.get(month)
        return at is not None and self._complete[at]

    def is_known(self, month: Month) -> bool:
        """Whether anything is held that could say a figure of the month."""
        at = self._at.get(month)
        return at is not None and self._known[at]

    def state(self, month: Month) -> str:
        """complete, part, or why nothing is known of the month."""
        if self.is_complete(month):
            return "complete"
        if self.is_known(month):
            return "part"
        column = np.zeros(len(self.holdings.times), bool)
        if month in self._at:
            column[self._at[month]] = True
        return self.holdings.why(self._own if self._own.any() else None, column)

    def is_spanned(self, month: Month) -> bool:
        """Whether any release that is held could have a file of the month."""
        return self.is_known(month) or self.state(month) not in _OF_MONTHS

    def held_table(self, months: Sequence[Month]) -> Mask:
        """For each publisher (a row) whether it is held for each of these months (a column)."""
        table = np.array([self._column(self._held, month) for month in months], bool)
        return table.reshape(len(months), len(self.holdings.publishers)).T

    def names(self, forces: Collection[int], usual: Usual | None = None) -> str:
        """`Kent Police and Essex Police`; of many, the first few and how many more: the largest first where `usual`
        tells which they are, else by name."""
        ordered = sorted(forces, key=lambda force: (-(usual or {}).get(force, 0.0), self.names_of[force]))
        names = [self.names_of[force] for force in ordered]
        if len(names) > _NAMED:
            names = [*names[: _NAMED - 1], say("archive.moreForces", count=len(names) - _NAMED + 1)]
        return joined(names)

    def share(self, forces: Collection[int], of: Collection[int], find: FindUsual) -> float | None:
        """What share of the usual total of some forces these are; None where that of one is not known."""
        if set(forces) == set(of):
            return 1.0
        usual = find()
        if not all(force in usual for force in of):
            return None
        whole = sum(usual[force] for force in of)
        return sum(usual[force] for force in forces) / whole if whole else None


def publishing_of(version: ArchiveVersion, question: Question) -> Publishing:
    """Who publishes what a question is about."""
    first, *others = holdings_of_question(version, question)
    own = own_forces(version, question)

    def make() -> Publishing:
        found = first
        # A figure that joins two datasets is known of a month where the files of both are held.
        for one in others:
            found = replace(found, held=found.held & one.tells)
        return Publishing(found, own)

    return first.kept(("publishing", frozenset(own), *(one.dataset for one in others)), make)


def latest(publishing: Publishing, months: Sequence[Month], count_of: CountOf, usual: FindUsual) -> Latest | None:
    """The headline of these months: the latest complete one of the last year, else the latest that is about as complete
    as any of it; None where nothing is held.

    `count_of(month, forces)` counts the records of one month that these forces publish.
    """
    known = [month for month in months if publishing.is_known(month)]
    if not known:
        return None
    recent = [month for month in known if month > known[-1] - _RECENT]
    month = _best(publishing, recent, usual)
    held, expected = publishing.held(month), publishing.expected(month)
    value = count_of(month, held)

    def compared(other: Month) -> MonthComparison:
        return _compared(publishing, month, other, value, count_of, usual)

    return Latest(
        month,
        value,
        len(held),
        len(expected),
        absent_message(publishing, expected - held, expected, usual),
        compared(month - 1),
        compared(month - 12),
        tuple(_month_words(publishing, later) for later in months if later > month and publishing.is_spanned(later)),
    )


def _best(publishing: Publishing, recent: Sequence[Month], usual: FindUsual) -> Month:
    complete = [month for month in recent if publishing.is_complete(month)]
    if complete:
        return complete[-1]
    its = usual()
    weights = [sum(its.get(force, 0.0) for force in publishing.held(month)) for month in recent]
    return [month for month, weight in zip(recent, weights, strict=True) if weight >= _AS_GOOD * max(weights)][-1]


def absent_message(publishing: Publishing, absent: Collection[int], expected: Collection[int], usual: FindUsual) -> str:
    """`Without Kent Police, about 4% of the usual total.`; empty where nobody is absent."""
    if not absent:
        return ""
    share = publishing.share(absent, expected, usual)
    who = publishing.names(absent, usual())
    if share is None:
        return say("archive.absent", who=who)
    return say("archive.absentShare", who=who, share=f"{share:.0%}")


def _month_words(publishing: Publishing, month: Month) -> str:
    held, of = len(publishing.held(month)), len(publishing.expected(month))
    return say("archive.later", month=month.words(), held=held, expected=of)


def _compared(
    publishing: Publishing, month: Month, other: Month, value: int, count_of: CountOf, usual: FindUsual
) -> MonthComparison:
    when = other.words()
    if not publishing.is_known(other):
        return MonthComparison(other, None, None, _why_not(publishing, other))
    both = publishing.held(month) & publishing.held(other)
    if not both:
        return MonthComparison(other, None, None, say("archive.compare.noForce", when=when))
    here = value if both == publishing.held(month) else count_of(month, both)
    before = count_of(other, both)
    expected = publishing.expected(month) | publishing.expected(other)
    share = publishing.share(both, expected, usual)
    over = _over(publishing, both, expected, share)
    if not before:
        words = say("archive.compare.before", before=before, when=when, over=over)
        return MonthComparison(other, before, None, words, len(both), share)
    change = (here - before) / before
    return MonthComparison(other, before, change, _change_told(change, before, when, over), len(both), share)


def _change_told(change: float, before: int, when: str, over: str) -> str:
    if not change:
        return say("archive.compare.same", before=before, when=when, over=over)
    size = f"{abs(change):.1%}"
    if change > 0:
        return say("archive.compare.more", change=size, before=before, when=when, over=over)
    return say("archive.compare.fewer", change=size, before=before, when=when, over=over)


def _why_not(publishing: Publishing, month: Month) -> str:
    when, state = month.words(), publishing.state(month)
    if state == State.BEFORE:
        return say("archive.compare.notPublished", when=when)
    if state == State.OUTSIDE_ERA:
        return say("archive.compare.closed", when=when)
    if state in (State.NOT_COVERED, State.NOT_YET):
        return say("archive.compare.notCovered", when=when)
    return say("archive.compare.notHeld", when=when)


def _over(publishing: Publishing, both: Collection[int], expected: Collection[int], share: float | None) -> str:
    """Over whom two months are compared, where that is not everybody."""
    if set(both) == set(expected):
        return ""
    if len(both) == 1:
        who = publishing.names(both)
        if not share:
            return say("archive.over.one", who=who)
        return say("archive.over.oneShare", who=who, share=f"{share:.0%}")
    if share is None:
        return say("archive.over.same", both=len(both), expected=len(expected))
    return say("archive.over.sameShare", both=len(both), expected=len(expected), share=f"{share:.0%}")
