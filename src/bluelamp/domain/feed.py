"""What the flow must know of a feed to judge and compare its snapshots: the numbers that an agency's configuration may
change. Built by `sources.feeds.agency`, used by `domain.guard` and `domain.diff`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Window = Literal["active", "rolling"]
# How often a publisher begins its numbers anew.
Restarts = Literal["never", "daily", "monthly", "yearly"]


@dataclass(frozen=True, slots=True)
class FeedRules:
    """How the snapshots of one feed are to be read. Shares are between 0 and 1, times in minutes or hours.

    `window` says what it means that a call is missing: in an `active` feed it has ended, in a `rolling` one it has
    only aged out of the list. `numbers_restart` says within what a number names one call only.
    """

    feed: str
    window: Window = "active"
    interval_seconds: float = 120  # the same list within this time is the same answer, whoever brings it
    misses: int = 2  # good answers in a row that must lack a call, or a unit, before it is gone
    limit: int = 0  # the most rows that one snapshot can hold; 0 where the source states none
    shrunk_share: float = 0.4  # fewer rows than this share of the last good answer is suspicious …
    shrunk_floor: int = 10  # … where that answer had at least so many
    unreadable_share: float = 0.05  # more unreadable rows than this share is suspicious
    believed_minutes: float = 15  # an unchanged suspicious state that has stood so long is believed
    future_minutes: float = 5  # a version further in the future than this is not taken as the mark
    reopen_hours: float = 24  # a number that comes back within this time is the same call
    reopen_unnumbered_hours: float = 1  # the same for a call that has no number
    numbers_restart: Restarts = "never"
