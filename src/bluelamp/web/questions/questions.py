"""Questions in their canonical form, answered as JSON or as a file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response

from bluelamp.domain.month import Month
from bluelamp.errors import NotKept, TooCostly, UsageError
from bluelamp.questions.answer import Answer, answer
from bluelamp.questions.cost import refuse_costly
from bluelamp.questions.question import Question, make_question
from bluelamp.questions.records import files
from bluelamp.questions.table import cells_of, table_of
from bluelamp.web.asgi.byte_ranges import PARTS
from bluelamp.web.calls import lease_for
from bluelamp.web.lane_routes import Worked
from bluelamp.web.questions.datasets import DatasetName, find_dataset
from bluelamp.web.request import First, Last, Pinned, Where, answered, dumps, site_of, version_json
from bluelamp.web.schemas import FILES, PROBLEMS, AnswerModel

router = APIRouter(prefix="/questions", tags=["questions"], route_class=Worked)

# The most groups that one answer may have, and fields that one question may group by.
MOST_ROWS = 100_000
MOST_FIELDS = 4
# Beyond it an answer would take seconds and gigabytes to be made, only to be cut.
MOST_GROUPS = 5_000_000

Format = Annotated[
    Literal["json", "csv", "parquet", "xlsx", "geojson"],
    Query(description="json, csv, parquet, xlsx; geojson where the question is grouped by map_point"),
]
Names = Annotated[str, Query(max_length=400)]


@router.get(
    "/{dataset}",
    responses={200: {"model": AnswerModel, "content": FILES}, **PARTS, **PROBLEMS},
    summary="Ask a question",
)
def question(
    request: Request,
    dataset: DatasetName,
    measure: Annotated[str, Query(max_length=400, description="what to count, by commas", examples=["count"])] = "",
    by: Annotated[str, Query(max_length=400, description="fields to group by, by commas", examples=["month"])] = "",
    where: Where = (),
    first: First = None,
    last: Last = None,
    order: Annotated[
        str, Query(max_length=400, description="measures or fields to sort by; -NAME for descending")
    ] = "",
    limit: Annotated[
        int | None, Query(ge=1, le=MOST_ROWS, description="at most so many rows; a cut answer says so")
    ] = None,
    as_of: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="answer as known at this older release, where it is kept"
        ),
    ] = None,
    version: Pinned = "",
    format: Format = "json",  # noqa: A002
) -> Response:
    """The answer carries its coverage (which force-months it should contain and which it does; of calls, which days of
    feeds, and how much of them was watched), its caveats, its data version and its licence. The `question` in the
    answer is its canonical form: the same text, the same answer."""
    spec = find_dataset(dataset)
    asked = make_question(
        spec.name,
        measures=[measure],
        by=[by],
        where=where,
        first=Month.parse(first) if first else None,
        last=Month.parse(last) if last else None,
        order=[order],
        limit=limit or MOST_ROWS,
    )
    if len(asked.by) > MOST_FIELDS:
        raise TooCostly(f"A question groups by at most {MOST_FIELDS} fields; these are {len(asked.by)}.")
    if as_of and spec.live:
        raise UsageError(f"{spec.name} are no part of any release: they cannot be asked as of one.")
    pinned = _as_of(request, as_of) if as_of else version
    with lease_for(request, spec, pinned) as opened:

        def make() -> bytes:
            refuse_costly(opened, asked, MOST_GROUPS)
            found = answer(opened, asked)
            if format == "json":
                return dumps({**found.as_json(), "version": version_json(opened)})
            with site_of(request).effort.turn_given_away():
                return b"".join(_as_file(found, format))

        return answered(
            request,
            opened,
            ["question", asked.canonical(), format],
            make,
            pinned=pinned,
            media_type=files.MEDIA_TYPES[format],
            headers=_headers(asked, format),
            file=format != "json",
        )


def _as_of(request: Request, release: str) -> str:
    """The name of the version that was built for an older state of knowledge. Raises NotKept where there is none."""
    found = site_of(request).archive.warehouse.as_of(release)
    if found is None:
        raise NotKept(
            f"The answer as known at release {release} is not kept ready here.",
            f"Its operator can make it: bluelamp ask {'crimes'} --as-of {release}.",
        )
    return found.name


def _headers(asked: Question, format_: str) -> dict[str, str]:
    if format_ == "json":
        return {}
    by = "-by-" + "-".join(one.name for one in asked.by) if asked.by else ""
    return {"Content-Disposition": f'attachment; filename="bluelamp-{asked.dataset.name}{by}.{format_}"'}


def _as_file(found: Answer, format_: str) -> Iterator[bytes]:
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


def about_answer(found: Answer) -> dict[str, str]:
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
