"""Not known is never 0: what is held and empty is a 0, what is not held is no value, and each row says which."""

from __future__ import annotations

import duckdb
import numpy as np
import pytest

from bluelamp.domain.finding import CAVEATS, caveat
from bluelamp.domain.month import Month
from bluelamp.messages import catalogue
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.kept import BoundedCache
from bluelamp.questions.parsing import make_question
from bluelamp.questions.table import table_of

Warehouse = duckdb.DuckDBPyConnection


@pytest.fixture(params=["indexed", "warehouse"])
def version(request: pytest.FixtureRequest) -> ArchiveVersion:
    """The small warehouse as the server opens it, and as the command line does."""
    found = request.getfixturevalue(request.param)
    return found if isinstance(found, ArchiveVersion) else ArchiveVersion(found)


def ask(
    version: ArchiveVersion, dataset: str = "crimes", first: str = "", last: str = "", **words: object
) -> QueryResult:
    months = {"first": Month.parse(first) if first else None, "last": Month.parse(last) if last else None}
    return answer(version, make_question(dataset, **months, **words))  # type: ignore[arg-type]


def states(found: QueryResult) -> list[tuple[object, ...]]:
    """(the first label, the first value, held, expected, state) of each row."""
    width = len(found.question.by)
    return [
        (row[0] if width else "", row[width], its.held, its.expected, its.state)
        for row, its in zip(found.rows, found.row_coverage, strict=True)
    ]


def test_a_row_for_each_month_asked_with_its_value_or_none(version: ArchiveVersion) -> None:
    found = ask(version, by=["month"], where=["force=kent"], first="2010-11", last="2024-03")
    rows = {row[0]: row[1:] for row in states(found)}
    assert len(rows) == 13 * 12 + 5
    assert rows["2010-11"] == (None, 0, 1, "before publication")
    assert rows["2010-12"] == (None, 0, 1, "not covered")
    assert rows["2023-11"] == (40, 1, 1, "complete")
    assert rows["2024-01"] == (50, 1, 1, "complete")
    assert rows["2024-02"] == (None, 0, 1, "not yet published")
    assert not found.coverage.is_complete
    assert (found.coverage.held, found.coverage.expected) == (3, 161)
    assert [gap.words() for gap in found.coverage.gaps] == [
        "Kent Police: before publication began: November 2010",
        "Kent Police: no release that is held covers December 2010 to October 2023",
        "Kent Police: not yet published in the newest release that is held: February 2024 to March 2024",
    ]


def test_a_held_month_without_a_record_is_a_zero(version: ArchiveVersion) -> None:
    """Nothing was recorded under the filter, and everything that could say so is held."""
    found = ask(version, "stops", by=["month"], where=["force=kent", "outcome=Arrest", "hour=3", "gender="])
    assert [(row[1], row[4]) for row in states(found)] == [(0, "complete")] * 3
    assert found.coverage.is_complete


def test_a_word_of_the_publisher_that_no_record_has_is_a_zero(version: ArchiveVersion) -> None:
    """A home of one file has no bicycle theft in it: that is known, and is no mistake of whoever asks."""
    assert ask(version, where=["crime_type=bicycle theft"]).rows == [(0,)]
    assert ask(version, where=["crime_type!=Bicycle theft"]).rows == ask(version).rows
    assert ask(version, where=["crime_type=Bicycle theft", "force=surrey"]).rows == [(None,)]
    assert ask(version, by=["month"], where=["last_outcome=Offender given a caution"]).rows[0][1] == 0


def test_a_word_of_another_era_is_no_zero(version: ArchiveVersion) -> None:
    """Courts' results end with May 2019: that nobody was sent to prison since then is not what the files say."""
    found = ask(version, by=["month"], where=["last_outcome=offender sent to prison", "force=kent"])
    assert [(row[1], row[4]) for row in states(found)] == [(None, "could not be recorded")] * 3
    assert found.coverage.words() == (
        "Nothing of this can be known: it could not be recorded in November 2023 to January 2024."
    )
    assert any(one.startswith("Court results") for one in found.caveats)


def test_a_force_that_is_not_held_has_no_value_and_stands_last(version: ArchiveVersion) -> None:
    found = ask(version, by=["force"], where=["force=surrey", "force=kent", "force=northern-ireland"])
    assert states(found) == [
        ("kent", 135, 3, 3, "complete"),
        ("northern-ireland", None, 0, 3, "missing"),
        ("surrey", None, 0, 3, "missing"),
    ]
    of_outcomes = ask(version, "outcomes", by=["force"], where=["force=northern-ireland"])
    assert states(of_outcomes) == [("northern-ireland", None, 0, 0, "not published")]
    assert of_outcomes.coverage.words() == "Police Service of Northern Ireland publishes no outcomes."


def test_an_area_whose_force_is_not_held_has_no_value(version: ArchiveVersion) -> None:
    """What other forces record there are strays: no figure of it, and told of."""
    found = ask(version, by=["local_authority"], measures=["count"])
    rows = {row[0]: row[1:] for row in states(found)}
    assert rows["Guildford"] == (None, 0, 3, "missing")
    assert rows["Maidstone"][3] == "complete"
    assert found.rows[-1][0] == "Guildford"
    assert found.strays > 0
    assert any(f"{found.strays} records lie in places whose own force is not held" in one for one in found.caveats)
    whole = ask(version).rows[0][0]
    assert sum(row[1] or 0 for row in found.rows) + found.strays == whole


def test_a_ranking_sets_apart_what_is_hardly_held(version: ArchiveVersion) -> None:
    """Essex has more crime with an outcome than Kent, or less: of one month in three outcomes are not held of it."""
    for order in ("still_open", "-still_open"):
        found = ask(version, by=["force"], measures=["still_open"], order=[order])
        assert [row[0] for row in found.rows] == ["kent", "essex", *[row[0] for row in found.rows[2:]]]
        assert [its.state for its in found.row_coverage[:3]] == ["complete", "part", "missing"]


def test_a_rate_of_what_is_not_known_is_not_known(version: ArchiveVersion) -> None:
    found = ask(version, measures=["recorded_crime_rate"], by=["local_authority"])
    assert dict(found.rows)["Guildford"] is None  # type: ignore[index]


def test_places_say_how_much_of_their_force_has_a_point(version: ArchiveVersion) -> None:
    found = ask(version, by=["town"], where=["force=kent"])
    its = dict(zip((row[0] for row in found.rows), found.row_coverage, strict=True))["Maidstone"]
    unlocated = ask(version, where=["force=kent"], measures=["unlocated"]).rows[0][0]
    assert its.located_share == pytest.approx(1 - unlocated / 135, abs=1e-4)


def test_a_measure_that_joins_needs_the_files_of_both_datasets(version: ArchiveVersion) -> None:
    found = ask(version, by=["month"], measures=["count", "still_open"], where=["force=essex"])
    # Outcomes of December's crimes may stand in the file of January: they are known in part.
    assert all(value is not None for row in found.rows for value in row[1:])
    assert [(its.held, its.expected, its.state) for its in found.row_coverage] == [
        (2, 2, "complete"),
        (1, 2, "part"),
        (2, 2, "complete"),
    ]
    assert found.coverage.words() == "Force-months held: 3 of 3 of street crime, 2 of 3 of outcomes."
    assert [gap.words() for gap in found.coverage.gaps] == [
        "Essex Police (outcomes) published nothing for December 2023"
    ]
    none = ask(version, measures=["still_open"], where=["force=northern-ireland"])
    assert none.rows == [(None,)]


def test_what_came_of_a_crime_stands_in_a_later_file(version: ArchiveVersion) -> None:
    """Of outcomes by the type of their crime: a crime stands in the file of its outcome's month or an earlier one."""
    last = {"first": "2024-01", "last": "2024-01"}
    assert ask(version, measures=["with_outcome"], where=["force=essex"], **last).rows[0][0] is not None
    types = ask(version, "outcomes", by=["crime_type"], where=["force=essex"], **last)
    assert all(row[1] is not None for row in types.rows)


def test_who_joins_is_looked_up_by_publisher(version: ArchiveVersion) -> None:
    """A force without the other dataset in its remit must not shift the ones after it."""
    found = ask(version, by=["force"], measures=["still_open"])
    rows = {row[0]: row[1:] for row in states(found)}
    assert rows["northern-ireland"] == (None, 0, 3, "missing")  # of crimes; outcomes it never publishes
    assert rows["wiltshire"] == (None, 0, 6, "missing")
    assert rows["kent"][1:] == (6, 6, "complete")


def test_all_but_the_one_that_is_held_is_out_of_scope_or_missing(version: ArchiveVersion) -> None:
    found = ask(version, where=["force!=kent", "force!=essex"])
    assert states(found)[0][3:] == (43 * 3, "missing")
    assert found.rows == [(None,)]


def test_a_field_that_is_joined_needs_both_as_well(version: ArchiveVersion) -> None:
    found = ask(version, where=["outcome_status=still open", "force=northern-ireland"])
    assert found.rows == [(None,)]


def test_a_year_in_part_is_not_complete(version: ArchiveVersion) -> None:
    """A row named 2023 is about twelve months, whatever is held of them; a part that was asked for is its own whole."""
    found = ask(version, by=["year"], where=["force=kent"])
    assert states(found) == [(2023, 85, 2, 12, "part"), (2024, 50, 1, 12, "part")]
    asked = ask(version, by=["year"], where=["force=kent"], first="2023-11", last="2023-12")
    assert states(asked) == [(2023, 85, 2, 2, "complete")]


def test_what_is_crossed_with_months_has_its_zeros_and_its_unknowns(version: ArchiveVersion) -> None:
    found = ask(version, by=["month", "crime_type"], where=["force=kent"], first="2023-11", last="2024-02")
    types = {row[1] for row in found.rows}
    assert len(found.rows) == 4 * len(types)
    assert all((row[2] is None) is (row[0] == "2024-02") for row in found.rows)


def test_days_of_months_that_are_held_have_zeros(version: ArchiveVersion) -> None:
    found = ask(version, "stops", by=["date"], where=["force=kent"], first="2024-01", last="2024-02")
    rows = {row[0]: row[1:] for row in states(found)}
    assert len(rows) == 31 + 29
    assert rows["2024-01-10"][0] > 0  # type: ignore[operator]
    assert rows["2024-01-11"] == (0, 1, 1, "complete")
    assert rows["2024-02-01"][0] is None


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"first": "2030-01"}, "January 2030 is after the newest release that is held, January 2024."),
        ({"first": "2022-01", "last": "2022-03"}, "no release that is held covers January 2022 to March 2022."),
        ({"last": "2009-05"}, "publication began with December 2010."),
        ({"where": ["force=surrey"]}, "Surrey Police published no street crime for November 2023 to January 2024."),
        ({"where": ["month=2030-01", "force=kent"]}, "January 2030 is after the newest release"),
        ({"where": ["year=2023", "month=2024-01"]}, "These filters leave no month to ask about."),
    ],
)
def test_a_question_of_which_nothing_is_held_says_so_and_gives_no_number(
    version: ArchiveVersion, words: dict[str, object], said: str
) -> None:
    found = ask(version, **words)  # type: ignore[arg-type]
    assert found.rows == [(None,)]
    assert said in found.coverage.words()
    told = found.as_json()
    assert told["coverage"]["complete"] is False
    assert told["rows"][0]["count"] is None


def test_a_table_has_the_same_types_with_and_without_rows(version: ArchiveVersion) -> None:
    words = {"by": ["crime_type", "year"], "measures": ["count", "median_months_to_outcome"]}
    full = table_of(ask(version, **words))  # type: ignore[arg-type]
    empty = table_of(ask(version, first="2030-01", **words))  # type: ignore[arg-type]
    assert full.schema == empty.schema.remove_metadata()
    assert full.column_names[-3:] == ["held", "expected", "state"]
    assert full.num_rows > 0


@pytest.mark.parametrize("name", CAVEATS)
def test_a_caveat_has_the_forms_of_one_and_of_several(name: str) -> None:
    one, several = caveat(name, 1, 1), caveat(name, 1200, 2)
    assert "1 force-month" in one
    assert "1 force-months" not in one
    assert "2 force-months" in several
    assert not set("[]|{}") & set(one + several)
    if not isinstance(catalogue()[f"finding.caveat.{name}"], str):
        assert "1 " in one
        assert "1,200 " in several
        assert one.replace("1 force-month", "").split() != several.replace("2 force-months", "").split()


def test_an_answer_tells_of_the_rows_that_its_files_lost(
    version: ArchiveVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that were refused are in no figure: every answer that touches their force-month says how many."""
    from bluelamp.questions.families.archive import file_caveats

    kent = next(number for number, (slug, _) in version.forces.items() if slug == "kent")
    month = Month.parse("2023-12").index
    made = {"rejected_row": file_caveats.Files(*(np.array([one]) for one in (kent, month, 4, -1, 40)))}
    monkeypatch.setattr(version, "_often", BoundedCache(512))  # nothing that was worked out without them
    monkeypatch.setattr(file_caveats, "_findings", lambda _version, dataset: made if dataset == "crimes" else {})
    said = "4 published rows of 1 force-month could not be read and are in no figure."
    assert said in ask(version).caveats
    assert said in ask(version, by=["month"], first="2023-12").caveats
    assert said not in ask(version, where=["force=essex"]).caveats
    assert said not in ask(version, first="2024-01").caveats
