"""Moments as text: `2026-02-11T00:42:49.000Z`, always UTC, always of the same width, so that they sort as they follow.

Changes, snapshots and calls carry moments in this form, in storage and in the API alike.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def moment_of(when: datetime) -> str:
    """The text of an aware datetime, to the millisecond. Raises ValueError for a naive one."""
    if when.tzinfo is None:
        raise ValueError(f"{when} has no time zone")
    utc = when.astimezone(UTC)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_moment(text: str) -> datetime:
    """The aware datetime of a moment, or of any ISO 8601 text with an offset. Raises ValueError in a sentence."""
    try:
        found = datetime.fromisoformat(text.strip().replace(" ", "+"))
    except ValueError:
        raise ValueError(f"“{text}” is not a moment: write it as 2026-02-11T00:42:49Z") from None
    if found.tzinfo is None:
        raise ValueError(f"“{text}” states no offset from UTC: write it as 2026-02-11T00:42:49Z")
    return found.astimezone(UTC)


def seconds_between(earlier: str, later: str) -> float:
    """Seconds from one moment to another; negative where they are the other way round."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def moved(moment: str, seconds: float) -> str:
    """A moment so many seconds later, or earlier where they are negative; the first or the last of all where there is
    none so early or so late."""
    try:
        return moment_of(datetime.fromisoformat(moment) + timedelta(seconds=seconds))
    except OverflowError:
        return moment_of(datetime.max.replace(tzinfo=UTC) if seconds > 0 else datetime.min.replace(tzinfo=UTC))
