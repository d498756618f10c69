"""One force on its way into a version: where its rows lie in the lake, and the rows coded. Used by `build`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from bluelamp.domain.dataset import DATASETS
from bluelamp.errors import Damaged
from bluelamp.storage.lake import TABLE_OF, Lake
from bluelamp.storage.warehouse.coding import Coder, Linked
from bluelamp.storage.warehouse.plan import FORCE_IDS, BuildPlan


@dataclass(frozen=True, slots=True)
class ForceFiles:
    """One force: its lake files and the rows that the ledger counts, by dataset."""

    force_id: int
    paths: dict[str, list[Path]]
    rows: dict[str, int]


def force_of(plan: BuildPlan, lake: Lake, slug: str) -> ForceFiles:
    """What a version shall hold of one force."""
    paths, rows = {}, {}
    for dataset in DATASETS:
        own = [f for f in plan.included if (f.force, f.unit.dataset) == (slug, dataset.name) and f.lake_path]
        paths[dataset.name] = [lake.path(path) for path in dict.fromkeys(file.lake_path for file in own)]
        rows[dataset.name] = sum(file.rows for file in own)
    return ForceFiles(FORCE_IDS[slug], paths, rows)


def coded_crimes(coder: Coder, force: ForceFiles, linked: Linked) -> Iterator[tuple[str, pa.Table]]:
    """(table, coded rows) of the crimes and outcomes, portion by portion. Raises Damaged where the lake lacks rows."""
    yield from _counted(force, "crimes", coder.crimes(force.paths["crimes"], force.force_id, linked))
    yield from _counted(force, "outcomes", coder.outcomes(force.paths["outcomes"], force.force_id, linked))


def coded_stops(coder: Coder, force: ForceFiles) -> Iterator[tuple[str, pa.Table]]:
    """The same of the stops."""
    yield from _counted(force, "stops", coder.stops(force.paths["stops"], force.force_id))


def _counted(force: ForceFiles, dataset: str, coded: Iterator[pa.Table]) -> Iterator[tuple[str, pa.Table]]:
    """What the ledger counts must be there."""
    found = 0
    for rows in coded:
        yield TABLE_OF[dataset], rows
        found += rows.num_rows
    if found != force.rows[dataset]:
        raise Damaged(
            f"The lake gave {found:,} {dataset} where the ledger counts {force.rows[dataset]:,}.",
            "bluelamp doctor names the damaged file.",
        )
