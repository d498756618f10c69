from __future__ import annotations

import pytest

from bluelamp.domain.dataset import BY_NAME, DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth, parse_member, release_of
from bluelamp.domain.selection import Selection


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024-03/2024-03-kent-street.csv", ("crimes", "kent", "2024-03")),
        ("2024-03-city-of-london-outcomes.csv", ("outcomes", "city-of-london", "2024-03")),
        ("2019-06/2019-06-greater-manchester-stop-and-search.csv", ("stops", "greater-manchester", "2019-06")),
        ("deep/er/2024-03-devon-and-cornwall-street.csv", ("crimes", "devon-and-cornwall", "2024-03")),
        ("2024-03\\2024-03-kent-street.csv", ("crimes", "kent", "2024-03")),
        # The folder is data from outside: neither believed nor used.
        ("../../etc/2024-03-kent-street.csv", ("crimes", "kent", "2024-03")),
        ("2020-01/2024-03-kent-street.csv", ("crimes", "kent", "2024-03")),
        # An unknown publisher is recognised, so that it can be named in a message.
        ("2024-03-atlantis-street.csv", ("crimes", "atlantis", "2024-03")),
    ],
)
def test_member_names(name: str, expected: tuple[str, str, str]) -> None:
    found = parse_member(name)
    assert found is not None
    assert (found[0].name, found[1], str(found[2])) == expected


@pytest.mark.parametrize(
    "name",
    [
        "README.txt", "", "2024-03/", "2024-03-kent-street.csv.bak", "2024-03-kent-street.CSV",
        "2024-3-kent-street.csv",
        "2024-13-kent-street.csv", "2024-03-Kent-street.csv", "2024-03--street.csv", "2024-03-street.csv",
        "2024-03-kent-neighbourhood.csv", "٢٠٢٤-03-kent-street.csv", "0000-01-kent-street.csv",
        "9999-12-kent-street.csv", "2024-03-kent-street.csv/x", "2024-03-kent-street.csv\n",
    ],
)  # fmt: skip
def test_names_that_are_no_force_month(name: str) -> None:
    assert parse_member(name) is None


def test_every_name_that_is_written_is_read() -> None:
    for force in FORCES:
        for dataset in DATASETS:
            unit = ForceMonth(dataset.name, force.slug, Month.parse("2024-03"))
            assert parse_member(unit.member_name(dataset.suffix)) == (dataset, force.slug, unit.month)


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("2024-03.zip", "2024-03"),
        ("/some/where/2024-03.zip", "2024-03"),
        ("C:\\data\\2024-03.zip", "2024-03"),
        ("https://data.police.uk/data/archive/2024-03.zip", "2024-03"),
        ("latest.zip", None),
        ("2024-13.zip", None),
        ("9999-12.zip", None),
        ("2024-03.zip.part", None),
    ],
)
def test_release_names(name: str, release: str | None) -> None:
    assert release_of(name) == (Month.parse(release) if release else None)


def test_publishers() -> None:
    assert len(FORCES) == 45
    silent = {force.slug for force in FORCES if not force.publishes(BY_NAME["outcomes"])}
    assert silent == {"northern-ireland"}
    assert all(force.publishes(BY_NAME[name]) for force in FORCES for name in ("crimes", "stops"))


@pytest.mark.parametrize(
    ("selection", "wanted"),
    [
        (Selection(), True),
        (Selection(forces=frozenset({"kent", "essex"})), True),
        (Selection(forces=frozenset({"essex"})), False),
        (Selection(datasets=frozenset({"stops"})), False),
        (Selection(first=Month.parse("2024-03"), last=Month.parse("2024-03")), True),
        (Selection(first=Month.parse("2024-04")), False),
        (Selection(last=Month.parse("2024-02")), False),
    ],
)
def test_selections(selection: Selection, wanted: bool) -> None:
    assert selection.wants(ForceMonth("crimes", "kent", Month.parse("2024-03"))) is wanted
    assert selection.is_everything is (selection == Selection())
