"""The lag table against a join of the files, crime by crime, with dictionaries."""

from __future__ import annotations

from pathlib import Path

from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import FileTruth, TwinPlan
from tests.lib.archive.twins import Twin, make

WAITING = {"Awaiting court outcome", "Court result unavailable"}


def readable(twin: Twin, dataset: str) -> list[FileTruth]:
    """Files that can be read as they are: sound, or with a fault that the csv module does not mind. A street file that
    has rows twice, or those of others, is none: its IDs are not of one crime each."""
    harmless = {
        "sound", "reordered_columns", "extra_column", "crlf", "bom", "thin_files", "tiny_files", "swapped_coordinates",
        "shifted_coordinates", "rounded_coordinates", "",
    }  # fmt: skip
    if dataset == "outcomes":
        harmless |= {"stands_twice", "swollen_files"}
    files = [file for file in twin.truth.files if file.dataset == dataset]
    return [file for file in files if {file.condition, file.also} <= harmless]


def test_the_lag_table_is_what_a_join_by_crime_id_finds(twin: Twin) -> None:
    told: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for file in readable(twin, "outcomes"):
        for row in twin.records(file):
            told.setdefault((file.force, row["Crime ID"]), []).append(
                (Month.parse(file.month).index, row["Outcome type"])
            )
    lags = {(each.force, each.month): each for each in twin.truth.lags}
    files = {(file.force, file.month): file for file in readable(twin, "crimes")}
    assert set(lags) == set(files)
    total = 0
    for place, file in files.items():
        known = lags[place]
        first = [0] * len(known.first)
        counts = {"identified": 0, "open": 0, "agree": 0, "awaiting": 0, "disagree": 0}
        for row in twin.records(file):
            name = row["Crime ID"]
            if not name or row["Location"] == "On or near Planted Row":
                continue
            counts["identified"] += 1
            found = told.get((file.force, name))
            if not found:
                counts["open"] += 1
                continue
            first[min(month for month, _ in found) - Month.parse(file.month).index] += 1
            latest = [kind for month, kind in found if month == max(month for month, _ in found)][-1]
            last = row["Last outcome category"]
            if latest == last:
                counts["agree"] += 1
            elif latest == "Suspect charged" and last in WAITING:
                counts["awaiting"] += 1
            else:
                counts["disagree"] += 1
        assert tuple(first) == known.first, place
        assert counts == {name: getattr(known, name) for name in counts}, place
        assert sum(first) + known.open == known.identified
        total += known.identified
    assert total > 40_000


def test_lags_reach_two_years_and_some_crimes_stay_open(twin: Twin) -> None:
    first = [sum(column) for column in zip(*(each.first for each in twin.truth.lags), strict=True)]
    assert first[0] > first[3] > first[12] > 0
    assert sum(first[18:25]) > 0
    still_open = sum(each.open for each in twin.truth.lags) / sum(each.identified for each in twin.truth.lags)
    assert 0.15 < still_open < 0.55
    assert sum(each.disagree for each in twin.truth.lags) > 100
    assert sum(each.awaiting for each in twin.truth.lags) > 100
    assert sum(each.unlinked for each in twin.truth.lags) > 100


def test_in_a_clean_twin_both_kinds_of_file_tell_the_same(tmp_path: Path) -> None:
    plan = TwinPlan(Month.parse("2024-02"), 34, 9000, forces=("kent", "dorset"), pathologies=frozenset())
    made = make(plan, tmp_path)
    assert sum(each.agree for each in made.truth.lags) > 3000
    assert not any(each.disagree or each.unlinked for each in made.truth.lags)
    told = {row["Crime ID"] for file in made.of("outcomes") for row in made.records(file)}
    still_open = {
        row["Last outcome category"]
        for file in made.of("crimes")
        for row in made.records(file)
        if row["Crime ID"] and row["Crime ID"] not in told
    }
    assert still_open == {"Under investigation", "Status update unavailable"}
    made.zip.close()


def test_outcomes_of_crimes_that_are_not_there_are_counted(twin: Twin) -> None:
    street = {(file.force, row["Crime ID"]) for file in readable(twin, "crimes") for row in twin.records(file)}
    for file in twin.of("outcomes", "greater-manchester"):
        rows = {tuple(row.values()) for row in twin.records(file)}
        strange = sum((file.force, row[0]) not in street for row in rows)
        if "many_outcomes" not in file.labels:
            assert (file.labels["unmatched"].rows if "unmatched" in file.labels else 0) == strange
