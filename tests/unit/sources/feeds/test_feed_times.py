"""Times of feeds: formats, and the two nights on which the clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bluelamp.domain.moment import parse_moment
from bluelamp.sources.feeds.times import Clock, resolve_local

NOW = datetime(2026, 8, 18, 12, tzinfo=UTC)


def clock(zone: str = "America/Chicago", *formats: str, shown: str = "") -> Clock:
    times = ("%H:%M:%S", "%I:%M:%S %p", "%H:%M")
    return Clock(ZoneInfo(zone), ZoneInfo(shown or zone), formats or ("iso",), times)


@pytest.mark.parametrize(
    ("zone", "local", "fetched", "moment"),
    [
        # Dallas, autumn: 01:30 comes at 06:30 and at 07:30 UTC.
        ("America/Chicago", "2026-11-01T01:30:00", "2026-11-01T06:31:00Z", "2026-11-01T06:30:00Z"),
        ("America/Chicago", "2026-11-01T01:30:00", "2026-11-01T07:24:00Z", "2026-11-01T06:30:00Z"),
        ("America/Chicago", "2026-11-01T01:30:00", "2026-11-01T07:25:00Z", "2026-11-01T07:30:00Z"),  # 5 min ahead
        ("America/Chicago", "2026-11-01T01:30:00", "2026-11-01T09:00:00Z", "2026-11-01T07:30:00Z"),
        ("America/Chicago", "2026-11-01T00:59:59", "2026-11-01T09:00:00Z", "2026-11-01T05:59:59Z"),
        ("America/Chicago", "2026-11-01T02:00:00", "2026-11-01T09:00:00Z", "2026-11-01T08:00:00Z"),
        # Dallas, spring: 02:30 is never; it is moved on by the hour that was skipped.
        ("America/Chicago", "2026-03-08T02:30:00", "2026-03-08T09:00:00Z", "2026-03-08T08:30:00Z"),
        ("America/Chicago", "2026-03-08T01:59:59", "2026-03-08T09:00:00Z", "2026-03-08T07:59:59Z"),
        ("America/Chicago", "2026-03-08T03:00:00", "2026-03-08T09:00:00Z", "2026-03-08T08:00:00Z"),
        # London: 01:30 comes at 00:30 and at 01:30 UTC; in spring it is skipped.
        ("Europe/London", "2026-10-25T01:30:00", "2026-10-25T00:40:00Z", "2026-10-25T00:30:00Z"),
        ("Europe/London", "2026-10-25T01:30:00", "2026-10-25T01:40:00Z", "2026-10-25T01:30:00Z"),
        ("Europe/London", "2026-03-29T01:30:00", "2026-03-29T03:00:00Z", "2026-03-29T01:30:00Z"),
        # Phoenix has no such nights.
        ("America/Phoenix", "2026-11-01T01:30:00", "2026-11-01T12:00:00Z", "2026-11-01T08:30:00Z"),
        ("America/Phoenix", "2026-03-08T02:30:00", "2026-03-08T12:00:00Z", "2026-03-08T09:30:00Z"),
        # Lord Howe moves by half an hour: 01:45 comes twice in April, 02:15 is skipped in October.
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:50:00Z", "2026-04-04T14:45:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T15:20:00Z", "2026-04-04T15:15:00Z"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-04T00:00:00Z", "2026-10-03T15:45:00Z"),
    ],
)
def test_nights_on_which_clocks_change(zone: str, local: str, fetched: str, moment: str) -> None:
    found, _ = resolve_local(datetime.fromisoformat(local), ZoneInfo(zone), parse_moment(fetched))
    assert found == parse_moment(moment)


def test_only_a_doubtful_hour_depends_on_the_time_of_fetching() -> None:
    doubtful = clock().moment("2026-11-01T01:30:00", datetime(2026, 11, 1, 9, tzinfo=UTC))
    plain = clock().moment("2026-11-01T02:30:00", datetime(2026, 11, 1, 9, tzinfo=UTC))
    assert (doubtful.depends, plain.depends) == (True, False)


def test_local_stays_as_the_publisher_shows_it() -> None:
    skipped = clock().moment("2026-03-08T02:30:00", NOW)
    assert (skipped.local, skipped.at) == ("2026-03-08T02:30:00", "2026-03-08T08:30:00.000Z")


@pytest.mark.parametrize(
    ("formats", "text", "local", "at"),
    [
        ((), "2026-02-11T18:42:00", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        ((), "2026-02-11T18:42:00.500", "2026-02-11T18:42:00", "2026-02-12T00:42:00.500Z"),
        ((), "2026-02-11 18:42", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        ((), "2026-02-12T00:42:00Z", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        ((), "2026-02-12T01:42:00+01:00", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("epoch",), "1770856920", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("epoch",), "1770856920000", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("rfc822",), "Thu, 12 Feb 2026 00:42:00 GMT", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("%m/%d/%Y %H:%M",), "2/11/2026 18:42", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("iso", "%m/%d/%Y %I:%M:%S %p"), "02/11/2026 6:42:00 PM", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
        (("%Y-%m-%d %H:%M:%S %z",), "2026-02-12 1:42:00 +01:00", "2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z"),
    ],
)
def test_formats(formats: tuple[str, ...], text: str, local: str, at: str) -> None:
    found = clock("America/Chicago", *formats).moment(text, NOW)
    assert (found.local, found.at) == (local, at)


@pytest.mark.parametrize(
    ("formats", "text"),
    [((), "yesterday"), ((), "2026-13-01T00:00:00"), (("epoch",), "0"), (("epoch",), "-5"), (("epoch",), "nan"),
     (("epoch",), "1e300"), (("epoch",), "soon"), (("rfc822",), "no date"), (("%H:%M",), "25:00"),
     ((), "0001-01-01T00:00:00+14:00")],
)  # fmt: skip
def test_what_is_no_time_is_none(formats: tuple[str, ...], text: str) -> None:
    found = clock("America/Chicago", *formats).moment(text, NOW)
    assert (found.local, found.at) == (None, None)


@pytest.mark.parametrize(
    ("date", "of_day", "local"),
    [
        ("2026-02-14T00:00:00.000", "21:43:55", "2026-02-14T21:43:55"),
        ("2026-02-14", "9:43:55 PM", "2026-02-14T21:43:55"),
        ("2026-02-14", "12:06:08 AM", "2026-02-14T00:06:08"),
        ("2026-02-14", "", None),
        ("", "21:43:55", None),
        ("2026-02-14", "24:00:00", None),
    ],
)
def test_a_date_and_a_time_are_one_moment(date: str, of_day: str, local: str | None) -> None:
    assert clock().date_and_time(date, of_day, NOW).local == local


def test_a_time_that_holds_its_own_date() -> None:
    times = ("%I:%M:%S %p", "%m/%d/%Y %I:%M:%S %p")
    own = Clock(ZoneInfo("UTC"), ZoneInfo("UTC"), ("iso",), times)
    assert own.date_and_time("2022-04-28", "4/27/2022 11:51:12 PM", NOW).local == "2022-04-27T23:51:12"
    assert own.date_and_time("2022-04-28", "12:51:12 AM", NOW).local == "2022-04-28T00:51:12"


def test_times_may_be_in_another_zone_than_the_feeds() -> None:
    found = clock("UTC", shown="America/Chicago").moment("2026-02-12T00:42:00", NOW)
    assert (found.local, found.at) == ("2026-02-11T18:42:00", "2026-02-12T00:42:00.000Z")


# -- a time of day without a date, a day without a year ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text", "fetched", "local"),
    [
        # Dallas is six hours behind in winter: 00:10 of the 18th there.
        ("%H%M", "0004", "2026-02-18T06:10:00Z", "2026-02-18T00:04:00"),
        ("%H%M", "2351", "2026-02-18T06:10:00Z", "2026-02-17T23:51:00"),
        ("%I:%M %p", "1:56 PM", "2026-02-18T20:00:00Z", "2026-02-18T13:56:00"),
        ("%I:%M %p", "2:06 PM", "2026-02-18T20:00:00Z", "2026-02-17T14:06:00"),  # six minutes ahead
        ("%I:%M %p", "2:04 PM", "2026-02-18T20:00:00Z", "2026-02-18T14:04:00"),  # a clock that runs a little ahead
        ("%b %d %H:%M", "Dec 31 23:50", "2026-01-01T06:10:00Z", "2025-12-31T23:50:00"),
        ("%b %d %H:%M", "Jan 1 00:05", "2026-01-01T06:10:00Z", "2026-01-01T00:05:00"),
        ("%m/%d %H:%M", "02/29 10:00", "2024-03-01T18:00:00Z", "2024-02-29T10:00:00"),
    ],
)
def test_what_a_format_leaves_open_is_the_last_that_was(form: str, text: str, fetched: str, local: str) -> None:
    found = clock("America/Chicago", form).moment(text, parse_moment(fetched))
    assert (found.local, found.depends) == (local, True)


def test_a_time_alone_is_todays_or_yesterdays() -> None:
    midnight = datetime(2026, 2, 18, 6, 10, tzinfo=UTC)
    assert clock().time_alone("23:51:00", midnight).local == "2026-02-17T23:51:00"
    assert clock().time_alone("00:04", midnight).local == "2026-02-18T00:04:00"
    assert clock().time_alone("soon", midnight).odd == "time_unread"


# -- wholly, or not at all --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("%H%M", "235"),  # 23:05, or 2:35?
        ("%H%M", "5"),
        ("%H%M", "2400"),
        ("%m%d%Y %H:%M", "1112026 10:00"),
        ("%H%M%S", "12345"),
        ("iso", "2026-02-11"),
        ("%m/%d/%Y", "02/11/2026"),
        ("epoch", "1_770_856_920"),
        ("epoch", "17e8"),
        ("epoch", "-5"),
        ("rfc822", "Wed, 11 Feb 2026"),
        ("rfc822", "Wed, 11 Feb 2026 18:42:00 CET"),  # not what the clocks of Chicago go by
        ("rfc822", "So, 11 Febr 2026 18:42:00 GMT"),
        ("rfc822", "Wed, 11 Feb 2026 18:42:00 GMT or so"),
        ("%Y-%m-%d %H:%M %Z", "2026-02-11 18:42 CEST"),
    ],
)
def test_a_format_never_reads_what_it_does_not_wholly_match(form: str, text: str) -> None:
    assert clock("America/Chicago", form).moment(text, NOW) == (None, None, False, "time_unread")


@pytest.mark.parametrize(
    ("form", "text", "at"),
    [
        ("rfc822", "Wed, 11 Feb 2026 18:42:00 -0000", "2026-02-11T18:42:00.000Z"),
        ("rfc822", "11 Feb 26 18:42 CST", "2026-02-12T00:42:00.000Z"),
        ("%Y-%m-%d %H:%M %Z", "2026-02-11 18:42 CST", "2026-02-12T00:42:00.000Z"),
        ("%Y-%m-%d %H:%M %Z", "2026-02-11 18:42 UTC", "2026-02-11T18:42:00.000Z"),
        ("%Y%m%d%H%M%S", "20260211184200", "2026-02-12T00:42:00.000Z"),
    ],
)
def test_zones_that_are_known(form: str, text: str, at: str) -> None:
    assert clock("America/Chicago", form).moment(text, NOW).at == at


@pytest.mark.parametrize("text", ["1900-01-01T08:00:00", "1970-01-01T00:00:01Z", "2026-08-19T12:00:01Z", "9999-12-31"])
def test_a_time_out_of_all_bounds_is_unknown(text: str) -> None:
    found = clock().moment(text if "T" in text else f"{text}T00:00:00", NOW)
    assert (found.local, found.at, found.odd) == (None, None, "time_outside")


def test_a_time_that_is_still_to_come_is_looked_at_again() -> None:
    """Unknown now, and perhaps known later: not remembered."""
    assert clock().moment("2026-08-20T12:00:00", NOW).depends
    assert not clock().moment("2026-08-18T06:00:00", NOW).depends
