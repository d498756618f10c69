"""Writes vector tiles (Mapbox Vector Tile 2.1) of two kinds: squares with a count, and map points. Called by the tiles
of the API.

The format is protobuf, written here by columns: all features of a tile are laid out at once, not one after another. A
number may be written in more bytes than it needs, so every field has a fixed width and every feature the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

EXTENT = 4096

Ints = npt.NDArray[np.integer[Any]]
Bytes = npt.NDArray[np.uint8]

# Protobuf: a field's number and whether a plain number (0) or a length with bytes (2) follows.
_LAYER, _LAYER_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _VERSION = 0x1A, 0x0A, 0x12, 0x1A, 0x22, 0x28, 0x78
_TAGS, _TYPE, _GEOMETRY = 0x12, 0x18, 0x22
_STRING, _COUNT = 0x0A, 0x28  # kinds of value: text, and a number without sign
_POINT, _POLYGON = 1, 3
# Geometry: how often a command is repeated, and which.
_MOVE, _LINES, _CLOSE = 1 << 3 | 1, 3 << 3 | 2, 1 << 3 | 7


def encode_points(x: Ints, y: Ints, counts: Ints, names: Sequence[str], places: Sequence[str]) -> bytes:
    """The layer `points`: each at (x, y) in units of the tile, with its count `n`, its `name` and where it is `at`.

    All arguments have one entry for each point. No points: an empty tile, which is no bytes.
    """
    if not len(counts):
        return b""
    numbers, which_number = np.unique(np.asarray(counts, np.int64), return_inverse=True)
    texts, which_name = _distinct(names)
    values = [*_counts(numbers), *_texts(texts), *_texts(places)]
    first_place = len(numbers) + len(texts)
    tags = [which_number, which_name + len(numbers), np.arange(len(counts)) + first_place]
    geometry = [np.full(len(counts), _MOVE), _zigzag(x), _zigzag(y)]
    return _layer("points", ["n", "name", "at"], values, _features(_POINT, tags, geometry))


def encode_grid(x: Ints, y: Ints, counts: Ints, cells: int) -> bytes:
    """The layer `grid`: the square in column x and row y of `cells` × `cells`, with its count `n`."""
    if not len(counts):
        return b""
    numbers, which_number = np.unique(np.asarray(counts, np.int64), return_inverse=True)
    side = EXTENT // cells
    one = np.ones(len(counts), np.int64)
    # From the corner in the north-west to the right, down and to the left: the way round that an outline is drawn.
    geometry = [
        one * _MOVE, _zigzag(np.asarray(x, np.int64) * side), _zigzag(np.asarray(y, np.int64) * side),
        one * _LINES, *(_zigzag(one * step) for step in (side, 0, 0, side, -side, 0)),
        one * _CLOSE,
    ]  # fmt: skip
    return _layer("grid", ["n"], _counts(numbers), _features(_POLYGON, [which_number], geometry))


def _distinct(texts: Sequence[str]) -> tuple[list[str], npt.NDArray[np.int64]]:
    """(each text once, which of them every entry is)."""
    numbers: dict[str, int] = {}
    which = np.fromiter((numbers.setdefault(text, len(numbers)) for text in texts), np.int64, len(texts))
    return list(numbers), which


def _layer(name: str, keys: Sequence[str], values: Sequence[bytes], features: bytes) -> bytes:
    body = b"".join(
        [
            _with_length(_LAYER_NAME, name.encode()),
            features,
            *(_with_length(_KEY, key.encode()) for key in keys),
            *values,
            bytes([_EXTENT]) + _number(EXTENT),
            bytes([_VERSION, 2]),
        ]
    )
    return _with_length(_LAYER, body)


def _counts(numbers: Ints) -> list[bytes]:
    return [_with_length(_VALUE, bytes([_COUNT]) + _number(number)) for number in numbers.tolist()]


def _texts(texts: Sequence[str]) -> list[bytes]:
    found = []
    for text in texts:
        raw = text.encode()
        found += (
            [_SHORT[len(raw)], raw] if len(raw) < len(_SHORT) else [_with_length(_VALUE, _with_length(_STRING, raw))]
        )
    return found


def _features(kind: int, tags: Sequence[Ints], geometry: Sequence[Ints]) -> bytes:
    """One feature a row: which key has which value, and the numbers of its geometry."""
    rows = len(tags[0])
    tagged = [column for key, which in enumerate(tags) for column in (_fixed(rows, key), _numbers(which))]
    drawn = [_numbers(column) for column in geometry]
    inner = [
        *_field(rows, _TAGS, tagged),
        _fixed(rows, _TYPE, kind),
        *_field(rows, _GEOMETRY, drawn),
    ]
    return np.concatenate(_field(rows, _FEATURE, inner), axis=1).tobytes()


def _field(rows: int, tag: int, columns: Sequence[Bytes]) -> list[Bytes]:
    """The columns of one field, with its tag and its length before them."""
    length = sum(column.shape[1] for column in columns)
    return [_fixed(rows, tag, *_number(length)), *columns]


def _fixed(rows: int, *values: int) -> Bytes:
    return np.broadcast_to(np.array(values, np.uint8), (rows, len(values)))


def _numbers(values: Ints) -> Bytes:
    """Numbers in as many bytes each as the largest needs: seven bits a byte, the leading bit says that more follow."""
    shifts = np.arange(len(_number(int(np.max(values))))) * 7
    found = (np.asarray(values, np.int64)[:, None] >> shifts & 0x7F).astype(np.uint8)
    found[:, :-1] |= 0x80
    return found


def _zigzag(values: Ints) -> npt.NDArray[np.int64]:
    """Signed numbers as numbers without sign: 0, -1, 1, -2 become 0, 1, 2, 3."""
    numbers = np.asarray(values, np.int64)
    found: npt.NDArray[np.int64] = numbers << 1 ^ numbers >> 63
    return found


def _with_length(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + _number(len(body)) + body


def _number(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


# What stands before a short text that is a value: tag and length of the value, then of the text in it.
_SHORT = [bytes([_VALUE, length + 2, _STRING, length]) for length in range(126)]
