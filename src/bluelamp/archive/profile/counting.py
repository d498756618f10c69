"""Counts the evidence of files: of a load task's rows while they are at hand, and from the lake of files that were
loaded before anything was counted. Called by `stage` and by `workflow`."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from bluelamp.archive.columns import column
from bluelamp.archive.profile.evidence import StopEvidence, count_stops, count_stops_of
from bluelamp.archive.profile.place_evidence import count_places
from bluelamp.archive.reader import Extracted
from bluelamp.domain.dataset import STOPS, Dataset
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.storage.lake import EARLIER_TIME, Lake
from bluelamp.storage.ledger.ledger import LOADED, Ledger, StoredFile
from bluelamp.storage.parquet import read_parquet

Evidence = dict[str, Any]


def count_files(dataset: Dataset, units: Sequence[ForceMonth], extracted: Extracted) -> list[Evidence]:
    """The evidence of each file of a task, in the order of the files; rows stand file by file."""
    starts = np.searchsorted(extracted.owner, np.arange(len(units) + 1)).tolist()
    parts = [slice(*ends) for ends in pairwise(starts)]
    longitude, latitude = (
        column(extracted.table, name).fill_null(float("nan")).to_numpy(zero_copy_only=False)
        for name in ("Longitude", "Latitude")
    )
    places = (count_places(longitude[part], latitude[part]) for part in parts)
    found: list[Evidence] = [{} if one is None else {"places": one.as_json()} for one in places]
    if dataset == STOPS:
        dates = column(extracted.table, "Date")
        known = dates.is_valid().to_numpy(False)
        instants = dates.cast("int64").fill_null(0).to_numpy(zero_copy_only=False)
        times = count_stops_of(
            [unit.month for unit in units], instants[known], extracted.line[known], extracted.owner[known]
        )
        for counted, its in zip(found, times, strict=True):
            counted["times"] = its.as_json()
    return found


def earlier(ledger: Ledger) -> list[StoredFile]:
    """The files of stops that were loaded before their times were counted, or by a program that counted otherwise."""
    files = [file for file in ledger.files_of(states=(LOADED,)) if file.unit.dataset == STOPS.name and file.lake_path]
    kept = ledger.evidence(file.id for file in files)
    return [file for file in files if StopEvidence.from_json((kept[file.id] or {}).get("times")) is None]


def count_earlier(ledger: Ledger, lake: Lake) -> None:
    """Count the times of these files from the rows in the lake, and keep what was counted."""
    files = earlier(ledger)
    kept = ledger.evidence(file.id for file in files)
    months: dict[str, dict[int, Month]] = {}
    for file in files:
        months.setdefault(file.lake_path, {})[file.id] = file.unit.month
    for path, of_path in sorted(months.items()):
        counted = _from_lake(lake, path, of_path)
        ledger.record_evidence({file: {**(kept[file] or {}), **its} for file, its in counted.items()})


def _from_lake(lake: Lake, path: str, months: dict[int, Month]) -> dict[int, Evidence]:
    rows = read_parquet(lake.path(path), ["file_id", "line", "published_time", EARLIER_TIME])
    times = rows.column("published_time" if "published_time" in rows.schema.names else EARLIER_TIME)
    known = times.is_valid().to_numpy()
    instants = times.cast("int64").fill_null(0).to_numpy()
    file_ids, lines = rows.column("file_id").to_numpy(), rows.column("line").to_numpy()
    found = {}
    for file_id, month in months.items():
        own = known & (file_ids == file_id)
        found[file_id] = {"times": count_stops(month, instants[own], lines[own]).as_json()}
    return found
