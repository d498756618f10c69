"""Chaos: every fault that a feed can have, through the whole flow, judged against the truth of the synthetic city.

0 false closings, 0 lost, 0 doubled. `benchmarks/chaos.py` does the same with 10,000 snapshots.
"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bluelamp.domain.change import Change
from bluelamp.live.capture import Capture
from bluelamp.live.clock import SteadyClock
from bluelamp.live.feed_flow import FeedFlow
from bluelamp.live.workflow import LiveFlow
from bluelamp.synthetic.city.agency import FEED
from bluelamp.synthetic.city.chaos import START, changes_of, chaos_publisher, drive, moment_of_poll, open_chaos
from bluelamp.synthetic.city.faults import FAULTS, SHOWING, VANISHING, Plan, Planned
from bluelamp.synthetic.city.model import SyntheticCity
from bluelamp.synthetic.city.oracle import Judgement, judge
from bluelamp.synthetic.city.plan import fair_plan
from bluelamp.synthetic.city.publisher import Publisher
from bluelamp.synthetic.city.server import CityServer
from tests.lib.live import chaos_process
from tests.lib.live.home import engine_of, everything

pytestmark = pytest.mark.process

NOTHING = dict.fromkeys(("false_closings", "lost", "doubled", "invented", "overdue", "wrong"), 0)
# What a careful reader calls the answers to a poll of each kind.
VERDICTS = {
    "empty": "suspicious",
    "out_of_date": "suspicious",
    "unreadable": "suspicious",
    "late": "older",
    "repeated": "unchanged",
} | dict.fromkeys(("cut", "half", "too_many", "failing", "hang", "html", "wrong_type", "garbled"), "failed")


@pytest.fixture
def flow(tmp_path: Path, database: str) -> Iterator[LiveFlow]:
    (tmp_path / "home").mkdir(exist_ok=True)
    opened = open_chaos(tmp_path / "home", database=database)
    yield opened
    opened.close()


def judged(publisher: Publisher, plan: Plan, changes: Sequence[Change], polls: int = 0) -> Judgement:
    moments = [moment_of_poll(publisher, number) for number in range(polls or len(plan))]
    return judge(publisher, plan, moments, changes)


def assert_right(found: Judgement) -> None:
    assert found.faults == NOTHING, found.sentences()


def test_every_fault_is_planted_and_nothing_is_closed_lost_or_doubled(flow: LiveFlow) -> None:
    publisher = chaos_publisher(seed=1)
    on_sqlite = engine_of(flow).dialect.name == "sqlite"
    plan = fair_plan(publisher, 600 if on_sqlite else 200, seed=1, corrected=True)
    if on_sqlite:
        assert set(FAULTS) == {planned.kind for planned in plan} - {"sound"}
        assert len({planned.gone for planned in plan}) > 2
    drive(flow, publisher, plan)
    found = judged(publisher, plan, list(changes_of(flow)))
    assert_right(found)
    assert found.incidents > 300
    assert min(found.kinds[kind] for kind in ("opened", "closed", "unit_joined", "unit_left", "updated")) > 3
    _assert_verdicts(flow, plan)


def _assert_verdicts(flow: LiveFlow, plan: Plan) -> None:
    verdicts = [(entry.verdict, plan[entry.number - 1]) for entry in flow.snapshots.all(FEED)]
    assert len(verdicts) == len(plan)
    for verdict, planned in verdicts:
        expected = VERDICTS.get(planned.kind)
        assert verdict == expected or expected is None, (planned, verdict)
    columns_there = Counter(verdict for verdict, planned in verdicts if planned.kind == "sound" and not planned.gone)
    assert set(columns_there) == {"good"}


@pytest.mark.parametrize("seed", [2, 3])
def test_restarted_at_every_turn(tmp_path: Path, seed: int) -> None:
    publisher = chaos_publisher(seed)
    plan = fair_plan(publisher, 250, seed=seed)
    chance = random.Random(seed)
    flow = open_chaos(tmp_path)
    drive(flow, publisher, plan, after_each=lambda _poll: chance.random() < 0.5)
    assert_right(judged(publisher, plan, list(changes_of(flow))))
    flow.close()


def test_killed_again_and_again_it_gives_the_same_log(tmp_path: Path, database: str) -> None:
    polls, seed = 220, 5
    publisher = chaos_publisher(seed)
    plan = fair_plan(publisher, polls, seed=seed)
    undisturbed = open_chaos(tmp_path / "undisturbed")
    drive(undisturbed, publisher, plan)
    here = [] if database.startswith("sqlite") else [database]
    command = [sys.executable, str(chaos_process.__file__), str(tmp_path / "home")]
    kills, chance = 0, random.Random(17)
    while True:
        process = subprocess.Popen([*command, str(seed), str(polls), *here])
        _wait_for_progress(tmp_path / "home", process)
        time.sleep(chance.random() * 0.4)
        if process.poll() is not None or kills == 6:
            assert process.wait() == 0
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills >= 3
    flow = open_chaos(tmp_path / "home", database=here[0] if here else "")
    found = everything(engine_of(flow))
    assert found == everything(engine_of(undisturbed))
    assert_right(judged(publisher, plan, list(changes_of(flow))))
    for one in (flow, undisturbed):
        one.close()


def _wait_for_progress(home: Path, process: subprocess.Popen[bytes]) -> None:
    """Until it has kept another snapshot: killed before that it would not get anywhere."""
    folder = home / "vault" / "snapshots"
    before = sum(1 for _ in folder.rglob("*.gz")) if folder.exists() else 0
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if folder.exists() and sum(1 for _ in folder.rglob("*.gz")) > before:
            return
        time.sleep(0.02)


def test_over_http_it_is_the_same(tmp_path: Path) -> None:
    publisher = chaos_publisher(seed=4)
    kinds = [kind for kind in FAULTS if kind != "hang"]
    plan = fair_plan(publisher, 160, seed=4, kinds=kinds)
    plan = (*plan[:80], Planned("hang"), *plan[81:])
    with CityServer(publisher, plan) as server:
        flow = open_chaos(tmp_path, url=server.url, timeout=0.5)
        found = judge(publisher, plan, _poll(flow, server, len(plan)), changes_of(flow))
        assert_right(found)
        assert found.kinds["closed"] > 50
        assert {seen.status for seen in server.seen} >= {0, 200, 304, 429, 500}
        assert {seen.parameters["$order"] for seen in server.seen} == {":id"}
        assert {seen.token for seen in server.seen} == {"an-app-token"}
        for entry, planned in zip(flow.snapshots.all(FEED), plan, strict=True):
            assert entry.verdict == VERDICTS.get(planned.kind, entry.verdict), planned
            assert planned.kind not in SHOWING or entry.verdict in ("good", "suspicious")
        flow.close()


def _poll(flow: LiveFlow, server: CityServer, polls: int) -> list[str]:
    """Poll once for each publication, by the city's own clock; the moments at which that was."""
    lease = flow.leases.acquire(FEED)
    assert lease is not None
    feed = FeedFlow(flow.agency(FEED), lease, flow.writer, flow.snapshots)
    moments = []
    with flow.client() as client:
        capture = Capture(flow.agency(FEED), client, flow.snapshots, "an-app-token")
        capture._clock = SteadyClock(server.now, lambda: server.now().timestamp())
        for _ in range(polls):
            entry = capture.once(feed.validators()).entry
            feed.take([entry])
            moments.append(entry.fetched_at)
            server.step()
    flow.leases.release(lease)
    return moments


def test_columns_that_are_gone_for_good(tmp_path: Path) -> None:
    """As in February 2026: no numbers, no times, no areas but the beat, from one publication on."""
    publisher = chaos_publisher(seed=6)
    fair = fair_plan(publisher, 400, seed=6, vanishing=())
    for_good = VANISHING[-1]
    plan = tuple(replace(one, gone=for_good if number >= 100 else frozenset()) for number, one in enumerate(fair))
    flow = open_chaos(tmp_path)
    drive(flow, publisher, plan, until=100)
    before = {call["id"] for call in flow.log.current(FEED)[1]}
    drive(flow, publisher, plan, until=104)
    after = {call["id"]: call for call in flow.log.current(FEED)[1]}
    kept = before & after.keys()
    assert len(kept) > 0.7 * len(before), "calls keep their ids when the numbers go"
    assert all(after[id_]["incident_number"] for id_ in kept), "and what was known of them"
    drive(flow, publisher, plan)
    gone = flow.log.tracking(FEED)["gone"]
    assert {"incident_number", "status", "division", "priority", "reporting_area", "reported_at"} <= set(gone)
    assert flow.log.tracking(FEED)["doubt"] is None or plan[-1].kind != "sound"
    found = judged(publisher, plan, list(changes_of(flow)))
    # A call that is corrected meanwhile, and two at one place, cannot be told from others: the rest must be right.
    assert len(found.false_closings) + len(found.doubled) <= 0.01 * found.incidents, found.sentences()
    assert (found.lost, found.overdue) == ([], []), found.sentences()
    flow.close()


def test_a_quiet_city_is_believed(tmp_path: Path) -> None:
    """Nobody is on any scene for half an hour: two empty answers say so, and everything is closed."""
    silence = (START + timedelta(minutes=60), START + timedelta(minutes=90))
    publisher = Publisher(SyntheticCity(1, silences=[silence]), START)
    plan: Plan = (Planned(),) * 60
    flow = open_chaos(tmp_path)
    drive(flow, publisher, plan, until=31)
    assert len(flow.log.current(FEED)[1]) > 10, "one empty answer ends nothing"
    drive(flow, publisher, plan, until=32)
    assert flow.log.current(FEED)[1] == []
    entries = {entry.number: (entry.verdict, entry.reasons) for entry in flow.snapshots.all(FEED)}
    assert entries[31] == ("suspicious", ["empty"])
    assert entries[32] == ("good", ["confirmed", "empty"])
    drive(flow, publisher, plan)
    found = judged(publisher, plan, list(changes_of(flow)))
    assert_right(found)
    closed = [one for one in changes_of(flow) if one["kind"] == "closed" and one["at"] == moment_of_poll(publisher, 31)]
    # Between the last answer that listed it and the first empty one, except for what was missed before that.
    assert moment_of_poll(publisher, 30) in {one["between"][1] for one in closed if one["between"]}
    flow.close()


class _Still(SyntheticCity):
    """A city in which nothing happens after the beginning."""

    def snapshot(self, at: datetime) -> list[dict[str, str]]:
        return super().snapshot(START)


@pytest.mark.parametrize("kind", ["empty", "truncated", "thinned", "spoiled", "unreadable", "out_of_date", "late"])
def test_bad_answers_alone_close_nothing(tmp_path: Path, kind: str) -> None:
    """Whatever stands between them, as long as one answer in six is whole."""
    publisher = Publisher(_Still(8), START)
    bad = Planned(kind, back=3 if kind in ("late", "out_of_date") else 0)
    plan: Plan = (Planned(),) * 4 + (bad, Planned(), Planned("failing"), bad, Planned("too_many"), Planned()) * 20
    flow = open_chaos(tmp_path)
    drive(flow, publisher, plan)
    assert {change["kind"] for change in changes_of(flow)} == {"opened"}
    assert flow.snapshots.verdicts(FEED)["good"] >= 40
    flow.close()


def test_the_judge_sees_a_flow_that_closes_too_soon(tmp_path: Path) -> None:
    """One miss for a closing: the answers that drop rows then close calls that go on."""
    publisher = chaos_publisher(seed=1)
    plan = fair_plan(publisher, 200, seed=1)
    flow = open_chaos(tmp_path)
    agency = flow.agencies[FEED]
    flow.agencies[FEED] = replace(agency, rules=replace(agency.rules, misses=1))
    drive(flow, publisher, plan)
    assert len(judged(publisher, plan, list(changes_of(flow))).false_closings) > 10
    flow.close()


def test_the_judge_sees_what_is_missing_and_what_is_too_much(tmp_path: Path) -> None:
    publisher = chaos_publisher(seed=2)
    plan: Plan = (Planned(),) * 60
    flow = open_chaos(tmp_path)
    drive(flow, publisher, plan)
    log = list(changes_of(flow))
    assert_right(judged(publisher, plan, log))

    def without(kind: str) -> Judgement:
        chosen = [number for number, change in enumerate(log) if change["kind"] == kind]
        left = [change for number, change in enumerate(log) if number != chosen[len(chosen) // 2]]
        return judged(publisher, plan, left)

    assert without("opened").lost
    assert without("closed").overdue
    assert without("unit_joined").lost
    assert without("unit_left").overdue
    assert judged(publisher, plan, [one for one in log if one["kind"] != "updated"]).wrong
    opened = next(change for change in log if change["kind"] == "opened" and not change.get("first"))
    place = log.index(opened)
    again: Change = {**opened, "call": "another"}
    assert judged(publisher, plan, [*log[:place], opened, *log[place:]]).doubled
    assert judged(publisher, plan, [*log[:place], again, *log[place:]]).doubled
    details = opened["details"]
    assert details is not None
    odd: Change = {**opened, "call": "odd", "details": {**details, "incident_number": "26-0000000"}}
    assert judged(publisher, plan, [*log[:place], odd, *log[place:]]).invented
    flow.close()
