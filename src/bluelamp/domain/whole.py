"""Whole or a part: whether what was received lists everything that a release has of a dataset. Only then does a file
that it lacks mean that the force published nothing. Pure; used on receiving, and by coverage ever after.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection

# Every release since 2010 has files of more than 40 of the 45 publishers in each dataset. A person who picks forces
# picks few; one who cuts a release, or downloads one kind of record only, keeps the name but not the datasets.
PUBLISHERS_OF_A_WHOLE_RELEASE = 30
# data.police.uk publishes three years at a time. A custom download of all forces that bears no release's name is
# believed only when it also spans so much: most are of some months.
MONTHS_OF_A_WHOLE_RELEASE = 36


@dataclass(frozen=True, slots=True)
class ListingReading:
    """How the files of one dataset in a listing were read: of how many publishers, from which month to which, and
    whether they are all that the release has; `stated` where a person said so."""

    dataset: str
    publishers: int
    first: Month
    last: Month
    whole: bool
    stated: bool = False

    @property
    def months(self) -> int:
        return self.last.index - self.first.index + 1

    def words(self) -> str:
        """`stop and search whole (44 publishers, 36 months)`, `street crime a part (1 publisher, 1 month)`."""
        how = "whole" if self.whole else "a part"
        size = f"{_counted(self.publishers, 'publisher')}, {_counted(self.months, 'month')}"
        return f"{BY_NAME[self.dataset].words} {how} ({size})"


@dataclass(frozen=True, slots=True)
class ReceiptWindow:
    """The months of a dataset that one receipt speaks for, and what was chosen of them on loading. `whole` says that
    it lists all that the release has."""

    dataset: str
    first: Month
    last: Month
    release: Month
    whole: bool
    choice: Selection = field(default_factory=Selection)
    stated: bool = field(default=False, compare=False)  # by a person, who is believed

    def chosen_span(self) -> tuple[Month, Month] | None:
        """(first, last) of the months that were asked for on loading; None where the choice leaves none."""
        if self.choice.datasets and self.dataset not in self.choice.datasets:
            return None
        first = max(self.first, self.choice.first or self.first)
        last = min(self.last, self.choice.last or self.last)
        return (first, last) if first <= last else None

    def adds_to(self, same: Iterable[ReceiptWindow], others: Iterable[ReceiptWindow]) -> bool:
        """Whether it says more than what was said before, where no file in it is new: `same` was said of the same
        listing, `others` of other listings of its release. What a person said is not taken back by how it looks."""
        said = [window for window in same if window.dataset == self.dataset]
        if said:
            otherwise = self.whole != said[0].whole
            changes = otherwise and (self.stated or (self.whole and not said[0].stated))
            return changes or not any(window._chose_all_of(self) for window in said)
        return self.whole and not any(
            window.whole and window.dataset == self.dataset and window._chose_all_of(self)
            and window.first <= self.first and window.last >= self.last
            for window in others
        )  # fmt: skip

    def _chose_all_of(self, other: ReceiptWindow) -> bool:
        return self.choice.is_everything or self.choice == other.choice


def window_of(reading: ListingReading, release: Month, choice: Selection) -> ReceiptWindow:
    """What a reading of one release speaks for, where so much of it was chosen."""
    return ReceiptWindow(reading.dataset, reading.first, reading.last, release, reading.whole, choice, reading.stated)


def judge(
    units: Iterable[ForceMonth], *, names_release: bool, stated: bool | None = None
) -> tuple[ListingReading, ...]:
    """How a listing is read, for each dataset of which it has a file.

    `names_release` says that the archive's name, or the person, says which release it is; then a dataset is whole
    that has enough publishers. Without it, all three must have them and the months must be those of a release.
    `stated` is what the person says of it, whatever it looks like.
    """
    listed: dict[str, tuple[set[str], set[Month]]] = {}
    for unit in units:
        publishers, months = listed.setdefault(unit.dataset, (set(), set()))
        publishers.add(unit.force)
        months.add(unit.month)
    wide = {name for name, (publishers, _) in listed.items() if len(publishers) >= PUBLISHERS_OF_A_WHOLE_RELEASE}
    if not names_release:
        every = [month for _, months in listed.values() for month in months]
        spans = bool(every) and max(every).index - min(every).index + 1 >= MONTHS_OF_A_WHOLE_RELEASE
        wide = wide if spans and len(wide) == len(DATASETS) else set()
    return tuple(
        ListingReading(
            dataset.name, len(listed[dataset.name][0]), min(listed[dataset.name][1]), max(listed[dataset.name][1]),
            dataset.name in wide if stated is None else stated, stated is not None,
        )
        for dataset in DATASETS
        if dataset.name in listed
    )  # fmt: skip


def message_of(release: Month, readings: Sequence[ListingReading]) -> str:
    """`Read as release 2021-11: stop and search whole (44 publishers, 36 months); street crime a part (…).`"""
    whole_first = sorted(readings, key=lambda reading: not reading.whole)
    return f"Read as release {release}: {'; '.join(reading.words() for reading in whole_first)}."


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}" + ("" if number == 1 else "s")
