"""Asking the offline index, on an invented city whose truth is known to the metre."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pytest

from bluelamp.domain.location import parse_location
from bluelamp.domain.place import query_of
from bluelamp.errors import Damaged, StorageError
from bluelamp.storage.gazetteer import Gazetteer, GazetteerMatch, build_index
from tests.lib.gazetteer.grid import ALIASES, BOUNDS, PLANE, addresses, degrees, grid, segments, spots

Material = Sequence[tuple[str, pa.Table]]
Make = Callable[..., Gazetteer]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    def made(*material: tuple[str, pa.Table], **other: object) -> Gazetteer:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite"
        build_index(path, material, **({"bounds": BOUNDS, "aliases": ALIASES} | other))  # type: ignore[arg-type]
        return Gazetteer(path, ALIASES)

    return made


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    path = tmp_path_factory.mktemp("city") / "city.sqlite"
    build_index(path, [("address", grid())], bounds=BOUNDS, aliases=ALIASES)
    return Gazetteer(path, ALIASES)


def ask(gazetteer: Gazetteer, text: str, block: str | None = None) -> tuple[GazetteerMatch, ...]:
    return gazetteer.find(parse_location(text, block, ALIASES))


def off(answer: GazetteerMatch, x: float, y: float) -> float:
    """Metres from an answer to where it should be."""
    east, north = PLANE.to_metres(answer.lat, answer.lon)
    return math.hypot(east - x, north - y)


# -- blocks -----------------------------------------------------------------------------------------------------


def test_a_block_is_in_the_middle_of_its_addresses(city):
    (answer,) = ask(city, "Cedar St", "300")
    assert off(answer, 340, 400) < 15
    assert off(answer, 340, 400) < answer.uncertainty_m < 120
    assert (answer.precision, answer.method, answer.matched) == ("block", "block", ("CEDAR ST",))
    assert "5 known addresses of the block" in answer.how


def test_an_address_that_is_known_is_where_it_is(city):
    (answer,) = ask(city, "340 Cedar Street")
    assert off(answer, 340, 400 + 12 * (1 if 340 // 20 % 2 else -1)) < 0.5
    assert (answer.precision, answer.number, answer.uncertainty_m) == ("point", 340, 30.0)


def test_an_address_that_is_not_known_lies_between_its_neighbours(city):
    (answer,) = ask(city, "333 Cedar Street")
    assert off(answer, 333, 400) < 15
    assert (answer.precision, answer.method) == ("block", "neighbours")


def test_a_masked_block_and_a_zero_block(make):
    gazetteer = make(("address", grid(step=10)))
    assert ask(gazetteer, "Cedar St", "3XX") == ask(gazetteer, "Cedar St", "300")
    (answer,) = ask(gazetteer, "15th Ave", "0")
    assert off(answer, 400, 40) < 15


def test_a_range_is_in_its_middle(city):
    (answer,) = ask(city, "- 598 Cedar St", "300")
    assert off(answer, 450, 400) < 20
    assert answer.uncertainty_m > 150


def test_a_block_between_known_ones_is_inferred_with_less_certainty(make):
    rows = [(n, "Cedar St", float(n), 0.0) for n in (*range(100, 300, 20), *range(400, 600, 20))]
    gazetteer = make(("address", addresses(rows)))
    (answer,), (known,) = ask(gazetteer, "Cedar St", "300"), ask(gazetteer, "Cedar St", "200")
    assert answer.method == "neighbours"
    assert off(answer, 340, 0) < 30
    assert answer.uncertainty_m > known.uncertainty_m


@pytest.mark.parametrize("count", [3, 5, 8])
def test_few_addresses_that_lie_together_are_no_short_block(make, count):
    """One building with several numbers: how long its block is nobody has said, so half of a usual one is claimed."""
    rows = [(340 + 2 * n, "Cedar St", 340.0, 0.0) for n in range(count)]
    (answer,) = ask(make(("address", addresses(rows))), "Cedar St", "300")
    assert answer.method == "block"
    assert answer.uncertainty_m >= 75.0


def test_a_block_far_from_anything_known_is_not_guessed(city):
    assert ask(city, "Cedar St", "1300") == ()
    assert ask(city, "Zelkova St", "300") == ()
    assert ask(city, "", "300") == ()


def test_a_wrong_coordinate_does_not_move_a_block(make):
    rows = [(n, "Cedar St", float(n), 0.0) for n in range(300, 400, 10)]
    wrong = [(331, "Cedar St", 3000.0, 2000.0)]
    gazetteer = make(("address", addresses([*rows, *wrong])))
    (answer,) = ask(gazetteer, "Cedar St", "300")
    assert off(answer, 345, 0) < 40
    (odd,) = ask(gazetteer, "331 Cedar St")
    assert off(odd, 331, 0) < 40, "an address far from all its neighbours is not believed"


def test_points_outside_the_city_and_points_that_stand_for_many_streets_are_not_used(make):
    city_hall = [(100 + n, f"Street{letter} St", 50.0, 50.0) for n, letter in enumerate("ABCDEFG")]
    away = [(300, "Faraway St", 90_000.0, 0.0)]
    swapped = addresses([(300, "Cedar St", 300.0, 0.0)]).set_column(2, "lat", pa.array([-100.0]))
    gazetteer = make(
        ("address", addresses([*city_hall, *away, (310, "Cedar St", 310.0, 0.0)])),
        ("address", swapped),
    )
    assert len(ask(gazetteer, "Cedar St", "300")) == 1
    for street in ("Streeta St", "Faraway St"):
        assert ask(gazetteer, street, "100") == ask(gazetteer, street, "300") == ()
    assert gazetteer.counts["unused: outside the city"] == 2
    assert gazetteer.counts["unused: on a point that stands for many streets"] == 7
    assert len(gazetteer.default_points) == 1


def test_a_default_point_that_is_configured_is_not_used(make):
    where = degrees(310.0, 0.0)
    gazetteer = make(("address", addresses([(310, "Cedar St", 310.0, 0.0)])), defaults=[where])
    assert ask(gazetteer, "Cedar St", "300") == ()


# -- names ------------------------------------------------------------------------------------------------------


def test_a_direction_that_is_left_out_may_mean_either(make):
    west = [(n, "W Cedar St", -float(n), 0.0) for n in range(100, 300, 10)]
    east = [(n, "E Cedar St", float(n), 0.0) for n in range(100, 300, 10)]
    gazetteer = make(("address", addresses([*west, *east])))
    both = ask(gazetteer, "Cedar St", "200")
    assert {answer.matched for answer in both} == {("W CEDAR ST",), ("E CEDAR ST",)}
    assert all("direction is missing" in answer.how for answer in both)
    assert [answer.matched for answer in ask(gazetteer, "W Cedar St", "200")] == [("W CEDAR ST",)]
    assert ask(gazetteer, "N Cedar St", "200") == ()


def test_another_kind_of_street_is_another_street(make):
    rows = [(n, "Cedar St", float(n), 0.0) for n in range(100, 300, 10)]
    lane = [(n, "Cedar Ln", float(n), 900.0) for n in range(100, 300, 10)]
    alone = make(("address", addresses(rows)))
    (answer,) = ask(alone, "Cedar Ave", "200")
    assert "listed as ST" in answer.how
    assert ask(make(("address", addresses([*rows, *lane]))), "Cedar Ave", "200") == ()


def test_freeways_by_all_their_names(make):
    rows = [(n, "Q T M Fwy", float(n), 0.0) for n in range(4000, 4500, 20)]
    gazetteer = make(("address", addresses(rows)), bounds=(-100.2, 39.9, -99.8, 40.1))
    places = [ask(gazetteer, text, "4200")[0] for text in ("Q T M Fwy Eb", "QTM SERV WB", "I-735", "Ih 735")]
    assert len({(place.lat, place.lon) for place in places}) == 1
    assert "the road it runs beside" in places[1].how
    assert ask(gazetteer, "QTM Ave", "4200") == (), "an avenue of that name is not the freeway"


def test_the_bound_chooses_the_carriageway(make):
    eastward = [("Q T M Serv Eb", 4000, 4098, [(0, -50), (100, -50)])]
    westward = [("Q T M Serv Wb", 4000, 4098, [(0, 50), (100, 50)])]
    gazetteer = make(("segment", segments([*eastward, *westward])))  # type: ignore[list-item]
    assert off(ask(gazetteer, "Q T M Serv Wb", "4000")[0], 50, 50) < 5
    assert len(ask(gazetteer, "Q T M Serv", "4000")) == 2


def test_a_name_with_and_without_its_blank(make):
    gazetteer = make(("address", addresses([(n, "Waxberry Dr", float(n), 0.0) for n in range(700, 800, 10)])))
    assert ask(gazetteer, "WAX BERRY DR", "700") != ()


# -- centrelines ------------------------------------------------------------------------------------------------


def test_a_block_on_a_centreline_without_addresses(make):
    gazetteer = make(
        (
            "segment",
            segments([("Cedar St", 100, 198, [(0, 0), (100, 0)]), ("Cedar St", 298, 200, [(200, 0), (100, 0)])]),
        )
    )
    (first,), (second,) = ask(gazetteer, "Cedar St", "100"), ask(gazetteer, "Cedar St", "200")
    assert (first.method, second.method) == ("centreline", "centreline")
    assert off(first, 50, 0) < 3
    assert off(second, 150, 0) < 3
    assert ask(gazetteer, "Cedar St", "900") == ()


def test_a_part_of_a_long_piece(make):
    gazetteer = make(("segment", segments([("Cedar St", 100, 498, [(0, 0), (200, 0), (400, 0)])])))
    (answer,) = ask(gazetteer, "Cedar St", "400")
    assert off(answer, 350, 0) < 5
    assert 50 < answer.uncertainty_m < 150


def test_a_street_alone_is_its_middle_and_says_how_long_it_is(city):
    (answer,) = ask(city, "Cedar St")
    assert answer.precision == "street"
    assert off(answer, 490, 400) < 30
    assert answer.uncertainty_m > 380


# -- where streets meet -----------------------------------------------------------------------------------------


def test_a_crossing_of_two_streets_by_their_addresses(city):
    for text in ("15th Ave / Cedar St", "CEDAR ST & 15TH AVE", "Cedar St @ 15th Avenue"):
        (answer,) = ask(city, text)
        assert off(answer, 400, 400) < 30
        assert off(answer, 400, 400) < answer.uncertainty_m
        assert (answer.precision, answer.method) == ("intersection", "crossing: lines")


def test_a_gap_between_known_addresses_is_told(make):
    east = [(n, "Cedar St", float(n), 0.0) for n in range(200, 500, 20)]
    north = [(n, "15th Ave", 80.0, float(n)) for n in range(100, 500, 20)]
    gazetteer = make(("address", addresses([*east, *north])))
    (answer,) = ask(gazetteer, "Cedar St / 15th Ave")
    assert answer.method == "crossing: near"
    assert "m apart" in answer.how
    assert off(answer, 80, 0) < answer.uncertainty_m


def test_streets_that_do_not_meet_have_no_crossing(city, make):
    assert ask(city, "Cedar St / Damson St") == (), "side by side, 200 m apart"
    near = [
        (n, street, float(n), y) for n in range(100, 900, 20) for street, y in (("Ash St", 0.0), ("Beech St", 90.0))
    ]
    assert ask(make(("address", addresses(near))), "Ash St / Beech St") == (), "side by side, 90 m apart"
    assert ask(city, "Cedar St / Nowhere Ln") == ()
    assert ask(city, "Cedar St / Cedar St") == ()


def test_streets_that_meet_twice_have_two_crossings(make):
    crescent = [("Round Dr", 100, 198, [(0, -50), (0, 300), (500, 300), (500, -50)])]
    straight = [("Cedar St", 100, 198, [(-200, 0), (700, 0)])]
    gazetteer = make(("segment", segments([*crescent, *straight])))  # type: ignore[list-item]
    both = ask(gazetteer, "Round Dr / Cedar St")
    assert sorted(round(PLANE.to_metres(one.lat, one.lon)[0]) for one in both) == [0, 500]
    assert all(one.method == "crossing: node" for one in both)


def test_a_dual_carriageway_is_crossed_once(make):
    avenue = [("Wide Ave", None, None, [(0, -300), (0, 300)]), ("Wide Ave", None, None, [(30, -300), (30, 300)])]
    gazetteer = make(("segment", segments([*avenue, ("Cedar St", 100, 198, [(-200, 0), (700, 0)])])))  # type: ignore[list-item]
    (answer,) = ask(gazetteer, "Cedar St / Wide Ave")
    assert off(answer, 15, 0) < 1
    assert answer.uncertainty_m >= 45


def test_a_crossing_that_is_known_goes_before_one_that_is_inferred(make):
    gazetteer = make(("address", grid()), ("spot", spots([("CEDAR ST & 15TH AVE", 404.0, 397.0, None)])))
    (answer,) = ask(gazetteer, "15th Ave / Cedar St")
    assert (answer.method, round(off(answer, 404, 397))) == ("crossing: known", 0)


def test_a_freeway_is_crossed_where_it_is(make):
    lines = [("QTM Fwy", None, None, [(-900, 60), (900, 60)]), ("Plain Rd", 100, 198, [(200, -300), (200, 300)])]
    gazetteer = make(("segment", segments(lines)))  # type: ignore[arg-type]
    for text in ("Q T M Fwy Eb / Plain Rd", "Plain Rd / Q T M Serv Wb", "I 735 @ Plain"):
        assert off(ask(gazetteer, text)[0], 200, 60) < 1


# -- places, candidates, the file -------------------------------------------------------------------------------


def test_a_place_by_its_name(make):
    gazetteer = make(
        ("spot", spots([("Harrowgate Airport", 100.0, 100.0, None), ("Harrowgate airport", 140.0, 100.0, None)]))
    )
    (answer,) = ask(gazetteer, "HARROWGATE AIRPORT")
    assert (answer.method, answer.precision) == ("place", "point")
    assert off(answer, 120, 100) < 1


def test_candidates_are_the_same_answers(city):
    for text, block in (
        ("Cedar St", "300"),
        ("Cedar St / 15th Ave", None),
        ("- 598 Cedar St", "300"),
        ("340 Cedar St", None),
    ):
        location = parse_location(text, block, ALIASES)
        found = city.find(location)
        candidates = city.candidates(query_of(location, {"beat": "114"}))
        assert [(one.lat, one.lon, one.uncertainty_m) for one in candidates] == [
            (one.lat, one.lon, one.uncertainty_m) for one in found
        ]
        assert found
        assert all(one.source == one.group == "gazetteer" and one.streets for one in candidates)
    assert city.candidates(query_of(parse_location("", None), {})) == []


def test_the_same_material_makes_the_same_file(tmp_path):
    table = grid()
    shuffled = table.take(pa.array(sorted(range(len(table)), key=lambda at: at * 7919 % len(table))))
    for name, rows in (("one", table), ("other", shuffled)):
        build_index(tmp_path / name, [("address", rows)], bounds=BOUNDS, aliases=ALIASES)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_several_threads_ask_at_once(city):
    expected = ask(city, "Cedar St", "300")
    wrong: list[object] = []

    def asking() -> None:
        for _ in range(150):
            wrong.extend(() if ask(city, "Cedar St", "300") == expected else ("Cedar St",))
            wrong.extend(() if ask(city, "Alder St", "400") else ("Alder St",))

    threads = [threading.Thread(target=asking) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_a_file_that_is_none_is_told(tmp_path):
    with pytest.raises(StorageError, match="There is no gazetteer"):
        Gazetteer(tmp_path / "none.sqlite")
    (tmp_path / "broken.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(Damaged, match="cannot be read"):
        Gazetteer(tmp_path / "broken.sqlite")
