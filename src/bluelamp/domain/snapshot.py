"""A snapshot as the flow compares it: canonical rows, whatever the source's own form. Made by `sources.feeds`.

Canonical means: fields by our names, texts trimmed with inner blanks folded, nothing for what is empty or null, blocks
without leading zeros, the order of keys and rows irrelevant.
"""

from __future__ import annotations

import hashlib
import json
import marshal
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bluelamp.domain.call_field import CALL_FIELDS

# The fields that a call may have, in the order that they are shown. Only unit and location are ever required.
FIELDS = tuple(field.name for field in CALL_FIELDS)
# Why a list cannot be whole: its source says that it goes on, or gives the same page again and again.
CUT_OFF, PAGES_REPEAT = "cut_off", "pages_repeat"
_BLANKS = re.compile(r"\s+")
_ZEROS = re.compile(r"^0+(?=\d)")


class ListedUnit(NamedTuple):
    """A unit as a row names it."""

    unit: str
    status: str | None


class Row(NamedTuple):
    """One canonical row. `values` holds the fields that are there (names of FIELDS); `point` is (latitude, longitude)
    in degrees where the feed itself carries coordinates. A row of a feed by unit has one unit; of a feed by incident,
    all of them."""

    values: Mapping[str, str]
    units: tuple[ListedUnit, ...] = ()
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class SnapshotReading:
    """What one answer says. `fields` are those that at least one row carries: the others tell nothing in this snapshot.

    `unreadable` lists (row number from 1, why); `total` counts the rows of the answer, readable or not; `duplicates`
    those that said the same as another, `conflicting` those that said otherwise of the same unit and incident. `cut`
    says why the list cannot be whole: CUT_OFF, PAGES_REPEAT.
    """

    rows: tuple[Row, ...]
    fields: frozenset[str]
    total: int
    unreadable: tuple[tuple[int, str], ...] = ()
    duplicates: int = 0
    conflicting: int = 0
    columns: frozenset[str] = field(default_factory=frozenset)  # the source's own, seen in at least one row
    cut: tuple[str, ...] = ()
    odd: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # of which nothing came: rows, an example, by code


def content_of(reading: SnapshotReading) -> str:
    """What names the rows of a reading, whatever the bytes that they came in. A feed makes the fields of a row in one
    order always."""
    rows = [(dict(row.values), [tuple(unit) for unit in row.units], row.point) for row in reading.rows]
    # Without references to what it has written already (version 2), the same values are the same bytes.
    return hashlib.sha256(marshal.dumps((rows, sorted(reading.fields)), 2)).hexdigest()[:32]


def clean(value: object) -> str | None:
    """A cell as text: trimmed, blanks folded, None for what is empty. Numbers lose a needless `.0`."""
    if value is None or isinstance(value, (dict, list)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = _BLANKS.sub(" ", str(value).replace("\x00", "")).strip()
    # Half a surrogate pair cannot be written down anywhere.
    return text.encode("utf-8", "replace").decode("utf-8") or None


def clean_block(text: str | None) -> str | None:
    """A block number without leading zeros: `03200` is `3200`, `0` stays."""
    return None if text is None else _ZEROS.sub("", text)


def collapse(rows: Iterable[Row], period: Callable[[Row], str] | None = None) -> tuple[tuple[Row, ...], int, int]:
    """Rows without repeats, in an order of their own; how many repeated another, and how many contradicted one.
    `period` says what a row's number is good for, where numbers begin anew.

    Two rows of one unit and one incident that say different things are a fault of the source: one is kept, always the
    same one, whatever the order in which they came.
    """
    kept: dict[tuple[str, ...], Row] = {}
    duplicates = conflicting = 0
    for row in rows:
        key = (*_identity(row), period(row) if period is not None else "")
        other = kept.get(key)
        if other is None:
            kept[key] = row
        elif other == row:
            duplicates += 1
        else:
            conflicting += 1
            kept[key] = max(row, other, key=_order)
    return tuple(kept[key] for key in sorted(kept)), duplicates, conflicting


def _identity(row: Row) -> tuple[str, ...]:
    values = row.values
    unit = row.units[0].unit if len(row.units) == 1 else ""
    number = values.get("incident_number")
    if number:
        return number, unit
    return "", unit, values.get("block", ""), values.get("location", ""), values.get("nature", "")


def _order(row: Row) -> str:
    return json.dumps([row.values, row.units, row.point], sort_keys=True, ensure_ascii=False)
