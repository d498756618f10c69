"""A release on disk with its truth, for the tests of the twin."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import FileTruth, Truth, TwinPlan, write_release

PLAN = TwinPlan(Month.parse("2023-04"), months=26, crimes=70_000, seed=7)


@dataclass
class Twin:
    """A release on disk, with its truth, read by nothing but the standard library."""

    path: Path
    truth: Truth
    truth_path: Path

    @cached_property
    def zip(self) -> zipfile.ZipFile:
        return zipfile.ZipFile(self.path)

    def body(self, file: FileTruth) -> bytes:
        return self.zip.read(file.member)

    def rows(self, file: FileTruth) -> list[list[str]]:
        """All rows of a readable file, the header first."""
        return list(csv.reader(io.StringIO(self.body(file).decode("utf-8-sig"), newline="")))

    def records(self, file: FileTruth) -> list[dict[str, str]]:
        """The data rows of a file that have the right number of cells, by column."""
        header, *rows = self.rows(file)
        return [dict(zip(header, row, strict=True)) for row in rows if len(row) == len(header)]

    def of(self, dataset: str, force: str | None = None, condition: str = "sound") -> Iterator[FileTruth]:
        for file in self.truth.files:
            if file.dataset == dataset and force in {None, file.force} and file.condition == condition:
                yield file


def make(plan: TwinPlan, folder: Path) -> Twin:
    path, truth_path = folder / f"{plan.release}.zip", folder / f"{plan.release}.json"
    return Twin(path, write_release(plan, path, truth=truth_path), truth_path)
