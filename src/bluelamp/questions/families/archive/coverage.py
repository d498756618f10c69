"""How complete an answer is: which of the force-months that it asks for are held, and which are not. Used by `answer`;
the states themselves were derived from the ledger when the data version was built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.coverage import State
from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.month import Month, runs
from bluelamp.domain.release import FIRST_MONTH
from bluelamp.messages import joined, listed, say, span
from bluelamp.questions.families.archive.datasets import ARCHIVE
from bluelamp.questions.families.archive.holdings import OF_MONTHS, holdings_of
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.coverage import Coverage, MonthCoverage
from bluelamp.questions.model.holdings import Holdings


@dataclass(frozen=True, slots=True)
class ForceGap:
    """A run of months that a force's records are absent for, and why; `force` is empty where it is every force that is
    asked about. `dataset` is named where an answer needs the files of two."""

    force: str
    name: str
    state: str
    first: Month
    last: Month
    dataset: str = ""

    @property
    def months(self) -> int:
        return self.last.index - self.first.index + 1

    def words(self) -> str:
        """One sentence for a person."""
        of = say("archive.gap.dataset", dataset=BY_NAME[self.dataset].words) if self.dataset else ""
        when = span_words(self.first, self.last)
        if self.force:
            return say(f"archive.gapOfForce.{self.state}", who=self.name, of=of, when=when)
        # Of states that every publisher asked about shares: said once.
        return say(f"archive.gapOfAll.{self.state}", of=of, when=when)

    def as_json(self) -> dict[str, Any]:
        return {
            "publisher": self.force,
            "force": self.force,
            "name": self.name,
            "dataset": self.dataset,
            "state": self.state,
            "from": str(self.first),
            "to": str(self.last),
            "units": self.months,
            "months": self.months,
            "words": self.words(),
        }


def span_words(first: Month, last: Month) -> str:
    """`March 2021`, or `March 2021 to May 2021`."""
    return span(first.words(), last.words())


@dataclass(frozen=True, slots=True)
class ForceMonthCoverage(Coverage):
    """The coverage of an answer from the archive; see `Coverage`."""

    @property
    def unit(self) -> str:
        return ARCHIVE.unit

    def words(self) -> str:
        """One sentence: how much of what is asked is held."""
        if not self.held:
            return self.reason or say("archive.coverage.nothing")
        if self.is_complete:
            return say("archive.coverage.complete", count=self.expected)
        if self.parts:
            held_of = [
                say("archive.coverage.dataset", held=held, expected=expected, dataset=BY_NAME[name].words)
                for name, held, expected in self.parts
            ]
            return say("archive.coverage.datasets", datasets=listed(held_of))
        lacking = self.expected - self.held - self.closed
        if not lacking:
            return say("archive.coverage.recordable", count=self.held, expected=self.expected, closed=self.closed)
        words = say("archive.coverage.lacking", count=lacking)
        if self.closed:
            words = say("archive.coverage.lackingAndClosed", lacking=words, closed=self.closed)
        return say("archive.coverage.part", count=self.held, expected=self.expected, lacking=words)


def coverage_of(
    version: ArchiveVersion,
    dataset: str,
    *,
    force_ids: Collection[int] | None,
    first: Month | None = None,
    last: Month | None = None,
    months: Sequence[Month] | None = None,
) -> Coverage:
    """The coverage of a dataset for some forces and months; see `holdings_of`."""
    found = holdings_of(version, dataset, forces=force_ids, first=first, last=last, months=months)
    return coverage_over(version, (found,))


def coverage_over(version: ArchiveVersion, holdings: Sequence[Holdings]) -> Coverage:
    """The coverage of an answer that needs all of these, which are over the same publishers and months."""
    key = ("coverage", *(one.dataset for one in holdings))
    return holdings[0].kept(key, lambda: _counted(version, holdings))


def _counted(version: ArchiveVersion, holdings: Sequence[Holdings]) -> Coverage:
    several = len(holdings) > 1
    gaps = [gap for one in holdings for gap in _gaps(version, one, one.dataset if several else "")]
    expected = sum(one.expected.sum(axis=0) for one in holdings)
    held = sum((one.expected & one.held).sum(axis=0) for one in holdings)
    closed = sum(_closed(one).sum(axis=0) for one in holdings)
    months = [time for time in holdings[0].times if isinstance(time, Month)]
    by_month = tuple(
        MonthCoverage(month, int(its), int(its_held), int(its_closed))
        for month, its, its_held, its_closed in zip(
            months, np.atleast_1d(expected), np.atleast_1d(held), np.atleast_1d(closed), strict=True
        )
    )
    parts = tuple((one.dataset, int((one.expected & one.held).sum()), int(one.expected.sum())) for one in holdings)
    whole, found = sum(one[2] for one in parts), sum(one[1] for one in parts)
    reason = _reason(version, holdings[0]) if not found else ""
    return ForceMonthCoverage(
        whole, found, tuple(gaps), by_month, reason, parts if several else (), int(np.sum(closed))
    )


def _closed(holdings: Holdings) -> npt.NDArray[np.bool_]:
    """What is expected and could not be recorded in its month."""
    found: npt.NDArray[np.bool_] = holdings.expected & (holdings.codes == holdings.states.index(str(State.OUTSIDE_ERA)))
    return found


def _gaps(version: ArchiveVersion, holdings: Holdings, dataset: str) -> Iterator[ForceGap]:
    """Runs of months: first those of which nobody's files can be there, then those of each publisher."""
    lacking = holdings.expected & ~holdings.held
    months = [time for time in holdings.times if isinstance(time, Month)]
    together = np.zeros(len(months), bool)
    if len(holdings.publishers) > 1:
        for state in (*OF_MONTHS, State.NOT_HELD, State.OUT_OF_SCOPE):
            code = holdings.states.index(str(state))
            alike = (lacking & (holdings.codes == code)).any(axis=0)
            alike &= ((holdings.codes == code) | ~holdings.expected).all(axis=0)
            together |= alike
            for begins, ends in runs([months[at] for at in np.flatnonzero(alike).tolist()]):
                yield ForceGap("", say("archive.everyForce"), str(state), begins, ends, dataset)
    absent: dict[tuple[int, int], list[Month]] = {}
    for row, column in np.argwhere(lacking & ~together[None, :]).tolist():
        absent.setdefault((row, int(holdings.codes[row, column])), []).append(months[column])
    for (row, code), gone in absent.items():
        slug, name = version.forces[int(holdings.publishers[row])]
        for begins, ends in runs(gone):
            yield ForceGap(slug, name, holdings.states[code], begins, ends, dataset)


def _reason(version: ArchiveVersion, holdings: Holdings) -> str:
    """Why nothing at all of what is asked is held, in one sentence."""
    months = [time for time in holdings.times if isinstance(time, Month)]
    if not months:
        return say("archive.reason.noMonth")
    when = span_words(months[0], months[-1])
    what = BY_NAME[holdings.dataset].words
    who = _names(holdings)
    if not holdings.publishers:
        return say("archive.reason.outside")
    if not holdings.expected.any():
        named = who or say("archive.reason.nobody")
        return say("archive.reason.notPublished", count=len(holdings.publishers), who=named, what=what)
    codes = holdings.codes[holdings.expected]
    ((state, _), *others) = Counter(holdings.states[code] for code in codes.tolist()).most_common()
    newest = version.facts.newest_release
    if others:
        return say("archive.reason.several", count=len(codes), what=what, when=when)
    if state == State.NOT_YET and newest is not None:
        return say("archive.reason.notYet", count=len(months), when=when, newest=newest.words())
    if state == State.BEFORE:
        return say("archive.reason.before", first=FIRST_MONTH.words())
    if state == State.OUTSIDE_ERA:
        return say("archive.reason.closed", when=when)
    if state == State.NOT_COVERED:
        return say("archive.reason.notCovered", when=when)
    return _reason_of_files(state, who, what, when)


def _reason_of_files(state: str, who: str, what: str, when: str) -> str:
    """Why nothing is held, where it lies at the files of the publishers that are asked about."""
    if state == State.QUARANTINED:
        if who:
            return say("archive.reason.unreadableOf", what=what, who=who, when=when)
        return say("archive.reason.unreadable", what=what, when=when)
    if not who:
        return say("archive.reason.notHeld", what=what, when=when)
    if state == State.MISSING:
        return say("archive.reason.missing", who=who, what=what, when=when)
    return say("archive.reason.notHeldOf", what=what, who=who, when=when)


def _names(holdings: Holdings) -> str:
    """The publishers by name, where they are few."""
    return joined(sorted(holdings.names)) if len(holdings.names) <= 3 else ""
