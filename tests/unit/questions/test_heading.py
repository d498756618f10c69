"""What a card is called where it stands without its page: what, where and when, in words."""

from __future__ import annotations

from typing import Any

import pytest

from bluelamp.domain.month import Month
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.view import make_view

DASHBOARDS = read_dashboards()
SPAN = "November 2023 to January 2024"


def card_of(version: ArchiveVersion, dashboard: str, card: str, *where: str, first: str = "") -> dict[str, Any]:
    view = make_view(Month.parse(first) if first else None, None, where)
    found: dict[str, Any] = answer_dashboard(version, DASHBOARDS[dashboard], view, [card])["cards"][card]
    return found


@pytest.mark.parametrize(
    ("dashboard", "card", "where", "heading"),
    [
        ("crime", "total", [], f"Recorded crime, all forces held here, {SPAN}"),
        (
            "crime",
            "by-month",
            ["force=kent"],
            f"Recorded crime and anti-social behaviour by month, Kent Police, {SPAN}",
        ),
        ("crime", "by-month", ["force=kent", "crime_type=Burglary"], f"Burglary by month, Kent Police, {SPAN}"),
        # A card that is grouped by a field shows all its values, whichever is chosen.
        (
            "crime",
            "by-type",
            ["town=Maidstone", "crime_type=Burglary"],
            f"Recorded crime and anti-social behaviour by crime type, Maidstone, {SPAN}",
        ),
        ("crime", "map", ["local_authority=Maidstone", "crime_type=Drugs"], f"Drugs on the map, Maidstone, {SPAN}"),
        (
            "stops",
            "object",
            ["gender=Male"],
            f"Stops by what was looked for, gender Male, all forces held here, {SPAN}",
        ),
        (
            "stops",
            "hour",
            ["force=kent", "force=essex"],
            f"Stops by hour of the day, Kent Police and Essex Police, {SPAN}",
        ),
        ("crime", "latest", ["force=kent"], "Recorded crime, Kent Police, January 2024"),
        ("crime", "total", ["force!=kent"], f"Recorded crime, not Kent Police, {SPAN}"),
    ],
)
def test_it_says_what_where_and_when(
    indexed: ArchiveVersion, dashboard: str, card: str, where: list[str], heading: str
) -> None:
    assert card_of(indexed, dashboard, card, *where)["heading"] == heading


def test_a_citation_begins_with_it_and_has_the_figure(indexed: ArchiveVersion) -> None:
    total = card_of(indexed, "crime", "total", "force=kent")
    assert total["cite"].startswith(f"{total['heading']}. {total['value']:,} crimes.")


def test_the_file_of_a_chart_by_month_has_the_months_that_are_chosen(indexed: ArchiveVersion) -> None:
    """Their neighbours are drawn beside them, and are in neither file, coverage nor title."""
    chart = card_of(indexed, "crime", "by-month", "force=kent", first="2024-01")
    assert chart["months"] == ["2023-11", "2023-12", "2024-01"]
    assert chart["selected"] == {"from": "2024-01", "to": "2024-01"}
    assert "from=2024-01" in chart["question"]
    assert chart["coverage"]["expected"] == 1
    assert chart["heading"].endswith("Kent Police, January 2024")
