"""Questions that cross the borders of eras: what could not be recorded is no 0, and each border is told where it is
crossed and nowhere else."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluelamp.archive.progress import Silent
from bluelamp.archive.quality import quality_of
from bluelamp.archive.reference import take_in
from bluelamp.archive.workflow import Archive
from bluelamp.bootstrap import open_archive
from bluelamp.domain.dataset import BY_NAME, CRIMES, OUTCOMES, STOPS, Dataset
from bluelamp.domain.eras import changes
from bluelamp.domain.grouping import BLANK, ETHNIC_GROUPS, OTHER_LABEL, STOP_OUTCOMES, Grouping
from bluelamp.domain.month import Month
from bluelamp.domain.selection import Selection
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question
from bluelamp.questions.view import make_view
from bluelamp.settings import read_settings
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.storage.warehouse.indexes import build_indexes, open_indexes

WORDS = {one.name: one.words for one in changes()}
PRISON, CHARGED, UNKNOWN = "Offender sent to prison", "Suspect charged", "Court result unavailable"
# month → (type, last outcome) of the crimes, outcomes, (ethnicity, outcome) of the stops: one row for each.
OLD_STOP = ("White - British (W1)", "Suspect arrested")
NEW_STOP = ("White - English/Welsh/Scottish/Northern Irish/British", "Arrest")
FILES: dict[str, tuple[list[tuple[str, str]], list[str], list[tuple[str, str]]]] = {
    "2013-04": ([("Violent crime", ""), ("Other theft", PRISON)], [PRISON], []),
    "2013-05": ([("Violence and sexual offences", PRISON), ("Bicycle theft", "")], [PRISON], []),
    "2017-03": ([("Burglary", "")], [CHARGED], [OLD_STOP, ("Not Stated (NS)", "Local resolution"), ("", "")]),
    "2017-04": ([("Burglary", "")], [CHARGED], [(NEW_STOP[0], "Suspect arrested"), ("Elvish", "Offender cautioned")]),
    "2017-12": ([("Burglary", "")], [CHARGED], [(NEW_STOP[0], "Nothing found - no further action")]),
    "2018-01": ([("Burglary", "")], [CHARGED], [NEW_STOP, (NEW_STOP[0], "A no further action disposal")]),
    "2019-05": ([("Burglary", PRISON), ("Drugs", CHARGED)], [PRISON, CHARGED], [NEW_STOP]),
    "2019-06": ([("Burglary", UNKNOWN)], [CHARGED], [NEW_STOP]),
    "2019-07": ([("Burglary", UNKNOWN)], [CHARGED], [NEW_STOP]),
    "2022-06": ([("Burglary", UNKNOWN)], [UNKNOWN], [NEW_STOP]),
    "2022-07": ([("Burglary", UNKNOWN)], [UNKNOWN], [NEW_STOP]),
    "2023-06": ([("Burglary", UNKNOWN)], [UNKNOWN], [NEW_STOP]),
}  # fmt: skip


def rows_of(month: str) -> Iterator[tuple[Dataset, list[str]]]:
    crimes, outcomes, stops = FILES[month]
    # The points of this town were redrawn as well.
    longitude = "0.520000" if month < "2022-07" else "0.520300"
    where = [longitude, "51.250000", "On or near A Street", "E01024001", "Maidstone 001A"]
    for number, (kind, last) in enumerate(crimes):
        crime_id = f"{number}{month.replace('-', '')}".rjust(64, "0")
        yield CRIMES, [crime_id, month, "Kent Police", "Kent Police", *where, kind, last, ""]
    for number, outcome in enumerate(outcomes):
        crime_id = f"{number}{month.replace('-', '')}".rjust(64, "0")
        yield OUTCOMES, [crime_id, month, "Kent Police", "Kent Police", *where, outcome]
    for ethnicity, outcome in stops:
        yield STOPS, ["Person search", f"{month}-10T10:00:00+00:00", "False", "", "51.25", longitude, "Male", "18-24",
                      ethnicity, "White", "", "Controlled drugs", outcome, "", "False"]  # fmt: skip


def load(folder: Path, months: list[str], *reference: Path) -> Archive:
    texts: dict[str, io.StringIO] = {}
    for month in months:
        for dataset, row in rows_of(month):
            name = f"{month}/{month}-kent-{dataset.suffix}.csv"
            if name not in texts:
                texts[name] = io.StringIO()
                csv.writer(texts[name], lineterminator="\n").writerow(dataset.columns)
            csv.writer(texts[name], lineterminator="\n").writerow(row)
    with zipfile.ZipFile(folder / "2023-06.zip", "w") as target:
        for name, text in texts.items():
            target.writestr(name, text.getvalue())
    archive = open_archive(read_settings({"home": folder / "home", "processes": 1}, {})[0])
    if reference:
        take_in(archive, list(reference), [], None, Silent())  # type: ignore[arg-type]
    with open_source(str(folder / "2023-06.zip")) as source:
        archive.receive(source, release=None, selection=Selection(), progress=Silent(), whole=False)
    archive.finish(Silent())
    return archive


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return load(tmp_path_factory.mktemp("eras"), list(FILES))


@pytest.fixture(scope="module")
def version(home: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveVersion]:
    current = home.warehouse.current()
    assert current is not None
    folder = tmp_path_factory.mktemp("indexes") / "serving"
    build_indexes(current.file, folder, lambda _done, _of: None)
    with home.warehouse.reading() as connection:
        yield ArchiveVersion(connection, open_indexes(folder))


def ask(version: ArchiveVersion, dataset: str, span: tuple[str, str] | str = "", **words: object) -> QueryResult:
    first, last = (span, span) if isinstance(span, str) else span
    months = {"first": Month.parse(first), "last": Month.parse(last)} if first else {}
    return answer(version, make_question(dataset, **months, **words))  # type: ignore[arg-type]


def rows(found: QueryResult) -> dict[object, tuple[object, str]]:
    """labels → (value, state)."""
    width = len(found.question.by)
    return {
        row[0] if width == 1 else row[:width]: (row[width], its.state)
        for row, its in zip(found.rows, found.row_coverage, strict=True)
    }


CROSSING = ("2019-05", "2019-07")
SPLIT = ("2013-04", "2013-05")
CLOSED = "could not be recorded"


# -- what could not be recorded ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dataset", "field"), [("crimes", "last_outcome"), ("outcomes", "outcome_type")])
def test_a_month_after_the_end_of_a_value_is_no_zero(version: ArchiveVersion, dataset: str, field: str) -> None:
    found = ask(version, dataset, CROSSING, by=["month"], where=[f"{field}={PRISON}", "force=kent"])
    assert rows(found) == {"2019-05": (1, "complete"), "2019-06": (None, CLOSED), "2019-07": (None, CLOSED)}
    assert found.coverage.words() == ("1 of 3 force-months can say this, and is held; in 2 this could not be recorded.")
    assert [gap.words() for gap in found.coverage.gaps] == [
        "Kent Police: this could not be recorded in June 2019 to July 2019"
    ]
    assert "This could not be recorded in June 2019 to July 2019: there is no figure, and that is no zero." in (
        found.caveats
    )
    assert [one.name for one in found.incomplete] == ["2019-06", "2019-07"]


@pytest.mark.parametrize(("dataset", "field"), [("crimes", "last_outcome"), ("outcomes", "outcome_type")])
def test_the_same_where_the_value_is_a_row(version: ArchiveVersion, dataset: str, field: str) -> None:
    found = rows(ask(version, dataset, CROSSING, by=["month", field], where=["force=kent"]))
    assert found["2019-06", PRISON] == (None, CLOSED)
    # A value that was there all the time, and that nothing was recorded of, is a 0.
    assert found["2019-06", CHARGED] == (0 if dataset == "crimes" else 1, "complete")
    assert all(value is not None for (month, kind), (value, _) in found.items() if kind != PRISON or month == "2019-05")  # type: ignore[has-type, misc]


def test_of_years_and_of_wholes_only_the_months_count_that_could_say_it(version: ArchiveVersion) -> None:
    span = ("2019-05", "2019-07")
    by_year = ask(version, "crimes", span, by=["year", "last_outcome"], where=["force=kent"])
    its = {row[1]: one for row, one in zip(by_year.rows, by_year.row_coverage, strict=True)}
    assert (its[PRISON].held, its[PRISON].expected, its[PRISON].state) == (1, 3, "part")
    assert its[UNKNOWN].state == "complete"
    whole = ask(version, "crimes", span, by=["last_outcome"], where=["force=kent"])
    assert rows(whole)[PRISON] == (1, "part")
    later = ask(version, "crimes", ("2019-06", "2019-07"), where=[f"last_outcome={PRISON}", "force=kent"])
    assert later.rows == [(None,)]
    assert later.as_json()["rows"][0]["state"] == CLOSED
    assert later.coverage.is_complete is False


def test_one_of_several_values_that_could_be_recorded_is_enough(version: ArchiveVersion) -> None:
    where = [f"last_outcome={PRISON}", f"last_outcome={UNKNOWN}", "force=kent"]
    found = rows(ask(version, "crimes", CROSSING, by=["month"], where=where))
    assert [state for _, state in found.values()] == ["complete"] * 3
    negated = rows(ask(version, "crimes", CROSSING, by=["month"], where=[f"last_outcome!={PRISON}", "force=kent"]))
    assert [state for _, state in negated.values()] == ["complete"] * 3


@pytest.mark.parametrize(
    ("dataset", "field", "value", "open_in", "closed_in"),
    [
        ("crimes", "crime_type", "Violent crime", "2013-04", "2013-05"),
        ("crimes", "crime_type", "Public order", "2013-05", "2013-04"),
        ("stops", "self_ethnicity", OLD_STOP[0], "2017-03", "2017-04"),
        ("stops", "self_ethnicity", NEW_STOP[0], "2017-04", "2017-03"),
        ("stops", "outcome", "suspect arrested", "2017-12", "2018-01"),
        ("stops", "outcome", "Arrest", "2018-01", "2017-12"),
        ("stops", "outcome_group", "Article found, outcome not told", "2017-12", "2018-01"),
    ],
)
def test_every_border_closes_from_its_month_on(
    version: ArchiveVersion, dataset: str, field: str, value: str, open_in: str, closed_in: str
) -> None:
    (opened,) = ask(version, dataset, open_in, where=[f"{field}={value}", "force=kent"]).rows
    closed = ask(version, dataset, closed_in, where=[f"{field}={value}", "force=kent"])
    assert opened[0] is not None
    assert closed.rows == [(None,)]
    assert closed.row_coverage[0].state == CLOSED


def test_what_is_missing_as_well_is_told_once_for_everybody(version: ArchiveVersion) -> None:
    found = ask(version, "crimes", ("2019-06", "2019-07"), where=[f"last_outcome={PRISON}"])
    assert found.rows == [(None,)]
    months = [gap.words() for gap in found.coverage.gaps]
    assert months == ["Kent Police: this could not be recorded in June 2019 to July 2019"]


@pytest.mark.parametrize(("stray", "beside"), [(6, 0), (1, None)])
def test_records_outside_of_an_era_stand_and_the_table_is_told_wrong(
    stray: int, beside: int | None, tmp_path: Path
) -> None:
    """A newer file has what the table says that none has: the count stands, and where it is no slip of one row, so does
    the 0 beside it."""
    FILES["2024-03"] = ([("Burglary", PRISON)] * stray, [CHARGED], [])
    try:
        archive = load(tmp_path, ["2019-06", "2024-03"])
    finally:
        del FILES["2024-03"]
    with archive.warehouse.reading() as connection:
        version = ArchiveVersion(connection)
        found = ask(version, "crimes", ("2024-03", "2024-03"), by=["month"], where=[f"last_outcome={PRISON}"])
        assert rows(found) == {"2024-03": (stray, "complete")}
        # Of a month whose files contradict the table, nothing is called impossible.
        fined = ask(version, "crimes", "2024-03", where=["last_outcome=Offender fined", "force=kent"])
        assert fined.rows == [(beside,)]
        assert ask(version, "crimes", "2019-06", where=[f"last_outcome={PRISON}", "force=kent"]).rows == [(None,)]
        told = [one for one in quality_of(connection) if one.finding == "outside_era"]
    assert [(one.field, str(one.unit.month), one.rows) for one in told] == [("Last outcome category", "2024-03", stray)]


def test_without_findings_what_is_recorded_stands_all_the_same(
    version: ArchiveVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that were loaded before the table was there have no finding: their records count."""
    from bluelamp.questions.families.archive import recordable

    moved = {"cautioned": recordable.eras_of_field("crimes", "last_outcome")[PRISON]}  # type: ignore[attr-defined]
    monkeypatch.setattr(recordable, "_eras", lambda *_: {UNKNOWN.casefold(): (moved["cautioned"],)})
    found = rows(ask(version, "crimes", ("2019-06", "2022-07"), by=["last_outcome"], where=["force=kent"]))
    assert found[UNKNOWN] == (4, "part")


def test_a_chart_by_month_has_no_level_where_nothing_could_be_recorded(version: ArchiveVersion) -> None:
    view = make_view(Month.parse("2019-05"), Month.parse("2019-07"), [f"last_outcome={PRISON}", "force=kent"])
    told = answer_dashboard(version, read_dashboards()["crime"], view, ["by-month", "latest", "total"])["cards"]
    card = told["by-month"]
    at = card["months"].index("2019-06")
    assert card["state"][at] == CLOSED
    assert card["values"][0][at] is None
    assert card["missing_usual"][at] is None
    assert card["missing"][at] == "this could not be recorded in this month"
    assert "this could not be recorded" in card["summary"]
    assert WORDS["court results"] in card["caveats"]
    assert told["latest"]["month"] == "2019-05"


def test_lsoa_codes_of_the_other_census_are_told_where_reference_data_knows_them(tmp_path: Path) -> None:
    """A code of 2011 in a file of June 2023, which should have none; it is the code of this town in all files."""
    lookup = tmp_path / "lsoa2011-to-lsoa2021-to-lad2022.csv"
    lookup.write_text(
        "LSOA11CD,LSOA11NM,LSOA21CD,LSOA21NM,CHGIND,LAD22CD,LAD22NM,LAD22NMW,ObjectId\n"
        "E01024001,Maidstone 001A,E01099001,Maidstone 001F,S,E07000110,Maidstone,,1\n",
        encoding="utf-8-sig",
    )
    wards = tmp_path / "lsoa2021-to-ward2024-to-lad2024.csv"
    wards.write_text(
        "LSOA21CD,LSOA21NM,LSOA21NMW,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId\n"
        "E01099001,Maidstone 001F,,E05000001,Ward,,E07000110,Maidstone,,1\n",
        encoding="utf-8-sig",
    )
    archive = load(tmp_path, ["2022-06", "2022-07", "2023-06"], lookup, wards)
    with archive.warehouse.reading() as connection:
        told = [one for one in quality_of(connection) if one.finding == "outside_era"]
    assert [(one.unit.dataset, one.field, str(one.unit.month), one.rows) for one in told] == [
        ("crimes", "LSOA code", "2023-06", 1),
        ("outcomes", "LSOA code", "2023-06", 1),
    ]
    assert told[0].examples == [{"line": 2, "value": "E01024001"}]


# -- what is said ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "dataset", "words", "crossing", "within"),
    [
        ("court results", "crimes", {"by": ["last_outcome"]}, CROSSING, ("2018-01", "2019-05")),
        ("court results", "outcomes", {"by": ["outcome_type"]}, CROSSING, ("2018-01", "2019-05")),
        ("court results", "outcomes", {"where": [f"outcome_type={PRISON}"]}, CROSSING, ("2018-01", "2019-05")),
        ("crime types", "crimes", {"by": ["crime_type"]}, SPLIT, ("2013-05", "2023-06")),
        ("crime types", "crimes", {"where": ["crime_type=Violent crime"]}, SPLIT, ("2013-04", "2013-04")),
        # It kept its name, and means less since.
        ("crime types", "crimes", {"where": ["crime_type=Other theft"]}, SPLIT, ("2017-03", "2018-01")),
        ("ethnicity labels", "stops", {"by": ["self_ethnicity"]}, ("2017-03", "2017-04"), ("2017-04", "2023-06")),
        ("outcome labels of stops", "stops", {"by": ["outcome"]}, ("2017-12", "2018-01"), ("2018-01", "2023-06")),
        ("map points", "crimes", {"by": ["map_point"]}, ("2022-06", "2022-07"), ("2022-07", "2023-06")),
        ("map points", "stops", {"where": ["map_point=0.52,51.25"]}, ("2022-06", "2022-07"), ("2019-05", "2022-06")),
        ("LSOA codes", "crimes", {"by": ["lsoa"]}, ("2019-07", "2023-06"), ("2019-05", "2019-07")),
        ("LSOA names", "crimes", {"by": ["town"]}, ("2019-07", "2023-06"), ("2019-05", "2019-07")),
    ],
)  # fmt: skip
def test_a_border_is_told_where_it_is_crossed(
    version: ArchiveVersion,
    name: str,
    dataset: str,
    words: dict[str, object],
    crossing: tuple[str, str],
    within: tuple[str, str],
) -> None:
    assert WORDS[name] in ask(version, dataset, crossing, **words).caveats
    assert WORDS[name] not in ask(version, dataset, within, **words).caveats
    # A question about something else says nothing of it.
    assert WORDS[name] not in ask(version, dataset, crossing, by=["force"]).caveats


def test_a_border_that_is_asked_across_and_not_held_is_not_told(version: ArchiveVersion) -> None:
    """Of the months before nothing is held: there is nothing that could be compared."""
    found = ask(version, "stops", ("2017-06", "2018-01"), by=["self_ethnicity"], where=["force=kent"])
    assert WORDS["ethnicity labels"] not in found.caveats


def test_what_took_no_ones_place_is_told_of_every_later_month(version: ArchiveVersion) -> None:
    assert WORDS["court results"] in ask(version, "crimes", "2022-07", by=["last_outcome"]).caveats
    # A filter by a value that stands in all months meets no border.
    assert WORDS["court results"] not in ask(version, "crimes", CROSSING, where=[f"last_outcome={UNKNOWN}"]).caveats


def test_codes_of_one_census_are_told_so(version: ArchiveVersion) -> None:
    assert (
        "LSOA codes of these months are of the census of 2011." in ask(version, "crimes", CROSSING, by=["lsoa"]).caveats
    )
    assert (
        "LSOA codes of these months are of the census of 2021."
        in ask(version, "crimes", "2023-06", by=["lsoa"]).caveats
    )
    # Of these months files have both.
    assert WORDS["LSOA codes"] in ask(version, "crimes", "2022-07", by=["lsoa"]).caveats


def test_a_town_that_was_merged_is_told_with_its_authority(version: ArchiveVersion) -> None:
    """The label lives on in LSOA names; a month before the merger knows nothing of it."""
    told = "Maidstone was merged in April 2019, and is a part of Kentshire today."
    with pytest.MonkeyPatch.context() as patched:
        from bluelamp.questions.families.archive import eras

        into = ("Kentshire", Month.parse("2019-04"))
        patched.setattr(eras, "merged_into", lambda town: into if town == "Maidstone" else None)
        assert told in ask(version, "crimes", CROSSING, where=["town=Maidstone"]).caveats
        assert told not in ask(version, "crimes", "2018-01", where=["town=Maidstone"]).caveats


def test_a_silence_that_is_known_is_told_where_its_files_are_missing(version: ArchiveVersion) -> None:
    where = ["force=greater-manchester", "force=kent"]
    told = "Known to have published no stop and search: Greater Manchester Police (July 2019)."
    assert told in ask(version, "stops", CROSSING, where=where).caveats
    assert not any("Known to have" in one for one in ask(version, "stops", CROSSING, where=["force=kent"]).caveats)
    assert not any("Known to have" in one for one in ask(version, "crimes", CROSSING, where=where).caveats)


# -- groups that are the same across a border ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("group", "field", "grouping"),
    [("ethnic_group", "self_ethnicity", ETHNIC_GROUPS), ("outcome_group", "outcome", STOP_OUTCOMES)],
)
@pytest.mark.parametrize("engines", [["indexes"], ["rows"]])
def test_groups_have_the_sums_of_their_labels(
    version: ArchiveVersion, group: str, field: str, grouping: Grouping, engines: list[str]
) -> None:
    labels = answer(version, make_question("stops", by=[field]), engines=engines)
    groups = answer(version, make_question("stops", by=[group]), engines=engines)
    sums: dict[str, int] = {}
    for label, count in labels.rows:
        to = grouping.of("" if label == "not recorded" else label)
        sums[to] = sums.get(to, 0) + count
    assert dict(groups.rows) == sums
    for name, count in groups.rows:
        filtered = answer(version, make_question("stops", where=[f"{group}={name}"]), engines=engines)
        assert filtered.rows == [(count,)], name
    assert {"White", OTHER_LABEL, BLANK} <= set(sums) or group == "outcome_group"


def test_a_group_has_a_figure_on_both_sides_of_the_border(version: ArchiveVersion) -> None:
    words = {"by": ["month"], "where": ["ethnic_group=White", "force=kent"]}
    found = ask(version, "stops", ("2017-03", "2017-04"), **words)
    assert rows(found) == {"2017-03": (1, "complete"), "2017-04": (1, "complete")}
    assert WORDS["ethnicity labels"] not in found.caveats
    arrests = ask(version, "stops", ("2017-12", "2018-01"), by=["month", "outcome_group"], where=["force=kent"])
    assert rows(arrests)["2018-01", "Arrest"] == (1, "complete")
    assert rows(arrests)["2017-12", "Arrest"] == (0, "complete")


@pytest.mark.parametrize(
    ("column", "grouping"), [("Self-defined ethnicity", ETHNIC_GROUPS), ("Outcome", STOP_OUTCOMES)]
)
def test_every_known_label_has_a_group_and_every_group_a_label(column: str, grouping: Grouping) -> None:
    words = BY_NAME["stops"].vocabularies[column]
    assert {grouping.of(word) for word in words} == set(grouping.terms) - {OTHER_LABEL, BLANK}


# -- map points --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("span", "told"), [(("2022-06", "2022-07"), True), (("2019-05", "2022-06"), False)])
def test_a_map_over_the_redrawing_says_so(version: ArchiveVersion, span: tuple[str, str], told: bool) -> None:
    """Two places on the map, one for each era: nothing happened there but a new list of points."""
    view = make_view(Month.parse(span[0]), Month.parse(span[1]), ["force=kent"])
    for name in ("crime", "stops"):
        card = answer_dashboard(version, read_dashboards()[name], view, ["map"])["cards"]["map"]
        assert card["note"] == (WORDS["map points"] if told else "")
        assert (WORDS["map points"] in card["caveats"]) is told


@pytest.mark.parametrize(("month", "era"), [("2022-06", "before July 2022"), ("2022-07", "July 2022 and later")])
def test_a_record_says_of_which_era_its_point_is(version: ArchiveVersion, home: Archive, month: str, era: str) -> None:
    from bluelamp.questions.families.archive.records.record import find_record

    found = find_record(version, f"{month}-kent-street-2", home.lake.root)
    assert f"This point is one of the points of {era}. {WORDS['map points']}" in found["caveats"]


def test_a_list_of_points_can_say_of_which_era_each_is(version: ArchiveVersion) -> None:
    """One place, redrawn: two points, each in its own era and in no other."""
    before, since = "points of before July 2022", "points of July 2022 and later"
    by = ["map_point", "point_era"]
    found = ask(version, "crimes", ("2022-06", "2022-07"), by=by, where=["force=kent"])
    assert rows(found) == {
        ("0.520000,51.250000", before): (1, "part"),
        ("0.520300,51.250000", since): (1, "part"),
    }
    # Records of July cannot stand on points of before: that is no 0.
    closed = ask(version, "crimes", ("2022-06", "2022-07"), by=["month"], where=[f"point_era={before}", "force=kent"])
    assert rows(closed) == {"2022-06": (1, "complete"), "2022-07": (None, CLOSED)}
