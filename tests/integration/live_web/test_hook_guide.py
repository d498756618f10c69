"""The guide's way to check a signature, run on what is really sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.lib.hooks.courier import Desk
from tests.lib.hooks.receiver import Receiver
from tests.lib.live.city_feed import CityFeed
from tests.lib.web.thread_server import ThreadServer, until

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "follow.md"


@pytest.fixture
def desk(city: CityFeed) -> Iterator[Desk]:
    made = Desk(city)
    yield made
    made.close()


def test_the_guides_check_tells_what_is_genuine(city: CityFeed, desk: Desk) -> None:
    _, code = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)
    is_genuine = names["is_genuine"]
    receiver = Receiver()
    hook, other = desk.hook(receiver.url), desk.hook(receiver.url)
    city.open(2, nature_of_call="Trouble – übel 火事")
    desk.now = datetime.now(UTC)
    desk.run(hook)
    receiver.close()
    (sent,) = receiver.sent
    headers = dict(sent.headers)
    assert is_genuine(headers, sent.body, hook.secret)
    assert not is_genuine(headers, sent.body, other.secret)
    assert not is_genuine(headers, sent.body.replace(b"Trouble", b"Nothing"), hook.secret)
    for name, value in (("webhook-id", "msg_x"), ("webhook-timestamp", "1"), ("webhook-signature", "v1,AAAA")):
        assert not is_genuine({**headers, name: value}, sent.body, hook.secret)
    several = {**headers, "webhook-signature": f"v1,AAAA {headers['webhook-signature']}"}
    assert is_genuine(several, sent.body, hook.secret)


def test_the_guides_listener_misses_nothing(
    city: CityFeed, serve: Callable[[CityFeed], ThreadServer], capsys: pytest.CaptureFixture[str]
) -> None:
    server = serve(city)
    code, _ = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code.replace("https://your.host/api/v1/feeds/dallas-tx", server.api), names)
    at, seen = names["load"](), ""
    city.open(2)
    cursors: list[str] = []
    thread = threading.Thread(target=lambda: cursors.append(names["follow"](at)))
    thread.start()
    city.open(1)

    def heard() -> bool:
        nonlocal seen
        seen += capsys.readouterr().out
        return seen.count("opened") == 3

    until(heard)
    server.hub.loop.call_soon_threadsafe(server.hub.end_all, "rotation")  # type: ignore[union-attr]
    thread.join(20)
    assert cursors == [f"{city.epoch}:3"]


def test_the_guide_says_what_the_program_does() -> None:
    from bluelamp.follow.deliverer import AT_ONCE, SLOW_AT_ONCE
    from bluelamp.follow.delivery import PATIENCE, RETRIES
    from bluelamp.follow.log_reader import MOST_CHANGES
    from bluelamp.storage.follow.hooks import MOST_HOOKS

    text = " ".join(GUIDE.read_text("utf-8").split())
    waits = [int(wait.total_seconds()) for wait in RETRIES]
    assert waits == [5, 30, 120, 600, 3600, 21600]
    assert "5 seconds, 30 seconds, 2 minutes, 10 minutes, an hour and 6 hours" in text
    assert f"within {PATIENCE:.0f} seconds" in text
    assert f"in order, {MOST_CHANGES} at most" in text
    assert f"at most {MOST_HOOKS} webhooks" in text
    assert (AT_ONCE, SLOW_AT_ONCE) == (8, 4)
    assert "eight are sent to at once, and of these at most four" in text
