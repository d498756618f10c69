"""From the lake to a data version of the warehouse: what it shall hold, and which forces must be made anew. The step
after `load`; the building itself is storage's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bluelamp._version import __version__
from bluelamp.archive.profile.deciding import Counted, Profile, decide
from bluelamp.archive.profile.overrides import FileOverride
from bluelamp.domain.coverage import Cell, HeldFile, cells
from bluelamp.domain.file_property import AS_IT_SAYS
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.lake import ISSUE, POINT, WORD, Lake
from bluelamp.storage.ledger.ledger import NOT_FETCHED, QUARANTINED, Ledger, StoredFile
from bluelamp.storage.reference.store import ReferenceStore, authority_table, force_table, lsoa_table
from bluelamp.storage.warehouse.database import Version, WarehouseFolder
from bluelamp.storage.warehouse.plan import BuildPlan, IncludedFile

# Raised whenever the tables or their statements change: a version built by other statements is not built upon.
SCHEMA_VERSION = 6
# When more than this share of the rows must be made anew, starting from nothing is quicker and packs better.
_MOST_OF_IT = 0.5


@dataclass(frozen=True, slots=True)
class TargetVersion:
    """What a data version should be, by the ledger: its fingerprint tells whether it is there already."""

    fingerprint: str
    as_of: Month | None
    included: list[IncludedFile]
    cells: list[Cell]
    contents: dict[int, StoredFile]
    profile: Profile
    counted: dict[int, dict[str, Any] | None]
    findings: dict[int, list[dict[str, Any]]]


def target_version(
    ledger: Ledger, reference: ReferenceStore, as_of: Month | None = None, known: Sequence[FileOverride] = ()
) -> TargetVersion:
    """The data version that the ledger asks for, as known now or as of an older release. `known` overrides what the
    files say of themselves."""
    current = ledger.current(as_of)
    contents = {file.id: file for file in current.values() if file.same_as is None}
    contents |= ledger.by_id(file.same_as for file in current.values() if file.same_as is not None)
    counted, findings = ledger.evidence(contents), ledger.findings(contents)
    profile = decide(
        (
            Counted(
                file.content_id,
                unit,
                contents[file.content_id].rows_loaded or 0,
                counted.get(file.content_id) or {},
                findings.get(file.content_id, ()),
            )
            for unit, file in sorted(current.items())
        ),
        known,
    )
    held: dict[ForceMonth, HeldFile] = {}
    included = []
    from_api = ledger.receipt_ids("api")
    for unit, file in sorted(current.items()):
        content = contents[file.content_id]
        rows = content.rows_loaded or 0
        if unit.force in BY_SLUG:
            held[unit] = HeldFile(content.id, file.release, rows)
        origin = "api" if content.receipt_id in from_api else "archive"
        reading = profile.readings.get(content.id, AS_IT_SAYS)
        included.append(IncludedFile(content.id, unit, file.release, content.lake_path, rows, origin, reading))
    coverage = list(
        cells(
            held,
            ledger.newest_in_state(QUARANTINED, as_of),
            ledger.newest_in_state(NOT_FETCHED, as_of),
            ledger.windows(as_of),
            ledger.chosen_scope(),
        )
    )
    fingerprint = _fingerprint(included, contents, coverage, profile, reference.version(), as_of)
    return TargetVersion(fingerprint, as_of, included, coverage, contents, profile, counted, findings)


def _fingerprint(
    included: list[IncludedFile],
    contents: dict[int, StoredFile],
    coverage: list[Cell],
    profile: Profile,
    reference_version: str,
    as_of: Month | None,
) -> str:
    """A hash of what the version says, not of how it came about: a rebuild has the same one."""
    digest = hashlib.sha256(f"{SCHEMA_VERSION} {reference_version} {as_of or ''}\n".encode())
    for file in included:
        decided = [
            (one.name, one.value, one.decided_by, one.reason if one.is_overridden else "")
            for one in profile.properties.get(file.file_id, ())
        ]
        read = f"{file.reading} {decided}"
        digest.update(f"{file.unit} {file.release} {contents[file.file_id].sha256} {read}\n".encode())
    for cell in coverage:
        digest.update(f"{cell.unit} {cell.state} {cell.release}\n".encode())
    return digest.hexdigest()


def plan(
    want: TargetVersion,
    ledger: Ledger,
    lake: Lake,
    reference: ReferenceStore,
    folder: WarehouseFolder,
    *,
    built_at: str,
    from_nothing: bool = False,
) -> tuple[BuildPlan, Path | None]:
    """(what to build, the version to build upon or None)."""
    base = None if from_nothing or want.as_of is not None else folder.current()
    affected = {file.force for file in want.included}
    old_lake_paths: set[str] = set()
    if base is not None:
        affected, base = _affected(want, base, folder, reference.version())
    lake_files = ledger.lake_files()
    if base is not None:
        old_lake_paths = _lake_paths_of(base, folder)
    fresh = [file for file in lake_files if file.path not in old_lake_paths]
    authorities = authority_table(reference)
    lsoas = lsoa_table(reference)
    areas = force_table(reference)
    point_files = [lake.path(file) for file in fresh if file.table == POINT]
    return (
        BuildPlan(
            fingerprint=want.fingerprint,
            as_of=want.as_of,
            newest_release=max((file.release for file in want.included), default=None),
            built_at=built_at,
            program=__version__,
            included=want.included,
            affected=affected,
            word_files=[lake.path(file) for file in fresh if file.table == WORD],
            point_files=point_files,
            issue_files=[lake.path(file) for file in lake_files if file.table == ISSUE],
            lake_paths=[file.path for file in lake_files if file.table in (WORD, POINT)],
            cells=want.cells,
            findings=want.findings,
            properties=want.profile.properties,
            counted=want.counted,
            schema_version=SCHEMA_VERSION,
            reference_version=reference.version(),
            reference_missing=reference.missing(),
            lsoas=lsoas if lsoas.num_rows else None,
            authorities=authorities if authorities.num_rows else None,
            force_areas=areas if areas.num_rows else None,
            lsoa_outlines=reference.table("lsoa_boundaries") if point_files else None,
        ),
        base.file if base is not None else None,
    )


def _affected(
    want: TargetVersion, base: Version, folder: WarehouseFolder, reference_version: str
) -> tuple[set[str], Version | None]:
    """(forces whose files differ from the base, the base; or all forces and None where it is no use)."""
    everyone = {file.force for file in want.included}
    with folder.reading(base) as connection:
        facts = connection.execute("SELECT schema_version, reference_version, as_of FROM data_version").fetchone()
        if facts != (SCHEMA_VERSION, reference_version, None):
            return everyone, None
        held = set(
            connection.execute(
                "SELECT slug, file_id, reading FROM included_file JOIN dim_force USING (force_id)"
            ).fetchall()
        )
    # A file that is read otherwise now, because its neighbours have changed, is one that has changed.
    now = {(file.force, file.file_id, str(file.reading)) for file in want.included}
    affected = {force for force, _, _ in held ^ now}
    anew = sum(file.rows for file in want.included if file.force in affected)
    if anew > _MOST_OF_IT * sum(file.rows for file in want.included):
        return everyone, None
    return affected, base


def _lake_paths_of(base: Version, folder: WarehouseFolder) -> set[str]:
    with folder.reading(base) as connection:
        return {path for (path,) in connection.execute("SELECT lake_path FROM included_lake_file").fetchall()}
