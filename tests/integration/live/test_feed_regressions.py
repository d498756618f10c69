"""Faults that readers of active-call feeds have had, one test for each: none of them may happen here. Those of the push
to browsers are in tests/integration/live_web."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bluelamp.live.workflow import LiveFlow
from bluelamp.storage.live.log_writer import Step
from tests.lib.live.home import FEED, answer, make_home, minute, open_flow, unit


@pytest.fixture
def flow(tmp_path: Path, database: str) -> Iterator[LiveFlow]:
    url = "" if database.startswith("sqlite") else database
    opened = open_flow(make_home(tmp_path / "home", database=url))
    yield opened
    opened.close()


def _take(flow: LiveFlow, minutes: float, rows: list[dict[str, str]], **headers: str) -> Step:
    return flow.take(
        FEED, answer(rows, headers={key.replace("_", "-"): v for key, v in headers.items()}), minute(minutes), "polled"
    )


def _numbers(flow: LiveFlow) -> set[str | None]:
    return {call["incident_number"] for call in flow.log.current(FEED)[1]}


@pytest.mark.parametrize("count", [0, 1, 24, 25, 26, 49, 50, 51, 100, 101, 240, 250, 300])
def test_every_row_of_a_list_of_any_length_becomes_a_call(flow: LiveFlow, count: int) -> None:
    _take(flow, 0, [unit(number, f"U{number}") for number in range(count)])
    assert len(flow.log.current(FEED)[1]) == count


def test_a_list_of_more_than_a_megabyte_is_taken_whole(flow: LiveFlow) -> None:
    rows = [unit(number, f"U{number}", location=f"{number} {'Long ' * 60}St") for number in range(4_000)]
    assert len(json.dumps(rows)) > 1_500_000
    _take(flow, 0, rows)
    assert len(flow.log.current(FEED)[1]) == 4_000


def test_a_call_that_has_ended_is_not_current(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, "A"), unit(2, "B")])
    _take(flow, 2, [unit(2, "B")])
    _take(flow, 4, [unit(2, "B", priority="3")])
    assert _numbers(flow) == {"26-0000002"}


def test_an_empty_list_ends_no_call(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, "A"), unit(2, "B")])
    assert _take(flow, 2, []).changes == []
    assert len(_numbers(flow)) == 2


def test_an_older_list_that_comes_late_changes_nothing(flow: LiveFlow) -> None:
    old, new = "Wed, 11 Feb 2026 06:00:00 GMT", "Wed, 11 Feb 2026 06:04:00 GMT"
    _take(flow, 0, [unit(1, "A")], x_soda2_truth_last_modified=old)
    _take(flow, 4, [unit(1, "A"), unit(2, "B")], x_soda2_truth_last_modified=new)
    late = _take(flow, 5, [unit(3, "C")], x_soda2_truth_last_modified="Wed, 11 Feb 2026 06:02:00 GMT")
    assert (late.result.verdict, late.changes) == ("older", ())
    assert _numbers(flow) == {"26-0000001", "26-0000002"}


def test_keys_in_another_order_and_nulls_are_no_update(flow: LiveFlow) -> None:
    row = unit(1, "A", block="3200")
    _take(flow, 0, [row])
    turned = dict(reversed(row.items()))
    assert _take(flow, 2, [turned]).changes == []
    assert _take(flow, 4, [{**row, "priority": None}]).changes == []  # type: ignore[dict-item]


def test_a_block_padded_with_zeros_is_the_same_block(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, "A", block="3200")])
    assert _take(flow, 2, [unit(1, "A", block="03200")]).changes == []


def test_a_row_without_a_unit_is_a_call_like_the_others(flow: LiveFlow) -> None:
    nameless = {key: value for key, value in unit(2, "B").items() if key != "unit_number"}
    step = _take(flow, 0, [unit(1, "A"), nameless, unit(3, "C")])
    assert step.result.verdict == "good"
    assert len(_numbers(flow)) == 3


def test_lists_of_one_minute_are_all_kept(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, "A")])
    _take(flow, 0.1, [unit(1, "A"), unit(2, "B")])
    _take(flow, 0.2, [unit(1, "A"), unit(2, "B"), unit(3, "C")])
    assert [entry.number for entry in flow.snapshots.recent(FEED, 9)] == [3, 2, 1]
    assert len(_numbers(flow)) == 3


def test_changes_of_one_second_have_ids_of_their_own(flow: LiveFlow) -> None:
    step = _take(flow, 0, [unit(number, f"U{number}") for number in range(50)])
    assert len({change["id"] for change in step.changes}) == 50


def test_times_are_read_in_the_zone_of_the_feed(flow: LiveFlow) -> None:
    """A winter's day and a summer's day in Dallas: local time is six, and five, hours behind."""
    winter = unit(1, "A", date="2026-02-11T00:00:00.000", time="00:10:00")
    summer = unit(2, "B", date="2025-07-11T00:00:00.000", time="00:10:00")
    _take(flow, 11, [winter, summer])
    reported = sorted(str(call["reported_at"]) for call in flow.log.current(FEED)[1])
    assert reported == ["2025-07-11T05:10:00.000Z", "2026-02-11T06:10:00.000Z"]
    assert all(datetime.fromisoformat(one.at).tzinfo is not None for one in flow.log.changes(flow.log.head(FEED), 0))


def test_one_incident_with_four_units_is_one_call(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, name) for name in "ABCD"])
    calls = flow.log.current(FEED)[1]
    assert [[one["unit"] for one in call["units"]] for call in calls] == [list("ABCD")]


def test_an_answer_that_is_no_list_is_a_failed_snapshot(flow: LiveFlow) -> None:
    _take(flow, 0, [unit(1, "A")])
    step = flow.take(FEED, answer(b'{"error": true, "message": "busy"}'), minute(2), "polled")
    assert step.result.verdict == "failed"
    assert len(_numbers(flow)) == 1
