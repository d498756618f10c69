"""What the pages say of the gazetteer's worth, held against the real addresses that it was measured on."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.places import BOUNDS, Case, as_block, seattle

from bluelamp.domain.location import Location
from bluelamp.domain.place import metres_between
from bluelamp.storage.gazetteer import Gazetteer, build_index


@pytest.fixture(scope="module")
def measured(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Gazetteer, list[Case], list[Case]]:
    if not (shared_data / "feeds" / "seattle-fire-places.json.gz").exists():
        pytest.skip("the addresses of Seattle are not at hand")
    material, blocks, crossings = seattle()
    path = tmp_path_factory.mktemp("seattle") / "index.sqlite"
    build_index(path, [("spot", material)], bounds=BOUNDS, aliases={})
    return Gazetteer(path), blocks, crossings


def errors(gazetteer: Gazetteer, asked: list[tuple[Location, tuple[float, float]]]) -> tuple[float, list[float], float]:
    """(the share that was answered, sorted errors in metres, the share of truths within what was claimed)."""
    found = [(gazetteer.find(location)[:1], truth) for location, truth in asked]
    pairs = [(metres_between(answer.lat, answer.lon, *truth), answer) for (*some,), truth in found for answer in some]
    inside = sum(error <= answer.uncertainty_m for error, answer in pairs) / len(pairs)
    return len(pairs) / len(asked), sorted(error for error, _ in pairs), inside


def test_blocks(measured):
    gazetteer, blocks, _ = measured
    covered, off, inside = errors(gazetteer, [(as_block(case), case.truth) for case in blocks])
    assert len(blocks) > 7000
    assert covered >= 0.95
    assert off[len(off) // 2] <= 50
    assert off[int(len(off) * 0.95)] <= 110
    assert inside >= 0.9


def test_crossings(measured):
    gazetteer, _, crossings = measured
    covered, off, inside = errors(gazetteer, [(case.location, case.truth) for case in crossings])
    assert len(crossings) > 800
    assert covered >= 0.89
    assert off[int(len(off) * 0.95)] <= 110
    assert inside >= 0.9


def test_nothing_that_was_held_out_is_in_the_material(measured):
    gazetteer, blocks, crossings = measured
    assert not any(answer.method == "address" for case in blocks for answer in gazetteer.find(case.location))
    assert not any(answer.method == "crossing: known" for case in crossings for answer in gazetteer.find(case.location))
