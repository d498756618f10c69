"""What a data version shall hold: the words between the flow's model step and the rooms that build it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from bluelamp.domain.coverage import Cell
from bluelamp.domain.file_property import AS_IT_SAYS, FileProperty, StopReading
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

FORCE_IDS = {force.slug: number for number, force in enumerate(FORCES, 1)}
# Crimes around a point, loaded from the API, do not say which force publishes them: they bear force 0.
NO_FORCE = ""
FORCE_IDS[NO_FORCE] = 0


@dataclass(frozen=True, slots=True)
class IncludedFile:
    """One force-month of the version: the file whose rows stand for it and the lake file they lie in."""

    file_id: int
    unit: ForceMonth
    release: Month
    lake_path: str  # "" where the file has no rows
    rows: int
    origin: str = "archive"  # or "api"
    reading: StopReading = AS_IT_SAYS

    @property
    def force(self) -> str:
        """The publisher's slug, NO_FORCE where the unit names none."""
        return self.unit.force if self.unit.force in FORCE_IDS else NO_FORCE


@dataclass(slots=True)
class BuildPlan:
    """Everything that a version is made of."""

    fingerprint: str
    as_of: Month | None
    newest_release: Month | None
    built_at: str
    program: str
    included: list[IncludedFile]
    affected: set[str]  # slugs of the forces to make anew
    word_files: list[Path]  # lake files with words and points that the base does not have yet
    point_files: list[Path]
    issue_files: list[Path]  # all lake files with issues
    lake_paths: list[str]  # of all word and point files, for the next version to build upon this one
    cells: list[Cell]
    findings: dict[int, list[dict[str, Any]]]  # by file
    schema_version: int
    properties: dict[int, tuple[FileProperty, ...]] = field(default_factory=dict)  # by file
    counted: dict[int, dict[str, Any] | None] = field(default_factory=dict)  # by file: what they were decided from
    reference_version: str = ""
    reference_missing: list[str] = field(default_factory=list)
    lsoas: pa.Table | None = None  # of storage/reference/store.py
    authorities: pa.Table | None = None
    force_areas: pa.Table | None = None
    lsoa_outlines: pa.Table | None = None  # code and wkb of LSOAs; None as well where no point is new


Progress = Callable[[str, int, int], None]  # (what, done, of)


@dataclass(slots=True)
class EngineLimits:
    """How much of the machine the engine may use."""

    memory_mb: int
    threads: int
    spill: Path  # a folder for what does not fit in memory
