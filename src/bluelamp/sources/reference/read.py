"""Reads reference files into typed tables, whatever they are called and however they are packed.

Called by the step that takes in reference files, with files a person gave or that `download.py` fetched. The
answer carries what storage must record: where it came from, when it was read, its hash, what did not fit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bluelamp.errors import NotFound, SourceError
from bluelamp.sources.reference.catalogue import LSOA_CODE, ReferenceFile, nearest_kind, recognise
from bluelamp.sources.reference.lookups import LookupIssue, first_row_of, header_of, read_lookup
from bluelamp.sources.reference.unpacking import TooMuch, UnpackedFile, members, sha256_of, text_of

if TYPE_CHECKING:
    import pyarrow as pa

# The box of a shape in degrees, as shapely orders it.
BOX = ("min_lon", "min_lat", "max_lon", "max_lat")


@dataclass(frozen=True)
class ReferenceTable:
    """One reference file, read.

    kind           a key of REFERENCE_FILES
    table          the columns of that kind (see `schema_of`), one row per row of the file that fits
    source         the path or address it came from
    read_on        the day it was read, as the caller says
    sha256         of the file's bytes as they lay there, packed or not
    licence        what must be said wherever it is shown
    vintage        the year its column names state (`2024`), empty where they state none
    issues         rows that did not fit, and shapes that were mended
    footnote_rows  blank rows and notes after the data, skipped knowingly
    """

    kind: str
    table: pa.Table
    source: str
    read_on: date
    sha256: str
    licence: str
    vintage: str = ""
    issues: tuple[LookupIssue, ...] = ()
    footnote_rows: int = 0

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)


@dataclass(frozen=True)
class FolderRead:
    """What a folder held: the tables, and a sentence for each file that is no reference file."""

    tables: tuple[ReferenceTable, ...]
    unrecognised: tuple[str, ...]


def schema_of(kind: ReferenceFile) -> pa.Schema:
    """The columns of a kind: its own, text or whole numbers; for boundaries also the box in degrees and the WKB."""
    import pyarrow as pa

    fields = [pa.field(one.name, pa.int64() if one.number else pa.string(), nullable=False) for one in kind.columns]
    if kind.shapes:
        fields += [pa.field(side, pa.float64(), nullable=False) for side in BOX]
        fields.append(pa.field("wkb", pa.binary(), nullable=False))
    return pa.schema(fields)


def read_file(path: Path, read_on: date, *, source: str = "", expect: str = "") -> list[ReferenceTable]:
    """The reference tables in one file: one, or for a zip one per member that is a reference file.

    `source` is the address it was downloaded from, else the path stands for it. `expect` is the kind that it
    must hold. Raises SourceError: in one sentence that names the file, and where there is one the row and column.
    """
    tables, unknown = _read_all(path, read_on, source)
    if not tables:
        raise SourceError(unknown[0] if unknown else f"“{path.name}” is empty.", _HINT)
    if expect and expect not in {table.kind for table in tables}:
        held = ", ".join(sorted(table.kind for table in tables))
        raise SourceError(f"“{path.name}” is no file of the kind {expect}; it holds {held}.", _HINT)
    return tables


def read_folder(folder: Path, read_on: date) -> FolderRead:
    """Every reference file directly in a folder, in the order of their names; other files are named, not refused.

    Raises SourceError for a reference file that is broken, and where two files of one kind say different things:
    which is right is not for a program to guess. Two packings of the same table are read as one.
    """
    if not folder.is_dir():
        raise NotFound(f"There is no folder “{folder}”.")
    kept: dict[str, tuple[str, ReferenceTable]] = {}
    unrecognised: list[str] = []
    for path in sorted(one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")):
        try:
            tables, unknown = _read_all(path, read_on, "")
        except TooMuch as problem:
            # A release of crimes may lie beside the reference files: it is no fault, it is only not one of them.
            tables, unknown = [], [problem.message]
        if not tables:
            unrecognised.append(unknown[0] if unknown else f"“{path.name}” is empty.")
        for table in tables:
            before = kept.setdefault(table.kind, (path.name, table))
            if not before[1].table.equals(table.table):
                raise SourceError(
                    f"“{before[0]}” and “{path.name}” are of the same kind and differ.",
                    f"Keep one of them in “{folder}”.",
                )
    return FolderRead(tuple(table for _, table in kept.values()), tuple(unrecognised))


_HINT = "The page docs/sources/ons.md lists what can be read."


@dataclass(frozen=True)
class _Content:
    """A member that was recognised, before it gets its provenance."""

    kind: ReferenceFile
    table: pa.Table
    issues: tuple[LookupIssue, ...]
    vintage: str
    footnote_rows: int = 0


def _read_all(path: Path, read_on: date, source: str) -> tuple[list[ReferenceTable], list[str]]:
    """(tables, sentences on members that are none). Two members of one kind are refused."""
    tables: list[ReferenceTable] = []
    unknown: list[str] = []
    names: dict[str, str] = {}
    for member in members(path):
        content = _content(member)
        if isinstance(content, str):
            unknown.append(content)
            continue
        kind = content.kind.kind
        if kind in names:
            raise SourceError(f"“{names[kind]}” and “{member.name}” are of the same kind.", "Keep one of them.")
        names[kind] = member.name
        tables.append(
            ReferenceTable(
                kind=kind,
                table=content.table,
                source=source or str(path),
                read_on=read_on,
                sha256=sha256_of(path),
                licence=content.kind.licence,
                vintage=content.vintage,
                issues=content.issues,
                footnote_rows=content.footnote_rows,
            )
        )
    return tables, unknown


def _content(member: UnpackedFile) -> _Content | str:
    """A member read; a sentence where it is no reference file. The first bytes decide before the rest is unpacked."""
    head = member.head.decode("utf-8-sig", errors="replace").lstrip()
    if not head:
        return f"“{member.name}” is empty."
    if head[0] in "{[":
        return _shapes(member) if "FeatureCollection" in head or "Topology" in head else _unknown(member, [])
    # The head may end inside a row; the header and the first row are whole unless they are absurdly long.
    heads = header_of(head)
    kind = recognise(heads, shapes=False)
    if kind is None or not _is_of_lsoas(kind, heads, first_row_of(head)):
        return _unknown(member, heads)
    return _lookup(member, kind)


def _is_of_lsoas(kind: ReferenceFile, heads: list[str], first_row: list[str]) -> bool:
    """Whether a table of residents is the one of LSOAs: Nomis zips it with those of other areas, same header."""
    if kind.kind != "residents":
        return True
    place = heads.index((kind.heads_in(heads) or {})["lsoa21_code"])
    # A first row without any code is a fault of this file, and is reported as one when it is read.
    code = first_row[place].strip() if place < len(first_row) else ""
    return not code or re.fullmatch(LSOA_CODE, code) is not None or not re.fullmatch(r"[A-Z]\d{8}", code)


def _unknown(member: UnpackedFile, heads: list[str]) -> str:
    near = nearest_kind(heads, shapes=False)
    if near and near[1]:
        lacks = ", ".join(column.words for column in near[1])
        return f"“{member.name}” is no reference file: as “{near[0].words}”, its row 1 lacks a column for {lacks}."
    return f"“{member.name}” is no reference file that is known."


def _lookup(member: UnpackedFile, kind: ReferenceFile) -> _Content:
    import pyarrow as pa

    found = read_lookup(member.name, text_of(member.name, member.read()), kind)
    table = pa.table(found.columns, schema=schema_of(kind))
    return _Content(kind, table, found.issues, found.vintage, found.footnote_rows)


def _shapes(member: UnpackedFile) -> _Content | str:
    import pyarrow as pa
    import shapely

    from bluelamp.sources.reference.shapes import parse, read_shapes

    document = parse(member.name, text_of(member.name, member.read()))
    if isinstance(document, str):
        return document
    found = read_shapes(member.name, document)
    columns: dict[str, Any] = {"code": found.codes, "name": found.names}
    columns |= dict(zip(BOX, shapely.bounds(found.polygons).T, strict=True))
    columns["wkb"] = shapely.to_wkb(found.polygons)
    return _Content(document.kind, pa.table(columns, schema=schema_of(document.kind)), found.issues, found.vintage)
