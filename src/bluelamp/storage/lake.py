"""The lake: columnar tables (Parquet), immutable, one file per loaded batch of force-months. Written by the archive
flow's workers, read by the warehouse and by anybody who points a Parquet reader at it.

Tables carry their layer and source in the name. Rows are as published, typed; nothing is merged and no row is
missing, so that every old release stays askable and every later table can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bluelamp.domain.dataset import DATASETS, Dataset
from bluelamp.domain.published_column import Kind, PublishedColumn
from bluelamp.storage.files import atomic_path, flush_files, sha256_of, storage_errors
from bluelamp.storage.ledger.entries import LakeFile

CRIME = "stg_police_uk__street_crime"
OUTCOME = "stg_police_uk__outcome"
STOP = "stg_police_uk__stop_and_search"
POINT = "stg_police_uk__point"
WORD = "stg_police_uk__word"
ISSUE = "stg_police_uk__issue"

# The table that each dataset of domain/dataset.py rests in.
TABLE_OF = {"crimes": CRIME, "outcomes": OUTCOME, "stops": STOP}

_WORD = pa.dictionary(pa.int32(), pa.string())
_PROVENANCE = [
    ("file_id", pa.int32()),  # the force-month file in the ledger
    ("line", pa.int32()),  # the row's line in that file, the header being line 1
    ("force", _WORD),  # the publisher's slug, from the file's name
    ("month", pa.date32()),  # the file's month, as its first day
]
# What a published column is in the lake, by its kind; the columns of each kind stand behind those of the one before.
_Columns = list[tuple[str, pa.DataType]]
_OF_KIND: dict[Kind, _Columns] = {
    "id": [
        ("crime_id", pa.binary(32)),  # the 64 hexadecimal digits as bytes; null where blank
        ("crime_key", pa.uint64()),  # a hash of crime_id for joins; null where blank
    ],
    "month": [
        ("month_published", _WORD),  # the Month column, null where it equals the file's month
    ],
    # The Date column, read as the UTC that it says; whether that is so, and what midnight means, is decided by the file
    # as a whole (bluelamp archive profile).
    "time": [("published_time", pa.timestamp("us"))],
}
_POINT_KEY: _Columns = [
    ("point", pa.uint64()),  # key of stg_police_uk__point
]


def _rows_of(dataset: Dataset) -> pa.Schema:
    """The columns of the table that a dataset's rows rest in."""
    facts = [column for kind, columns in _OF_KIND.items() if dataset.of_kind(kind) for column in columns]
    publishers, words = dataset.of_kind("publisher"), dataset.of_kind("word", "remark")
    return pa.schema([*_PROVENANCE, *facts, *_words(publishers), *_POINT_KEY, *_words(words)])


def _words(columns: Iterable[PublishedColumn]) -> _Columns:
    return [(column.name, _WORD) for column in columns]


SCHEMAS: dict[str, pa.Schema] = {
    **{TABLE_OF[dataset.name]: _rows_of(dataset) for dataset in DATASETS},
    POINT: pa.schema(
        [
            ("point", pa.uint64()),
            ("longitude", pa.float64()),
            ("latitude", pa.float64()),
            ("location", pa.string()),
            ("lsoa_code", pa.string()),
            ("lsoa_name", pa.string()),
        ]
    ),
    WORD: pa.schema([("field", pa.string()), ("word", pa.string())]),
    ISSUE: pa.schema(
        [
            ("file_id", pa.int32()),
            ("line", pa.int32()),
            ("field", pa.string()),
            ("value", pa.string()),
            ("reason", pa.string()),
            ("text", pa.string()),
        ]
    ),
}


# What `published_time` was called in files that were written before a file's clock was decided.
EARLIER_TIME = "utc_time"


class Lake:
    """The folder of tables. `root` may be shared by processes: files are written whole, then never changed."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, table_name: str, name: str, rows: pa.Table) -> LakeFile:
        """Write one file of a table; its line for the ledger. `name` is made by us: letters, digits, - and /.

        The file is whole but not yet flushed: `flush` does that for many at once, before the ledger refers to them.
        """
        path = self.root / table_name / f"{name}.parquet"
        schema = SCHEMAS[table_name]
        assert rows.schema.names == schema.names, f"{table_name} has other columns: {rows.schema.names}"
        # Hashes and identifiers do not compress: trying costs time and gains nothing.
        incompressible = {"crime_id", "crime_key", "point"}
        with storage_errors("write to the lake"), atomic_path(path, flush=False) as partial:
            pq.write_table(
                rows,
                partial,
                # LZ4 costs half the time of Zstandard here and 3 % more space.
                compression={field.name: "none" if field.name in incompressible else "lz4" for field in schema},
                use_dictionary=[field.name for field in schema if field.name not in {"crime_id", "crime_key", "line"}],
                write_statistics=[field.name for field in schema if field.name in {"file_id", "force", "month"}],
                row_group_size=1 << 20,
                store_schema=True,
            )
            digest, size = sha256_of(partial), partial.stat().st_size
        return LakeFile(f"{table_name}/{name}.parquet", table_name, rows.num_rows, size, digest)

    def empty(self, table_name: str) -> Path:
        """A file of the table without rows, for statements that want at least one file."""
        path = self.root / table_name / "empty.parquet"
        if not path.exists():
            with storage_errors("write to the lake"), atomic_path(path) as partial:
                pq.write_table(SCHEMAS[table_name].empty_table(), partial)
        return path

    def flush(self, files: list[LakeFile]) -> None:
        with storage_errors("write to the lake"):
            flush_files([self.path(file) for file in files])

    def path(self, file: LakeFile | str) -> Path:
        return self.root / (file if isinstance(file, str) else file.path)
