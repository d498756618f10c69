"""Names that people's copies have: read where they can mean one thing only, else named with the reason."""

from __future__ import annotations

import pytest

from bluelamp.domain.member_name import MemberName, parse_unit, read_name


@pytest.mark.parametrize(
    "name",
    [
        "2024-03-kent-street.csv", "2024-03/2024-03-kent-street.csv", "2024-03-kent-street.CSV",
        "2024-03-Kent-Street.csv", "2024-3-kent-street.csv", "2024_03_kent_street.csv", "2024-03 kent street.csv",
        "2024-03-kent-street (1).csv", "2024-03-kent-street(12).csv", "2024-03-kent-street - Copy.csv",
        "2024-03-kent-street.csv.gz", "2024_3_KENT_STREET (2).CSV.GZ",
    ],
)  # fmt: skip
def test_forms_that_mean_one_thing(name: str) -> None:
    found = read_name(name)
    assert isinstance(found, MemberName)
    assert (found.dataset.name, found.force, str(found.month)) == ("crimes", "kent", "2024-03")
    assert found.published == "2024-03-kent-street.csv"
    assert found.plainly == (name.rpartition("/")[2] == found.published)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("2024-13-kent-street.csv", "no month 2024-13"),
        ("9999-12-kent-street.csv", "no month 9999-12"),
        ("2024-03-kent-street.txt", "ends in “.txt”"),
        ("2024-03-kent-street.json", "ends in “.json”"),
        ("2024-03-kent-crimes.csv", "none of the kinds"),
        ("kent-2024-03-street.csv", "another order"),
        ("police-uk-2024-03-kent-street.csv", "another order"),
        ("2024-03-kent-street.csv.bak", "another order"),
        ("2024-03-notes.csv", "not that of a force-month file"),
        ("README.md", "not that of a force-month file"),
        ("", "not that of a force-month file"),
    ],
)
def test_what_is_left_out_has_a_reason(name: str, why: str) -> None:
    assert why in str(read_name(name))


def test_an_unknown_publisher_is_recognised_so_that_it_can_be_named() -> None:
    found = read_name("2024-03-Atlantis-street.csv")
    assert isinstance(found, MemberName)
    assert found.force == "atlantis"


def test_a_force_month_in_words() -> None:
    assert str(parse_unit("kent:2024-03:crimes")) == str(parse_unit(" kent : 2024-03 : street "))
    with pytest.raises(ValueError, match="none of the 45 publishers"):
        parse_unit("atlantis:2024-03:crimes")
