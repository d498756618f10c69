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
from bluelamp.questions.families.archive.datasets import ARCHIVE
from bluelamp.questions.families.archive.holdings import OF_MONTHS, holdings_of
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.coverage import Coverage, MonthCoverage
from bluelamp.questions.model.holdings import Holdings

_EVERYBODY = "Every force"


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
        of = f" ({BY_NAME[self.dataset].words})" if self.dataset else ""
        words = _GAP_WORDS if self.force else _OF_EVERYBODY
        return words[State(self.state)].format(who=self.name, of=of, when=span_words(self.first, self.last))

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


_GAP_WORDS = {
    State.MISSING: "{who}{of} published nothing for {when}",
    State.QUARANTINED: "{who}{of}: the file that is held for {when} cannot be read",
    State.NOT_FETCHED: "{who}{of} was not fetched for {when}",
    State.NOT_HELD: "{who}{of} is not held for {when}",
    State.NOT_COVERED: "{who}{of}: no release that is held covers {when}",
    State.NOT_YET: "{who}{of}: not yet published in the newest release that is held: {when}",
    State.BEFORE: "{who}{of}: before publication began: {when}",
    State.OUTSIDE_ERA: "{who}{of}: this could not be recorded in {when}",
    State.OUT_OF_SCOPE: "{who}{of} is outside what this installation holds for {when}",
}
# Of states that every publisher asked about shares: said once.
_OF_EVERYBODY = {
    State.NOT_HELD: "No force{of} is held for {when}",
    State.NOT_COVERED: "No release that is held covers {when}{of}",
    State.NOT_YET: "Not yet published in the newest release that is held: {when}{of}",
    State.BEFORE: "Before publication began: {when}{of}",
    State.OUTSIDE_ERA: "This could not be recorded{of} in {when}",
    State.OUT_OF_SCOPE: "This is outside what this installation holds: {when}{of}",
}


def span_words(first: Month, last: Month) -> str:
    """`March 2021`, or `March 2021 to May 2021`."""
    return first.words() if first == last else f"{first.words()} to {last.words()}"


@dataclass(frozen=True, slots=True)
class ForceMonthCoverage(Coverage):
    """The coverage of an answer from the archive; see `Coverage`."""

    @property
    def unit(self) -> str:
        return ARCHIVE.unit

    def words(self) -> str:
        """One sentence: how much of what is asked is held."""
        if not self.held:
            return self.reason or "Nothing of this is held."
        if self.is_complete:
            counted = "the one force-month asked" if self.expected == 1 else f"all {self.expected:,} force-months"
            return f"Complete: {counted} {'is' if self.expected == 1 else 'are'} held."
        if self.parts:
            told = [f"{held:,} of {expected:,} of {BY_NAME[name].words}" for name, held, expected in self.parts]
            return f"Force-months held: {', '.join(told)}."
        lacking = self.expected - self.held - self.closed
        told = [f"{lacking:,} {'is' if lacking == 1 else 'are'} not"] if lacking else []
        told += [f"in {self.closed:,} this could not be recorded"] if self.closed else []
        are = "is" if self.held == 1 else "are"
        if not lacking:
            return f"{self.held:,} of {self.expected:,} force-months can say this, and {are} held; {told[0]}."
        return f"{self.held:,} of {self.expected:,} force-months {are} held; {', and '.join(told)}."


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
                yield ForceGap("", _EVERYBODY, str(state), begins, ends, dataset)
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
        return "These filters leave no month to ask about."
    when = span_words(months[0], months[-1])
    what = BY_NAME[holdings.dataset].words
    names = _names(holdings)
    if not holdings.publishers:
        return "Nothing of this is held: all that is asked about is outside what this installation holds."
    if not holdings.expected.any():
        return f"{names or 'Nobody who is asked about'} {_verb(holdings, 'publishes', 'publish')} no {what}."
    codes = holdings.codes[holdings.expected]
    ((state, _), *others) = Counter(holdings.states[code] for code in codes.tolist()).most_common()
    newest = version.facts.newest_release
    if others:
        return f"Nothing of this is held: none of the {len(codes):,} force-months of {what} in {when}."
    if state == State.NOT_YET and newest is not None:
        return f"Nothing of this is held: {when} {_is(months)} after the newest release that is held, {newest.words()}."
    if state == State.BEFORE:
        return f"Nothing of this can be held: publication began with {FIRST_MONTH.words()}."
    if state == State.OUTSIDE_ERA:
        return f"Nothing of this can be known: it could not be recorded in {when}."
    if state == State.NOT_COVERED:
        return f"Nothing of this is held: no release that is held covers {when}."
    if state == State.QUARANTINED:
        of = f" of {names}" if names else ""
        return f"Nothing of this is known: the files of {what}{of} for {when} cannot be read."
    if state == State.MISSING and names:
        return f"{names} published no {what} for {when}."
    if names:
        return f"Nothing of this is held: no file of {what} of {names} for {when}."
    return f"Nothing of this is held: no file of {what} for {when}."


def _is(months: Sequence[Month]) -> str:
    return "is" if len(months) == 1 else "are"


def _verb(holdings: Holdings, one: str, several: str) -> str:
    return one if len(holdings.publishers) == 1 else several


def _names(holdings: Holdings) -> str:
    """The publishers by name, where they are few."""
    if not 0 < len(holdings.names) <= 3:
        return ""
    *head, end = sorted(holdings.names)
    return f"{', '.join(head)} and {end}" if head else end
