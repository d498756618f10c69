"""Calls of the real flow are placed beside it: opened first, located after; a rebuild places them without asking."""

from __future__ import annotations

import time
from pathlib import Path

from bluelamp.live.rebuild import rebuild
from bluelamp.places.context import ground_of
from bluelamp.places.locator import Locator
from bluelamp.places.placing import Placing
from bluelamp.places.resolver import Resolver
from bluelamp.sources.http import HttpClient
from bluelamp.storage.places.store import PlaceStore
from tests.lib.live.home import FEED, answer, engine_of, make_home, minute, open_flow, unit
from tests.lib.loopback import Loopback
from tests.lib.places.geocoder_forms import FORMS, Found
from tests.lib.places.ground import SCORED, Beats, answers, at, keep_scores, line_to


def test_a_call_appears_at_once_and_its_place_follows(tmp_path: Path, server: Loopback, client: HttpClient) -> None:
    answers(server, "census", lambda text: [Found(*at(1), street=text.split(",")[0].partition(" ")[2])])
    flow = open_flow(make_home(tmp_path / "home"))
    places = PlaceStore(engine_of(flow))
    ground = ground_of(flow.agency(FEED), areas=Beats(), reliability=SCORED)
    desk = Resolver(places, ground, [line_to("census", server, client, places)])
    placing = Placing(lambda located: Locator({FEED: desk}, located), flow.place)
    rows = [unit(n, f"U{n}", location="HARROW AVE", block="1900", beat=beat) for n, beat in ((1, "1"), (2, "7"))]
    step = flow.take(FEED, answer(rows), minute(0), "polled")
    assert [change["kind"] for change in step.changes] == ["opened", "opened"]
    placing.start()
    placing.on_step(FEED, step)
    assert placing.locator.drain(20)
    placing.stop(10)
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


def test_a_process_that_begins_to_poll_places_the_calls_that_were_open(tmp_path: Path, server: Loopback) -> None:
    answers(server, "census", lambda text: [Found(32.8, -96.8, street="Harrow Ave")])
    flow = open_flow(make_home(tmp_path / "home", f"{server.url}/calls", geocoders="census", census_url=server.url))
    keep_scores(PlaceStore(engine_of(flow)), FEED)
    row = unit(1, "U1", location="HARROW AVE", block="1900", beat="114")
    flow.take(FEED, answer([row]), minute(0), "polled")
    runner = flow.runner([FEED])
    runner.start()
    for _ in range(500):
        (call,) = flow.log.current(FEED)[1]
        if call["place"]:
            break
        time.sleep(0.02)
    runner.stop()
    assert call["place"] is not None
    assert call["place"]["method"] == "census block"
    flow.close()
