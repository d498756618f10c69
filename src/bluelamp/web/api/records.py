"""Records: page by page, all of them as a file, and one with everything known of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

import pyarrow as pa
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from bluelamp.errors import TooCostly, UsageError
from bluelamp.questions.answer import LICENCE, Answer, answer
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.datasets import DatasetSpec
from bluelamp.questions.records import calls, files
from bluelamp.questions.records.one import find_record
from bluelamp.questions.records.published import words_of
from bluelamp.questions.records.reading import Portion, Records
from bluelamp.questions.view import View, question_of
from bluelamp.web.answers import etag_of
from bluelamp.web.api.datasets import DatasetName, find_dataset
from bluelamp.web.api.questions import about_answer
from bluelamp.web.asked import (
    First,
    Last,
    Pinned,
    Where,
    answered,
    cache_headers,
    dumps,
    lease,
    site_of,
    version_json,
    view_of,
)
from bluelamp.web.calls import calls_of, lease_for
from bluelamp.web.schemas import FILES, PROBLEMS, RecordModel, RecordsModel
from bluelamp.web.versions import OpenVersion

router = APIRouter(tags=["records"])

_CURSOR = re.compile(r"([0-9a-f]{12})-([0-9]{1,12})")


@router.get(
    "/datasets/{dataset}/records",
    responses={200: {"model": RecordsModel, "content": FILES}, **PROBLEMS},
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
        return _file(request, spec, view, pinned, format)
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
    whole = _whole(version, spec, view)
    portion = _records(request, version, whole).page(place, limit)
    rows = [{"id": name, **row} for name, row in zip(portion.names, portion.table.to_pylist(), strict=True)]
    full = len(rows) == limit
    return {
        "columns": [{"name": name, "label": name, "words": words} for name, words in _words(spec)],
        "rows": rows,
        "next": f"{version.name}-{portion.last}" if full else None,
        "total": _listed(whole),
        "coverage": whole.coverage.as_json(),
        "caveats": list(whole.caveats),
        "version": version_json(version),
        "licence": whole.licence,
    }


def _whole(version: OpenVersion, spec: DatasetSpec, view: View) -> Answer:
    """How many records there are, with what a figure must carry."""
    _, ignored = view.for_dataset(spec)
    if ignored:
        raise UsageError(f"{spec.name} cannot be filtered by “{ignored[0]}”.")
    return answer(version, question_of(view, spec, measures=[spec.measures[0].name]))


def _listed(whole: Answer) -> int | None:
    """How many records there are to list: also those that others publish of an area whose own force is not held, which
    make no figure of it. None where nothing is held that could hold one."""
    ((count,),) = whole.rows
    return int(count) if count is not None else whole.strays or None


def _file(request: Request, spec: DatasetSpec, view: View, pinned: str, format_: str) -> Response:
    """All records as a file. The lease lasts as long as the stream does."""
    leased = lease_for(request, spec, pinned)
    opened = leased.__enter__()
    try:
        whole = _whole(opened, spec, view)
        if format_ == "xlsx" and (_listed(whole) or 0) > files.XLSX_ROWS:
            raise TooCostly(
                f"A sheet of Excel holds {files.XLSX_ROWS:,} rows; these are {_listed(whole):,}.",
                "Narrow the filters, or take CSV or Parquet.",
            )
        portions = _portions(request, opened, whole, format_)
        body = _body(spec, portions, whole, format_)
        first = next(body, b"")  # what fails, fails before the answer has begun
        etag = etag_of(opened.version.file.name, spec.name, repr(view), format_)
    except BaseException:
        leased.__exit__(None, None, None)
        raise

    def stream() -> Iterator[bytes]:
        try:
            yield first
            yield from body
        finally:
            leased.__exit__(None, None, None)

    headers = {
        **cache_headers(opened, etag, pinned),
        "Content-Disposition": f'attachment; filename="bluelamp-{spec.name}-{opened.name}.{format_}"',
        "Bluelamp-Records": str(_listed(whole) or 0),
        "Bluelamp-Coverage": whole.coverage.words(),
    }
    return StreamingResponse(stream(), media_type=files.MEDIA_TYPES[format_], headers=headers)


def _records(request: Request, version: OpenVersion, whole: Answer) -> Records | calls.CallRecords:
    if isinstance(version, CallsVersion):
        return calls.CallRecords(version, whole.question)
    return Records(version, whole.question, site_of(request).lake)


def _portions(request: Request, version: OpenVersion, whole: Answer, format_: str) -> Iterator[Portion]:
    records = _records(request, version, whole)
    if isinstance(records, calls.CallRecords):
        return records.portions(typed=format_ == "parquet")
    return records.portions()


def _words(spec: DatasetSpec) -> Sequence[tuple[str, str]]:
    return list(calls.COLUMNS.items()) if spec.live else words_of(spec)


def _body(spec: DatasetSpec, portions: Iterator[Portion], whole: Answer, format_: str) -> Iterator[bytes]:
    names = ["id", *(name for name, _ in _words(spec))]
    if format_ == "geojson":
        pairs = ((one.names, _with_point(one.table) if spec.live else one.table) for one in portions)
        return files.as_geojson(pairs, about_answer(whole))
    tables = (one.table.add_column(0, "id", pa.array(one.names, pa.string())) for one in portions)
    if format_ == "csv":
        return files.as_csv(tables, names)
    if format_ == "parquet":
        return files.as_parquet(tables, about_answer(whole))
    return files.as_xlsx(tables, names, _listed(whole) or 0, about_answer(whole))


def _with_point(table: pa.Table) -> pa.Table:
    """Calls with their point under the names that published records have it by."""
    names = {"latitude": "Latitude", "longitude": "Longitude"}
    return table.rename_columns([names.get(name, name) for name in table.column_names])


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
