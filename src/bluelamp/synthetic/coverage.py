"""Which files a release has, and which of them are at fault. Decided from the plan alone, before any row is made.

Permanent gaps depend on seed, force and month; what a release fills in or withdraws on the release; the faulty files
are drawn afresh for each release among its smallest forces.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from bluelamp.domain.dataset import CRIMES, DATASETS, OUTCOMES, STOPS
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import fraction, key
from bluelamp.synthetic.plan import LEFT_OUT, MISSING, UNUSABLE, VARIANTS, TwinPlan
from bluelamp.synthetic.volumes import ORDINARY, WITHOUT_OUTCOMES, weight

# One after the other, so that every window from 2016 on has seen a force fall silent.
_STOPS_END = {
    "greater-manchester": Month.of(2019, 7),
    "hertfordshire": Month.of(2021, 4),
    "gwent": Month.of(2022, 10),
    "durham": Month.of(2024, 4),
    "suffolk": Month.of(2025, 10),
    "cheshire": Month.of(2027, 4),
}
# (length of the gap, every so many months, shift): recurring, so that any window of two years meets some.
_STREET_GAPS = {
    "greater-manchester": (6, 24, 3),
    "gwent": (4, 36, 20),
    "devon-and-cornwall": (2, 30, 7),
    "btp": (5, 36, 11),
}
# How likely a release is to restate a file of an earlier month.
_REVISED = {CRIMES.name: 0.85, OUTCOMES.name: 0.15, STOPS.name: 0.06}
_RARELY_MISSING = {CRIMES.name: 0.0008, OUTCOMES.name: 0.0015, STOPS.name: 0.025}

# Which dataset each faulty file belongs to, in the order of importance should the plan be too small for all.
_FAULTY_FILES = (
    ("damaged_member", CRIMES), ("cut_file", CRIMES), ("renamed_column", CRIMES), ("missing_column", STOPS),
    ("no_header", CRIMES), ("not_text", STOPS), ("empty_files", STOPS), ("bom", CRIMES), ("crlf", CRIMES),
    ("bare_cr", STOPS), ("reordered_columns", CRIMES), ("extra_column", STOPS), ("stuck_file", CRIMES),
    ("thin_files", CRIMES), ("damaged_member", STOPS), ("renamed_column", STOPS), ("missing_column", OUTCOMES),
    ("empty_files", OUTCOMES), ("cut_file", OUTCOMES), ("bom", OUTCOMES), ("crlf", STOPS),
    ("reordered_columns", OUTCOMES), ("extra_column", CRIMES), ("thin_files", STOPS), ("empty_files", STOPS),
    ("stands_twice", STOPS), ("stands_twice", OUTCOMES), ("tiny_files", STOPS), ("swapped_coordinates", STOPS),
    ("shifted_coordinates", STOPS), ("merged_forces", CRIMES), ("merged_months", STOPS),
    ("rounded_coordinates", CRIMES), ("swollen_files", STOPS), ("stands_twice", CRIMES), ("tiny_files", CRIMES),
    ("swapped_coordinates", CRIMES), ("shifted_coordinates", CRIMES), ("shifted_coordinates", STOPS),
    ("merged_forces", STOPS), ("merged_months", CRIMES), ("rounded_coordinates", STOPS), ("swollen_files", OUTCOMES),
    ("tiny_files", STOPS),
)  # fmt: skip
# Files that lie in two ways at once: of those that have the first fault, the last one gets the second.
_MEETINGS = (
    ("stands_twice", STOPS, "swapped_coordinates"), ("tiny_files", STOPS, "shifted_coordinates"),
    ("swollen_files", STOPS, "rounded_coordinates"), ("merged_forces", CRIMES, "shifted_coordinates"),
    ("thin_files", CRIMES, "stands_twice"),
)  # fmt: skip
# What a tiny file is can only be told where the months around are not.
_AMONG_THE_LARGER = frozenset({"tiny_files"})
# A street file with these has crimes whose IDs are no longer one crime's, or crimes of others.
_MULTIPLIED = frozenset({"stands_twice", "swollen_files", "merged_forces", "merged_months"})
# Rows of another month are of one that no release near this one has.
_MONTHS_AWAY = 6
# Forces whose whole files carry a planted peculiarity are left alone, so that one fault does not hide another.
_SPARED = frozenset({"avon-and-somerset", "northern-ireland", "btp", "dyfed-powys", "cumbria", "south-yorkshire"})
_FILES_PER_FAULT = 5


def has_remit(force: str, dataset: str) -> bool:
    """Whether the publisher of the twin ever publishes the dataset."""
    if dataset == OUTCOMES.name and force in WITHOUT_OUTCOMES:
        return False
    return any(known.name == dataset for known in BY_SLUG[force].datasets)


class ReleaseCoverage:
    """What is there, what is not and why, and what is wrong with it, for one release."""

    def __init__(self, plan: TwinPlan) -> None:
        self.plan = plan
        self._restated_by: dict[ForceMonth, tuple[int, ...]] = {}

    def expected(self) -> Iterator[ForceMonth]:
        """Every file that the release would have, were nothing missing: by force, then month, then dataset."""
        for force in self.plan.forces:
            for month in self.plan.window:
                for dataset in DATASETS:
                    if has_remit(force, dataset.name):
                        yield ForceMonth(dataset.name, force, month)

    @cached_property
    def missing(self) -> dict[ForceMonth, str]:
        """Each absent file of the window, with the name of the pathology that took it, or LEFT_OUT."""
        found = {}
        restated = self._restated()
        for file in self.expected():
            why = self._gap(file) or ("restated_coverage" if file in restated else None)
            if why:
                found[file] = why
        return found

    def _gap(self, file: ForceMonth) -> str | None:
        plan, index = self.plan, file.month.index
        if not plan.keeps(file):
            return LEFT_OUT
        end = _STOPS_END.get(file.force)
        if plan.has("stops_stopped") and file.dataset == STOPS.name and end and file.month >= end:
            return "stops_stopped"
        if plan.has("street_gaps") and file.dataset != STOPS.name and file.force in _STREET_GAPS:
            length, every, shift = _STREET_GAPS[file.force]
            if (index - shift) % every < length:
                return "street_gaps"
        chance = fraction(plan.seed, "missing", file.dataset, file.force, index)
        if plan.has("missing_months") and chance < _RARELY_MISSING[file.dataset]:
            return "missing_months"
        return None

    def _restated(self) -> set[ForceMonth]:
        """Files that a later release will fill in, or that this one or an earlier one withdrew."""
        if not self.plan.has("restated_coverage"):
            return set()
        release = self.plan.release
        to_come = (self.restated_by(release + ahead) for ahead in range(1, 13) if not _withdraws(release + ahead))
        withdrawn = (self.restated_by(month) for month in self.plan.window if _withdraws(month))
        return {file for file in (*to_come, *withdrawn) if file}

    def restated_by(self, release: Month) -> ForceMonth | None:
        """The one file that a release fills in (even months) or withdraws (odd months); None where it finds none."""
        span = max(1, min(9, self.plan.months - 3))
        for attempt in range(12):
            drawn = key(self.plan.seed, "restated", release.index, attempt)
            dataset = DATASETS[drawn % 3].name
            force = self.plan.forces[drawn // 3 % len(self.plan.forces)]
            file = ForceMonth(dataset, force, release - (2 + drawn // 1000 % span))
            if has_remit(force, dataset) and not self._gap(file):
                return file
        return None

    @cached_property
    def conditions(self) -> dict[ForceMonth, str]:
        """Each faulty file with the name of its fault; every other file is sound."""
        plan = self.plan
        there = [file for file in self.expected() if file not in self.missing]
        small_first = sorted(
            (file for file in there if file.force not in _SPARED),
            key=lambda file: (weight(file.force) > 1.0, key(plan.seed, "fault", plan.release.index, str(file))),
        )
        found: dict[ForceMonth, str] = {}
        wanted = [(name, dataset.name) for name, dataset in _FAULTY_FILES if plan.has(name)]
        for name, dataset in wanted[: len(there) // _FILES_PER_FAULT]:
            files = reversed(small_first) if name in _AMONG_THE_LARGER else small_first
            choice = next((f for f in files if f.dataset == dataset and f not in found), None)
            if choice and (name != "merged_forces" or len(plan.forces) > 1):
                found[choice] = name
        return found

    @cached_property
    def seconds(self) -> dict[ForceMonth, str]:
        """A few of the faulty files with the second fault that they have."""
        found = {}
        for name, dataset, second in _MEETINGS:
            files = [f for f, fault in self.conditions.items() if (fault, f.dataset) == (name, dataset.name)]
            if files and self.plan.has(second):
                found[files[-1]] = second
        return found

    def faults(self, file: ForceMonth) -> tuple[str, ...]:
        """The faults of the whole file, none, one or two."""
        return tuple(known[file] for known in (self.conditions, self.seconds) if file in known)

    def merged(self, file: ForceMonth) -> ForceMonth | None:
        """The file whose rows follow those of this one; None where it is not merged."""
        fault = self.conditions.get(file)
        if fault == "merged_months":
            return ForceMonth(file.dataset, file.force, self.plan.window[0] - _MONTHS_AWAY)
        if fault != "merged_forces":
            return None
        others = [each for each in self.plan.forces if each != file.force and has_remit(each, file.dataset)]
        drawn = key(self.plan.seed, "merged", str(file))
        other = min(others, key=lambda each: (weight(each) > ORDINARY, key(drawn, each)))
        return ForceMonth(file.dataset, other, file.month)

    @cached_property
    def _readable(self) -> frozenset[tuple[str, str, int]]:
        there = (file for file in self.expected() if file not in self.missing)
        return frozenset((file.dataset, file.force, file.month.index) for file in there if not self._is_spoilt(file))

    def _is_spoilt(self, file: ForceMonth) -> bool:
        spoiling = {*UNUSABLE, "empty_files", "stuck_file", *(_MULTIPLIED if file.dataset == CRIMES.name else ())}
        return not spoiling.isdisjoint(self.faults(file))

    def readable(self, dataset: str, force: str, month: Month) -> bool:
        """Whether the release holds the file, with rows that a careful reader can take in, one for each of its own."""
        return (dataset, force, month.index) in self._readable

    @cached_property
    def singles(self) -> dict[str, ForceMonth]:
        """The one file that carries each fault of which a release has one: the largest force that can."""
        found: dict[str, ForceMonth] = {}
        for name, dataset in (("many_outcomes", OUTCOMES.name), ("sixty_copies", STOPS.name)):
            sound = [f for f in self.expected() if f.dataset == dataset and self.readable(dataset, f.force, f.month)]
            if sound:
                found[name] = max(sound, key=lambda f: (weight(f.force), key(self.plan.seed, name, f.month.index)))
        return found

    def version(self, file: ForceMonth) -> int:
        """How often the file was restated since it was first published, as of this release."""
        return len(self._restatements(file))

    def last_restated(self, file: ForceMonth) -> Month:
        """The release that last restated the file, at first the one of its own month."""
        return Month(max(self._restatements(file), default=file.month.index))

    def _restatements(self, file: ForceMonth) -> tuple[int, ...]:
        if file not in self._restated_by:
            later = range(file.month.index + 1, self.plan.release.index + 1)
            about = (self.plan.seed, "revised", file.dataset, file.force, file.month.index)
            share = _REVISED[file.dataset]
            self._restated_by[file] = tuple(index for index in later if fraction(*about, index) < share)
        return self._restated_by[file]


def _withdraws(release: Month) -> bool:
    return release.index % 2 == 1


assert set(MISSING) | set(UNUSABLE) | set(VARIANTS) >= {name for name, _ in _FAULTY_FILES}
