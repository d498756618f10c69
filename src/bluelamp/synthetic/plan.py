"""What a twin is to be: its window, its size, its seed, and the faults planted in it. All of the twin reads it."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.chance import fraction, key

# Every fault that can be planted, by name, with what it is. The numbers are those of the list of real oddities.
MISSING: dict[str, str] = {
    "missing_months": "single force-months that were never published (21)",
    "stops_stopped": "a force that stops publishing stop and search for good (21)",
    "street_gaps": "a force that publishes neither street crime nor outcomes for some months (21)",
    "restated_coverage": "each release fills in, or withdraws, one file of an earlier month",
}
UNUSABLE: dict[str, str] = {
    "damaged_member": "bytes changed after the CRC was taken",
    "cut_file": "the CSV ends in mid row; the zip itself is consistent",
    "renamed_column": "one column has another name",
    "missing_column": "one column is absent from the header and from every row",
    "no_header": "the first line is a row",
    "not_text": "the member holds arbitrary bytes",
}
VARIANTS: dict[str, str] = {
    "empty_files": "the header and nothing after it",
    "reordered_columns": "the columns stand in another order",
    "extra_column": "one column too many, at the end",
    "crlf": "lines end in CR LF (23)",
    "bare_cr": "lines end in CR alone (23)",
    "bom": "the file starts with a byte order mark (23)",
    "stuck_file": "the whole file is 13 copies of one crime, placed in another force",
    "thin_files": "about 40 % of the rows that the month should have",
    "tiny_files": "a dozen rows, whatever the months around have",
    "stands_twice": "the file is followed by itself",
    "swollen_files": "every row stands two or three times, side by side",
    "merged_forces": "the rows of another force follow those of the file",
    "merged_months": "the rows of another month follow those of the file",
    "swapped_coordinates": "longitude and latitude are exchanged",
    "shifted_coordinates": "all points lie elsewhere: by a constant step, or as Lancashire's, whose northing was lost",
    "rounded_coordinates": "points have two or three decimals",
}
ROWS: dict[str, str] = {
    "reused_ids_across_months": "Northern Ireland gives the same crime ID to unrelated crimes of several months (1)",
    "reused_ids_in_file": "Avon and Somerset gives one crime ID to two crimes of one file (1)",
    "identical_blank_id_rows": "rows without a crime ID that repeat another row of the file (2)",
    "mixed_lsoa_vintages": "LSOA codes of 2011 and of 2021 inside one file, from 2022-06 to 2023-05 (4)",
    "two_names": "one LSOA code under two names, and one name for two codes, as the census of 2021 renamed them",
    "redrawn_points": "map points that are others since 2022-07: a place keeps its street and LSOA and moves by metres",
    "closed_vocabularies": "no result of a court after 2019-05, in outcomes or of later crimes",
    "abolished_districts": "LSOA names that keep the name of an abolished district (5)",
    "odd_names": "local authorities with hyphens, apostrophes, full stops and commas (5)",
    "blank_street": "`On or near ` with a trailing blank and no street (6)",
    "no_location": "`No Location`, `No location` in outcomes, with blank coordinates (8)",
    "duplicate_outcome_rows": "exact copies of outcome rows (10)",
    "many_outcomes": "one crime with 30 outcomes in one file (10)",
    "far_points": "points hundreds of kilometres outside the force (11)",
    "border_snap": "points, and so LSOAs, of a neighbouring force (11)",
    "outcome_disagreement": "`Last outcome category` differs from the latest outcome in the outcome files (12)",
    "status_of_newest": "`Under investigation` on the newest five months alone: City of London; never: Gwent",
    "vocabulary_eras": "labels as they were in their years: crime types, ethnicity, stop outcomes (13, 20)",
    "unknown_values": "values outside every published vocabulary",
    "markup_cells": "markup, formulas and right-to-left marks in text columns",
    "bad_rows": "too few or too many fields, month `2020-13`, a crime ID of another form",
    "utc_dates": "stops dated in UTC: in summer some fall on the last evening of the previous month (15)",
    "out_of_month": "stops dated in another month altogether",
    "microseconds": "Cumbria dates stops to the microsecond (16)",
    "midnight_times": "local midnight where the time is not known: Dyfed-Powys all, Sussex 89 % (17)",
    "local_clocks": "stops in local time that say `+00:00`: Avon and Somerset; Lincolnshire and South Wales by turns",
    "date_only_months": "single months or runs of months of a force with every stop at local midnight",
    "partly_dated_months": "some weeks of a force in which nearly every stop is at local midnight, across two months",
    "whole_hours": "stops at full hours: Gwent 96 %, and single months of others",
    "half_days": "City of London writes the hours of a clock with twelve of them",
    "odd_minutes": "minutes that repeat the month or the local hour, or are always 01",
    "stops_without_coordinates": "South Yorkshire all, Thames Valley 91 %, Lancashire 83 % (18)",
    "blank_columns": "columns that a force leaves blank: age in South Wales, the law in Surrey, and three more",
    "stops_elsewhere": "stops outside their force: City of London's beyond its border, some of Kent's on another coast",
    "gender_blank": "West Midlands leaves the gender of all stops blank (19)",
    "duplicate_stop_rows": "exact copies of stops, one of them 60 times (22)",
}
PATHOLOGIES: dict[str, str] = MISSING | UNUSABLE | VARIANTS | ROWS
ALL: frozenset[str] = frozenset(PATHOLOGIES)
ALL_FORCES: tuple[str, ...] = tuple(force.slug for force in FORCES)
ALL_DATASETS: tuple[str, ...] = tuple(dataset.name for dataset in DATASETS)
# Why a file is absent that the plan does not keep: nothing of the publisher's, but of whoever put the archive together.
LEFT_OUT = "left_out"


@dataclass(frozen=True)
class FileFilter:
    """Some of a release's files: of these datasets and forces, from `first` to `last` (None: from the beginning, to the
    end), and of those a `share` from 0 to 1, drawn file by file."""

    datasets: tuple[str, ...] = ALL_DATASETS
    forces: tuple[str, ...] = ALL_FORCES
    first: Month | None = None
    last: Month | None = None
    share: float = 1.0

    def has(self, seed: int, file: ForceMonth) -> bool:
        """Whether the file is one of them."""
        return (
            file.dataset in self.datasets
            and file.force in self.forces
            and (self.first is None or file.month >= self.first)
            and (self.last is None or file.month <= self.last)
            and (self.share >= 1 or fraction(seed, "kept", str(file)) < self.share)
        )

    def as_json(self) -> dict[str, Any]:
        """The values as plain ones."""
        months = {name: str(month) if month else None for name, month in (("first", self.first), ("last", self.last))}
        return {"datasets": list(self.datasets), "forces": list(self.forces), **months, "share": self.share}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> FileFilter:
        """What `as_json` wrote."""
        first, last = (Month.parse(plain[name]) if plain[name] else None for name in ("first", "last"))
        return cls(tuple(plain["datasets"]), tuple(plain["forces"]), first, last, plain["share"])


@dataclass(frozen=True)
class TwinPlan:
    """One release of a twin.

    `release` is the last of `months` months. About `crimes` street rows are spread over the whole window;
    outcomes are about two thirds of that and stops a ninth. Plans that differ in `release` alone are
    releases of one archive: they restate the months that they share. Where `kept` names any files, the release
    has those and no others; the rows of a file are the same, whichever files are kept. Raises ValueError for a plan
    that names an unknown force or pathology, or has no months, no forces, or fewer than no crimes.
    """

    release: Month
    months: int = 36
    crimes: int = 9_000_000
    seed: int = 1
    forces: tuple[str, ...] = ALL_FORCES
    pathologies: frozenset[str] = ALL
    kept: tuple[FileFilter, ...] = ()

    def __post_init__(self) -> None:
        if self.months < 1 or self.crimes < 0 or not self.forces:
            raise ValueError("a twin has at least one month and one force, and no negative number of crimes")
        for kind, unknown in (
            ("forces", set(self.forces) - set(BY_SLUG)),
            ("pathologies", self.pathologies - ALL),
        ):
            if unknown:
                raise ValueError(f"unknown {kind} in the plan of a twin: {', '.join(sorted(unknown))}")

    @property
    def window(self) -> tuple[Month, ...]:
        """The months of the release, oldest first."""
        return tuple(month_range(self.release - (self.months - 1), self.release))

    def has(self, pathology: str) -> bool:
        """Whether the fault of this name is to be planted."""
        return pathology in self.pathologies

    def keeps(self, file: ForceMonth) -> bool:
        """Whether the release is to have this file, as far as the plan decides it."""
        return not self.kept or any(one.has(self.seed, file) for one in self.kept)

    @property
    def fingerprint(self) -> str:
        """Twelve letters and digits that only this plan has."""
        return f"{key(json.dumps(self.as_json(), sort_keys=True)):016x}"[:12]

    def as_json(self) -> dict[str, object]:
        """The plan as plain values."""
        plain = dataclasses.asdict(self)
        return plain | {
            "release": str(self.release),
            "forces": list(self.forces),
            "pathologies": sorted(self.pathologies),
            "kept": [one.as_json() for one in self.kept],
        }

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> TwinPlan:
        """The plan that `as_json` wrote."""
        values = dict(plain)
        values["release"] = Month.parse(values["release"])
        values["forces"] = tuple(values["forces"])
        values["pathologies"] = frozenset(values["pathologies"])
        values["kept"] = tuple(FileFilter.from_json(one) for one in values["kept"])
        return cls(**values)
