"""How many rows a file has, how often each stands, and whose they are. Called by `deciding`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bluelamp.domain.file_property import BY_MONTHS_AROUND, FileProperty
from bluelamp.domain.month import Month

# A file is unusually small below this share of what the months around it have: neither seasons nor lockdowns do that.
_SMALL, _LARGE = 0.2, 5.0
# The months before and after that are looked at, how many of them must be held, and the fewest rows that they must
# usually have: the files of small forces go up and down by themselves.
_MONTHS_AROUND, _FEWEST_MONTHS, _FEWEST_ROWS = 6, 2, 50
# From this share on a file is mixed, or mostly of others; single rows stray in any file.
_MIXED, _OTHERS, _FEWEST_OTHERS = 0.02, 0.5, 4


def sizes(rows: Mapping[Month, int]) -> dict[Month, FileProperty]:
    """The size of each file of one force and dataset, where enough of the months around it are held."""
    found = {}
    for month, own in rows.items():
        around = [
            rows[month + distance]
            for distance in range(-_MONTHS_AROUND, _MONTHS_AROUND + 1)
            if distance and month + distance in rows
        ]
        if len(around) >= _FEWEST_MONTHS and (usual := median(around)) >= _FEWEST_ROWS:
            value = "far fewer" if own < _SMALL * usual else "far more" if own > _LARGE * usual else "usual"
            reason = f"{own:,} rows; the months around it have {usual:,.0f}"
            evidence = {"rows": own, "usual": usual, "months": len(around)}
            found[month] = FileProperty("size", value, 0.99, reason, BY_MONTHS_AROUND, own, evidence)
    return found


def copies(rows: int, findings: Sequence[Mapping[str, Any]]) -> FileProperty:
    """How often the rows of a file stand. `findings` are those of its rows, counted while it was loaded."""
    twice = next((one for one in findings if one["check"] == "stands_twice"), None)
    if twice is None:
        return FileProperty("copies", "once", 0.999, "not every row stands more than once", rows=rows)
    times = twice.get("times", 2)
    reason = f"every row that can be told from others stands {times:,} times or more"
    evidence = {"times": times, "again": twice["count"]}
    return FileProperty("copies", "several times", 0.999, reason, rows=twice["count"], evidence=evidence)


def rows_of(rows: int, other_force: int, other_month: int) -> FileProperty:
    """Whose the rows of a file are, from how many name another force and how many another month."""
    most = max(other_force, other_month)
    value = "own"
    if most >= _FEWEST_OTHERS and most > _MIXED * rows:
        value = "others" if most > _OTHERS * rows else "mixed"
    what = [
        f"{count:,} of {rows:,} rows are of another {kind}"
        for count, kind in ((other_force, "force"), (other_month, "month"))
        if count
    ]
    reason = "; ".join(what) or "no row is of another force or month"
    evidence = {"other_force": other_force, "other_month": other_month, "rows": rows}
    return FileProperty("rows_of", value, 0.99, reason, rows=most, evidence=evidence)
