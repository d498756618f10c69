"""The hub loads a feed when somebody watches it, and lets it go when nobody has for a while."""

from __future__ import annotations

import asyncio

import pytest

from bluelamp.errors import Overloaded
from bluelamp.storage.live.event_log import Head
from bluelamp.web.streams import hub as hubs
from bluelamp.web.streams.board import FeedSnapshot
from bluelamp.web.streams.hub import Hub


def _hub() -> Hub:
    hub = Hub(ring=10, per_address=5, total=5)
    hub.known({"city": Head("city", 1, "aaaa", 0), "town": Head("town", 2, "bbbb", 0)})
    return hub


def test_whoever_asks_for_a_feed_has_it_loaded() -> None:
    async def asked() -> None:
        hub = _hub()
        hub.start()

        def load() -> None:  # as the follower does, which is told to look
            for feed in hub.wanted_feeds():
                hub.loaded(FeedSnapshot(hub.heads[feed], {}), ())

        hub.poke = load
        assert hub.wanted_feeds() == set()
        board = await hub.find("city")
        assert board is not None
        assert (list(hub.boards), hub.wanted_feeds()) == (["city"], {"city"})
        assert await hub.find("atlantis") is None
        await hub.stop()

    asyncio.run(asked())


def test_what_is_not_loaded_in_time_is_said_to_be_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hubs, "_LOADING", 0.0)

    async def asked() -> None:
        with pytest.raises(Overloaded, match="calls of city are being loaded"):
            await _hub().find("city")

    asyncio.run(asked())


def test_a_feed_is_let_go_only_when_nobody_has_asked_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = _hub()
    hub.want("city")
    hub._load(FeedSnapshot(hub.heads["city"], {}), ())
    hub._drop("city")
    assert list(hub.boards) == ["city"], "somebody asked meanwhile"
    monkeypatch.setattr(hubs, "_IDLE", -1.0)
    hub._drop("city")
    assert hub.boards == {}
    assert "city" in hub.heads, "it is known all the same"
