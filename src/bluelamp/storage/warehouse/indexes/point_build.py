"""Writes the map points and, dataset by dataset, the map index. Called by `build`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.tile import grid_position, morton
from bluelamp.storage.warehouse.indexes.bit_build import write_planes
from bluelamp.storage.warehouse.indexes.facts import COUNTED, PLACE, TABLE_OF, Facts, code_columns, code_kinds
from bluelamp.storage.warehouse.indexes.files import Output
from bluelamp.storage.warehouse.indexes.ordering import Batch, Ordered, Scatter, batches, starts_of

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Numbers = npt.NDArray[np.uint32]
Ints = npt.NDArray[np.int64]
_NOWHERE = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class WrittenPoints:
    """The map points that were written: `of_row` gives a warehouse point's number among them."""

    manifest: dict[str, Any]
    of_row: Numbers
    longitude: npt.NDArray[np.float64]
    latitude: npt.NDArray[np.float64]

    def bounds(self, used: Numbers) -> tuple[float, float, float, float] | None:
        """(west, south, east, north) of some of them; None of none."""
        if not len(used):
            return None
        longitude, latitude = self.longitude[used], self.latitude[used]
        return float(longitude.min()), float(latitude.min()), float(longitude.max()), float(latitude.max())


def write_points(connection: duckdb.DuckDBPyConnection, output: Output) -> WrittenPoints:
    """Write every place that has a longitude and a latitude once, under the first of its names in the alphabet."""
    rows = connection.execute(
        "SELECT point_id, longitude, latitude, coalesce(location, '') AS location FROM dim_point "
        "WHERE longitude IS NOT NULL AND latitude IS NOT NULL"
    ).to_arrow_table()
    ids, longitude, latitude = (rows.column(name).to_numpy() for name in ("point_id", "longitude", "latitude"))
    number = morton(*grid_position(longitude, latitude))
    order = np.lexsort((latitude, longitude, number))
    ordered = longitude[order], latitude[order]
    fresh = np.ones(len(ids), bool)
    fresh[1:] = (ordered[0][1:] != ordered[0][:-1]) | (ordered[1][1:] != ordered[1][:-1])
    of_row = np.full(int(ids.max(initial=0)) + 1, _NOWHERE, np.uint32)
    of_row[ids[order]] = np.cumsum(fresh) - 1
    longitude, latitude = ordered[0][fresh], ordered[1][fresh]
    ends, texts = _texts(rows.column("location").combine_chunks(), order, np.flatnonzero(fresh))
    manifest = {
        "number": output.put(number[order][fresh]),
        "longitude": output.put(longitude),
        "latitude": output.put(latitude),
        "ends": output.put(ends),
        "texts": output.put(texts),
    }
    return WrittenPoints(manifest, of_row, longitude, latitude)


def _texts(names: pa.Array, order: Ints, begins: Ints) -> tuple[Numbers, npt.NDArray[np.uint8]]:
    """(where each name begins and the last one ends, the bytes of all): the first name of each group of rows.

    `order` puts rows in order, `begins` are the first places of the groups in it.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not len(begins):
        return np.zeros(1, np.uint32), np.zeros(0, np.uint8)
    coded = names.dictionary_encode()
    words = coded.dictionary
    alphabet = pc.sort_indices(words)
    rank = np.empty(len(words), np.int64)
    rank[alphabet.to_numpy()] = np.arange(len(words))
    firsts = np.minimum.reduceat(rank[coded.indices.to_numpy()[order]], begins)
    chosen = words.take(alphabet.take(firsts))
    _, offsets, texts = chosen.cast(pa.string()).buffers()
    return np.frombuffer(offsets, np.uint32, len(chosen) + 1), np.frombuffer(texts or b"", np.uint8)


def ordered_by_point(
    connection: duckdb.DuckDBPyConnection,
    dataset: str,
    facts: Facts,
    points: WrittenPoints,
    advance: Callable[[int], None],
) -> Ordered:
    """All records with a location by map point, force, town and authority."""
    condition = f"FROM {TABLE_OF[dataset]} AS r WHERE {COUNTED} AND r.located"
    groups = connection.execute(
        f"SELECT r.point_id, r.force_id AS force, r.town_id AS town, r.area_id AS local_authority, count(*) AS rows "
        f"{condition} GROUP BY ALL"
    ).fetchnumpy()
    segments = _Segments({name: np.asarray(column) for name, column in groups.items()}, points.of_row)
    names = ["month", *(name for name in facts.sizes if name not in (*PLACE, "located"))]
    scatter = Scatter(segments.starts, code_kinds(facts, names))
    columns = code_columns(dataset, facts, ["force", *names])
    for batch in batches(connection, f"SELECT r.point_id, {columns} {condition}"):
        scatter.add(segments.of(batch), batch)
        advance(len(batch["point_id"]))
    return Ordered(segments.starts, segments.attributes, scatter.columns)


class _Segments:
    """The segments of a map index, and which of them a row belongs to: its point and force tell."""

    def __init__(self, groups: Batch, of_row: Numbers) -> None:
        point = of_row[groups["point_id"]]
        order = np.lexsort((groups["local_authority"], groups["town"], groups["force"], point))
        columns = {"point": point[order]} | {name: groups[name][order].astype(np.uint16) for name in PLACE}
        fresh = np.zeros(len(order), bool)
        fresh[:1] = True
        for column in columns.values():
            fresh[1:] |= column[1:] != column[:-1]
        segment = np.cumsum(fresh) - 1
        self.attributes = {name: column[fresh] for name, column in columns.items()}
        self.starts = starts_of(np.bincount(segment, groups["rows"][order], len(self.attributes["point"])))
        self._rows = len(of_row)
        self._by_force = self._split(groups["force"][order], groups["point_id"][order], segment.astype(np.uint32))
        self._force, self._table = -1, np.zeros(0, np.uint32)

    @staticmethod
    def _split(force: Any, point_id: Any, segment: Numbers) -> dict[int, tuple[Any, Numbers]]:
        found = {}
        for one in np.flatnonzero(np.bincount(force)).tolist():
            own = np.flatnonzero(force == one)
            found[int(one)] = point_id[own], segment[own]
        return found

    def of(self, batch: Batch) -> Numbers:
        """The segment of each row. Rows come force by force, so that one table at a time is enough."""
        force = batch["force"]
        forces = np.flatnonzero(np.bincount(force)).tolist()
        if len(forces) == 1:
            return self._of_force(forces[0])[batch["point_id"]]
        found = np.empty(len(force), np.uint32)
        for one in forces:
            own = np.flatnonzero(force == one)
            found[own] = self._of_force(one)[batch["point_id"][own]]
        return found

    def _of_force(self, force: int) -> Numbers:
        if force != self._force:
            ids, segment = self._by_force[force]
            self._force, self._table = force, np.zeros(self._rows, np.uint32)
            self._table[ids] = segment
            # Town and authority follow from the warehouse's point: else a row could belong to several segments.
            assert bool((self._table[ids] == segment).all())
        return self._table


def write_map(ordered: Ordered, facts: Facts, points: WrittenPoints, output: Output) -> dict[str, Any]:
    """What the manifest says of the map index of a dataset."""
    return {
        "starts": output.put(ordered.starts.astype(np.uint32)),
        "attributes": {name: output.put(column) for name, column in ordered.attributes.items()},
        "planes": write_planes(ordered, facts, output),
        "bounds": points.bounds(ordered.attributes["point"]),
    }
