"""Places that are moved from view: the log made anew is the same, whatever the database, and so is what follows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bluelamp.bootstrap import open_live
from bluelamp.domain.place import metres_between
from bluelamp.live.rebuild import rebuild
from bluelamp.live.workflow import LiveFlow
from bluelamp.storage.follow.hooks import NewHook
from bluelamp.storage.follow.progress import LEASE_NAME, HookProgress
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.tables.follow import HOOK_LEASE
from tests.lib.live.guarded_feeds import GUARDED, HIDDEN, LISTED, Feeds, census, everything_said, leaks, make_home
from tests.lib.live.home import engine_of, everything
from tests.lib.loopback import Loopback


@pytest.fixture
def geocoder() -> Iterator[Loopback]:
    opened = Loopback()
    census(opened)
    yield opened
    opened.close()


def test_a_rebuild_moves_every_point_to_where_it_was(tmp_path: Path, database: str, geocoder: Loopback) -> None:
    settings = make_home(tmp_path / "home", geocoder.url, delay=0, database=database)
    with closing(Feeds(settings)) as feeds:
        for feed in (GUARDED, HIDDEN):
            feeds.flow.take_waiting(feed)
        before = kept(feeds)
    asked = len(geocoder.log)
    assert asked
    with closing(open_live(settings)) as again:  # another process, with the secret that the installation has
        for feed in (GUARDED, HIDDEN):
            rebuild(again, feed, lambda count, of: None)
        assert kept(again) == before
    assert len(geocoder.log) == asked
    assert leaks(repr(before).encode()) == ["EARLYBIRD", "26-7770002"]  # no delay here


def kept(it: Feeds | LiveFlow) -> dict[str, list[str]]:
    """All that the live half keeps; two feeds have no order between them."""
    flow = it.flow if isinstance(it, Feeds) else it
    return {table: sorted(map(repr, rows)) for table, rows in everything(engine_of(flow)).items()}


def test_the_same_house_is_shown_at_the_same_point_in_every_call(tmp_path: Path, geocoder: Loopback) -> None:
    with closing(Feeds(make_home(tmp_path / "home", geocoder.url, delay=0))) as feeds:
        changes = feeds.flow.log.changes(feeds.flow.log.head(GUARDED), 0, 1_000)
    opened = [one.change["details"] for one in changes if one.change["kind"] == "opened"]
    house = [call["place"] for call in opened if call and (call["location"] or "").startswith("486XX S")]
    assert len(house) == 2
    assert house[0] == house[1]
    assert house[0] is not None
    assert 0 < metres_between(*LISTED, house[0]["lat"], house[0]["lon"]) < 120 + 107


def test_stricter_rules_hold_for_all_that_a_rebuild_tells(tmp_path: Path, geocoder: Loopback) -> None:
    settings = make_home(tmp_path / "home", geocoder.url, delay=0)
    with closing(Feeds(settings)) as feeds:
        assert any("lat" in (call["place"] or {}) for call in feeds.flow.log.current(GUARDED)[1])
    file = settings.home / "feeds" / f"{GUARDED}.toml"
    file.write_text(file.read_text().replace('finest = "block"', 'finest = "area"'))
    with closing(open_live(settings)) as again:
        rebuild(again, GUARDED, lambda count, of: None)
        told = [one.change for one in again.log.changes(again.log.head(GUARDED), 0, 1_000)]
    assert len(told) > 10
    assert not any("lat" in one for one in everything_said(told))


def test_a_rebuild_lets_dead_letters_go(tmp_path: Path, database: str, geocoder: Loopback) -> None:
    settings = make_home(tmp_path / "home", geocoder.url, delay=0, database=database)
    with closing(Feeds(settings)) as feeds:
        flow, keys, hooks = feeds.flow, feeds.half.keys, feeds.half.hooks
        keys.add("A newsroom")
        key, engine = keys.all()[0].id, hooks.engine
        hook, other = (
            hooks.make(NewHook(key, feed, "https://example.org/", {}), flow.log.head(feed))
            for feed in (GUARDED, HIDDEN)
        )
        lease, progress = Leases(engine, HOOK_LEASE).acquire(LEASE_NAME), HookProgress(engine)
        assert lease is not None
        for one in (hook, other):
            assert progress.died(lease, one, 1, "msg_1", '{"changes": []}', "no", "2026-02-11T06:00:00.000Z")
        hooks.change(hook.id, key, state="paused")
        paused = hooks.get(hook.id)
        rebuild(flow, GUARDED, lambda count, of: None)
        assert hooks.dead() == {other.id: 1}
        # What was under way all along says what the old log said, too.
        assert not progress.died(lease, paused, 2, "msg_2", "{}", "no", "2026-02-11T06:00:00.000Z")
        assert hooks.dead() == {other.id: 1}
