"""Webhooks over HTTP: whose they are, what is refused, and a whole way from a snapshot to a signed delivery."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any, get_args

import httpx
import pytest

from bluelamp.storage.tables.follow import HOOK, HOOK_LETTER
from bluelamp.web.follow.hook_schemas import (
    DeliveryTestModel,
    HookKind,
    HookModel,
    HooksModel,
    LettersModel,
    MadeHookModel,
    RetryingModel,
)
from tests.lib.hooks.receiver import Receiver
from tests.lib.live.city_feed import FEED, CityFeed
from tests.lib.web.thread_server import ThreadServer, until

Serve = Callable[..., ThreadServer]
PUSH = "a token of twenty characters"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def server(city: CityFeed, serve: Serve) -> ThreadServer:
    """One that writes, and so delivers."""
    server = serve(city, push_token=PUSH)
    until(lambda: FEED in server.hub.boards)
    return server


@pytest.fixture
def api(city: CityFeed, server: ThreadServer) -> Iterator[httpx.Client]:
    """With a key."""
    key = city.half.keys.add("A newsroom")
    with httpx.Client(
        base_url=f"{server.url}/api/v1", headers={"Authorization": f"Bearer {key}"}, timeout=20
    ) as client:
        yield client


def made(api: httpx.Client, url: str, **more: Any) -> dict[str, Any]:
    answer = api.post("/hooks", json={"feed": FEED, "url": url, **more})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    MadeHookModel.model_validate(found)
    return found


def test_a_snapshot_becomes_a_signed_delivery(city: CityFeed, api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, receiver.url, filter={"beat": ["7"]}, description="for the desk")
    assert hook["secret"].startswith("whsec_")
    assert hook["cursor"] == city.cursor
    city.open(1, beat="6")
    city.open(1, beat="7")
    until(lambda: receiver.sent)
    (sent,) = receiver.sent
    assert sent.is_signed_with(hook["secret"])
    assert [one["details"]["beat"] for one in sent.told["changes"]] == ["7"]
    until(lambda: api.get(f"/hooks/{hook['id']}").json()["delivered"] == 1)
    found = api.get(f"/hooks/{hook['id']}").json()
    HookModel.model_validate(found)
    assert "secret" not in found
    assert (found["waiting"], found["tries"], found["problem"], found["dead"]) == (0, 0, "", 0)
    assert found["cursor"] == city.cursor
    assert found["filter"]["beat"] == ["7"]
    assert found["state"] == "active"
    listed = api.get("/hooks").json()
    HooksModel.model_validate(listed)
    assert listed["hooks"] == [found]
    assert set(listed["kinds"]) == set(get_args(HookKind)), "every kind that may be chosen has its words"
    assert listed["states"][found["state"]] == found["words"]
    assert api.get("/hooks").headers["cache-control"] == "no-store"
    metrics = httpx.get(str(api.base_url).replace("/api/v1/", "/metrics")).text.splitlines()
    assert {
        'bluelamp_webhooks{state="active"} 1.0',
        'bluelamp_webhooks{state="gone"} 0.0',
        'bluelamp_webhook_deliveries_total{feed="city"} 1.0',
        'bluelamp_webhook_waiting_changes{feed="city"} 0.0',
        'bluelamp_webhook_dead_letters{feed="city"} 0.0',
    } <= set(metrics)


NO_KEYS = (None, "", "Bearer", "Bearer bl_wrong", "Basic Ymw6", f"Bearer {PUSH}", "bl_x y")
_ID = "hook_0123456789abcdef"
ROUTES = (
    ("GET", ""), ("POST", ""), ("GET", f"/{_ID}"), ("PATCH", f"/{_ID}"), ("DELETE", f"/{_ID}"), ("GET", f"/{_ID}/dead"),
    ("POST", f"/{_ID}/dead/retry"), ("POST", f"/{_ID}/test"),
)  # fmt: skip


def test_without_a_key_nothing_is_told(server: ThreadServer) -> None:
    with httpx.Client(base_url=f"{server.url}/api/v1") as client:
        for shown in NO_KEYS:
            headers = {} if shown is None else {"Authorization": shown}
            for method, path in ROUTES:
                content = b"{" if method in ("POST", "PATCH") else None
                answer = client.request(method, f"/hooks{path}", content=content, headers=headers)
                assert answer.status_code == 401, (shown, method, path)
                assert answer.headers["content-type"] == "application/problem+json"
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.json()["title"] == "An API key is needed"


def test_a_webhook_is_its_keys_alone(city: CityFeed, api: httpx.Client, server: ThreadServer) -> None:
    hook = made(api, "https://example.org/in")
    other = city.half.keys.add("Another")
    with httpx.Client(base_url=str(api.base_url), headers={"Authorization": f"Bearer {other}"}) as theirs:
        assert theirs.get("/hooks").json()["hooks"] == []
        for method, path in (
            ("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/dead"), ("POST", "/dead/retry"), ("POST", "/test")
        ):  # fmt: skip
            answer = theirs.request(method, f"/hooks/{hook['id']}{path}", content=b"{}" if method == "PATCH" else None)
            assert answer.status_code == 404, (method, path)
    assert api.get(f"/hooks/{hook['id']}").status_code == 200


HOSTILE = (
    "http://127.0.0.1/", "http://localhost:8000/", "https://[::1]/", "http://10.0.0.1/", "http://192.168.1.1/admin",
    "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://2130706433/", "http://0x7f.1/",
    "http://[::ffff:127.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://100.64.0.1/", "http://[fe80::1]/",
    "http://[fd00::1]/", "http://224.0.0.1/", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)",
    "https://user:secret@example.org/", "//example.org/", "example.org", "https://", "https://exa mple.org/",
    "http://127.0.0.1\t/", "gopher://example.org/", "https://example.org:99999/", "unix:/run/x.sock",
)  # fmt: skip


def test_addresses_that_nothing_is_sent_to(city: CityFeed, serve: Serve) -> None:
    server = serve(city, push_token=PUSH, allow_private_addresses=False)
    until(lambda: FEED in server.hub.boards)
    headers = {"Authorization": f"Bearer {city.half.keys.add('A newsroom')}"}
    with httpx.Client(base_url=f"{server.url}/api/v1", headers=headers) as api:
        for url in HOSTILE:
            answer = api.post("/hooks", json={"feed": FEED, "url": url})
            assert answer.status_code == 400, url
            assert answer.json()["detail"], url
            assert "secret" not in answer.json()["detail"]
        hook = made(api, "https://93.184.215.14/in")
        for url in HOSTILE:
            assert api.patch(f"/hooks/{hook['id']}", json={"url": url}).status_code == 400, url
        # One that is kept nevertheless, as after a name has changed its mind: the connection itself is refused.
        city.half.hooks.change(hook["id"], 1, url="http://127.0.0.1:9/")
        tried = api.post(f"/hooks/{hook['id']}/test").json()
        DeliveryTestModel.model_validate(tried)
        assert (tried["taken"], tried["status"]) == (False, None)
        assert "not a public one" in tried["problem"]


NO_WEBHOOKS = (
    (b"", "not understood"),
    (b"[]", "not understood"),
    (b'{"feed": "city"}', "url"),
    (b'{"feed": "city", "url": "https://example.org/", "more": 1}', "more"),
    (b'{"feed": "city", "url": "https://example.org/", "kinds": ["exploded"]}', "kinds"),
    (b'{"feed": "city", "url": "https://example.org/", "filter": {"colour": ["x"]}}', "colour"),
    (b'{"feed": "city", "url": "https://example.org/", "filter": {"bbox": [1, 2, 3]}}', "bbox"),
    (b'{"feed": "city", "url": "https://example.org/", "filter": {"bbox": [1, 5, 3, 4]}}', "area"),
    (b'{"feed": "city", "url": "https://example.org/", "filter": {"bbox": [1, NaN, 3, 4]}}', "area"),
    (b'{"feed": "city", "url": "https://example.org/", "description": "' + b"x" * 70_000 + b'"}', "too large"),
)


def test_what_is_no_webhook_is_refused_in_words(api: httpx.Client) -> None:
    for body, words in NO_WEBHOOKS:
        answer = api.post("/hooks", content=body)
        assert answer.status_code == 400, body[:100]
        assert words in answer.json()["detail"], body[:100]
    assert api.get("/hooks").json()["hooks"] == []


def test_there_are_only_feeds_that_there_are(api: httpx.Client) -> None:
    assert api.post("/hooks", json={"feed": "nowhere", "url": "https://example.org/"}).status_code == 404
    assert api.get("/hooks/hook_0123456789abcdef").status_code == 404
    assert api.get("/hooks/nothing").status_code == 400
    assert api.put("/hooks").headers["allow"] == "GET, POST"
    assert api.post("/hooks/hook_0123456789abcdef").headers["allow"] == "GET, PATCH, DELETE"


def test_it_is_changed_paused_and_removed(city: CityFeed, api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, f"{receiver.url}/old", kinds=["opened", "opened"], filter={"bbox": [-97, 32, -96, 33.5]})
    assert hook["kinds"] == ["opened"]
    assert hook["filter"]["bbox"] == [-97.0, 32.0, -96.0, 33.5]
    changed = api.patch(f"/hooks/{hook['id']}", json={"state": "paused", "kinds": [], "filter": {"beat": ["1"]}}).json()
    HookModel.model_validate(changed)
    assert (changed["state"], changed["kinds"], changed["filter"]["bbox"]) == ("paused", [], None)
    assert changed["url"] == f"{receiver.url}/old"
    city.open(1, beat="1")
    assert api.get(f"/hooks/{hook['id']}").json()["waiting"] == 1
    api.patch(f"/hooks/{hook['id']}", json={"state": "active", "url": f"{receiver.url}/new"})
    until(lambda: receiver.sent)
    assert [one.path for one in receiver.sent] == ["/new"]
    assert api.delete(f"/hooks/{hook['id']}").status_code == 204
    assert api.get(f"/hooks/{hook['id']}").status_code == 404
    assert city.half.hooks.all() == []


def test_a_test_delivery_says_what_came_of_it(api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, receiver.url)
    found = api.post(f"/hooks/{hook['id']}/test").json()
    assert found == {"id": receiver.sent[0].id, "taken": True, "status": 204, "problem": ""}
    assert receiver.sent[0].is_signed_with(hook["secret"])
    assert receiver.sent[0].told["test"] is True
    assert receiver.sent[0].told["changes"] == []
    receiver.status = 500
    found = api.post(f"/hooks/{hook['id']}/test").json()
    assert (found["taken"], found["status"], found["problem"]) == (False, 500, "The receiver answered 500: “no”.")


def test_after_a_test_that_is_taken_what_waits_is_tried_at_once(
    api: httpx.Client, receiver: Receiver, city: CityFeed
) -> None:
    hook = made(api, receiver.url)
    with city.half.hooks.engine.begin() as connection:  # its receiver was down for so long that hours would pass
        connection.execute(HOOK.update().values(next_try_at="2999-01-01T00:00:00.000Z", tries=5))
    receiver.status = 503
    assert not api.post(f"/hooks/{hook['id']}/test").json()["taken"]
    assert api.get(f"/hooks/{hook['id']}").json()["next_try_at"]
    receiver.status = 204
    assert api.post(f"/hooks/{hook['id']}/test").json()["taken"]
    assert api.get(f"/hooks/{hook['id']}").json()["next_try_at"] is None


def test_a_style_is_chosen_and_changed(api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, receiver.url, style="discord")
    assert hook["style"] == "discord"
    api.post(f"/hooks/{hook['id']}/test")
    assert "A test of city" in json.loads(receiver.sent[-1].body)["content"]
    assert receiver.sent[-1].is_signed_with(hook["secret"])
    assert api.patch(f"/hooks/{hook['id']}", json={"style": "ntfy"}).json()["style"] == "ntfy"
    api.post(f"/hooks/{hook['id']}/test")
    assert receiver.sent[-1].body.decode().startswith("A test of city")
    assert api.patch(f"/hooks/{hook['id']}", json={"style": "smoke"}).status_code == 400


def test_so_many_test_deliveries_at_once(api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, f"{receiver.url}/held")
    receiver.held["/held"] = threading.Event()
    threads = [threading.Thread(target=api.post, args=(f"/hooks/{hook['id']}/test",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    until(lambda: receiver.waiting == 4)
    assert api.post(f"/hooks/{hook['id']}/test").status_code == 503
    receiver.held["/held"].set()
    for thread in threads:
        thread.join()
    assert api.post(f"/hooks/{hook['id']}/test").json()["taken"]


def test_dead_letters_are_read_and_tried_again(city: CityFeed, api: httpx.Client, receiver: Receiver) -> None:
    hook = made(api, receiver.url)
    assert api.get(f"/hooks/{hook['id']}/dead").json() == {"hook": hook["id"], "total": 0, "letters": []}
    body = json.dumps({"hook": hook["id"], "changes": []})
    at = "2026-03-01T00:00:00.000Z"
    letter = {"hook": hook["id"], "message": "msg_1", "body": body, "reason": "It answered 500.", "tries": 7}
    with city.half.hooks.engine.begin() as connection:
        connection.execute(HOOK_LETTER.insert().values(**letter, first_try_at=at, died_at=at))
    found = api.get(f"/hooks/{hook['id']}/dead").json()
    LettersModel.model_validate(found)
    assert found["total"] == 1
    assert (found["letters"][0]["id"], found["letters"][0]["payload"]["hook"]) == ("msg_1", hook["id"])
    assert api.get(f"/hooks/{hook['id']}").json()["dead"] == 1
    answer = api.post(f"/hooks/{hook['id']}/dead/retry")
    RetryingModel.model_validate(answer.json())
    assert (answer.status_code, answer.json()) == (202, {"retrying": 1, "problem": ""})
    until(lambda: api.get(f"/hooks/{hook['id']}/dead").json()["total"] == 0)
    assert [(one.id, one.body) for one in receiver.sent] == [("msg_1", body.encode())]
