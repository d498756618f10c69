"""Calls of the real flow are placed beside it: opened first, located after; a rebuild places them without asking."""

from __future__ import annotations

import time
from pathlib import Path

from at_hand import FEED, answer, engine_of, make_home, minute, open_flow, unit
from forms import FORMS, Found
from ground import Beats, answers, at, line_to
from loopback import Loopback

from bluelamp.live.locate import Batch, Locator
from bluelamp.live.places_desk import Desk
from bluelamp.live.places_ground import ground_of
from bluelamp.live.places_open import open_locator, setup_of
from bluelamp.live.rebuild import rebuild
from bluelamp.sources.http import HttpClient
from bluelamp.storage.log_writer import Step
from bluelamp.storage.places import Places


def test_a_call_appears_at_once_and_its_place_follows(tmp_path: Path, server: Loopback, client: HttpClient) -> None:
    answers(server, "census", lambda text: [Found(*at(1), street=text.split(",")[0].partition(" ")[2])])
    flow = open_flow(make_home(tmp_path / "home"))
    places = Places(engine_of(flow))
    ground = ground_of(flow.agency(FEED), areas=Beats())
    batch = Batch(flow.place)
    locator = Locator(
        {FEED: Desk(places, ground, [line_to("census", server, client, places)])}, batch, flush=batch.flush
    )
    rows = [unit(n, f"U{n}", location="HARROW AVE", block="1900", beat=beat) for n, beat in ((1, "1"), (2, "7"))]
    step = flow.take(FEED, answer(rows), minute(0), "polled")
    assert [change["kind"] for change in step.changes] == ["opened", "opened"]
    locator.start()
    locator.see(FEED, step)
    assert locator.drain(20)
    locator.stop()
    _, calls = flow.log.current(FEED)
    found = {call["beat"]: call["place"] for call in calls}
    assert found["1"] is not None
    assert found["7"] is not None
    assert (found["1"]["kind"], found["1"]["method"]) == ("point", "census block")
    assert (found["7"]["kind"], found["7"]["area"]) == ("area", "beat 7")  # the same answer, in another beat
    assert [one.kind for one in flow.log.timeline(FEED, calls[0]["id"])] == ["opened", "located"]
    assert len(server.asked(FORMS["census"].path)) == 1

    rebuild(flow, FEED, lambda count, of: None)
    _, again = flow.log.current(FEED)
    assert again == calls
    assert len(server.asked(FORMS["census"].path)) == 1
    flow.close()


def test_the_locator_by_the_settings_finds_the_calls_that_were_open_before(tmp_path: Path, server: Loopback) -> None:
    answers(server, "census", lambda text: [Found(32.8, -96.8, street="Harrow Ave")])
    settings = make_home(tmp_path / "home", geocoders="census", census_url=server.url)
    flow = open_flow(settings)
    flow.take(FEED, answer([unit(1, "U1", location="HARROW AVE", block="1900", beat="114")]), minute(0), "polled")
    agencies = {FEED: flow.agency(FEED), "never-polled": flow.agency("dallas-tx")}
    with flow.client() as client:
        places = Places(engine_of(flow))
        locator = open_locator(setup_of(settings), places, agencies, client, flow.log, flow.place)
        locator.start()
        for _ in range(500):
            (call,) = flow.log.current(FEED)[1]
            if call["place"]:
                break
            time.sleep(0.02)
        locator.stop()
    assert call["place"] is not None
    assert call["place"]["method"] == "census block"
    assert locator.health()["geocoders"][0]["used"] == 1
    flow.close()


def test_what_a_step_changed_is_placed_again_and_its_own_places_are_not(tmp_path: Path) -> None:
    flow = open_flow(make_home(tmp_path / "home"))
    desk = Desk(Places(engine_of(flow)), ground_of(flow.agency(FEED), areas=Beats()))
    locator = Locator({FEED: desk}, lambda feed, call, place: None)
    first = flow.take(FEED, answer([unit(1, "U1", location="HARROW AVE", beat="1")]), minute(0), "polled")
    locator.see(FEED, first)
    assert locator.health()["waiting"] == 1
    (id_,) = first.calls
    locator.start()
    assert locator.drain(10)
    locator.stop()
    again = Locator({FEED: desk}, lambda feed, call, place: None)
    unchanged = flow.take(
        FEED, answer([unit(1, "U1", location="HARROW AVE", beat="1", status="Clear")]), minute(2), "polled"
    )
    again.see(FEED, unchanged)
    moved = flow.take(
        FEED, answer([unit(1, "U1", location="PINNER RD", beat="1", status="Clear")]), minute(4), "polled"
    )
    before = again.health()["waiting"]
    again.see(FEED, moved)
    assert (before, again.health()["waiting"]) == (1 if _updates_the_call(unchanged) else 0, 1)
    assert id_ in moved.calls
    flow.close()


def _updates_the_call(step: Step) -> bool:
    return any(change["kind"] == "updated" and change["unit"] is None for change in step.changes)
