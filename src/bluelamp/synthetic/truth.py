"""What is in a twin, told exactly: the answers that tests and the demo hold the rest of Bluelamp against.

`write_release` returns a `Truth` and writes it as JSON; `Truth.read` reads it again.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bluelamp.domain.release import ForceMonth
from bluelamp.synthetic.plan import UNUSABLE, TwinPlan

MAX_LINES = 30  # of one fault in one file are named; the count is always complete

# What is true of the times of a file of stops: `clock`, `time_of_day` and `minutes` of its properties.
UTC, LOCAL = "utc", "local"
KNOWN, WHOLE_HOURS, DATE_ONLY, PARTLY, HALF_DAYS = "known", "whole hours", "date only", "partly", "half days"
PLAIN, ODD = "plain", "odd"
# `map_points` of a file that has the list of points which replaced that of 2022-06.
REDRAWN = "redrawn"
# `court_results` of a file of crimes or outcomes of the months since these are published no more.
ENDED = "ended"
# `rows` of a file that has not just its own rows, each once; `points` of one whose points lie elsewhere.
TWICE, THREE_TIMES, FEW, TWO_FORCES, TWO_MONTHS = "twice", "three times", "few", "of two forces", "of two months"
SWAPPED, SHIFTED, EASTING_TWICE = "swapped", "shifted", "easting twice"
TWO_DECIMALS, THREE_DECIMALS = "two decimals", "three decimals"


@dataclass(frozen=True)
class Label:
    """How many rows of a file carry a fault, and the line numbers (the header is line 1) of the first of them.

    Lines are named for faults that are rare; for common ones `lines` is empty and the count says all.
    """

    rows: int
    lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class FileTruth:
    """One file of the release. `month` is YYYY-MM.

    `rows` counts data rows, planted bad rows included; of a file that cannot be used, as they were before its fault.
    `size` and `crc32` are those of the zip's directory. `condition` is `sound` or the name of the file's fault, `also`
    that of a second one; `how` says what was done to it. `version` counts how often releases have restated the file.
    `properties` are true of the file as a whole, in plain words: of a file of stops its `clock`, `time_of_day` and
    `minutes`, of any its `map_points` and `court_results`, and `rows` and `points` where these are at fault.
    """

    dataset: str
    force: str
    month: str
    member: str
    rows: int
    size: int
    crc32: int
    version: int = 0
    condition: str = "sound"
    also: str = ""
    how: str = ""
    labels: dict[str, Label] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    @property
    def usable(self) -> bool:
        """Whether a careful reader gets rows out of it: not damaged, and not a header alone."""
        return self.condition not in UNUSABLE and self.condition != "empty_files"


@dataclass(frozen=True)
class MissingFile:
    """A file that is not in the release, and the name of the pathology that took it; `left_out` where the plan did."""

    dataset: str
    force: str
    month: str
    why: str


@dataclass(frozen=True)
class Lags:
    """What became of the crimes of one force and month, as joining the release's readable files by crime ID shows it.

    Counted are street rows that have a crime ID, planted bad rows left out. `first[k]` is how many have their first
    outcome row k months after the crime; `open` have none in any readable file, among them `unlinked`, whose outcome
    is in a file that is missing or unusable. Of those with an outcome, `agree` carry the type of the latest one as
    last outcome category, `awaiting` say `Awaiting court outcome` or `Court result unavailable` where the outcome
    file says `Suspect charged`, and `disagree` say something else. (Where one crime has many outcomes in its
    latest month, the planted `many_outcomes`, the last of them in file order counts.)
    """

    force: str
    month: str
    identified: int
    first: tuple[int, ...]
    open: int
    unlinked: int
    agree: int
    awaiting: int
    disagree: int


@dataclass(frozen=True)
class Truth:
    """Everything planted in one release."""

    plan: TwinPlan
    files: tuple[FileTruth, ...]
    missing: tuple[MissingFile, ...]
    never: tuple[tuple[str, str], ...]  # (dataset, force) outside the publisher's remit
    lags: tuple[Lags, ...]
    restated: tuple[MissingFile, ...]  # the one file that this release filled in or withdrew; `why` says which

    def of(self, dataset: str, force: str, month: str) -> FileTruth | None:
        """The file of that name, None where it is missing."""
        return next((f for f in self.files if (f.dataset, f.force, f.month) == (dataset, force, month)), None)

    def labelled(self, name: str) -> list[FileTruth]:
        """The files that carry a fault: as a whole, or in some of their rows."""
        return [file for file in self.files if name in {file.condition, file.also} or name in file.labels]

    def rows(self, dataset: str) -> int:
        """Data rows of a dataset over all files."""
        return sum(file.rows for file in self.files if file.dataset == dataset)

    def as_json(self) -> dict[str, Any]:
        """Plain values. Totals and the lists of empty and damaged files are repeated for readers without this class."""
        plain: dict[str, Any] = {
            "seed": self.plan.seed,
            "plan": self.plan.as_json(),
            "totals": {name: self.rows(name) for name in ("crimes", "outcomes", "stops")},
            "missing": [dataclasses.asdict(gap) for gap in self.missing],
            "never": [list(pair) for pair in self.never],
            "restated": [dataclasses.asdict(gap) for gap in self.restated],
        }
        for name, wanted in (("empty", {"empty_files"}), ("damaged", set(UNUSABLE))):
            plain[name] = [[f.dataset, f.force, f.month, f.condition] for f in self.files if f.condition in wanted]
        plain["files"] = [_file_as_json(file) for file in self.files]
        plain["lags"] = [dataclasses.asdict(each) for each in self.lags]
        return plain

    def write(self, path: Path) -> None:
        """Write the truth as JSON."""
        path.write_text(json.dumps(self.as_json(), separators=(",", ":"), sort_keys=False) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Truth:
        """The truth that `write` wrote."""
        plain = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            TwinPlan.from_json(plain["plan"]),
            tuple(_file_from_json(each) for each in plain["files"]),
            tuple(MissingFile(**each) for each in plain["missing"]),
            tuple((dataset, force) for dataset, force in plain["never"]),
            tuple(Lags(**{**each, "first": tuple(each["first"])}) for each in plain["lags"]),
            tuple(MissingFile(**each) for each in plain["restated"]),
        )


def gap(file: ForceMonth, why: str) -> MissingFile:
    """A gap where a file would be."""
    return MissingFile(file.dataset, file.force, str(file.month), why)


def _file_as_json(file: FileTruth) -> dict[str, Any]:
    plain = {f.name: getattr(file, f.name) for f in dataclasses.fields(file)}
    plain["labels"] = {
        name: {"rows": label.rows, "lines": list(label.lines)} if label.lines else {"rows": label.rows}
        for name, label in file.labels.items()
    }
    return plain


def _file_from_json(plain: dict[str, Any]) -> FileTruth:
    labels = {name: Label(each["rows"], tuple(each.get("lines", ()))) for name, each in plain["labels"].items()}
    return FileTruth(**{**plain, "labels": labels})
