"""Keeps the reference tables (lookups, boundaries, residents) in the lake, and says what is held and what is missing.

    <home>/lake/ref_ons__<kind>/<first 16 of its SHA-256>.parquet     one per file ever taken in, never changed
    <home>/lake/ref_ons__manifest.json                                which one of each kind is current

Called by the step that takes reference files in and by the model step. Source, day, licence and hash stand both in
the Parquet metadata, so that a file explains itself, and in the manifest. One process writes at a time: the caller
holds the writer's lock.

On top of them stand three tables that the warehouse loads: `lsoa_table`, `authority_table` and `force_table`. They
are pure functions of what is held; where a file is missing their rows or columns are empty, and
`ReferenceStore.missing` says so in words. `boundaries.py` answers questions of geometry over them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bluelamp.domain.area import NI_DISTRICTS, REFERENCE_KINDS, force_of_police_area, is_ni_district, lsoa_vintages
from bluelamp.errors import Damaged, StorageError
from bluelamp.storage.files import atomic_path, sha256_of, storage_errors
from bluelamp.storage.parquet import read_parquet

if TYPE_CHECKING:
    import pyarrow as pa

# Raised when the columns that are kept change, so that the warehouse sees a new version of the same sources.
LAYOUT = 1


class SourcedTable(Protocol):
    """What can be saved: a reference table with where it came from (`sources.reference.ReferenceTable` is one)."""

    @property
    def kind(self) -> str: ...
    @property
    def table(self) -> pa.Table: ...
    @property
    def source(self) -> str: ...
    @property
    def read_on(self) -> date: ...
    @property
    def sha256(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def vintage(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ManifestTable:
    """What the manifest says of one kind. `file` is relative to the lake, `parquet_sha256` the hash of that file."""

    file: str
    source: str
    read_on: str
    sha256: str
    licence: str
    vintage: str
    rows: int
    layout: int
    parquet_sha256: str


class ReferenceStore:
    """The reference tables under one home. Cheap to make: nothing is read before it is asked for."""

    def __init__(self, home: Path) -> None:
        self._lake = home / "lake"
        self._manifest = self._lake / "ref_ons__manifest.json"

    def save(self, received: SourcedTable) -> Path:
        """Keep a table and make it the current one of its kind; the path it lies at.

        The file bears its own hash as its name and is never written again, so a crash at any moment leaves the
        manifest true. Earlier files of the kind stay. Raises DiskFull or StorageError; what was current then still is.
        """
        if received.kind not in REFERENCE_KINDS:
            raise StorageError(f"“{received.kind}” is no kind of reference table.")
        facts: dict[str, Any] = {
            "source": received.source,
            "read_on": received.read_on.isoformat(),
            "sha256": received.sha256,
            "licence": received.licence,
            "vintage": received.vintage,
            "rows": received.table.num_rows,
            "layout": LAYOUT,
        }
        data = _parquet(received.table, facts | {"kind": received.kind})
        sha256 = hashlib.sha256(data).hexdigest()
        file = f"ref_ons__{received.kind}/{sha256[:16]}.parquet"
        held = self._entries() | {received.kind: ManifestTable(file=file, parquet_sha256=sha256, **facts)}
        with storage_errors(f"keep the reference table {received.kind}"):
            with atomic_path(self._lake / file) as partial:
                partial.write_bytes(data)
            text = json.dumps({kind: asdict(held[kind]) for kind in sorted(held)}, indent=2, ensure_ascii=False)
            with atomic_path(self._manifest) as partial:
                partial.write_text(f"{text}\n", encoding="utf-8")
        return self._lake / file

    def current(self, kind: str) -> Path | None:
        """The Parquet file of a kind that is in use; None where there is none."""
        held = self._entries().get(kind)
        path = self._lake / held.file if held else None
        return path if path and path.is_file() else None

    def held(self) -> dict[str, ManifestTable]:
        """What is in use, by kind: for a page that tells a reader where figures come from."""
        return {kind: held for kind, held in self._entries().items() if (self._lake / held.file).is_file()}

    def table(self, kind: str) -> pa.Table | None:
        """The current table of a kind; None where there is none. Raises Damaged where its bytes have changed."""
        held = self.held().get(kind)
        if held is None:
            return None
        path = self._lake / held.file
        with storage_errors(f"read the reference table {kind}"):
            if sha256_of(path) != held.parquet_sha256:
                raise Damaged(f"The reference table {path} is not what was kept.", "Take the reference file in again.")
            return read_parquet(path)

    def missing(self) -> list[str]:
        """A sentence for each kind that is not held: which, and what does not work without it."""
        absent = [kind for kind in REFERENCE_KINDS if kind not in self.held()]
        # The authority boundaries of the United Kingdom hold these districts too.
        if "ni_boundaries" in absent and any(
            is_ni_district(row["code"]) for row in _rows(self, "authority_boundaries")
        ):
            absent.remove("ni_boundaries")
        return [f"Without {kind}: {REFERENCE_KINDS[kind]}." for kind in absent]

    def version(self) -> str:
        """16 hexadecimal digits that change whenever another source becomes current; the warehouse records them."""
        told = [f"{kind} {held.sha256} {held.layout}" for kind, held in sorted(self.held().items())]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

    def _entries(self) -> dict[str, ManifestTable]:
        try:
            text = self._manifest.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except OSError as problem:
            raise StorageError(f"“{self._manifest}” cannot be read: {problem.strerror}.") from problem
        try:
            return {kind: ManifestTable(**entry) for kind, entry in json.loads(text).items()}
        except (ValueError, TypeError, AttributeError) as problem:
            raise Damaged(
                f"The list of reference tables “{self._manifest}” cannot be understood.",
                "Remove it and take the reference files in again.",
            ) from problem


def _parquet(table: pa.Table, facts: dict[str, Any]) -> bytes:
    """The table as a Parquet file in memory: the widest, LSOA boundaries at 20 m, is some 50 MB."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {f"bluelamp.{name}": str(value) for name, value in facts.items()}
    out = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata(metadata), out, compression="zstd")
    return bytes(out.getvalue())


def lsoa_table(store: ReferenceStore) -> pa.Table:
    """One row per LSOA code of either census, sorted by code.

    code                  LSOA code
    name                  its 2021 name, else its 2011 name
    name_2011, name_2021  null where the code is not of that census
    vintage               `2011`, `2021` or `both`; null where the list of 2011 codes is not held
    change                how the code changed between the two: U unchanged, S split, M merged, X otherwise
    codes_2021            the 2021 codes that cover it: itself for a 2021 code, several for a split one
    lad_code, lad_name    the local authority 2024 that holds it; null where it is ambiguous or the lookup is not held
    ward_code, ward_name  the ward 2024 (best fit); null where its 2021 codes are in several wards
    ambiguous             its 2021 codes are in more than one local authority: none is chosen
    residents             of the 2021 census; null for a code that is only of 2011, so that a sum counts nobody twice
    """
    import pyarrow as pa

    old_names, new_names, changes, covered = _census_codes(store)
    wards = {row["lsoa21_code"]: row for row in _rows(store, "lsoa_2021_to_ward")}
    residents = {row["lsoa21_code"]: row["residents"] for row in _rows(store, "residents")}
    know_2011 = bool(old_names)
    rows = []
    for code in sorted(old_names.keys() | new_names.keys()):
        parts = sorted(covered[code])
        places = [wards[part] for part in parts if part in wards]
        # A code of which a part cannot be placed is not placed: the rest of it may be elsewhere.
        whole = len(places) == len(parts)
        authority = _only((place["lad_code"], place["lad_name"]) for place in places) if whole else None
        ward = _only((place["ward_code"], place["ward_name"]) for place in places) if whole else None
        rows.append(
            {
                "code": code,
                "name": new_names.get(code) or old_names.get(code),
                "name_2011": old_names.get(code),
                "name_2021": new_names.get(code),
                "vintage": lsoa_vintages(code, code in old_names, code in new_names) if know_2011 else None,
                "change": changes.get(code),
                "codes_2021": parts,
                "lad_code": authority and authority[0],
                "lad_name": authority and authority[1],
                "ward_code": ward and ward[0],
                "ward_name": ward and ward[1],
                "ambiguous": len({place["lad_code"] for place in places}) > 1,
                "residents": residents.get(code),
            }
        )
    text = [pa.field(name, pa.string()) for name in ("name", "name_2011", "name_2021", "vintage", "change")]
    place = [pa.field(name, pa.string()) for name in ("lad_code", "lad_name", "ward_code", "ward_name")]
    schema = pa.schema(
        [
            pa.field("code", pa.string(), nullable=False),
            *text,
            pa.field("codes_2021", pa.list_(pa.string()), nullable=False),
            *place,
            pa.field("ambiguous", pa.bool_(), nullable=False),
            pa.field("residents", pa.int64()),
        ]
    )
    return pa.Table.from_pylist(rows, schema=schema)


def authority_table(store: ReferenceStore) -> pa.Table:
    """One row per local authority that any file held names, sorted by code.

    code, name                            Northern Ireland's districts bear the names that ONS gives them
    police_area_code, police_area_name    null outside England and Wales, or where the lookup is not held
    force                                 slug of the force: `northern-ireland` for its districts, null for Scotland
    residents                             sum over the LSOAs of 2021; null outside England and Wales
    wkb, centroid_lon, centroid_lat, min_lon, min_lat, max_lon, max_lat    degrees; null without boundaries

    Scotland is there only where the boundaries held have it (those of the United Kingdom do).
    """
    import pyarrow as pa

    police: dict[str, set[tuple[str, str]]] = {}
    names: dict[str, str] = {}
    for row in _rows(store, "authority_to_police"):
        names[row["lad_code"]] = row["lad_name"]
        # An authority stands once for each of its community safety partnerships, all under one force.
        police.setdefault(row["lad_code"], set()).add((row["police_area_code"], row["police_area_name"]))
    people: dict[str, int] = {}
    residents = {row["lsoa21_code"]: row["residents"] for row in _rows(store, "residents")}
    for row in _rows(store, "lsoa_2021_to_ward"):
        names[row["lad_code"]] = row["lad_name"]
        if row["lsoa21_code"] in residents:
            people[row["lad_code"]] = people.get(row["lad_code"], 0) + residents[row["lsoa21_code"]]
    # The districts of the second file stand only where the first has none of them.
    shapes = {row["code"]: row for kind in ("ni_boundaries", "authority_boundaries") for row in _rows(store, kind)}
    names = (
        {code: row["name"] for code, row in shapes.items()}
        | names
        | {code: name for code, name in NI_DISTRICTS.items() if code in shapes}
    )
    rows = []
    for code in sorted(names):
        area = _only(police.get(code, ()))
        force = "northern-ireland" if is_ni_district(code) else force_of_police_area(area[1]) if area else None
        facts = {"code": code, "name": names[code], "force": force, "residents": people.get(code)}
        facts |= {"police_area_code": area and area[0], "police_area_name": area and area[1]}
        rows.append(facts | _shape_facts(shapes.get(code)))
    fields = [pa.field("code", pa.string(), nullable=False), pa.field("name", pa.string(), nullable=False)]
    fields += [pa.field(name, pa.string()) for name in ("police_area_code", "police_area_name", "force")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, pa.field("residents", pa.int64()), *_shape_fields()]))


def force_table(store: ReferenceStore) -> pa.Table:
    """One row per force that has an area held, sorted by slug: force, area_code, area_name, and its shape.

    The 43 police force areas, and Northern Ireland as the union of its districts. The British Transport Police has
    no area and no row. The columns of the shape are those of `authority_table`.
    """
    import pyarrow as pa
    import shapely

    rows = []
    for row in _rows(store, "police_boundaries"):
        force = force_of_police_area(row["name"])
        if force:
            rows.append({"force": force, "area_code": row["code"], "area_name": row["name"]} | _shape_facts(row))
    districts = {
        row["code"]: row["wkb"]
        for kind in ("ni_boundaries", "authority_boundaries")
        for row in _rows(store, kind)
        if is_ni_district(row["code"])
    }
    if districts:
        whole = shapely.union_all(shapely.from_wkb(list(districts.values())))
        box = dict(zip(_BOX, shapely.bounds(whole).tolist(), strict=True))
        facts = {"force": "northern-ireland", "area_code": None, "area_name": "Northern Ireland"}
        rows.append(facts | _shape_facts({"wkb": shapely.to_wkb(whole)} | box))
    fields = [pa.field("force", pa.string(), nullable=False)]
    fields += [pa.field(name, pa.string()) for name in ("area_code", "area_name")]
    rows.sort(key=lambda row: row["force"])
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, *_shape_fields()]))


_BOX = ("min_lon", "min_lat", "max_lon", "max_lat")


def _census_codes(
    store: ReferenceStore,
) -> tuple[dict[str, str], dict[str, str], dict[str, str], dict[str, set[str]]]:
    """(2011 code → name, 2021 code → name, code → how it changed, code → the 2021 codes that cover it)."""
    old: dict[str, str] = {}
    new: dict[str, str] = {}
    changes: dict[str, str] = {}
    covered: dict[str, set[str]] = {}
    for row in _rows(store, "lsoa_2011_to_2021"):
        old[row["lsoa11_code"]] = row["lsoa11_name"]
        new[row["lsoa21_code"]] = row["lsoa21_name"]
        changes[row["lsoa11_code"]] = changes[row["lsoa21_code"]] = row["change"]
        covered.setdefault(row["lsoa11_code"], set()).add(row["lsoa21_code"])
    for kind in ("lsoa_2021_to_ward", "residents"):
        for row in _rows(store, kind):
            new.setdefault(row["lsoa21_code"], row["lsoa21_name"])
    # A code of 2021 is covered by itself, whatever an older area of the same code was made of.
    return old, new, changes, covered | {code: {code} for code in new}


def _rows(store: ReferenceStore, kind: str) -> list[dict[str, Any]]:
    table = store.table(kind)
    return [] if table is None else table.to_pylist()


def _only(values: Iterable[tuple[str, str]]) -> tuple[str, str] | None:
    """The value, where all are the same one; None where they differ or there is none."""
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _shape_fields() -> list[pa.Field]:
    import pyarrow as pa

    degrees = ("centroid_lon", "centroid_lat", *_BOX)
    return [pa.field("wkb", pa.binary()), *(pa.field(name, pa.float64()) for name in degrees)]


def _shape_facts(row: dict[str, Any] | None) -> dict[str, Any]:
    import shapely

    if row is None:
        return {}
    # In degrees: good enough to put a label on a map, which is what it is for.
    centre = shapely.centroid(shapely.from_wkb(row["wkb"]))
    facts = {"wkb": row["wkb"], "centroid_lon": centre.x, "centroid_lat": centre.y}
    return facts | {side: row[side] for side in _BOX}
