"""Files that can be read in parts (RFC 9110, 14): tools read a Parquet file by its end and the columns they need. Used
by the API's routes for whatever is a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from bluelamp.web.asgi import problems
from bluelamp.web.asgi.head_and_ranges import is_head
from bluelamp.web.schemas import PROBLEM

# One range; several at once are answered with the whole, as they may be.
_RANGE = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))", re.IGNORECASE)
_CHUNK = 1 << 18
# Stands for a body of which only the headers are wanted, so that they are those of an answer with a body.
ANY_BODY = b"-"

# What the routes of files may answer beside the whole.
PARTS: dict[int | str, dict[str, Any]] = {
    206: {"description": "The part that the header `Range` asks for."},
    304: {"description": "Nothing has changed."},
    416: {**PROBLEM, "description": "The part lies beyond the end."},
}


def asks_for_parts(request: Request) -> bool:
    """Whether the file must be whole before anything of it can be told: its size, or a part of it."""
    return is_head(request.scope) or "range" in request.headers


def file_answer(request: Request, source: bytes | Path, media_type: str, headers: dict[str, str]) -> Response:
    """The whole, or the part that is asked for. `headers` has the `ETag`, which is strong: the same bytes always.
    Raises FileNotFoundError for a path that is gone."""
    file = source.open("rb") if isinstance(source, Path) else None
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    sent = {**headers, "Accept-Ranges": "bytes"}
    part = _part(request, size, headers["ETag"])
    if part is None:
        return _bytes_of(request, source, file, (0, size), 200, sent, media_type)
    begin, end = part
    if begin >= end:
        if file is not None:
            file.close()
        return _beyond(size)
    sent["Content-Range"] = f"bytes {begin}-{end - 1}/{size}"
    return _bytes_of(request, source, file, part, 206, sent, media_type)


def _part(request: Request, size: int, etag: str) -> tuple[int, int] | None:
    """(first byte, the one after the last) of what is asked; none of them where there is nothing at that place; None
    for the whole."""
    found = _RANGE.fullmatch(request.headers.get("range", "").replace(" ", ""))
    # Parts are only added to what the asker has where that is of the same file.
    if found is None or request.headers.get("if-range", etag) != etag:
        return None
    if found[3]:
        return max(size - int(found[3]), 0) if int(found[3]) else size, size
    begin, end = int(found[1]), int(found[2]) + 1 if found[2] else size
    if found[2] and int(found[2]) < begin:
        return None
    return begin, min(end, size)


def _bytes_of(
    request: Request,
    source: bytes | Path,
    file: BinaryIO | None,
    part: tuple[int, int],
    status: int,
    headers: dict[str, str],
    media_type: str,
) -> Response:
    begin, end = part
    if isinstance(source, bytes):
        return Response(source[begin:end], status, headers, media_type)
    assert file is not None
    headers["Content-Length"] = str(end - begin)
    if is_head(request.scope):
        file.close()
        return StreamingResponse(iter((ANY_BODY,)), status, headers, media_type)
    return StreamingResponse(_read(file, begin, end), status, headers, media_type)


def _read(file: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    with file:
        file.seek(begin)
        while begin < end and (chunk := file.read(min(_CHUNK, end - begin))):
            begin += len(chunk)
            yield chunk


def _beyond(size: int) -> Response:
    told = problems.problem(
        416,
        "beyond-the-end",
        "That part is not there",
        f"The file has {size:,} bytes.",
        "Ask for a part that begins before its end.",
    )
    return JSONResponse(
        told, 416, {"Content-Range": f"bytes */{size}", "Cache-Control": "no-store"}, problems.MEDIA_TYPE
    )
