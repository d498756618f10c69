"""What is odd about a feed's rows is told once, and again when it comes back."""

from __future__ import annotations

from structlog.testing import capture_logs

from bluelamp.live.row_warnings import OddRows
from bluelamp.sources.feeds.oddities import ODDITIES


def test_a_kind_of_oddity_is_told_when_it_begins() -> None:
    odd = OddRows("town")
    with capture_logs() as told:
        for found in ({}, {"time_outside": (3, "1900-01-01")}, {"time_outside": (4, "1900-01-01")}, {}):
            odd.report(found)
        odd.report({"time_outside": (1, "1900-01-01"), "point_zone": (2, "12, 45")})
    assert [(one["rows"], one["words"]) for one in told] == [
        (3, ODDITIES["time_outside"]),
        (1, ODDITIES["time_outside"]),
        (2, ODDITIES["point_zone"]),
    ]
