"""The faults that the synthetic city's feed can have, and what each of them means for a reader.

A *plan* says for each poll (from 0) which fault it meets; `plan` makes one, `publisher` gives the answers. What a
careful reader may conclude from an answer is said here by sets of kinds, and judged in `oracle`.
"""

from __future__ import annotations

from dataclasses import dataclass

SOUND = "sound"
# Every fault by its name, with what it is.
FAULTS: dict[str, str] = {
    "empty": "an empty list, with status 200",
    "truncated": "the first 10 to 30 % of the rows, as good JSON",
    "thinned": "50 to 90 % of the rows, as good JSON",
    "spoiled": "up to 5 % of the rows are no rows",
    "unreadable": "a third of the rows are no rows",
    "out_of_date": "rows of some minutes ago, with the header that says so",
    "reordered": "rows and keys in another order, nulls written out, blocks with zeros, blanks",
    "duplicated": "some rows stand two or three times",
    "skewed": "the version states a time an hour ahead",
    "late": "an older version, whole",
    "repeated": "the same version as before, or 304",
    "cut": "half an answer, then the connection ends",
    "half": "half the JSON, as a whole answer",
    "too_many": "429 with Retry-After",
    "failing": "500 or 503",
    "hang": "no answer at all",
    "html": "a web page with status 200",
    "wrong_type": "JSON that is no list",
    "garbled": "bytes that are no text",
}
# Columns that vanish together, for a while or for good.
VANISHING: tuple[frozenset[str], ...] = (
    frozenset({"incident_number"}),
    frozenset({"block"}),
    frozenset({"status"}),
    frozenset({"time"}),
    frozenset({"date", "time"}),
    frozenset({"nature_of_call"}),
    frozenset({"priority"}),
    frozenset({"beat", "reporting_area", "division"}),
    frozenset({"location"}),
    frozenset({"unit_number"}),
    # As the publisher's rows were in February 2026.
    frozenset({"incident_number", "status", "date", "time", "division", "priority", "reporting_area"}),
)

# The answer shows all that the city lists at its moment.
WHOLE = frozenset({SOUND, "reordered", "duplicated", "skewed"})
# It shows a part, and does not say so.
DROPPING = frozenset({"truncated", "thinned", "spoiled", "unreadable"})
# A reader takes in what it shows.
SHOWING = WHOLE | DROPPING | {"empty", "out_of_date"}
# Nothing follows from it.
SILENT = frozenset(FAULTS) - SHOWING


@dataclass(frozen=True, slots=True)
class Planned:
    """What one poll meets: a kind of FAULTS or `sound`, and the columns that are gone from every row. `back` is how
    many publications old the rows are (out_of_date, late)."""

    kind: str = SOUND
    gone: frozenset[str] = frozenset()
    back: int = 0


Plan = tuple[Planned, ...]
