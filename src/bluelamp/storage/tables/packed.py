"""JSON that is kept by the million, as small as it can be: packed with a dictionary of what all of it has in common.
Used by the tables of the live flow.

What was kept before is text and stays so: both are read. What a change's row holds anyway is left out of its body, and
put back in its place, so that every change is sent with the same bytes as ever.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

# Never to be changed, as what is kept cannot be read without it: another one needs another column type. What is common
# to most stands last.
_DICTIONARY = (
    b'"url":"https://data..org/resource/.json?$limit=1000&$order=:id","status":304,"headers":{"server":"nginx"'
    b',"date":"Mon, 01 Jan 2026 00:00:00 GMT","content-type":"application/json; charset=utf-8","content-length'
    b'":"","connection":"keep-alive","cache-control":"public, max-age=60","etag":"W/\\"","last-modified":"Tue, '
    b'Wed, Thu, Fri, Sat, Sun, Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec","x-socrata-","vary":"Accept-Encodi'
    b'ng","transfer-encoding":"chunked","age":"0"},"key":"snapshots//2026-01-01/.gz","sha256":"","size":Northe'
    b"ast Northwest Southeast Southwest North Central South East West Downtown District Fire Medical Aid Respo"
    b"nse Traffic Collision Accident Disturbance Burglary Alarm Suspicious Person Vehicle Theft Assault Welfar"
    b'e Check Structure Hazard Minor Major Other Ave Blvd Dr Ln Rd St N S E W NE NW SE SW "kind":"point","lat"'
    b':32.7,"lon":-96.8,"confidence":0.9,"radius_m":{"unit":null,"fields":{"priority":["1","2"]},"between":nul'
    b'l,"at":"","place":{{"unit":"A1","fields":{"status":[null,"Enroute"]},"between":["2026-01-01T{"unit":"B1"'
    b',"fields":{"status":["Dispatched","On Scene"]},"between":["2026-01-01T00:00:00.000Z","2026-01-01T{"unit"'
    b':null,"fields":null,"between":["2026-01-01T00:00:00.000Z","2026-01-01T00:02:00.000Z"],"at":""}{"unit":nu'
    b'll,"fields":null,"between":[null,"2026-01-01T00:00:00.000Z"],"at":"","details":{"id":"","incident_number'
    b'":"26-0000000","nature":"","priority":"2","status":"At Scene","division":"","beat":"100","reporting_area'
    b'":"1000","block":"","location":" St","reported_local":"2026-01-01T00:00:00","reported_at":"2026-01-01T00'
    b':00:00.000Z","opened_between":["2026-01-01T00:00:00.000Z","2026-01-01T00:00:00.000Z"],"closed_between":n'
    b'ull,"ended":null,"reopened":0,"units":[{"unit":"","status":"At Scene","joined_between":["2026-01-01T00:0'
    b'0:00.000Z","2026-01-01T00:00:00.000Z"],"left_between":null}],"former_units":[],"place":null,"revision":1'
    b'},"first":true}"closed_between":["2026-01-01T00:00:00.000Z","2026-01-01T00:00:00.000Z"],"ended":"closed"'
    b',"reopened":0,"units":[{"unit":"","status":null,"joined_between":["2026-01-01T00:00:00.000Z","2026-01-01'
    b'T00:00:00.000Z"],"left_between":["2026-01-01T00:00:00.000Z","2026-01-01T00:00:00.000Z"]}],"former_units"'
    b':[],"place":null,"revision":2}'
)
# A window that holds the dictionary, and little memory for each packing.
_WINDOW, _MEMORY, _LEVEL = 13, 5, 6
# What is packed begins with this; text never does.
_PACKED = b"\x01"


def pack(text: str) -> bytes:
    """A text, packed."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -_WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, _DICTIONARY)
    return _PACKED + packer.compress(text.encode()) + packer.flush()


def unpack(kept: bytes | str) -> str:
    """The text again; what was kept as text is given as it is. PostgreSQL has it as the bytes of that text."""
    if isinstance(kept, str):
        return kept
    if not kept.startswith(_PACKED):
        return kept.decode()
    return zlib.decompressobj(-_WINDOW, _DICTIONARY).decompress(kept[1:]).decode()


class PackedText(sa.types.UserDefinedType[str]):
    """A text that is kept packed. Its column is bytes; in SQLite homes of before it is declared as text, which keeps
    bytes as they are."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "BYTEA"

    def bind_processor(self, _dialect: sa.Dialect) -> Any:
        return lambda text: None if text is None else pack(text)

    def result_processor(self, _dialect: sa.Dialect, _coltype: object) -> Any:
        return lambda kept: None if kept is None else unpack(kept if isinstance(kept, str) else bytes(kept))


class PackedJson(PackedText):
    """The same for a value."""

    def bind_processor(self, _dialect: sa.Dialect) -> Any:
        return lambda value: None if value is None else pack(_text(value))

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        text = super().result_processor(dialect, coltype)
        return lambda kept: None if kept is None else json.loads(text(kept))


# What the columns of a change's row hold: four stand at the head of its JSON, the moment further on.
_HEAD = ("seq", "id", "kind", "call")
_NO_MOMENT = '"at":""'


def bare(change: Mapping[str, Any]) -> str:
    """A change's JSON without what its row holds."""
    assert tuple(change)[:4] == _HEAD
    return _text({name: "" if name == "at" else value for name, value in change.items() if name not in _HEAD})


def whole(row: sa.Row[Any]) -> bytes:
    """A change's JSON as it is sent, from its row: seq, id, kind, call, at, body."""
    body: str = row.body
    if body.startswith('{"seq":'):
        return body.encode()
    head = f'{{"seq":{row.seq},"id":"{row.id}","kind":"{row.kind}","call":"{row.call}",'
    return (head + body[1:].replace(_NO_MOMENT, f'"at":"{row.at}"', 1)).encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
