"""All records of a view as one file: streamed as it is made, or kept for those who read it in parts. Used by
`records`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pyarrow as pa
from fastapi import Request, Response

from bluelamp.errors import TooCostly, UsageError
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.records import RecordSet
from bluelamp.questions.records import files
from bluelamp.questions.registry import family_of
from bluelamp.questions.view import View, question_of
from bluelamp.web.asgi.byte_ranges import ANY_BODY, asks_for_parts, file_answer
from bluelamp.web.asgi.head_and_ranges import is_head
from bluelamp.web.questions.answer_bytes import about_answer
from bluelamp.web.request import cache_headers, has_tag, lease_for, site_of
from bluelamp.web.work.answer_cache import etag_of
from bluelamp.web.work.file_stream import FileStream

# Grows when the same records are written otherwise: a kept file is of one form.
_FORM = 2


def file_of_records(request: Request, spec: DatasetSpec, view: View, pinned: str, format_: str) -> Response:
    """The answer with the file. The lease on its version lasts as long as it is being made."""
    with ExitStack() as held:
        opened = held.enter_context(lease_for(request, spec, pinned))
        record_file = _RecordFile(request, opened, spec, view, pinned, format_)
        found = record_file.without_making()
        if found is not None:
            return found
        body = record_file.body()  # what fails here gives the lease back
        give_back = held.pop_all().close
    return record_file.streamed(body, give_back)


class _RecordFile:
    """One file as it was asked for. Raises TooCostly where its format cannot hold so many rows."""

    def __init__(
        self, request: Request, version: DataVersion, spec: DatasetSpec, view: View, pinned: str, format_: str
    ) -> None:
        self._request, self._version, self._spec, self._format = request, version, spec, format_
        self._whole = whole_of(version, spec, view)
        known = listed(self._whole)
        self._rows = known or 0
        if format_ == "xlsx" and self._rows > files.XLSX_ROWS:
            raise TooCostly(
                f"A sheet of Excel holds {files.XLSX_ROWS:,} rows; these are {self._rows:,}.",
                "Narrow the filters, or take CSV or Parquet.",
            )
        self._etag = etag_of(version.cache_key, spec.name, repr(view), format_, str(_FORM))
        self._headers = {
            **cache_headers(version, self._etag, pinned),
            "Content-Disposition": f'attachment; filename="bluelamp-{spec.name}-{version.name}.{format_}"',
            **({} if known is None else {"Bluelamp-Records": str(known)}),
            "Bluelamp-Coverage": self._whole.coverage.words(),
        }

    def without_making(self) -> Response | None:
        """The answer of what is kept, or of headers alone; None where the file must be streamed. What is asked for in
        parts is made first, where it can be kept."""
        if has_tag(self._request, self._etag):
            return Response(status_code=304, headers=self._headers)
        kept, name = site_of(self._request).kept, self._etag.strip('"')
        path = kept.find(name)
        if path is None and asks_for_parts(self._request) and kept.may_keep(name, self._rows, self._format):
            path = kept.make(name, self.body)
        if path is not None:
            try:
                return file_answer(self._request, path, files.MEDIA_TYPES[self._format], self._headers)
            except FileNotFoundError:
                pass  # removed in this moment to make room
        if kept.may_keep(name, self._rows, self._format):
            self._headers["Accept-Ranges"] = "bytes"
        return self.streamed(iter((ANY_BODY,))) if is_head(self._request.scope) else None

    def body(self) -> Iterator[bytes]:
        """The file, portion by portion, in constant memory."""
        records, about = records_of(self._request, self._version, self._whole), about_answer(self._whole)
        names = ["id", *records.file_columns(self._format)]
        portions = records.file_portions(self._format)
        if self._format == "geojson":
            return files.as_geojson(((one.names, one.table) for one in portions), about)
        tables = (one.table.add_column(0, "id", pa.array(one.names, pa.string())) for one in portions)
        if self._format == "csv":
            return files.as_csv(tables, names, records.as_text)
        if self._format == "parquet":
            return files.as_parquet(tables, about)
        return files.as_xlsx(tables, names, self._rows, about, records.cells())

    def streamed(self, body: Iterator[bytes], at_end: Callable[[], None] | None = None) -> Response:
        """The file as it is made."""
        return FileStream(body, self._headers, files.MEDIA_TYPES[self._format], at_end)


def whole_of(version: DataVersion, spec: DatasetSpec, view: View) -> QueryResult:
    """How many records there are, with what a figure must carry."""
    _, ignored = view.for_dataset(spec)
    if ignored:
        raise UsageError(f"{spec.name} cannot be filtered by “{ignored[0]}”.")
    return answer(version, question_of(view, spec, measures=[spec.measures[0].name]))


def listed(whole: QueryResult) -> int | None:
    """How many records there are to list: also those that others publish of an area whose own force is not held, which
    make no figure of it. None where nothing is held that could hold one."""
    ((count,),) = whole.rows
    return int(count) if count is not None else whole.strays or None


def records_of(request: Request, version: DataVersion, whole: QueryResult) -> RecordSet:
    """The records that an answer counts."""
    return family_of(whole.question.dataset).records(version, whole.question, site_of(request).stores)
