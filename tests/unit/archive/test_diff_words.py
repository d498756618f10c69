"""What a release changed, in sentences: names, numbers, singular and plural, and what is never said."""

from __future__ import annotations

from collections import Counter

import pytest

from bluelamp.archive.diff import DiffSummary, FileDiff
from bluelamp.archive.diff_sides import (
    ADDED_FILE,
    CHANGED,
    KINDS,
    LEFT,
    NEW_MONTH,
    NOT_COMPARABLE,
    NOT_HELD_NEW,
    NOT_HELD_OLD,
    REMOVED_FILE,
    SAME_ROWS,
)
from bluelamp.archive.diff_words import Sentence, force_words, sentences
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth

OLD, NEW = Month.parse("2023-05"), Month.parse("2023-06")


def unit(dataset: str = "crimes", force: str = "kent", month: str = "2023-01") -> ForceMonth:
    return ForceMonth(dataset, force, Month.parse(month))


def revised(its: ForceMonth, rows: int = 500, *, added: int = 0, removed: int = 0, **about: int) -> FileDiff:
    columns = {"outcome": "Last outcome category", "place": "Location"}
    return FileDiff(
        its, CHANGED, rows, rows + added - removed, added, removed, sum(about.values()),
        Counter({columns[name]: number for name, number in about.items()}), Counter(about),
    )  # fmt: skip


def said(found: list[FileDiff], **compared: int) -> list[Sentence]:
    summary = DiffSummary(Counter(compared), Counter())
    return sentences(found, summary, OLD, NEW)


def texts(found: list[FileDiff], **compared: int) -> list[str]:
    return [one.text for one in said(found, **compared)]


def test_the_largest_revision_comes_first_and_leads_to_its_records() -> None:
    told = said(
        [
            revised(unit(month="2023-01"), outcome=3),
            revised(unit(force="city-of-london", month="2023-02"), 496, outcome=252),
        ],
        crimes=40,
    )
    assert told[0] == Sentence(
        "252 of City of London's 496 crimes of February 2023 have another outcome now.", "changed", 252, "crimes",
        "city-of-london", Month.parse("2023-02"), Month.parse("2023-02"), "outcome",
    )  # fmt: skip
    assert told[1].text == "3 of Kent's 500 crimes of January 2023 have another outcome now."
    assert told[2].text == (
        "In all, 255 crimes of 2 forces have another outcome now: January 2023 to February 2023, 2 of the 40 "
        "force-months that both releases hold."
    )
    assert (told[2].force, told[2].first, told[2].last) == ("", Month.parse("2023-01"), Month.parse("2023-02"))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (revised(unit(), 1, outcome=1), "1 of Kent's 1 crime of January 2023 has another outcome now."),
        (revised(unit(), place=2), "2 of Kent's 500 crimes of January 2023 have another place now."),
        (revised(unit(), added=1), "1 crime of January 2023 was added to Kent's, which are 501 now."),
        (revised(unit(), added=12), "12 crimes of January 2023 were added to Kent's, which are 512 now."),
        (revised(unit(), removed=1), "1 of Kent's 500 crimes of January 2023 is no longer there."),
        (revised(unit("stops"), removed=3), "3 of Kent's 500 stops of January 2023 are no longer there."),
        (revised(unit("outcomes"), outcome=4), "4 of Kent's 500 outcomes of January 2023 have another outcome now."),
        (
            FileDiff(unit("stops"), CHANGED, 9, 9, 0, 0, 2, Counter({"Gender": 2}), Counter({"Gender": 2})),
            "2 of Kent's 9 stops of January 2023 have another value of “Gender” now.",
        ),
    ],
)
def test_one_revision_in_words(found: FileDiff, expected: str) -> None:
    assert texts([found], **{found.unit.dataset: 1})[0] == expected


def test_where_no_crime_s_outcome_changed_it_is_said() -> None:
    assert texts([], crimes=1)[0] == "No crime's outcome changed: 1 force-month was compared."
    moved = texts([revised(unit(), place=1)], crimes=1_548)
    assert "No crime's outcome changed: 1,548 force-months were compared." in moved
    assert texts([], crimes=2, stops=3, outcomes=4) == [
        "No crime's outcome changed: 2 force-months were compared.",
        "No outcome changed: 4 force-months were compared.",
        "No stop changed: 3 force-months were compared.",
    ]
    assert not any("No crime" in text for text in texts([revised(unit(), outcome=1)], crimes=1))


def test_new_months_are_new_and_nothing_else() -> None:
    months = [
        FileDiff(unit("stops", force, "2023-06"), NEW_MONTH, None, rows)
        for force, rows in (("kent", 700), ("essex", 300))
    ]
    (nothing, new) = said(months)
    assert nothing.text.startswith("The two releases have no force-month in common that is held of both")
    assert new.text == "1,000 stops are new: June 2023, the month after the older release (2 force-months)."
    assert (new.dataset, new.force, new.first, new.number) == ("stops", "", Month.parse("2023-06"), 1_000)


def test_only_whole_releases_show_that_a_file_was_withdrawn() -> None:
    told = texts([FileDiff(unit("stops"), REMOVED_FILE, 120, None)], stops=3)
    assert told[0] == (
        "Kent's file of stop and search of January 2023 (120 stops) was withdrawn: June 2023 spans the month and has "
        "no such file."
    )
    several = [FileDiff(unit("stops", "kent", f"2023-0{month}"), ADDED_FILE, None, 10) for month in range(1, 6)]
    assert texts(several, stops=3)[0] == (
        "5 files of Kent of stop and search were published late: May 2023 spans the month and had no such file."
    )
    for kind in (NOT_HELD_NEW, NOT_HELD_OLD):
        (sentence,) = [one for one in said([FileDiff(unit(), kind, 10, None)], crimes=1) if one.what == kind]
        assert "nothing can be said of it" in sentence.text
        assert "withdrawn" not in sentence.text
        assert "published" not in sentence.text


def test_what_left_the_window_was_not_taken_back() -> None:
    told = texts([FileDiff(unit(month="2020-06"), LEFT, 10, None)], crimes=1)
    assert told[-1] == (
        "1 file of Kent of street crime, of June 2020, was not repeated: the month is before those that June 2023 "
        "spans."
    )


def test_what_was_only_re_ordered_says_so() -> None:
    same = [FileDiff(unit(month=f"2023-0{month}"), SAME_ROWS, 9, 9, note="in another order") for month in (1, 2)]
    assert texts(same, crimes=2)[1] == "2 files of Kent of street crime have the same rows, in another order."


def test_forces_are_spoken_of_by_their_place_where_they_have_one() -> None:
    spoken = {force.slug: force_words(force.slug) for force in FORCES}
    assert spoken["metropolitan"] == "the Metropolitan Police Service"
    assert spoken["btp"] == "the British Transport Police"
    assert spoken["northern-ireland"] == "the Police Service of Northern Ireland"
    assert spoken["west-midlands"] == "West Midlands"
    text = texts([revised(unit(force="west-midlands"), outcome=1)], crimes=1)[0]
    assert text == "1 of West Midlands' 500 crimes of January 2023 has another outcome now."


def test_every_kind_has_its_words_and_its_sentence() -> None:
    for kind in KINDS:
        found = (
            [revised(unit(), outcome=1)] if kind == CHANGED else [FileDiff(unit(), kind, 1, 1, note="in another order")]
        )
        assert any(one.what == kind for one in said(found, crimes=1)), kind
    (broken,) = [one for one in said([FileDiff(unit(), NOT_COMPARABLE)], crimes=1) if one.what == NOT_COMPARABLE]
    assert broken.text == "1 file of Kent of street crime could not be compared: one of the two cannot be read."
