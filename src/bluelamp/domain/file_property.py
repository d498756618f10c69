"""What a whole file is like, decided from the file and its neighbours: which clock wrote it, what its times mean.

Decided in `archive/profile/`, kept in `mart_profile__force_month`, obeyed where stops are read (`storage/warehouse`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

# Who decided a property.
BY_FILE, BY_MONTHS_AROUND = "file", "months around it"
BY_SHIPPED_TABLE, BY_OPERATOR = "shipped table", "operator's table"

# From this probability on a property counts as decided; below, it is told as not decided.
DECIDED = 0.97
# From here on nothing but a mistake of the publisher's, of a kind never seen, could make it otherwise.
CERTAIN = 0.995

# Each property with its words for people, and each of its values.
PROPERTIES: dict[str, tuple[str, dict[str, str]]] = {
    "clock": (
        "which clock the times of its stops are of",
        {
            "utc": "UTC, as the file says",
            "local": "UK local time, although the file says UTC",
            "utc or local": "a month without summer time: both clocks say the same",
            "undecided": "not decided: UTC or UK local time",
        },
    ),
    "time_of_day": (
        "whether its stops have a time of day",
        {
            "known": "every stop has a time of day; midnight is a time like others",
            "in part": "some stops have no time of day: they stand at midnight",
            "not known": "dates only: every stop stands at midnight",
        },
    ),
    "precision": (
        "what of the time of day can be used",
        {
            "minutes": "hours and minutes",
            "hours": "the hour alone: the minutes are none",
            "half days": "the hour of a clock with twelve: of the morning or of the afternoon, nothing tells",
        },
    ),
    "coordinates": (
        "where its map points lie",
        {
            "usual": "where one would expect them of the force",
            "swapped": "longitude and latitude are exchanged",
            "one for both": "one coordinate stands for both: all points lie on one line",
            "elsewhere": "far from where the force's points of other months lie",
        },
    ),
    "rounding": (
        "how exact its coordinates are",
        {
            "full": "as exact as is usual: to some metres",
            "coarse": "rounded: to a hundred metres or more",
        },
    ),
    "size": (
        "how many rows it has beside the months around it",
        {
            "usual": "as many as one would expect",
            "far fewer": "less than a fifth of what the months around it usually have",
            "far more": "more than five times what the months around it usually have",
        },
    ),
    "copies": (
        "how often its rows stand",
        {
            "once": "once each, but for a few",
            "several times": "every row that can be told from others stands several times",
        },
    ),
    "rows_of": (
        "whose rows it holds",
        {
            "own": "those of its force and month, but for a few",
            "mixed": "many rows of another force or month as well",
            "others": "mostly rows of another force or month",
        },
    ),
}

# What is told of in the data-quality report, by property and value; the words are domain/finding.py's.
_FINDINGS = {
    ("clock", "local"): "clock_local",
    ("clock", "undecided"): "clock_undecided",
    ("time_of_day", "not known"): "dates_only",
    ("time_of_day", "in part"): "midnight_for_unknown",
    ("precision", "hours"): "hours_only",
    ("precision", "half days"): "half_days",
    ("coordinates", "swapped"): "coordinates_swapped",
    ("coordinates", "one for both"): "coordinates_on_a_line",
    ("coordinates", "elsewhere"): "coordinates_elsewhere",
    ("rounding", "coarse"): "coordinates_rounded",
    ("size", "far fewer"): "unusual_size",
    ("size", "far more"): "unusually_large",
}


@dataclass(frozen=True, slots=True)
class FileProperty:
    """One decision about one file. `value` is one of PROPERTIES; `confidence` a probability from 0.5 to 1.

    `decided_by` says who decided: the `file` itself, the `months around it`, the `shipped table` or the
    `operator's table`. `rows` are those that it makes a difference to, `evidence` the figures that it rests on.
    """

    name: str
    value: str
    confidence: float
    reason: str
    decided_by: str = BY_FILE
    rows: int = 0
    evidence: dict[str, Any] = field(default_factory=dict)

    @property
    def is_overridden(self) -> bool:
        """Whether a table decided it, not what the files say."""
        return self.decided_by in (BY_SHIPPED_TABLE, BY_OPERATOR)

    @property
    def finding(self) -> str:
        """The finding that tells of it in the data-quality report; "" where it is as one would expect."""
        return _FINDINGS.get((self.name, self.value), "")

    @property
    def standing(self) -> str:
        """How sure it is, in one word: certain, likely or a guess."""
        if self.confidence >= CERTAIN:
            return "certain"
        return "likely" if self.confidence >= DECIDED else "a guess"

    @property
    def words(self) -> str:
        """The value's words for people."""
        return PROPERTIES[self.name][1].get(self.value, self.value)


# The places in a published day at which stops without a time of day stand.
WINTER_MIDNIGHT, SUMMER_EVENING, SUMMER_MIDNIGHT = "00:00 in winter", "23:00 in summer", "00:00 in summer"


@dataclass(frozen=True, slots=True)
class StopReading:
    """How the times of one file of stops are read: whether they are local, and where stops without a time stand."""

    local: bool = False
    blanks: tuple[str, ...] = ()

    def __str__(self) -> str:
        """One line that differs wherever the reading does."""
        return f"{'local' if self.local else 'utc'}; no time at {', '.join(self.blanks) or 'nothing'}"


AS_IT_SAYS = StopReading()
