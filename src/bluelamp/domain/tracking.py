"""What the flow remembers of a feed between two snapshots, beside its open calls: what was last good, what is held in
doubt, what was missed and how often. Plain values, kept with the event log in one transaction. See `domain.diff`."""

from __future__ import annotations

from typing import TypedDict


class Mark(TypedDict):
    """A snapshot that was taken in: its time, number, version, number of rows and the fields that it carried."""

    at: str
    number: int
    version: str
    rows: int
    fields: list[str]


class Doubt(Mark):
    """A suspicious snapshot that waits to be confirmed."""

    reasons: list[str]


class Absence(TypedDict):
    """A call, or a unit, that was not listed lately. `seen` is when it was last listed, `missed` the first good answer
    that lacked it, `misses` how many good ones in a row did, `held` the suspicious answer whose miss does not count
    yet."""

    seen: str
    missed: str | None
    misses: int
    held: str | None


class Tracking(TypedDict):
    """`good` is the last good snapshot, `shown_at` the last one that was taken in, good or suspicious. `newest` is the
    highest version time so far. `gone` lists fields that vanished from every row, with the moment since when."""

    good: Mark | None
    shown_at: str | None
    newest: str | None
    doubt: Doubt | None
    absent: dict[str, Absence]
    absent_units: dict[str, dict[str, Absence]]
    gone: dict[str, str]


def without_doubt(tracking: Tracking) -> Tracking:
    """As if the suspicious snapshot had not been: what it lacked was not missed."""
    units = {id_: _counted(absent) for id_, absent in tracking["absent_units"].items()}
    return {
        **tracking,
        "doubt": None,
        "absent": _counted(tracking["absent"]),
        "absent_units": {id_: absent for id_, absent in units.items() if absent},
    }


def _counted(absent: dict[str, Absence]) -> dict[str, Absence]:
    return {name: {**absence, "held": None} for name, absence in absent.items() if absence["misses"]}


def nothing_tracked() -> Tracking:
    """Before a feed's first snapshot."""
    return {
        "good": None,
        "shown_at": None,
        "newest": None,
        "doubt": None,
        "absent": {},
        "absent_units": {},
        "gone": {},
    }
