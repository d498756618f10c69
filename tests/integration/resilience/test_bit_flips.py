"""One bit is enough: `doctor` finds it and names what mends it, and until then nobody gets fewer rows."""

from __future__ import annotations

import json
import random
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.lib.archive.zip_forge import Entry, forge
from tests.lib.resilience.command import Commands
from tests.lib.resilience.homes import current, facts, ledger
from tests.lib.resilience.hostile import street
from tests.lib.resilience.releases import Releases

SURREY = "2024-01/2024-01-surrey-street.csv"


def flip(path: Path, at: int | None = None, seed: int = 1) -> None:
    """Turn one bit of a file around, at a random place by default."""
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    data[chance.randrange(len(data)) if at is None else at] ^= 1 << chance.randrange(8)
    path.write_bytes(data)


def largest(folder: Path, pattern: str) -> Path:
    return max(folder.rglob(pattern), key=lambda path: path.stat().st_size)


def _lake(home: Path) -> None:
    flip(largest(home / "lake", "*.parquet"))


def _lake_gone(home: Path) -> None:
    largest(home / "lake", "*.parquet").unlink()


def _lake_cut(home: Path) -> None:
    path = largest(home / "lake", "*.parquet")
    path.write_bytes(path.read_bytes()[:-200])


def _warehouse(home: Path) -> None:
    flip(current(home))


def _warehouse_cut(home: Path) -> None:
    path = current(home)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _warehouse_gone(home: Path) -> None:
    current(home).unlink()


def _pointer(home: Path) -> None:
    (home / "warehouse" / "current.json").write_text('{"version": "x')


def _pointer_empty(home: Path) -> None:
    (home / "warehouse" / "current.json").write_text("")


@pytest.mark.parametrize(
    "damage",
    [_lake, _lake_gone, _lake_cut, _warehouse, _warehouse_cut, _warehouse_gone, _pointer, _pointer_empty],
    ids=lambda damage: damage.__name__.strip("_"),
)
def test_what_can_be_made_anew(
    damage: Callable[[Path], None], bluelamp: Commands, releases: Releases, tmp_path: Path
) -> None:
    """Found by the doctor, told by whoever reads, mended by the command that the doctor names."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    asks = [("ask", "crimes", "--by", "force", "--json"), ("ask", "stops", "--by", "month", "--json")]
    first = [bluelamp(home, *ask).lines()[0]["rows"] for ask in asks]
    damage(home)
    told = bluelamp(home, "doctor").assert_civil()
    assert told.code == 1
    assert "WRONG" in told.out
    named = re.search(r"bluelamp archive rebuild", told.out)
    assert named, told.out
    for ask, rows in zip(asks, first, strict=True):
        asked = bluelamp(home, *ask).assert_civil()
        if asked.code == 0:
            assert asked.lines()[0]["rows"] == rows
        else:
            assert asked.sentence
            assert "rebuild" in asked.err
    assert bluelamp(home, *shlex.split(named[0])[1:], "--yes").assert_civil().code == 0
    assert bluelamp(home, "doctor").code == 0
    assert [bluelamp(home, *ask).lines()[0]["rows"] for ask in asks] == first
    assert facts(home) == facts(releases.home_new)


def _index(home: Path) -> None:
    flip(largest(home / "warehouse", "*.map"))


def _index_cut(home: Path) -> None:
    path = largest(home / "warehouse", "*.bits")
    path.write_bytes(path.read_bytes()[:-100])


def _index_gone(home: Path) -> None:
    shutil.rmtree(current(home).with_suffix(".serving"))


def _manifest(home: Path) -> None:
    (current(home).with_suffix(".serving") / "manifest.json").write_text('{"layout": 1')


@pytest.mark.parametrize(
    "damage", [_index, _index_cut, _index_gone, _manifest], ids=lambda one: one.__name__.strip("_")
)
def test_damaged_indexes(
    damage: Callable[[Path], None], bluelamp: Commands, releases: Releases, tmp_path: Path
) -> None:
    """Found by the doctor and made anew from the version's file; where one shows at once, the rows answer meanwhile."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    ask = ("ask", "crimes", "--by", "force", "--json")
    first = bluelamp(home, *ask).lines()[0]["rows"]
    damage(home)
    told = bluelamp(home, "doctor").assert_civil()
    assert told.code == 1
    assert "WRONG  indexes" in told.out
    assert bluelamp(home, *ask).assert_civil().lines()[0]["rows"] == first
    before = current(home)
    assert bluelamp(home, "doctor", "--mend").assert_civil().code == 0
    assert bluelamp(home, "doctor").code == 0
    assert current(home) == before
    assert bluelamp(home, *ask).lines()[0]["rows"] == first


def test_a_load_makes_absent_indexes(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """A home of an older program has none; they come with the next load, even where that brings nothing new."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    _index_gone(home)
    assert bluelamp(home, "archive", "load").assert_civil().code == 0
    assert bluelamp(home, "doctor").code == 0


@pytest.mark.parametrize("indexes", [False, True])
def test_a_damaged_version_before_the_current_one(
    bluelamp: Commands, releases: Releases, tmp_path: Path, indexes: bool
) -> None:
    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    previous = json.loads((home / "warehouse" / "previous.json").read_text())
    file = home / "warehouse" / previous["file"]
    flip(largest(file.with_suffix(".serving"), "*.cubes") if indexes else file)
    told = bluelamp(home, "doctor").assert_civil()
    assert told.code == 1
    assert "previous version" in told.out
    assert bluelamp(home, "doctor", "--mend").assert_civil().code == 0
    assert not (home / "warehouse" / previous["file"]).exists()
    assert bluelamp(home, "doctor").code == 0


def test_a_load_upon_a_damaged_lake_or_warehouse(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """A load never builds fewer rows out of damaged files: it says so, or makes them anew."""
    for number, damage in enumerate((_lake, _lake_gone, _warehouse, _warehouse_cut, _warehouse_gone, _pointer)):
        home = tmp_path / str(number)
        shutil.copytree(releases.home_old, home)
        damage(home)
        ended = bluelamp(home, "archive", "load", releases.new).assert_civil()
        if ended.code == 1:
            assert "rebuild" in ended.err or "doctor" in ended.err
            assert bluelamp(home, "archive", "rebuild", "--yes").assert_civil().code == 0
        assert facts(home) == facts(releases.home_new)


def test_a_flipped_pack(bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """The bytes as received: found by hash and named; the answers stay; a rebuild leaves out no row in silence."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_old, home)
    ((key, offset, size, member),) = ledger(
        home,
        "SELECT vault_key, vault_offset, compressed_size, member FROM file WHERE state = 'loaded' "
        "AND dataset = 'crimes' ORDER BY rows_loaded DESC LIMIT 1",
    )
    flip(home / "vault" / key, offset + size // 2)
    told = bluelamp(home, "doctor").assert_civil()
    assert told.code == 1
    assert member in told.out
    assert facts(home) == facts(releases.home_old)
    refused = bluelamp(home, "archive", "rebuild", "--yes").assert_civil()
    assert refused.code == 1  # the lake may hold the only rows
    assert member in refused.sentence
    assert facts(home) == facts(releases.home_old)
    assert "bluelamp doctor --mend" in told.out
    assert bluelamp(home, "doctor", "--mend").assert_civil().code == 1
    assert facts(home) == facts(releases.home_old)
    assert bluelamp(home, "archive", "load", releases.old).assert_civil().code in (0, 3)
    assert bluelamp(home, "doctor").code == 0
    assert bluelamp(home, "archive", "rebuild", "--yes").assert_civil().code == 0
    assert facts(home) == facts(releases.home_old)


@pytest.mark.parametrize("seed", range(6))
def test_a_flipped_ledger(seed: int, bluelamp: Commands, releases: Releases, tmp_path: Path) -> None:
    """Wherever the bit is: found, and put right by what the doctor says."""
    home = tmp_path / "home"
    shutil.copytree(releases.home_new, home)
    before = bluelamp(home, "archive", "files", "--json").lines()
    path = home / "ledger.sqlite"
    pages = path.stat().st_size // 4096
    flip(path, 4096 * random.Random(seed).randrange(1, pages) + random.Random(seed).randrange(4096), seed)
    damaged = path.read_bytes()
    told = bluelamp(home, "doctor").assert_civil()
    listed = bluelamp(home, "archive", "files", "--json").assert_civil()
    if told.code == 0:  # in a place that holds nothing
        assert listed.lines() == before
        return
    assert "bluelamp doctor --mend" in told.out
    assert bluelamp(home, "ask", "crimes", "--json").code == 0
    assert bluelamp(home, "doctor", "--mend").assert_civil().code == 0
    assert path.read_bytes() != damaged
    assert bluelamp(home, "archive", "files", "--json").lines() == before
    assert bluelamp(home, "doctor").code == 0
    assert facts(home) == facts(releases.home_new)


def test_flips_in_a_member(bluelamp: Commands, tmp_path: Path) -> None:
    """Sixty flipped files, zipped again with honest checksums: every row is read, and each is loaded or an issue."""
    sound = street(40)
    chance = random.Random(24)
    entries = []
    for number in range(60):
        data = bytearray(sound)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        name = f"{2010 + number // 12}-{number % 12 + 1:02d}"
        entries.append(Entry(f"{name}/{name}-surrey-street.csv", bytes(data)))
    archive = tmp_path / "2024-01.zip"
    archive.write_bytes(forge(*entries))
    home = tmp_path / "home"
    assert bluelamp(home, "archive", "load", archive).assert_civil().code in (0, 3)
    listed = bluelamp(home, "archive", "files", "--json").lines()
    assert len(listed) == 60
    loaded = [line for line in listed if line["verdict"] == "loaded"]
    assert len(loaded) > 30
    for line in listed:
        assert line["verdict"] in ("loaded", "quarantined")
        assert line["rows_read"] == line["rows_loaded"] + line["rows_rejected"]
        assert bool(line["reason"]) == (line["verdict"] == "quarantined")
    # A flip can join two rows or split one, and no more.
    assert all(38 <= line["rows_read"] <= 46 for line in loaded), [line["rows_read"] for line in loaded]


def test_flips_in_a_zip(bluelamp: Commands, tmp_path: Path) -> None:
    """Thirty zips with flipped bits: refused whole, or the damaged member alone, or unharmed; never other rows."""
    sound = forge(
        Entry(SURREY, street(30)),
        Entry("2024-01/2024-01-sussex-street.csv", street(20, force="Sussex Police")),
    )
    expected = {"surrey": 30, "sussex": 20}
    for number in range(30):
        folder = tmp_path / str(number)
        folder.mkdir()
        archive = folder / "2024-01.zip"
        archive.write_bytes(sound)
        flip(archive, seed=number)
    home = tmp_path / "home"
    codes = set()
    for number in range(30):
        ended = bluelamp(home, "archive", "load", tmp_path / str(number) / "2024-01.zip").assert_civil()
        codes.add(ended.code)
        assert ended.code in (0, 1, 3), ended.err
    assert 1 in codes or 3 in codes
    for line in bluelamp(home, "archive", "files", "--state", "loaded", "--json").lines():
        assert line["rows_loaded"] == expected[line["force"]]
        assert line["rows_rejected"] == 0
