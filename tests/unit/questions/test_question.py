"""A question is made of declared words; whatever else a person writes is refused in a sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.families.archive.datasets import DATASETS
from bluelamp.questions.parsing import make_question


def canonical(dataset: str = "crimes", **words: object) -> str:
    return make_question(dataset, **words).canonical()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({}, "crimes?measure=count"),
        ({"by": ["month", "force"]}, "crimes?measure=count&by=month,force"),
        ({"by": ["month,force"]}, "crimes?measure=count&by=month,force"),
        ({"by": ["Crime type"]}, "crimes?measure=count&by=crime_type"),
        ({"by": ["crime-type"]}, "crimes?measure=count&by=crime_type"),
        ({"measures": ["still-open"]}, "crimes?measure=still_open"),
        ({"where": ["force=Kent Police"]}, "crimes?measure=count&where=force=kent"),
        ({"where": ["FORCE = KENT"]}, "crimes?measure=count&where=force=kent"),
        ({"where": ["located=TRUE"]}, "crimes?measure=count&where=located=true"),
        ({"where": ["town!=Leeds"]}, "crimes?measure=count&where=town!=Leeds"),
        ({"where": ["town=a&b=c"]}, "crimes?measure=count&where=town=a%26b=c"),
        ({"where": ["town=", "town="]}, "crimes?measure=count&where=town="),
        ({"order": ["-count"], "limit": 5}, "crimes?measure=count&order=-count&limit=5"),
        (
            {"first": Month.parse("2023-01"), "last": Month.parse("2024-01"), "as_of": Month.parse("2024-02")},
            "crimes?measure=count&from=2023-01&to=2024-01&as_of=2024-02",
        ),
    ],
)
def test_the_canonical_form(words: dict[str, object], text: str) -> None:
    assert canonical(**words) == text  # type: ignore[arg-type]


def test_the_order_of_filters_and_values_does_not_matter() -> None:
    one = canonical(where=["town=B", "town=A", "force=kent", "town!=C"])
    other = canonical(where=["town!=C", "force=kent", "town=A", "town=B"])
    assert one == other


@pytest.mark.parametrize(
    ("alias", "name"), [("street", "crimes"), ("stop-and-search", "stops"), ("outcome", "outcomes")]
)
def test_names_of_files_are_understood(alias: str, name: str) -> None:
    assert make_question(alias).dataset.name == name


@pytest.mark.parametrize(
    ("dataset", "words", "message"),
    [
        ("crime_s", {}, "Did you mean crimes"),
        ("crimes", {"by": ["mnoth"]}, "Did you mean month"),
        ("crimes", {"measures": ["cuont"]}, "Did you mean count"),
        ("crimes", {"where": ["force=knet"]}, "Did you mean kent"),
        ("crimes", {"where": ["force=Atlantis"]}, "There is no force “Atlantis”"),
        ("crimes", {"by": ["gender"]}, "cannot be grouped or filtered by “gender”"),
        ("stops", {"by": ["lsoa"]}, "cannot be grouped or filtered by “lsoa”"),
        ("crimes", {"by": ["month", "month"]}, "asked for twice"),
        ("crimes", {"where": ["kent"]}, "is no filter"),
        ("crimes", {"where": ["=kent"]}, "is no filter"),
        ("crimes", {"where": ["!=kent"]}, "is no filter"),
        ("crimes", {"where": ["month=January"]}, "is not a month"),
        ("crimes", {"where": ["year=last"]}, "is a whole number"),
        ("crimes", {"where": ["year=--5"]}, "is a whole number"),
        ("crimes", {"where": ["year=²"]}, "is a whole number"),
        ("crimes", {"where": [f"year={'9' * 50}"]}, "is a whole number"),
        ("crimes", {"where": ["located=maybe"]}, "true or false"),
        ("stops", {"where": ["date=yesterday"]}, "is a day"),
        ("stops", {"where": ["date=2024-02-30"]}, "is a day"),
        ("crimes", {"order": ["month"]}, "not part of the question"),
        ("crimes", {"limit": 0}, "A limit is"),
        ("crimes", {"limit": -1}, "A limit is"),
        ("crimes", {"first": Month.parse("2024-02"), "last": Month.parse("2024-01")}, "run backwards"),
    ],
)
def test_what_is_not_declared_is_refused_with_the_nearest_word(
    dataset: str, words: dict[str, object], message: str
) -> None:
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        make_question(dataset, **words)  # type: ignore[arg-type]


@given(st.sampled_from(sorted(DATASETS)), st.text(min_size=1), st.text())
def test_any_words_make_a_question_or_a_usage_error(dataset: str, name: str, value: str) -> None:
    for words in ({"by": [name]}, {"measures": [name]}, {"where": [f"{name}={value}"]}, {"order": [name]}):
        try:
            question = make_question(dataset, **words)  # type: ignore[arg-type]
        except UsageError:
            continue  # a sentence for a person; anything else fails the test
        assert question.canonical().startswith(f"{dataset}?measure=")


def test_every_name_of_a_dataset_is_its_own_and_has_words() -> None:
    for spec in DATASETS.values():
        names = [one.name for one in (*spec.dimensions, *spec.measures)]  # type: ignore[attr-defined]
        assert len(names) == len(set(names))
        assert all(one.words for one in (*spec.dimensions, *spec.measures))  # type: ignore[attr-defined]
