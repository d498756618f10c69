"""What differs between two snapshots, in the past tense: opened, a unit joined, a unit left, updated, closed, reopened,
aged out, located. Made by `domain.diff`, kept by the event log, sent to every browser."""

from __future__ import annotations

import hashlib
from typing import Any, Literal, TypedDict

from bluelamp.domain.call import Between, Call, Place, Unit

Kind = Literal["opened", "unit_joined", "unit_left", "updated", "closed", "reopened", "aged_out", "located"]
# Each kind with the sentence that explains it, for the documentation and the screen.
KINDS: dict[str, str] = {
    "opened": "a call was listed for the first time; those of a feed's very first snapshot carry `first`",
    "unit_joined": "a unit was listed on a call that it was not on before",
    "unit_left": "a unit was not listed on the call any more, in as many good answers in a row as the feed asks for",
    "updated": "fields of the call, or the status of one of its units, were listed otherwise than before",
    "closed": "the call was not listed any more, in as many good answers in a row as the feed asks for",
    "reopened": "a call that had ended was listed again",
    "aged_out": "the call left a list that only shows the last hours; whether it has ended is not known",
    "located": "the call has a place, or another one than before",
}


class Change(TypedDict, total=False):
    """One change. `seq` is its number in the feed's event log, without gaps; `id` the same whenever the same snapshots
    are compared again. `call` is the call's id, `at` the time of the snapshot that showed it, `between` the interval
    in which it happened, `fields` name → [from, to], `details` the whole call where it was opened or reopened."""

    seq: int
    id: str
    kind: Kind
    call: str
    unit: str | None
    fields: dict[str, list[Any]] | None
    between: Between | None
    at: str
    first: bool
    details: Call | None
    place: Place | None


def change_id(feed: str, call: str, revision: int, kind: str, unit: str | None, version: str) -> str:
    """The id of a change: two pollers, or a replay, that see the same give it the same id."""
    text = "\x1f".join((feed, call, str(revision), kind, unit or "", version))
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def call_id(feed: str, key: str, occurrence: int) -> str:
    """The id of the `occurrence`-th call (from 1) that had this key."""
    return hashlib.sha256(f"{feed}\x1f{key}\x1f{occurrence}".encode()).hexdigest()[:16]


def apply(call: Call | None, change: Change) -> Call:
    """The call after a change; the call before is not touched. A call is the sum of its changes, in their order."""
    kind = change["kind"]
    if kind in ("opened", "reopened"):
        details = change["details"]
        assert details is not None
        return details
    assert call is not None, f"{kind} of a call that was never opened"
    after: Call = {**call, "revision": call["revision"] + 1}
    if kind in ("closed", "aged_out"):
        after["closed_between"] = change["between"]
        after["ended"] = "closed" if kind == "closed" else "aged_out"
        after["units"] = [{**unit, "left_between": change["between"]} for unit in call["units"]]
    elif kind == "unit_joined":
        after["units"] = _sorted([*call["units"], _joined(change)])
    elif kind == "unit_left":
        gone: list[Unit] = [
            {**unit, "left_between": change["between"]} for unit in call["units"] if unit["unit"] == change["unit"]
        ]
        after["units"] = [unit for unit in call["units"] if unit["unit"] != change["unit"]]
        after["former_units"] = [*call["former_units"], *gone]
    elif kind == "updated":
        _update(after, call, change)
    elif kind == "located":
        after["place"] = change["place"]
    return after


def _joined(change: Change) -> Unit:
    status = (change["fields"] or {}).get("status", [None, None])[1]
    between = change["between"]
    assert between is not None
    assert change["unit"] is not None
    return {"unit": change["unit"], "status": status, "joined_between": between, "left_between": None}


def _update(after: Call, call: Call, change: Change) -> None:
    fields = change["fields"] or {}
    if change["unit"] is None:
        after.update({name: new for name, (_, new) in fields.items()})  # type: ignore[typeddict-item]
        return
    after["units"] = [
        {**unit, "status": fields["status"][1]} if unit["unit"] == change["unit"] else unit for unit in call["units"]
    ]


def _sorted(units: list[Unit]) -> list[Unit]:
    return sorted(units, key=lambda unit: unit["unit"])
