"""Asks a server what a recording's plan says and writes each answer as text that can be compared line by line."""

from __future__ import annotations

import hashlib
import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import httpx

from tests.recorded.addresses import Chooser

# What a user's program goes by. Validators and dates say when, not what.
_HEADERS = (
    "content-type", "content-disposition", "cache-control", "location", "link", "vary", "retry-after", "accept-ranges",
    "www-authenticate",
)  # fmt: skip
_PATIENCE = 120.0
_MOST = 2_000_000  # characters of an answer that are recorded; beyond, its hash


def choose(address: str, *, whole: bool) -> list[str]:
    """The requests to record of a server; see `Chooser`."""
    with httpx.Client(base_url=address, timeout=300) as client:
        return Chooser(client, whole=whole).requests()


def answers(address: str, requests: list[str], key: str) -> Iterator[tuple[str, str]]:
    """(request, answer as text) of each; `key` is the API key of requests that show one."""
    hook = ""
    with httpx.Client(base_url=address, timeout=300) as client:
        for request in requests:
            answer = _asked(client, request.replace("HOOK", hook), key)
            if isinstance(answer, str):
                yield request, answer
                continue
            if made := re.search(r'"id":\s*"(hook_[0-9a-f]{16})"', answer.text if answer.status_code == 201 else ""):
                hook = made[1]
            yield request, as_text(answer)


def _asked(client: httpx.Client, request: str, key: str) -> httpx.Response | str:
    """`METHOD /path body`; the method may be left out, and one that ends in `!` shows the key."""
    if request.startswith("/"):
        return _ready(client, request)
    method, path, *body = request.split(" ", 2)
    if method == "STREAM":
        return _stream(client, path)
    headers = {"Authorization": f"Bearer {key}"} if method.endswith("!") else {}
    if body:
        headers["Content-Type"] = "application/json"
    return client.request(method.rstrip("!?"), path, headers=headers, content=body[0] if body else None)


def _ready(client: httpx.Client, path: str) -> httpx.Response:
    """The answer; where one is being worked out, wait for it."""
    end = time.monotonic() + _PATIENCE
    while (answer := client.get(path)).status_code == 202 and time.monotonic() < end:
        time.sleep(0.2)
    return answer


def _stream(client: httpx.Client, path: str) -> str:
    """The changes of a stream up to the newest there is."""
    head = client.get(path.partition("/events")[0]).json()["cursor"]
    with client.stream("GET", path) as answer:
        lines = [f"{answer.status_code} {answer.headers.get('content-type')}"]
        for line in answer.iter_lines():
            lines.append(line)
            if not line and f"id: {head}" in lines:
                break
    return "\n".join(line for line in lines if not line.startswith(":"))


def as_text(answer: httpx.Response) -> str:
    """Status, headers and body."""
    head = [str(answer.status_code)]
    head += [f"{name}: {answer.headers[name]}" for name in _HEADERS if name in answer.headers]
    head += sorted(f"{name}: {value}" for name, value in answer.headers.items() if name.startswith("bluelamp-"))
    head += ["etag: present"] if "etag" in answer.headers else []
    body = _body(answer)
    if len(body) > _MOST:
        body = f"{body[:_MOST]}\n… {len(body)} characters, sha256 {hashlib.sha256(body.encode()).hexdigest()}"
    return "\n".join([*head, "", body])


def _body(answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    if answer.content and "json" in kind:
        return json.dumps(answer.json(), indent=1, ensure_ascii=False)
    if "parquet" in kind and answer.status_code == 200:
        return _parquet(answer.content)
    if "sheet" in kind:
        return _workbook(answer.content)
    if "vector-tile" in kind or "mvt" in kind:
        return _tile(answer.content)
    return answer.text


def _parquet(content: bytes) -> str:
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    metadata = {name.decode(): value.decode(errors="replace") for name, value in (table.schema.metadata or {}).items()}
    metadata.pop("ARROW:schema", None)
    return "\n".join(
        [str(table.schema.remove_metadata()), json.dumps(metadata, indent=1), *map(str, table.to_pylist())]
    )


def _workbook(content: bytes) -> str:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(f"{sheet.title}: {row}" for sheet in book for row in sheet.iter_rows(values_only=True))


def _tile(content: bytes) -> str:
    import mapbox_vector_tile

    layers: Any = mapbox_vector_tile.decode(content)
    return json.dumps(layers, indent=1, default=str)
