"""Records: page by page, all of them as a file, and one with everything known of it."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from bluelamp.errors import UsageError
from bluelamp.questions.answer import LICENCE
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.datasets import DatasetSpec
from bluelamp.questions.records import calls
from bluelamp.questions.records.one import find_record
from bluelamp.questions.view import View
from bluelamp.web.asgi.byte_ranges import PARTS
from bluelamp.web.calls import calls_of, lease_for
from bluelamp.web.lane_routes import Worked
from bluelamp.web.questions.datasets import DatasetName, find_dataset
from bluelamp.web.questions.record_files import columns_of, file_of_records, listed, records_of, whole_of
from bluelamp.web.request import First, Last, Pinned, Where, answered, dumps, lease, site_of, version_json, view_of
from bluelamp.web.schemas import FILES, PROBLEMS, RecordModel, RecordsModel
from bluelamp.web.versions import OpenVersion

router = APIRouter(tags=["records"], route_class=Worked)

_CURSOR = re.compile(r"([0-9a-f]{12})-([0-9]{1,12})")


@router.get(
    "/datasets/{dataset}/records",
    responses={200: {"model": RecordsModel, "content": FILES}, **PARTS, **PROBLEMS},
    summary="Records, every column as published",
)
def records(
    request: Request,
    dataset: DatasetName,
    first: First = None,
    last: Last = None,
    where: Where = (),
    limit: Annotated[int, Query(ge=1, le=1000, description="records on a page; files hold them all")] = 100,
    after: Annotated[
        str, Query(pattern=r"^([0-9a-f]{12}-[0-9]{1,12})?$", description="the `next` of the page before")
    ] = "",
    version: Pinned = "",
    format: Annotated[  # noqa: A002
        Literal["json", "csv", "parquet", "geojson", "xlsx"],
        Query(description="json is a page at a time; every other format holds all records, streamed"),
    ] = "json",
) -> Response:
    """Pages follow each other by `next`, which stays good while its data version is kept: nobody misses a record or
    gets one twice because a new release came in between."""
    spec, view = find_dataset(dataset), view_of(first, last, where)
    pinned, place = _cursor(after, version)
    if format != "json":
        return file_of_records(request, spec, view, pinned, format)
    with lease_for(request, spec, pinned) as opened:
        return answered(
            request,
            opened,
            ["records", dataset, repr(view), str(place), str(limit)],
            lambda: dumps(_page(request, opened, spec, view, place, limit)),
            pinned=pinned,
        )


def _cursor(after: str, version: str) -> tuple[str, int]:
    """(data version, number of the last row seen) of a cursor."""
    found = _CURSOR.fullmatch(after)
    if not found:
        return version, -1
    if version and version != found[1]:
        raise UsageError(
            f"The page follows one of data version {found[1]}, not of {version}.", "Leave the version out."
        )
    return found[1], int(found[2])


def _page(
    request: Request, version: OpenVersion, spec: DatasetSpec, view: View, place: int, limit: int
) -> dict[str, Any]:
    whole = whole_of(version, spec, view)
    portion = records_of(request, version, whole).page(place, limit)
    rows = [{"id": name, **row} for name, row in zip(portion.names, portion.table.to_pylist(), strict=True)]
    full = len(rows) == limit
    return {
        "columns": [{"name": name, "label": name, "words": words} for name, words in columns_of(spec)],
        "rows": rows,
        "next": f"{version.name}-{portion.last}" if full else None,
        "total": listed(whole),
        "coverage": whole.coverage.as_json(),
        "caveats": list(whole.caveats),
        "version": version_json(version),
        "licence": whole.licence,
    }


@router.get(
    "/records/{record_id}",
    responses={200: {"model": RecordModel}, **PROBLEMS},
    summary="One record, with all that is known",
)
def record(
    request: Request,
    record_id: Annotated[
        str,
        Path(
            max_length=120,
            description="its file and line, as 2021-03-kent-street-12; a crime's ID of 64 digits; a call's feed and id",
            examples=["2022-03-kent-street-2"],
        ),
    ],
    version: Pinned = "",
) -> Response:
    """As published, where it was published, what was worked out from it, and what became of a crime."""
    if calls.is_call_name(record_id):
        return _call(request, record_id, version)
    with lease(request, version) as opened:

        def make() -> bytes:
            found = find_record(opened, record_id, site_of(request).lake)
            return dumps({**found, "version": version_json(opened), "licence": LICENCE})

        return answered(request, opened, ["record", record_id], make, pinned=version)


def _call(request: Request, name: str, version: str) -> Response:
    with calls_of(request).lease(version) as opened:
        assert isinstance(opened, CallsVersion)

        def make() -> bytes:
            found = calls.find_call(opened, name)
            return dumps({**found, "version": version_json(opened), "licence": calls.licence_of(opened)})

        return answered(request, opened, ["record", name], make, pinned=version)
