"""Calls gathered into one table answer as their files do, beside questions that are asked; the table goes with the
state that it is of."""

from __future__ import annotations

import json

import pytest
from calls_city import City, shown_city

from bluelamp.questions.answer import answer
from bluelamp.questions.calls.areas import areas_of
from bluelamp.questions.calls.dataset import CALLS
from bluelamp.questions.calls.opening import open_calls
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import read_dashboards
from bluelamp.questions.question import make_question
from bluelamp.questions.tiles import tile_of
from bluelamp.questions.view import make_view, question_of
from bluelamp.web import calls
from bluelamp.web.effort import Effort

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
    with open_calls(made.settings) as version:
        before = told(version)
    with open_calls(made.settings) as version:
        version.gather()
        assert told(version) == before
        assert version.reading(version.files)[1] == {}, "from the table"


def test_a_server_gathers_beside_its_answers_and_leaves_nothing(made: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "_MANY", 3)
    folder = made.settings.home / "cache" / "calls"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "0123456789ab.999999999.partial").write_bytes(b"of a server that was killed")
    opened = calls.OpenedCalls(made.settings, Effort(2, 30))
    with opened.lease() as version:
        assert isinstance(version, calls.OpenCalls)
        assert version._gatherer.ident is not None, "it has begun"
        version._gatherer.join()
        assert version.reading(version.files)[1] == {}
        assert [path.name.split(".")[0] for path in folder.glob("*.partial")] == [version.name]
        ((number,),) = answer(version, make_question("calls")).rows
        assert number > 100
    opened.close()
    assert list(folder.iterdir()) == []
