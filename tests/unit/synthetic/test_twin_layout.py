"""The layout of a release: names, headers, bytes; and that it is a function of its plan."""

from __future__ import annotations

import dataclasses
import json
import re
import zipfile
from pathlib import Path

import pytest

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.month import Month
from bluelamp.domain.release import parse_member
from bluelamp.synthetic import container
from bluelamp.synthetic.archive import PATHOLOGIES, Truth, TwinPlan, write_release
from bluelamp.synthetic.container import ZipWriter, pack
from tests.lib.archive.twins import PLAN, Twin, make

SMALL = TwinPlan(Month.parse("2024-03"), months=14, crimes=2_500, forces=("kent", "gwent", "btp", "northern-ireland"))
# Nobody plants these: outcomes of crimes before the window, and two calls about the same corner.
BY_CHANCE = {"unmatched", "identical_blank_id_rows"}


def test_members_are_named_listed_and_sized_as_the_truth_says(twin: Twin) -> None:
    infos = twin.zip.infolist()
    assert [info.filename for info in infos] == sorted(info.filename for info in infos)
    assert {info.filename: (info.file_size, info.CRC) for info in infos} == {
        file.member: (file.size, file.crc32) for file in twin.truth.files
    }
    for file in twin.truth.files:
        parsed = parse_member(file.member)
        assert parsed is not None
        assert (parsed[0].name, parsed[1], str(parsed[2])) == (file.dataset, file.force, file.month)


def test_sound_files_have_the_published_header_and_line_ends(twin: Twin) -> None:
    for dataset in BY_NAME.values():
        for file in list(twin.of(dataset.name))[::9]:
            body = twin.body(file)
            assert body.startswith((",".join(dataset.columns) + "\n").encode())
            assert body.endswith(b"\n")
            assert b"\r" not in body
            assert len(twin.rows(file)) == file.rows + 1


def test_the_size_is_about_what_the_plan_asks(twin: Twin) -> None:
    assert 0.9 * PLAN.crimes < twin.truth.rows("crimes") < 1.05 * PLAN.crimes
    assert 0.58 < twin.truth.rows("outcomes") / twin.truth.rows("crimes") < 0.75
    assert 0.07 < twin.truth.rows("stops") / twin.truth.rows("crimes") < 0.14
    assert twin.truth_path.stat().st_size < 3_000_000


def test_the_same_plan_gives_the_same_bytes_and_another_seed_does_not(tmp_path: Path) -> None:
    first, second, other = (tmp_path / name for name in ("first.zip", "second.zip", "other.zip"))
    told = write_release(SMALL, first)
    assert write_release(SMALL, second, processes=1) == told
    write_release(dataclasses.replace(SMALL, seed=2), other)
    assert first.read_bytes() == second.read_bytes() != other.read_bytes()


def test_workers_give_the_same_bytes_as_one_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = tmp_path / "alone.zip", tmp_path / "together.zip"
    write_release(SMALL, alone, processes=1)
    monkeypatch.setattr("bluelamp.synthetic.archive._NOT_WORTH_WORKERS", 0)
    seen: list[tuple[int, int]] = []
    write_release(SMALL, together, processes=2, on_progress=lambda done, of: seen.append((done, of)))
    assert alone.read_bytes() == together.read_bytes()
    assert seen[-1][0] == seen[-1][1] > 0


def test_a_clean_twin_has_every_file_and_no_fault(tmp_path: Path) -> None:
    made = make(dataclasses.replace(SMALL, pathologies=frozenset()), tmp_path)
    assert made.truth.missing == ()
    assert {file.condition for file in made.truth.files} == {"sound"}
    assert {name for file in made.truth.files for name in file.labels} <= BY_CHANCE
    assert len(made.truth.files) == 14 * (3 * 2 + 2 * 2)
    assert made.zip.testzip() is None
    assert made.truth.never == (("outcomes", "btp"), ("outcomes", "northern-ireland"))


@pytest.mark.parametrize("name", sorted(PATHOLOGIES))
def test_each_pathology_can_be_planted_alone(name: str, tmp_path: Path) -> None:
    plan = TwinPlan(
        Month.parse("2023-03"), months=6, crimes=1500, forces=("kent", "dorset"), pathologies=frozenset({name})
    )
    truth = write_release(plan, tmp_path / "one.zip")
    planted = {label for file in truth.files for label in file.labels} | {file.condition for file in truth.files}
    also = {"sixty_copies"} if name == "duplicate_stop_rows" else set()
    assert planted <= {"sound", name} | BY_CHANCE | also
    assert {gap.why for gap in truth.missing} <= {name}


def test_the_truth_survives_being_written(twin: Twin) -> None:
    assert Truth.read(twin.truth_path) == twin.truth
    plain = json.loads(twin.truth_path.read_text())
    assert plain["totals"]["crimes"] == twin.truth.rows("crimes")
    assert {why for *_, why in plain["damaged"]} <= set(PATHOLOGIES)


def test_nonsense_plans_are_refused() -> None:
    for wrong in ({"months": 0}, {"forces": ()}, {"forces": ("atlantis",)}, {"pathologies": frozenset({"plague"})}):
        with pytest.raises(ValueError, match=r"twin"):
            dataclasses.replace(SMALL, **wrong)


def test_streets_are_ascii_and_shouted_up_to_june_2022(twin: Twin) -> None:
    welsh = list(twin.of("outcomes", "south-wales"))
    for file in welsh:
        names = {row["Location"].removeprefix("On or near ") for row in twin.records(file)} - {"No location"}
        if file.month <= "2022-06":
            assert all(name == name.upper() and name.isascii() for name in names)
        else:
            assert any(name != name.upper() for name in names)
    late = {row["Location"] for file in welsh if file.month > "2022-06" for row in twin.records(file)}
    assert any("ô" in name or "ŷ" in name for name in late)
    for file in twin.of("crimes", "south-wales"):
        assert file.month > "2022-06" or twin.body(file).isascii()


def test_coordinates_have_six_decimals_but_in_outcomes_no_trailing_zeros(twin: Twin) -> None:
    file = next(twin.of("crimes", "kent"))
    assert all(re.fullmatch(r"-?\d+\.\d{6}|", row["Longitude"]) for row in twin.records(file))
    file = next(twin.of("outcomes", "kent"))
    assert not any(re.search(r"\..*0$", row["Longitude"] + row["Latitude"]) for row in twin.records(file))
    file = next(f for f in twin.of("stops", "kent") if f.rows > 5)
    placed = [row for row in twin.records(file) if row["Latitude"]]
    assert all(re.fullmatch(r"5\d\.\d{6}", row["Latitude"]) for row in placed)


def test_a_zip_beyond_four_gigabytes_is_still_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit is lowered instead of the file being made that large: the format's fields do not care.
    monkeypatch.setattr(container, "_LIMIT", 0xFFFFFFFF)
    monkeypatch.setattr(container, "_MANY", 3)
    path = tmp_path / "many.zip"
    with ZipWriter(path, 2024, 5) as out:
        out.add(pack(f"2024-03/{n}.csv", b"text\n" * n, b"text\n" * n) for n in range(5))
    with zipfile.ZipFile(path) as read:
        assert len(read.namelist()) == 5
        assert read.testzip() is None
        assert read.infolist()[0].date_time[:2] == (2024, 5)
