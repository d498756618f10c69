"""Where points come from is told, and where none can come, why and what the operator can do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bluelamp.places.point_source import points_way
from bluelamp.sources.feeds.agency import read_agencies

AGENCY = read_agencies(Path("nowhere"))["dallas-tx"]


def test_without_points_and_streets_the_operator_is_told_what_to_run(tmp_path: Path) -> None:
    way = points_way(tmp_path, AGENCY, ())
    assert (way.way, way.outlines) == ("none", False)
    assert way.words.endswith("bluelamp gazetteer build dallas-tx")
    assert str(tmp_path) not in way.words


def test_of_a_city_that_nobody_has_described_the_guide_is_named(tmp_path: Path) -> None:
    way = points_way(tmp_path, replace(AGENCY, name="elsewhere"), ())
    assert way.way == "none"
    assert "build-a-gazetteer" in way.words


def test_where_points_can_come_nothing_is_to_be_said(tmp_path: Path) -> None:
    assert points_way(tmp_path, AGENCY, ("census",)).way == "geocoders"
    assert points_way(tmp_path, replace(AGENCY, coordinates="feed"), ()).way == "feed"
    assert points_way(tmp_path, AGENCY, ("census",)).words == ""
