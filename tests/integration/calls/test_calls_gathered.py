"""Calls gathered into one table answer as their files do, beside questions that are asked; the table goes with the
state that it is of."""

from __future__ import annotations

import json
import threading

import duckdb
import pytest

from bluelamp.bootstrap import open_stores
from bluelamp.questions.answer import answer
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.families.calls import source
from bluelamp.questions.families.calls.areas import areas_of
from bluelamp.questions.families.calls.datasets import CALLS
from bluelamp.questions.families.calls.opening import CallsHome, open_calls
from bluelamp.questions.families.calls.source import CallsSource, ServedCalls
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model import lease_pool
from bluelamp.questions.model.lease_pool import LeasePool, _Lease
from bluelamp.questions.parsing import make_question
from bluelamp.questions.tiles import tile_of
from bluelamp.questions.view import make_view, question_of
from bluelamp.web.work.effort import Effort
from tests.lib.calls.city import City, shown_city

_VIEWS = ((), ("date=2026-03-08",), ("beat=115", "hour=7"), ("nature!=40 - Other", "feed=city"), ("located=true",))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> City:
    return shown_city(tmp_path_factory.mktemp("gathered") / "home")


def told(version: CallsVersion) -> list[str]:
    """Cards, tiles, areas and groups by every field, as text."""
    found = []
    for where in _VIEWS:
        view = make_view(None, None, where)
        found.append(json.dumps(answer_dashboard(version, read_dashboards()["calls"], view), default=str))
        asked = question_of(view, CALLS)
        found += [repr(tile_of(version, asked, *at)) for at in ((5, 7, 12), (12, 946, 1650))]
    for dimension in CALLS.dimensions:
        found.append(repr(answer(version, make_question("calls", by=[dimension.name])).rows))
    return [*found, repr(areas_of(version))]


def test_gathered_or_not_the_answers_are_the_same(made: City) -> None:
    with open_calls(open_stores(made.settings)) as version:
        before = told(version)
    with open_calls(open_stores(made.settings)) as version:
        version.gather()
        assert told(version) == before
        assert version.reading(version.files)[1] == {}, "from the table"


def test_the_card_of_the_newest_day_names_its_own_gaps_and_a_total_leaves_them_to_the_page(made: City) -> None:
    with open_calls(open_stores(made.settings)) as version:
        cards = answer_dashboard(version, read_dashboards()["calls"], make_view(None, None, ()))["cards"]
    kinds = {card["kind"]: card["coverage"] for card in cards.values()}
    assert "gaps" in kinds["latest"]
    assert "gaps" not in kinds["total"]


def test_a_server_gathers_beside_its_answers_and_leaves_nothing(made: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "_MANY", 3)
    folder = made.settings.home / "cache" / "calls"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0123456789ab.999999999.partial").write_bytes(b"of a server that was killed")
    opened = LeasePool(CallsSource(open_stores(made.settings), Effort(2, 30).limited))
    with opened.lease() as version:
        assert version._gatherer.ident is not None, "it has begun"
        version._gatherer.join()
        assert version.reading(version.files)[1] == {}
        assert [path.name.split(".")[0] for path in folder.glob("*.partial")] == [version.name]
        ((number,),) = answer(version, make_question("calls")).rows
        assert number > 100
    opened.close()
    assert list(folder.iterdir()) == []


def test_a_state_that_is_slow_to_close_keeps_no_reader_waiting(made: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease_pool, "_IDLE_OPEN", 0)
    stores = open_stores(made.settings)
    opened = LeasePool(CallsSource(stores, Effort(2, 30).limited))
    current = opened.current_name()
    home = CallsHome(stores)
    days = home.days()[:-1]
    old = ServedCalls(home.connect(days, memory_mb=200, threads=1), days, home, None)
    old.limited = Effort(2, 30).limited
    gathered = threading.Event()
    old._gatherer = threading.Thread(target=gathered.wait, args=(60,))
    old._gatherer.start()
    opened._open[old.name] = _Lease(old)

    def read() -> None:
        with opened.lease(old.name):
            pass

    reader = threading.Thread(target=read)
    asker = threading.Thread(target=opened.current_name)
    reader.start()
    while old.name in opened._open:
        threading.Event().wait(0.01)
    asker.start()
    asker.join(10)
    answered = not asker.is_alive()
    closing = reader.is_alive()
    gathered.set()
    reader.join(10)
    assert closing, "it waits for what is being gathered"
    assert answered
    assert opened.current_name() == current
    with pytest.raises(duckdb.ConnectionException):
        old.connection.execute("SELECT 1")
    opened.close()


def test_what_nobody_needs_any_more_is_not_gathered(made: City) -> None:
    with open_calls(open_stores(made.settings)) as version:
        version.stop_gathering()
        version.gather()
        assert version.reading(version.files)[1] != {}, "from the files"


def test_a_state_whose_file_cannot_be_written_is_opened_anew_in_memory(made: City) -> None:
    opened = LeasePool(CallsSource(open_stores(made.settings), Effort(2, 30).limited))
    with opened.lease() as before:
        assert before.file is not None
        before._unwritable()
        with opened.lease() as after:
            assert after.file is None
            assert after.name == before.name
            assert told(after) == told(before)  # whoever reads the one given up reads on
    opened.close()
