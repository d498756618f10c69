"""What the flow remembers of a feed between two snapshots, beside its open calls: what was last good, what is held in
doubt, what was missed and how often. Plain values, kept with the event log in one transaction. See `domain.diff`."""

from __future__ import annotations

from typing import NotRequired, TypedDict


# What is not required is missing in what an older build has written.
class Mark(TypedDict):
    """A snapshot that was taken in: its time, number, version, number of rows and the fields that it carried. `body`
    names its bytes, `content` its rows, `time` is the version as a moment."""

    at: str
    number: int
    version: str
    rows: int
    fields: list[str]
    body: NotRequired[str]
    content: NotRequired[str]
    time: NotRequired[str | None]


class Doubt(Mark):
    """A suspicious snapshot that waits to be confirmed. `since` is the time of the first one in a row that was doubted
    for these reasons."""

    reasons: list[str]
    since: NotRequired[str]


class Absence(TypedDict):
    """A call, or a unit, that was not listed lately. `seen` is when it was last listed, `missed` the first good answer
    that lacked it, `misses` how many good ones in a row did, `counted` the last of them, `held` the first suspicious
    answer in a row whose miss does not count yet, `late` one that had come before it was listed at all."""

    seen: str
    missed: str | None
    misses: int
    held: str | None
    counted: NotRequired[str]
    late: NotRequired[str]


class Tracking(TypedDict):
    """`good` is the last good snapshot, `shown_at` the last one that was taken in, good or suspicious. `newest` is the
    highest version time so far. `gone` lists fields that vanished from every row, with the moment since when. `came`
    says of the last answers, by version, when each was taken in first."""

    good: Mark | None
    shown_at: str | None
    newest: str | None
    doubt: Doubt | None
    absent: dict[str, Absence]
    absent_units: dict[str, dict[str, Absence]]
    gone: dict[str, str]
    came: NotRequired[dict[str, str]]


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
    kept = {name: absence for name, absence in absent.items() if absence["misses"] or "late" in absence}
    return {name: {**absence, "held": None} for name, absence in kept.items()}


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
