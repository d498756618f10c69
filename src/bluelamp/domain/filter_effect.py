"""What a change does to what a filter shows: a call may move into it, out of it, or stay. Used by whoever follows an
event log: the streams and the webhooks."""

from __future__ import annotations

from typing import Any, Literal

from bluelamp.domain.call import Call
from bluelamp.domain.call_filter import CallFacts, CallFilter
from bluelamp.domain.change import Change, apply

# What is told of a change that moves a call over the edge of a filter, beside the kinds of changes themselves.
TRANSITIONS: dict[str, str] = {
    "entered": "a change moved an open call into what the filter shows: the whole call",
    "removed": "a change moved an open call out of what the filter shows",
}
_BRINGS = ("opened", "reopened")


def move_on(calls: dict[str, Call], change: Change) -> tuple[Call | None, Call | None]:
    """Move the open calls (by id) on by one change; the call that it is about, before and after, None where it was not
    open."""
    id_ = change["call"]
    before = calls.get(id_)
    # A call that has ended may still be placed: that changes nothing of what is open.
    after = apply(before, change) if before is not None or change["kind"] in _BRINGS else None
    if after is None or after["ended"]:
        calls.pop(id_, None)
    else:
        calls[id_] = after
    return before, after


def transition(
    through: CallFilter, before: CallFacts | None, after: CallFacts | None
) -> Literal["change", "entered", "removed", ""]:
    """How a change is told through a filter: as it is, as one of TRANSITIONS, or not at all. What opens or ends a call
    crosses the edge too, and may be told as it is."""
    was, now = through.lets(before), through.lets(after)
    if was != now:
        return "removed" if was else "entered"
    return "change" if now else ""


def removed(change: Change) -> dict[str, Any]:
    """A change that moved a call out of what a filter shows."""
    return {"seq": change["seq"], "kind": "removed", "call": change["call"], "at": change["at"]}


def entered(change: Change, call: Call) -> dict[str, Any]:
    """A change that moved a call into what a filter shows: the whole call."""
    return {"seq": change["seq"], "kind": "entered", "call": change["call"], "at": change["at"], "details": call}
