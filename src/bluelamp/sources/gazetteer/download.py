"""Fetches an input of a gazetteer page by page into a spool folder, and goes on there after an interruption. Called by
the step that builds gazetteers.

    <spool>/state.json            what is being fetched: address, rows stated, since when
    <spool>/000002000.json        the page that begins after row 2,000

A page is whole or not there. Where the publisher states another number of rows than when the fetch began, or the fetch
is older than a week, it begins anew: pages of two states of a table do not fit together.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from bluelamp.errors import SourceChanged, SourceError, SourceRefused
from bluelamp.sources.gazetteer.city import Input
from bluelamp.sources.http import shown_url

_PAGE_BYTES = 128 << 20
_OLDEST = timedelta(days=7)
ReportProgress = Callable[[int, int], None]  # rows so far, rows in all


class ResponseBody(Protocol):
    """A whole answer, as `sources.http.HttpResponse`."""

    @property
    def body(self) -> bytes: ...


class PageClient(Protocol):
    """What fetches (`sources.http.HttpClient`). Raises the SourceErrors for whatever goes wrong on the way."""

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int = ...) -> ResponseBody: ...


def download(
    input_: Input, spool: Path, client: PageClient, *, token: str = "", report: ReportProgress | None = None
) -> list[Path]:
    """The pages of an input, in order, fetched into `spool` as far as they are not there yet. `token` is Socrata's.
    Raises SourceError for what the publisher does, SourceChanged where the table changed under the fetch."""
    headers = {"X-App-Token": token} if token and input_.platform == "socrata" else {}
    ask = _Asker(client, input_, headers)
    total = ask.count()
    _begin(spool, input_, total)
    pages, got = [], 0
    while got < total:
        page = spool / f"{got:09}.json"
        data = page.read_bytes() if page.exists() else ask.page(got)
        rows = _rows_in(data, input_)
        if not rows:
            raise SourceError(
                f"{shown_url(input_.url)} gave nothing after row {got:,} of {total:,}.", "Try again later."
            )
        if not page.exists():
            _spooled(page, data)  # only what was understood
        pages.append(page)
        got += rows
        if report:
            report(got, total)
    if got != total:
        for page in pages:
            page.unlink()
        raise SourceChanged(
            f"{shown_url(input_.url)} states {total:,} rows and gave {got:,}.", "It may have changed: try again."
        )
    return pages


def read_spool(pages: list[Path]) -> Iterator[tuple[str, bytes]]:
    """The pages for `material.read_pages`, one in memory at a time."""
    for page in pages:
        yield page.name, page.read_bytes()


def clear(spool: Path) -> None:
    """Remove what is spooled: it has been kept elsewhere."""
    for path in spool.glob("*") if spool.is_dir() else ():
        if path.name == "state.json" or path.suffix in (".json", ".partial"):
            path.unlink(missing_ok=True)


class _Asker:
    def __init__(self, client: PageClient, input_: Input, headers: Mapping[str, str]) -> None:
        self._client, self._input, self._headers = client, input_, headers
        self._order = ""

    def count(self) -> int:
        """How many rows there are. Of a layer, what names its rows as well."""
        if self._input.platform == "socrata":
            where = {key: value for key, value in self._input.parameters.items() if key == "$where"}
            rows = self._json({**where, "$select": "count(*) as rows"})
            stated = rows[0].get("rows") if isinstance(rows, list) and rows and isinstance(rows[0], dict) else None
        else:
            stated = self._json({**self._layer(), "returnCountOnly": "true"}).get("count")
            one = self._json({**self._layer(), "outFields": "*", "resultRecordCount": "1", "returnGeometry": "false"})
            self._order = str(one.get("objectIdFieldName") or "")
        if not str(stated).isdigit() or int(str(stated)) < 1:
            raise SourceError(f"{shown_url(self._input.url)} does not say how many rows it has.", "Check the address.")
        return int(str(stated))

    def page(self, offset: int) -> bytes:
        """The rows after `offset`, in an order that keeps pages apart."""
        wanted = self._input
        if wanted.platform == "socrata":
            page = {"$order": ":id", **wanted.parameters, "$limit": str(wanted.page_rows), "$offset": str(offset)}
        else:
            page = {**self._layer(), "outFields": "*", "outSR": "4326", "returnGeometry": "true"}
            page |= {"geometryPrecision": "6", **wanted.parameters}
            page |= {"orderByFields": self._order} if self._order else {}
            page |= {"resultRecordCount": str(wanted.page_rows), "resultOffset": str(offset)}
        return self._get(page)

    def _layer(self) -> dict[str, str]:
        return {"where": self._input.parameters.get("where", "1=1"), "f": "json"}

    def _get(self, parameters: Mapping[str, str]) -> bytes:
        joint = "&" if urlsplit(self._input.url).query else "?"
        address = f"{self._input.url}{joint}{urlencode(parameters)}"
        return self._client.get(address, headers=self._headers, limit=_PAGE_BYTES).body

    def _json(self, parameters: Mapping[str, str]) -> Any:
        return _checked(self._get(parameters), self._input.url)


def _checked(data: bytes, url: str) -> Any:
    """JSON that is no error. ArcGIS says no with status 200 and an error inside."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise SourceError(f"{shown_url(url)} answers with something that is not JSON.", "Try again later.") from None
    if isinstance(found, dict) and isinstance(error := found.get("error"), dict):
        said = str(error.get("message") or error.get("code"))[:200]
        raise SourceRefused(f"{shown_url(url)} refuses: {said}.", "Check the address.")
    return found


def _rows_in(data: bytes, input_: Input) -> int:
    found = _checked(data, input_.url)
    rows = found.get("features") if isinstance(found, dict) else found
    if not isinstance(rows, list):
        raise SourceError(f"{shown_url(input_.url)} answers with JSON of an unknown form.", "Check the address.")
    return len(rows)


def _begin(spool: Path, input_: Input, total: int) -> None:
    """Go on where the same fetch was left, or begin anew."""
    path = spool / "state.json"
    now = datetime.now(UTC)
    state = {"url": input_.url, "parameters": input_.parameters, "page_rows": input_.page_rows, "rows": total}
    try:
        before = json.loads(path.read_text(encoding="utf-8"))
        begun = datetime.fromisoformat(before.pop("begun"))
        if before == state and now - begun < _OLDEST:
            return
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        pass
    clear(spool)
    _spooled(path, json.dumps({**state, "begun": now.isoformat()}).encode())


def _spooled(target: Path, data: bytes) -> None:
    # Sources may not use storage's helper; a spool need not survive a power cut, only never hold half a page.
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
