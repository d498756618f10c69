"""What real files of stops say of themselves, where they are at hand: release 2021-11, 44 publishers, 35 months.

The table is docs/sources/data-police-uk.md's, counted row by row. What the program decides here it decides without the
table that ships: from the files alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from bluelamp.archive.model import target_version
from bluelamp.archive.workflow import Archive
from bluelamp.domain.file_property import FileProperty
from bluelamp.domain.month import Month, month_range
from tests.lib.archive.archives import archive_in, figures, findings, load, query

STOPS = "stg_police_uk__stop_and_search"
# Force → the first month of which its clock is local, for certain; None for all. Between the two nobody knows.
LOCAL_FROM = {"avon-and-somerset": "2019-01", "lincolnshire": "2020-06", "south-wales": "2020-09"}
UTC_UNTIL = {"lincolnshire": "2020-03", "south-wales": "2020-06"}
NOT_DECIDED = {"durham"}
DATES_ONLY = {
    "dyfed-powys": 35, "sussex": 30, "dorset": 24, "wiltshire": 20, "cumbria": 4, "cleveland": 3, "durham": 2,
    "cambridgeshire": 1,
}  # fmt: skip
HOURS_ONLY = {
    "gwent": 34, "essex": 35, "north-yorkshire": 35, "cleveland": 26, "nottinghamshire": 35, "btp": 2, "south-wales": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def stops(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = archive_in(tmp_path_factory.mktemp("clocks"), processes=2)
    load(archive, shared_data / "police-uk" / "2021-11.zip")
    return archive


@pytest.fixture(scope="module")
def by_itself(stops: Archive) -> dict[tuple[str, Month], dict[str, FileProperty]]:
    """(force, month) → property → what the files alone say."""
    want = target_version(stops.ledger, stops.reference)
    return {
        (file.force, file.unit.month): {one.name: one for one in want.profile.properties[file.file_id]}
        for file in want.included
        if file.unit.dataset == "stops" and file.file_id in want.profile.properties
    }


def true_clock(force: str, month: Month) -> str | None:
    """By the table; None where it says that nobody knows."""
    if force in NOT_DECIDED:
        return None
    if force in LOCAL_FROM and month >= Month.parse(LOCAL_FROM[force]):
        return "local"
    if force in UTC_UNTIL and month > Month.parse(UTC_UNTIL[force]):
        return None
    return "utc"


def test_no_clock_is_decided_wrongly_and_few_are_not_decided(
    by_itself: dict[tuple[str, Month], dict[str, FileProperty]],
) -> None:
    undecided: Counter[str] = Counter()
    wrong = []
    summer = 0
    for (force, month), properties in by_itself.items():
        clock, true = properties["clock"], true_clock(force, month)
        if clock.value == "utc or local":
            continue
        summer += 1
        if clock.value == "undecided":
            undecided[force] += 1
        elif true is not None and clock.value != true:
            wrong.append((force, str(month), clock))
    print(f"{summer} files with stops of summer, {sum(undecided.values())} not decided: {dict(undecided)}")
    assert wrong == []
    assert summer > 950
    assert sum(count for force, count in undecided.items() if force not in NOT_DECIDED) <= 15


def test_the_forces_of_local_time_are_found_by_their_files(
    by_itself: dict[tuple[str, Month], dict[str, FileProperty]],
) -> None:
    local = Counter(force for (force, _), its in by_itself.items() if its["clock"].value == "local")
    assert local == {"avon-and-somerset": 24, "lincolnshire": 13, "south-wales": 10}


def test_dates_alone_and_hours_alone_are_those_of_the_table(
    by_itself: dict[tuple[str, Month], dict[str, FileProperty]],
) -> None:
    dates = Counter(force for (force, _), its in by_itself.items() if its["time_of_day"].value == "not known")
    hours = Counter(force for (force, _), its in by_itself.items() if its["precision"].value == "hours")
    assert dates == DATES_ONLY
    assert hours == HOURS_ONLY


def test_thames_valley_changes_within_two_months(by_itself: dict[tuple[str, Month], dict[str, FileProperty]]) -> None:
    part = {
        str(month): its["time_of_day"].rows
        for (force, month), its in by_itself.items()
        if force == "thames-valley" and its["time_of_day"].value == "in part"
    }
    assert part["2021-05"] == 1500
    assert 480 <= part["2021-04"] <= 530
    assert sum(part.values()) < 2100


def test_points_that_are_nowhere_near_are_those_of_two_forces(
    by_itself: dict[tuple[str, Month], dict[str, FileProperty]],
) -> None:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (force, month), its in by_itself.items():
        if "coordinates" in its and its["coordinates"].finding:
            found[force, its["coordinates"].value].add(str(month))
    late = [str(month) for month in month_range(Month.parse("2020-05"), Month.parse("2021-11"))]
    assert found == {
        ("lancashire", "one for both"): {"2020-01", "2020-02", *late},
        ("cleveland", "elsewhere"): {"2021-06", "2021-07"},
    }


def test_the_midnight_of_whole_hours_is_an_hour_like_its_neighbours(stops: Archive) -> None:
    hours = figures(stops, "stops", by=["hour"], where=["force=gwent"])
    assert None not in hours
    assert min(hours[23], hours[1]) <= hours[0] <= 1.1 * max(hours[23], hours[1])


def test_at_most_one_stop_in_a_hundred_has_a_time_that_a_reader_would_call_wrong(stops: Archive) -> None:
    """Stops of ordinary files at midnight are as many as those at the full hours beside it: what is above is wrong."""
    ((midnight, before, after, timed),) = query(
        stops,
        f"""
        SELECT count(*) FILTER (WHERE local_time = local_time::DATE),
            count(*) FILTER (WHERE local_time = local_time::DATE + INTERVAL 23 HOUR),
            count(*) FILTER (WHERE local_time = local_time::DATE + INTERVAL 1 HOUR),
            count(*)
        FROM {STOPS} WHERE time_known
        """,
    )
    assert abs(midnight - (before + after) / 2) < 0.01 * timed
    ((known_of_dates,),) = query(
        stops,
        f"""
        SELECT count(*) FROM {STOPS} JOIN mart_profile__force_month AS p USING (file_id)
        WHERE p.property = 'time_of_day' AND p.value = 'not known' AND time_known
        """,
    )
    assert known_of_dates < 0.001 * timed


def test_stops_stand_on_their_own_days_at_the_ends_of_summers_months(stops: Archive) -> None:
    """Of local files the last evening stays in its month; of UTC files the first hour comes into its own."""
    outside = {force for (name, (_, force, _)), _ in findings(stops).items() if name == "out_of_month"}
    assert outside <= NOT_DECIDED, "a stop is outside its month only where the clock is not decided"
    days: dict[str, Counter[date]] = defaultdict(Counter)
    for force, day, count in query(
        stops,
        f"SELECT slug, local_time::DATE, count(*) FROM {STOPS} JOIN dim_force USING (force_id) "
        "WHERE slug IN ('avon-and-somerset', 'merseyside') GROUP BY ALL",
    ):
        days[force][day] += count
    published = {
        (force, day): count
        for force, day, count in query(
            stops,
            f"SELECT slug, published_time::DATE, count(*) FROM {STOPS} JOIN dim_force USING (force_id) "
            "WHERE slug = 'avon-and-somerset' GROUP BY ALL",
        )
    }
    assert {("avon-and-somerset", day): count for day, count in days["avon-and-somerset"].items()} == published
    firsts = [date(2020, month, 1) for month in range(6, 11)]
    for first in firsts:
        for day in (first, first - timedelta(days=1)):
            assert days["merseyside"][day] > 20, "no day at the end of a month is thinned out"


def test_the_table_that_ships_only_confirms_what_is_found(stops: Archive) -> None:
    overridden = query(
        stops,
        "SELECT slug, value, evidence FROM mart_profile__force_month JOIN dim_force USING (force_id) "
        "WHERE decided_by = 'shipped table'",
    )
    assert Counter((force, value) for force, value, _ in overridden) == {
        ("avon-and-somerset", "local"): 24, ("lincolnshire", "local"): 13, ("south-wales", "local"): 10,
    }  # fmt: skip
    assert not any("decided_otherwise" in evidence for _, _, evidence in overridden)


def test_an_operator_who_knows_better_is_heard(stops: Archive, tmp_path: Path, shared_data: Path) -> None:
    """Surrey's stops of January 2020 all stand twice; should somebody know that they do not, no figure says so."""
    archive = archive_in(tmp_path, processes=2)
    (tmp_path / "file-properties.toml").write_text(
        '[[known]]\npublisher = "surrey"\ndataset = "stops"\nfirst = "2020-01"\nlast = "2020-01"\n'
        'property = "copies"\nvalue = "once"\nsource = "the force, by letter"\n',
        encoding="utf-8",
    )
    load(archive, shared_data / "police-uk" / "2021-11.zip")
    twice = {one for (name, one) in findings(stops) if name == "stands_twice"}
    assert twice - {one for (name, one) in findings(archive) if name == "stands_twice"} == {
        ("stops", "surrey", "2020-01")
    }
