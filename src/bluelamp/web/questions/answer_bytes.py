"""One answer in the bytes of one format: JSON, or a file that carries its citation. Used by `questions` and
`record_files`."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from bluelamp.errors import TooCostly
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.cost import refuse_costly
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.question import Question
from bluelamp.questions.records import files
from bluelamp.questions.table import cells_of, table_of
from bluelamp.web.request import dumps, version_json
from bluelamp.web.site import Site

# Beyond it an answer would take seconds and gigabytes to be made, only to be cut.
MOST_GROUPS = 5_000_000


def answer_bytes(site: Site, version: DataVersion, question: Question, format_: str) -> bytes:
    """The answer to a question. Raises TooCostly where it would have too many groups, or no place in its format."""
    refuse_costly(version, question, MOST_GROUPS)
    found = answer(version, question)
    if format_ == "json":
        return dumps({**found.as_json(), "version": version_json(version)})
    with site.effort.turn_given_away():
        return b"".join(_as_file(found, format_))


def _as_file(found: QueryResult, format_: str) -> Iterator[bytes]:
    table = table_of(found)
    names = table.column_names
    about = about_answer(found)
    if format_ == "csv":
        return files.as_csv([table], names)
    if format_ == "parquet":
        return files.as_parquet([table], about)
    if format_ == "xlsx":
        return files.as_xlsx([table], names, table.num_rows, about, cells_of(found.question))
    if "map_point" not in names:
        raise TooCostly(
            "GeoJSON needs places.", "Group by map_point, or ask for the records: /api/v1/datasets/…/records."
        )
    return files.as_geojson([_features(table)], about)


def _features(table: pa.Table) -> tuple[list[str], pa.Table]:
    points = [value.split(",") if value else (None, None) for value in table.column("map_point").to_pylist()]
    table = table.append_column("Longitude", pa.array([float(x) if x else None for x, _ in points], pa.float64()))
    table = table.append_column("Latitude", pa.array([float(y) if y else None for _, y in points], pa.float64()))
    return [str(number) for number in range(table.num_rows)], table


def about_answer(found: QueryResult) -> dict[str, str]:
    """What travels with a file: how to cite it, what it covers, what to mind."""
    return {
        "question": found.question.canonical(),
        "citation": found.citation(),
        "coverage": found.coverage.words(),
        "not held": "; ".join(gap.words() for gap in found.coverage.gaps),
        "caveats": " ".join(found.caveats),
        "truncated": "yes: there are more rows" if found.truncated else "no",
        "data version": found.data_version,
    }
