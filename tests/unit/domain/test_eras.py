"""The table of eras: every word of it is one that the rest of the program knows, and no two entries contradict."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.eras import (
    RecordingChange,
    changes,
    eras_of,
    eras_of_field,
    merged_into,
    mergers,
    silences,
    silent_in,
)
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.datasets import DATASETS as SPECS

# Columns of which every known word has an era: an addition to the vocabulary needs one.
ALL_OF = (("stops", "Outcome"), ("stops", "Self-defined ethnicity"))
CHANGES = pytest.mark.parametrize("change", changes(), ids=lambda one: one.name)
MONTHS = st.integers(Month.of(2010, 12).index, Month.of(2030, 12).index).map(Month)


def known_words(change: RecordingChange) -> set[str]:
    """The published values of the columns that a change is about, and what its fields may be asked by."""
    return {
        word
        for dataset in change.datasets
        for column in change.columns
        for word in BY_NAME[dataset].vocabularies.get(column, ())
    }


@CHANGES
def test_every_word_of_an_entry_exists(change: RecordingChange) -> None:
    assert change.known in ("counted", "reported")
    assert change.source
    assert change.words.endswith(".")
    assert change.eras
    for dataset in change.datasets:
        assert set(change.columns) & set(BY_NAME[dataset].columns)
    for field in change.fields:
        assert any(SPECS[one].dimension(field) or SPECS[one].measure(field) for one in change.datasets), field
    words = known_words(change)
    if words:
        assert {value for era in change.eras for value in era.values} <= words
        assert change.narrowed <= words


@CHANGES
def test_every_era_has_an_end_and_runs_forwards(change: RecordingChange) -> None:
    for era in change.eras:
        assert era.first or era.last, era.what
        assert era.first is None or era.last is None or era.first <= era.last, era.what
        # What ends says what took its place.
        assert bool(era.became) == (era.last is not None), era.what


@CHANGES
def test_no_value_stands_in_two_eras(change: RecordingChange) -> None:
    values = [value for era in change.eras for value in era.values]
    assert len(values) == len(set(values))
    # Of a column as a whole the eras follow each other; only what is mixed overlaps.
    whole = [era for era in change.eras if not era.values]
    for one, other in itertools.pairwise(whole):
        assert one.last is not None
        assert other.first is not None
        assert change.mixed or other.first == one.last + 1


def test_no_value_of_a_column_stands_in_two_changes() -> None:
    for dataset in DATASETS:
        for column in dataset.columns:
            touching = [one for one in changes() if dataset.name in one.datasets and column in one.columns]
            values = [value for one in touching for era in one.eras for value in era.values]
            assert len(values) == len(set(values)), (dataset, column)


@pytest.mark.parametrize(("dataset", "column"), ALL_OF)
def test_every_known_word_has_an_era(dataset: str, column: str) -> None:
    assert set(eras_of(dataset, column)) == BY_NAME[dataset].vocabularies[column]


def test_every_known_crime_type_has_an_era_or_is_as_old_as_the_files() -> None:
    always = BY_NAME["crimes"].vocabularies["Crime type"] - set(eras_of("crimes", "Crime type"))
    assert always == {"Anti-social behaviour", "Burglary", "Other crime", "Robbery", "Vehicle crime"}


@given(MONTHS)
def test_in_every_month_a_stop_can_have_an_outcome_and_an_ethnicity(month: Month) -> None:
    """One form of labels at a time, and never none."""
    for dataset, column in ALL_OF:
        (change,) = (one for one in changes() if dataset in one.datasets and column in one.columns)
        open_now = change.open_in(month)
        assert open_now
        assert len({(era.first, era.last) for era in open_now}) == 1


def test_the_era_of_a_value() -> None:
    prison = eras_of("outcomes", "Outcome type")["Offender sent to prison"]
    assert prison.holds(Month.parse("2019-05"))
    assert not prison.holds(Month.parse("2019-06"))
    assert prison.span() == "to 2019-05"
    assert eras_of_field("crimes", "latest_outcome")["Offender sent to prison"] == prison
    # The type of an outcome's crime is not bound by the month of the outcome.
    assert not eras_of_field("outcomes", "crime_type")
    assert "Burglary" not in eras_of("crimes", "Crime type")


def test_silences_are_of_publishers_that_exist_and_do_not_overlap() -> None:
    for one, other in itertools.combinations(silences(), 2):
        if (one.force, one.dataset) == (other.force, other.dataset):
            assert one.last < other.first or other.last < one.first
    for one in silences():
        assert BY_SLUG[one.force].publishes(BY_NAME[one.dataset])
        assert one.first <= one.last
    assert silent_in("stops", "greater-manchester", Month.parse("2019-06")) is None
    assert silent_in("stops", "greater-manchester", Month.parse("2019-07")) is not None
    assert silent_in("crimes", "greater-manchester", Month.parse("2019-07")) is None


def test_a_former_authority_leads_to_the_one_of_today() -> None:
    assert merged_into("Mendip") == ("Somerset", Month.parse("2023-04"))
    assert merged_into("taunton deane") == ("Somerset", Month.parse("2019-04"))
    assert merged_into("Maidstone") is None
    former = [name for one in mergers() for name in one.was]
    assert len(former) == len(set(former))
