"""The dataset of calls: its dimensions, measures and caveats. See `model.dataset` for what the declarations mean."""

from __future__ import annotations

from bluelamp.questions.model import kinds
from bluelamp.questions.model.dataset import (
    Capabilities,
    DatasetSpec,
    Dimension,
    FamilyInfo,
    Measure,
    Only,
)

CALLS_FAMILY = FamilyInfo(
    "calls",
    Capabilities(counts_days=True),
    unit="feed-days",
    publisher="feed",
    everywhere="all feeds",
)

ENDED = ("closed", "left the list", "open")
MONTH, YEAR, DATE, WEEKDAY, HOUR = "month", "year", "date", "weekday", "hour"

_TIMES = (
    "A call counts in the local day and hour at which it was first listed; every time lies somewhere between two looks "
    "at the feed."
)
_MINUTES = (
    "Minutes are the middle of the least and the most that they can have been. Calls whose opening was not seen, or "
    "that are not known to have been closed, are in no median."
)
_WITHHELD = "A feed lists what its publisher chooses: calls that it withholds are in no figure."

_POINTS = kinds.own_points(
    "trim(concat_ws(' ', nullif(r.block, ''), nullif(r.location, '')))",
    "A call stands where its block or crossing was found to be, not at an address; one whose place is only known as an "
    "area, or not at all, is in the list beside the map.",
)


def _label(name: str, words: str, label: str = "") -> Dimension:
    return Dimension(name, words, kinds.LABEL, f"r.{name}", name, label=label)


def _median(name: str, words: str, column: str) -> Measure:
    return Measure(name, words, "minutes", f"round(median(r.{column}), 1)")


CALLS = DatasetSpec(
    "calls",
    "calls for service as feeds of active calls have listed them: one row for each call, of days that are closed",
    "calls",
    "",
    (
        Dimension(MONTH, "the month of the local day that the call was first listed on", kinds.MONTH, "r.month"),
        Dimension(YEAR, "the year of that month", kinds.YEAR, "r.month // 12", folds="month"),
        Dimension(DATE, "the local day that the call was first listed on", kinds.DATE, "r.day"),
        Dimension(
            WEEKDAY,
            "the day of the week (1 Monday to 7 Sunday) that the call was first listed on",
            kinds.NUMBER,
            "r.weekday",
        ),
        Dimension(
            HOUR,
            "the hour of the day, on the agency's clocks, at which the call was first listed",
            kinds.NUMBER,
            "r.hour",
        ),
        Dimension("feed", "the feed that listed the call, by its short name", kinds.PUBLISHER, "r.feed", "feed"),
        _label("nature", "the nature of the call, as it was listed last"),
        _label("first_nature", "the nature of the call, as it was listed first"),
        _label("priority", "the priority of the call, as the feed words it"),
        _label("division", "the police division that the feed states"),
        _label("beat", "the beat that the feed states"),
        _label("reporting_area", "the reporting area that the feed states"),
        Dimension("location", "the location as the feed words it, without the block", kinds.TEXT, "r.location"),
        Dimension("block", "the block of the location", kinds.TEXT, "r.block"),
        Dimension(
            "incident_number",
            "the publisher's number of the call, where it states one",
            kinds.TEXT,
            "r.incident_number",
        ),
        Dimension(
            "ended",
            "closed, or left the list (of a feed that shows calls for a time only), or open where it had not ended "
            "when its day was taken",
            kinds.CODED,
            "(CASE r.ended WHEN 'closed' THEN 0 WHEN 'aged_out' THEN 1 ELSE 2 END)",
            terms=ENDED,
        ),
        Dimension("reopened", "whether the call came back after it had ended", kinds.FLAG, "(r.reopened > 0)"),
        Dimension("units", "how many units were ever on the call", kinds.NUMBER, "r.unit_count"),
        Dimension(
            "opening_seen",
            "whether the feed was watched before the call was listed",
            kinds.FLAG,
            "(r.opened_after IS NOT NULL)",
        ),
        Dimension("located", "whether the call has a point on the map", kinds.FLAG, "(r.latitude IS NOT NULL)"),
        Dimension("place_method", "how its place was found", kinds.LABEL, "r.place_method"),
        Dimension(
            "map_point",
            "its point on the map, as longitude,latitude",
            kinds.POINT,
            kinds.OWN_POINT,
        ),
    ),
    (
        Measure("calls", "calls for service, each counted once", "calls", "count(*)", counts=True),
        Measure(
            "closed_calls",
            "calls that are known to have been closed",
            "calls",
            "count(*) FILTER (r.ended = 'closed')",
            only=Only("ended", ("closed",)),
        ),
        Measure(
            "open_calls",
            "calls that had not ended when their day was taken: counted, and in no median",
            "calls",
            "count(*) FILTER (r.ended = 'open')",
            only=Only("ended", ("open",)),
        ),
        Measure(
            "reopened_calls",
            "calls that came back after they had ended",
            "calls",
            "count(*) FILTER (r.reopened > 0)",
            only=Only("reopened", ("true",)),
        ),
        Measure(
            "units_sent",
            "units on calls; one that was on two calls counts twice",
            "units",
            "coalesce(sum(r.unit_count), 0)::BIGINT",
        ),
        _median(
            "median_minutes_on_scene",
            "median minutes that at least one unit was listed on a call: the middle of what it can have been",
            "minutes_on_scene",
        ),
        _median(
            "least_median_minutes_on_scene",
            "the same, had each been as short as it can have been",
            "minutes_on_scene_least",
        ),
        _median(
            "most_median_minutes_on_scene",
            "the same, had each been as long as it can have been",
            "minutes_on_scene_most",
        ),
        _median(
            "median_minutes_open",
            "median minutes from a call's opening to its last closing: the middle of what it can have been",
            "minutes_open",
        ),
        _median(
            "least_median_minutes_open", "the same, had each been as short as it can have been", "minutes_open_least"
        ),
        _median("most_median_minutes_open", "the same, had each been as long as it can have been", "minutes_open_most"),
        Measure(
            "with_minutes_open",
            "calls whose minutes from opening to closing are known, and in the medians",
            "calls",
            "count(r.minutes_open)",
        ),
        Measure(
            "opening_not_seen",
            "calls that were listed already when the feed was first looked at",
            "calls",
            "count(*) FILTER (r.opened_after IS NULL)",
            only=Only("opening_seen", ("false",)),
        ),
        Measure(
            "unlocated",
            "calls without a point on the map",
            "calls",
            "count(*) FILTER (r.latitude IS NULL)",
            only=Only("located", ("false",)),
        ),
    ),
    CALLS_FAMILY,
    _POINTS,
    (
        _TIMES,
        _MINUTES,
        _WITHHELD,
    ),
)

DATASETS: dict[str, DatasetSpec] = {CALLS.name: CALLS}
ALIASES = {"call": CALLS.name}
