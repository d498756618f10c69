from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.archive.profile.deciding import Counted, Profile, decide
from bluelamp.archive.profile.evidence import StopEvidence
from bluelamp.archive.profile.overrides import FILE_NAME, FileOverride, overrides
from bluelamp.domain.file_property import (
    SUMMER_EVENING,
    SUMMER_MIDNIGHT,
    WINTER_MIDNIGHT,
    FileProperty,
    StopReading,
)
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.errors import SettingsError
from tests.lib.archive.file_times import evidence_of, nights

MONTHS = ["2020-12", "2021-03", "2021-06", "2021-07", "2021-08"]
ENTRY = """
[[known]]
publisher = "kent"
dataset = "stops"
first = "2021-06"
last = "2021-07"
property = "{property}"
value = "{value}"
source = "the force, by letter"
"""


def counted(month: str, force: str = "kent", *, local: bool = False, number: int = 0) -> Counted:
    times = evidence_of(month, nights(month, local=local)).as_json()
    return Counted(
        number or MONTHS.index(month) + 1, ForceMonth("stops", force, Month.parse(month)), 500, {"times": times}
    )


def by_month(profile: Profile, name: str) -> dict[str, str]:
    return {MONTHS[file - 1]: one.value for file, its in profile.properties.items() for one in its if one.name == name}


def test_evidence_comes_out_of_the_ledger_as_it_went_in() -> None:
    evidence = evidence_of("2021-06", nights("2021-06", local=False))
    assert StopEvidence.from_json(evidence.as_json()) == evidence


@settings(max_examples=20, deadline=None)
@given(st.permutations(MONTHS))
def test_any_order_gives_the_same(order: list[str]) -> None:
    files = [counted(month, local=month >= "2021-06") for month in order]
    first = decide(files, ())
    assert (first.properties, first.readings) == (
        (again := decide(sorted(files, key=lambda file: file.file_id), ())).properties,
        again.readings,
    )


def test_a_neighbour_that_arrives_decides_anew() -> None:
    """A file with nothing to tell is likely of UTC; beside others of local time it is of local time."""
    silent = Counted(
        3,
        ForceMonth("stops", "kent", Month.parse("2021-06")),
        1,
        {"times": evidence_of("2021-06", ["2021-06-10 12:00"]).as_json()},
    )
    assert not decide([silent], ()).readings[3].local
    beside = decide([silent, counted("2021-07", local=True), counted("2021-08", local=True)], ())
    assert beside.readings[3].local


def test_other_forces_do_not_count() -> None:
    alone = decide([counted("2021-06")], ()).properties[3]
    beside = decide([counted("2021-06"), counted("2021-07", "essex", local=True, number=99)], ()).properties[3]
    assert alone == beside


def test_files_without_stops_or_evidence_have_no_properties() -> None:
    unit = ForceMonth("crimes", "kent", Month.parse("2021-06"))
    found = decide(
        [Counted(1, unit, 0, {}), Counted(2, ForceMonth("stops", "kent", Month.parse("2021-06")), 0, {})], ()
    )
    assert (found.properties, found.readings) == ({}, {})


def known(folder: Path, text: str) -> tuple[FileOverride, ...]:
    (folder / FILE_NAME).write_text(text, encoding="utf-8")
    return overrides(folder)


def test_the_operators_table_goes_before_the_file(tmp_path: Path) -> None:
    table = known(tmp_path, ENTRY.format(property="clock", value="local"))
    found = decide([counted(month) for month in MONTHS], table)
    assert by_month(found, "clock") == {
        "2020-12": "utc or local", "2021-03": "utc", "2021-06": "local", "2021-07": "local", "2021-08": "utc",
    }  # fmt: skip
    one = next(one for one in found.properties[3] if one.name == "clock")
    assert (one.decided_by, one.reason, one.confidence) == ("operator's table", "the force, by letter", 1.0)
    assert one.evidence["decided_otherwise"] == "utc"
    assert found.readings[3] == StopReading(local=True)


def test_a_time_of_day_that_is_known_to_be_none_stands_at_the_clocks_own_midnight(tmp_path: Path) -> None:
    table = known(tmp_path, ENTRY.format(property="time_of_day", value="not known"))
    found = decide([counted("2021-06"), counted("2021-07", local=True)], table)
    assert found.readings[3] == StopReading(False, (WINTER_MIDNIGHT, SUMMER_EVENING))
    assert found.readings[4].blanks == (WINTER_MIDNIGHT, SUMMER_MIDNIGHT if found.readings[4].local else SUMMER_EVENING)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("known = 3", "only [[known]]"),
        ("[[known]", "no TOML"),
        ("[[other]]\nx = 1", "“other”"),
        (ENTRY.format(property="clock", value="solar"), "Entry 1 of"),
        (ENTRY.format(property="colour", value="utc"), "no property is called “colour”"),
        (ENTRY.format(property="clock", value="utc").replace("kent", "atlantis"), "no publisher is called “atlantis”"),
        (ENTRY.format(property="clock", value="utc").replace("2021-07", "2021-02"), "last is before first"),
        (ENTRY.format(property="clock", value="utc").replace("2021-07", "July"), "months such as"),
        (ENTRY.format(property="clock", value="utc").replace('source = "the force, by letter"', ""), "lacks source"),
        (ENTRY.format(property="clock", value="utc") + 'why = "x"', "“why”"),
    ],
)
def test_a_table_that_says_something_else_is_refused_in_a_sentence(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as told:
        known(tmp_path, text)
    assert said in told.value.message
    assert told.value.hint


def test_the_table_that_ships_is_understood() -> None:
    shipped = overrides(None)
    assert {(one.publisher, one.value) for one in shipped} == {
        ("avon-and-somerset", "local"), ("lincolnshire", "local"), ("south-wales", "local"),
    }  # fmt: skip
    assert all(len(one.source) > 40 for one in shipped)


def test_what_another_program_counted_otherwise_is_not_counted() -> None:
    strange = Counted(
        1, ForceMonth("stops", "kent", Month.parse("2021-06")), 9, {"times": {"rows": 9}, "places": {"rows": 9}}
    )
    found = decide([strange], ())
    assert {one.name for one in found.properties[1]} == {"copies", "rows_of"}
    assert found.readings == {}


def test_an_overridden_time_of_day_counts_the_stops_that_it_blanks(tmp_path: Path) -> None:
    table = known(tmp_path, ENTRY.format(property="time_of_day", value="in part"))
    midnights = [f"2021-06-{day:02d} 23:00" for day in (4, 5, 6)]
    times = evidence_of("2021-06", [*nights("2021-06", local=False), *midnights]).as_json()
    file = Counted(3, ForceMonth("stops", "kent", Month.parse("2021-06")), 900, {"times": times})
    (told,) = [one for one in decide([file], table).properties[3] if one.name == "time_of_day"]
    assert (told.value, told.rows) == ("in part", 3)


def test_the_table_that_ships_yields_to_a_file_that_was_published_anew() -> None:
    """Avon and Somerset wrote local time in 2021; should it publish those months in UTC, the file itself says so."""

    def clock(local: bool) -> FileProperty:
        file = Counted(
            1, ForceMonth("stops", "avon-and-somerset", Month.parse("2021-06")), 900,
            {"times": evidence_of("2021-06", nights("2021-06", local=local) * 4).as_json()},
        )  # fmt: skip
        found = decide([file], overrides(None))
        assert found.readings[1].local is local
        return next(one for one in found.properties[1] if one.name == "clock")

    assert clock(True).decided_by == "shipped table"
    anew = clock(False)
    assert (anew.value, anew.decided_by, anew.evidence["shipped_table_says"]) == ("utc", "file", "local")


@pytest.mark.parametrize("strange", ["0001-01-01 00:00", "1900-01-01 00:00", "1969-07-01 23:00", "9999-12-31 00:00"])
def test_a_date_of_another_century_is_of_no_day_of_the_file(strange: str) -> None:
    ordinary = nights("2021-06", local=False)
    with_it, without = (evidence_of("2021-06", [*ordinary, *more]) for more in ([strange], []))
    assert with_it.midnight_days == without.midnight_days
    assert with_it.outside_utc == without.outside_utc + 1
