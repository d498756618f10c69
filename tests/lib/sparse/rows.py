"""The rows of a sparse archive, counted with the csv module over the files that were made: nothing of the product reads
them. A row is a dictionary of the words that a question may group or filter by."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import shapely

from bluelamp.synthetic.geography import lsoa_count
from bluelamp.synthetic.sparse import SparseTruth
from bluelamp.synthetic.territory import Authority, authorities
from bluelamp.synthetic.truth import FileTruth

Row = dict[str, str]
NOT_RECORDED = "not recorded"
ASB = "Anti-social behaviour"
# What came of a crime, as far as the outcomes that are held tell.
NO_ID, TOLD, SEVERAL, OPEN = "no crime ID", "has an outcome", "its ID names several crimes", "still open"

# The published columns behind the fields that questions ask by; a blank is a word of its own.
_COLUMNS = {
    "crimes": {"crime_type": "Crime type", "last_outcome": "Last outcome category", "lsoa": "LSOA code"},
    "outcomes": {"outcome_type": "Outcome type", "lsoa": "LSOA code"},
    "stops": {"gender": "Gender", "age_range": "Age range", "object": "Object of search", "outcome": "Outcome"},
}


# The fields of which every value is counted here.
_EVERYWHERE = {"month", "year", "force", "located", "local_authority"}
FIELDS = {dataset: {*_EVERYWHERE, *columns} for dataset, columns in _COLUMNS.items()}
FIELDS["crimes"] |= {"recorded", "outcome_status"}


class Ground:
    """The invented country: which authority an LSOA or a point lies in, and whose force that is."""

    def __init__(self, truth: SparseTruth) -> None:
        plan = truth.archive.loads[0].plan
        found = authorities(plan.seed, lsoa_count(plan), plan.has("odd_names"), plan.has("abolished_districts"))
        self.authorities: dict[str, Authority] = {one.name: one for one in found}
        self._by_lsoa = dict(_lsoas(truth.reference))
        self._all = list(found)
        self._tree = shapely.STRtree([one.area for one in found])

    def own_force(self, field: str, value: str) -> str | None:
        """The territorial force of an authority or an LSOA."""
        name = value if field == "local_authority" else self._by_lsoa.get(value)
        return self.authorities[name].force if name in self.authorities else None

    def of_force(self, force: str) -> list[str]:
        return [name for name, one in self.authorities.items() if one.force == force]

    def place(self, row: dict[str, str]) -> str:
        """The authority of a published row: of its LSOA, else of its point."""
        lsoa = row.get("LSOA code", "")
        if lsoa in self._by_lsoa:
            return self._by_lsoa[lsoa]
        if not row["Longitude"]:
            return NOT_RECORDED
        point = shapely.points(float(row["Longitude"]), float(row["Latitude"]))
        hits = self._tree.query(point, predicate="intersects")
        return self._all[int(hits[0])].name if len(hits) else NOT_RECORDED


def _lsoas(reference: Path) -> Iterator[tuple[str, str]]:
    for name, code, authority in (
        ("lsoa2011-to-lsoa2021-to-lad2022.csv", "LSOA11CD", "LAD22NM"),
        ("lsoa2021-to-ward2024-to-lad2024.csv", "LSOA21CD", "LAD24NM"),
    ):
        for row in csv.DictReader(io.StringIO((reference / name).read_text("utf-8-sig"))):
            yield row[code], row[authority]


def rows_of(truth: SparseTruth, ground: Ground) -> dict[str, list[Row]]:
    """dataset → its rows, of the files that can be read."""
    found: dict[str, list[Row]] = {"crimes": [], "outcomes": [], "stops": []}
    for load in truth.loads:
        read = _reader(truth.folder / load.path, load.form)
        for file in load.files:
            if file.usable:
                found[file.dataset] += _rows(file, read(file.member), ground)
    _join(found)
    return found


def _reader(path: Path, form: str) -> Callable[[str], bytes]:
    if form == "zip":
        return zipfile.ZipFile(path).read
    return (lambda member: (path / member).read_bytes()) if form == "folder" else (lambda _: path.read_bytes())


def _rows(file: FileTruth, body: bytes, ground: Ground) -> Iterator[Row]:
    for published in csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")):
        row = {field: published[column] or NOT_RECORDED for field, column in _COLUMNS[file.dataset].items()}
        row |= {
            "month": file.month,
            "year": file.month[:4],
            "force": file.force,
            "located": "true" if published["Longitude"] else "false",
            "local_authority": ground.place(published),
            "id": published.get("Crime ID", ""),
        }
        if file.dataset == "crimes":
            row["recorded"] = "false" if row["crime_type"] == ASB else "true"
        yield row


def _join(rows: dict[str, list[Row]]) -> None:
    """What the held outcomes of its own force say of each crime."""
    told = {(row["force"], row["id"]) for row in rows["outcomes"]}
    often = Counter((row["force"], row["id"]) for row in rows["crimes"] if row["id"])
    for row in rows["crimes"]:
        name = row["force"], row["id"]
        known = SEVERAL if often[name] > 1 else TOLD if name in told else OPEN
        row["outcome_status"] = known if row["id"] else NO_ID
