"""A day whose file is lost, or of which a bit has turned, is a gap with its reason: no other day is touched by it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.cli import exits
from bluelamp.cli.app import main
from bluelamp.errors import Damaged
from bluelamp.questions.answer import QueryResult, answer
from bluelamp.questions.families.calls import source
from bluelamp.questions.families.calls.opening import open_calls
from bluelamp.questions.families.calls.source import CallsSource
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.lease_pool import LeasePool
from bluelamp.questions.parsing import make_question
from bluelamp.settings import Settings, read_settings
from bluelamp.web.work.effort import Effort
from tests.lib.calls.city import City, shown_city

LOST_DAY = "2026-03-08"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> City:
    return shown_city(tmp_path_factory.mktemp("lost") / "home")


@pytest.fixture
def settings(made: City, tmp_path: Path) -> Settings:
    shutil.copytree(made.settings.home, tmp_path / "home")
    return read_settings({"home": tmp_path / "home"}, {})[0]


def file_of(settings: Settings) -> Path:
    (found,) = (settings.home / "lake" / "calls").glob(f"*/day={LOST_DAY}.*.parquet")
    return found


def lose(path: Path, how: str) -> None:
    if how == "gone":
        path.unlink()
        return
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def by_day(version: CallsVersion) -> QueryResult:
    return answer(version, make_question("calls", measures=["calls"], by=["date"]))


def counts(found: QueryResult) -> dict[str, object]:
    return {str(row[0]): row[1] for row in found.rows}


@pytest.mark.parametrize("how", ["gone", "bit"])
def test_a_lost_day_is_a_gap_and_every_other_day_stays(settings: Settings, how: str) -> None:
    with open_calls(open_stores(settings)) as version:
        before = counts(by_day(version))
    lose(file_of(settings), how)
    with open_calls(open_stores(settings)) as version:
        found = by_day(version)
    assert counts(found)[LOST_DAY] is None
    assert {day: count for day, count in counts(found).items() if day != LOST_DAY} == {
        day: count for day, count in before.items() if day != LOST_DAY
    }
    assert not found.coverage.is_complete
    assert any("lost or damaged" in gap.words() for gap in found.coverage.gaps)


@pytest.mark.parametrize("how", ["gone", "bit"])
def test_doctor_finds_a_lost_day_and_mends_it(settings: Settings, how: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = file_of(settings)
    whole = file.read_bytes()
    assert main(["--home", str(settings.home), "doctor"]) == exits.DONE
    lose(file, how)
    assert main(["--home", str(settings.home), "doctor"]) == exits.FAILED
    assert LOST_DAY in capsys.readouterr().out
    assert main(["--home", str(settings.home), "doctor", "--mend"]) == exits.DONE
    assert file.read_bytes() == whole


def test_a_server_goes_on_without_a_day_that_is_lost_and_with_it_when_it_is_mended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LOOK", 0.0)
    opened = LeasePool(CallsSource(open_stores(settings), Effort(2, 60).limited))
    file = file_of(settings)
    whole = file.read_bytes()
    with opened.lease() as version:
        before, name = counts(by_day(version)), version.name
    lose(file, "gone")
    with opened.lease() as version, pytest.raises(Damaged):  # noticed by whoever reads it
        version.rows("SELECT sum(minutes_open) FROM read_parquet($f)", {"f": str(file)})
    with opened.lease() as version:
        assert counts(by_day(version))[LOST_DAY] is None
        assert version.name != name
    file.write_bytes(whole)
    with opened.lease() as version:
        assert (counts(by_day(version)), version.name) == (before, name)
    opened.close()


def test_of_many_files_the_damaged_one_is_found_beside_the_answers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LOOK", 0.0)
    monkeypatch.setattr("bluelamp.questions.families.calls.sound.CHECKED_AT_ONCE", 0)
    lose(file_of(settings), "bit")
    opened = LeasePool(CallsSource(open_stores(settings), Effort(2, 60).limited))
    with opened.lease() as version:
        name = version.name
    while opened.current_name() == name:
        pass
    with opened.lease() as version:
        assert version.lost == {("city", LOST_DAY)}
    opened.close()
