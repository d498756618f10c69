"""The map card is about what its filters are about: its rows, its file and where it opens."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest

from bluelamp.questions.answer import answer
from bluelamp.questions.box import box_of
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import NOT_RECORDED
from bluelamp.questions.model.question import Question
from bluelamp.questions.parsing import make_question
from bluelamp.questions.view import make_view

DASHBOARDS = read_dashboards()


def map_of(version: ArchiveVersion, dashboard: str, *where: str) -> dict[str, Any]:
    card: dict[str, Any] = answer_dashboard(version, DASHBOARDS[dashboard], make_view(None, None, where), ["map"])
    found: dict[str, Any] = card["cards"]["map"]
    return found


def rows_by_name(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in card["areas"]["rows"]}


def file_of(version: ArchiveVersion, card: dict[str, Any]) -> dict[str, int]:
    """What the card's question gives as a file, by area; without records that lie in none."""
    rows = answer(version, _question(card["question"])).rows
    return {str(name): int(count) for name, count, *_ in rows if name != NOT_RECORDED and count}


def _question(canonical: str) -> Question:
    from urllib.parse import parse_qsl

    dataset, _, query = canonical.partition("?")
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(query):
        given.setdefault(name, []).append(value)
    return make_question(dataset, measures=given["measure"], by=given["by"][0].split(","), where=given.get("where", ()))


@pytest.mark.parametrize("area", ["Maidstone", "Bristol, City of"])
def test_on_an_areas_page_the_map_is_about_the_area(indexed: ArchiveVersion, area: str) -> None:
    """Map, table and file hold that area and no other; the records are those of its other cards."""
    card = map_of(indexed, "area", f"local_authority={area}")
    assert list(rows_by_name(card)) == [area]
    assert rows_by_name(card)[area]["count"] == card["total"] > 0
    assert file_of(indexed, card) == {area: card["total"]}
    assert area in card["heading"]
    assert card["coverage"]["expected"] == 3


def test_on_a_forces_page_the_map_is_about_its_areas_with_strays_apart(indexed: ArchiveVersion) -> None:
    card = map_of(indexed, "area", "force=kent")
    rows = rows_by_name(card)
    assert [row["inside"] for row in card["areas"]["rows"]] == [True, False]
    assert set(rows) == {"Maidstone", "Guildford"}
    assert rows["Maidstone"]["inside"]
    # A tenth of its records strays into Surrey: they are in no class of colour, and lack no file of Surrey's.
    assert rows["Guildford"]["count"] > 0
    assert sum(row["count"] for row in rows.values()) + card["areas"]["elsewhere"] == card["total"]
    assert file_of(indexed, card) == {name: row["count"] for name, row in rows.items()}


def test_an_area_whose_own_force_is_not_held_has_no_figure(indexed: ArchiveVersion) -> None:
    card = map_of(indexed, "crime")
    guildford = rows_by_name(card)["Guildford"]
    assert (guildford["count"], guildford["rate"], guildford["held"]) == (None, None, 0)
    assert card["areas"]["rows"][-1] == guildford
    assert f"{card['areas']['strays']:,} records lie in places whose own force is not held" in card["areas"]["note"]


def test_a_few_strays_do_not_open_the_map_far_away(indexed: ArchiveVersion) -> None:
    """Of a force's records a tenth lies 30 km off: with a share of a fifth left out at each edge they are outside."""
    asked = make_question("crimes", measures=["count"], where=["force=kent"])
    whole, middle = box_of(indexed, asked, 0), box_of(indexed, asked, 0.2)
    assert whole is not None
    assert middle is not None
    assert whole[0] < 0.5 < 1.0 < whole[2]
    assert middle[2] < 0.6
    nothing = ["crime_type=Burglary", "crime_type!=Burglary"]
    assert box_of(indexed, make_question("crimes", measures=["count"], where=nothing)) is None


def test_the_box_is_the_same_from_the_index_and_from_the_rows(
    indexed: ArchiveVersion, warehouse: duckdb.DuckDBPyConnection
) -> None:
    asked = make_question("crimes", measures=["count"], where=["force=essex"])
    assert box_of(indexed, asked) == pytest.approx(box_of(ArchiveVersion(warehouse, None), asked))
