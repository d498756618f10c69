"""Web map tiles: where a longitude and latitude fall in the square world of zoom levels. Used by the map index, which
keeps points in the order of `morton`, and by questions about one tile.

All places are whole numbers of one fine grid, of which tiles and their squares at every zoom are coarser steps. So a
point lies in exactly one tile of each zoom, and the tiles of a zoom together hold every point once.

Coordinates may be plain numbers or arrays: an array brings its own functions along (the array API standard), so this
room needs no library.
"""

from __future__ import annotations

import math
from typing import Any

# The deepest zoom that tiles have, and the units along a tile's side as vector tiles count them.
MAX_ZOOM = 18
EXTENT = 4096
# The fine grid has 2 to this power steps along each side: the units of a tile of the deepest zoom.
GRID_BITS = MAX_ZOOM + 12
# The square world ends here; beyond lies no tile.
_MAX_LATITUDE = 85.051128779806589


def grid_position(longitude: Any, latitude: Any) -> tuple[Any, Any]:
    """(across, down) on the fine grid: whole numbers from the north-west corner of the world."""
    steps = float(1 << GRID_BITS)
    across = (longitude + 180.0) / 360.0 * steps
    maths = longitude.__array_namespace__() if hasattr(longitude, "__array_namespace__") else math
    radians = _between(latitude, -_MAX_LATITUDE, _MAX_LATITUDE) * (math.pi / 180.0)
    down = (1.0 - maths.log(maths.tan(radians) + 1.0 / maths.cos(radians)) / math.pi) / 2.0 * steps
    return _whole(across), _whole(down)


def tile_position(longitude: Any, latitude: Any, zoom: int, x: int, y: int) -> tuple[Any, Any]:
    """(across, down) in units of the tile: 0 to EXTENT - 1 where the point lies in it."""
    check_tile(zoom, x, y)
    across, down = grid_position(longitude, latitude)
    coarser = MAX_ZOOM - zoom
    return (across >> coarser) - x * EXTENT, (down >> coarser) - y * EXTENT


def tile_bounds(zoom: int, x: int, y: int) -> tuple[float, float, float, float]:
    """(west, south, east, north) of a tile in degrees."""
    check_tile(zoom, x, y)
    side = float(1 << zoom)
    return x / side * 360.0 - 180.0, _latitude((y + 1) / side), (x + 1) / side * 360.0 - 180.0, _latitude(y / side)


def check_tile(zoom: int, x: int, y: int) -> None:
    """Raises ValueError for a tile that there is not."""
    if not 0 <= zoom <= MAX_ZOOM:
        raise ValueError(f"there is no zoom {zoom}: it is 0 to {MAX_ZOOM}")
    if not (0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise ValueError(f"there is no tile {zoom}/{x}/{y}: x and y are 0 to {(1 << zoom) - 1}")


def morton(across: Any, down: Any) -> Any:
    """One number for a place on the grid whose leading bits say in which tile it lies, zoom by zoom."""
    return _spread(across) | _spread(down) << 1


def morton_range(zoom: int, x: int, y: int) -> tuple[int, int]:
    """(first, last + 1) of the numbers of all places in a tile."""
    check_tile(zoom, x, y)
    below = 2 * (GRID_BITS - zoom)
    first = int(morton(x, y)) << below
    return first, first + (1 << below)


def unmorton(number: Any) -> tuple[Any, Any]:
    """(across, down) of such a number, or of the leading bits of one."""
    return _gather(number), _gather(number >> 1)


def _latitude(down: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1.0 - 2.0 * down))))


def _between(value: Any, least: float, most: float) -> Any:
    if hasattr(value, "__array_namespace__"):
        return value.__array_namespace__().clip(value, least, most)
    return min(max(value, least), most)


def _whole(steps: Any) -> Any:
    """Rounded down, and kept on the grid."""
    last = float((1 << GRID_BITS) - 1)
    if hasattr(steps, "__array_namespace__"):
        maths = steps.__array_namespace__()
        return maths.astype(maths.floor(maths.clip(steps, 0.0, last)), maths.int64)
    return math.floor(min(max(steps, 0.0), last))


# Each line moves bits apart by half the distance of the line before: 30 bits end up in every second place of 60.
_SPREADING = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)
# The same lines backwards, each with the mask of the line that is being undone.
_GATHERING = (
    (1, 0x3333333333333333),
    (2, 0x0F0F0F0F0F0F0F0F),
    (4, 0x00FF00FF00FF00FF),
    (8, 0x0000FFFF0000FFFF),
    (16, 0x00000000FFFFFFFF),
)


def _spread(bits: Any) -> Any:
    for distance, mask in _SPREADING:
        bits = (bits | bits << distance) & mask
    return bits


def _gather(bits: Any) -> Any:
    bits = bits & 0x5555555555555555
    for (distance, _), (_, mask) in zip(
        reversed(_SPREADING), [*reversed(_SPREADING[:-1]), (0, 0xFFFFFFFF)], strict=True
    ):
        bits = (bits | bits >> distance) & mask
    return bits
