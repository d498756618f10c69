"""Keys and webhooks on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.cli import exits, main
from bluelamp.storage.follow.hooks import NewHook
from bluelamp.storage.follow.progress import HookProgress
from bluelamp.storage.live.leases import Leases
from bluelamp.storage.tables.follow import HOOK_LEASE
from tests.lib.live.city_feed import FEED, CityFeed


class Commands:
    def __init__(self, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._home, self._capsys = home, capsys

    def __call__(self, *words: str) -> str:
        assert main(["--home", str(self._home), *words]) == exits.DONE
        return self._capsys.readouterr().out

    def json(self, *words: str) -> list[Any]:
        return [json.loads(line) for line in self(*words, "--json").splitlines()]

    def fails(self, *words: str) -> str:
        assert main(["--home", str(self._home), *words]) != exits.DONE
        return self._capsys.readouterr().err


@pytest.fixture
def run(city: CityFeed, capsys: pytest.CaptureFixture[str]) -> Commands:
    return Commands(city.settings.home, capsys)


def test_keys_are_made_listed_and_taken_back(city: CityFeed, run: Commands) -> None:
    token = run("keys", "add", "A newsroom").strip()
    found = city.half.keys.find(token)
    assert found is not None
    (other,) = run.json("keys", "add", "Another")
    assert city.half.keys.find(other["key"])
    listed = run("keys", "list")
    assert token not in listed
    assert token[:8] in listed
    assert [(one["name"], one["begins"]) for one in run.json("keys", "list")] == [
        ("A newsroom", token[:8]), ("Another", other["key"][:8])
    ]  # fmt: skip
    assert "already" in run.fails("keys", "add", "Another")
    city.half.hooks.make(NewHook(found.id, FEED, "https://example.org/", {}), None)
    assert "1 webhook with it" in run("keys", "remove", "A newsroom")
    assert city.half.keys.find(token) is None
    assert city.half.hooks.all() == []
    assert "There is no key" in run.fails("keys", "remove", "A newsroom")


def test_looking_makes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = Commands(tmp_path / "nothing", capsys)
    assert "There is no key" in run("keys", "list")
    assert "There is no webhook" in run("hooks", "list")
    assert "There is no webhook" in run.fails("hooks", "dead", "hook_x")
    assert not (tmp_path / "nothing" / "live.sqlite").exists()


def test_webhooks_are_listed_and_their_dead_letters_tried_again(city: CityFeed, run: Commands) -> None:
    city.half.keys.add("A newsroom")
    key = city.half.keys.all()[0].id
    hook = city.half.hooks.make(NewHook(key, FEED, "https://example.org/in", {}), city.flow.log.head(FEED))
    city.open(4)
    lease = Leases(city.half.hooks.engine, HOOK_LEASE).acquire("webhooks")
    assert lease is not None
    body = json.dumps({"to": 3, "changes": [{}, {}, {}]})
    HookProgress(city.half.hooks.engine).died(lease, hook, 3, "msg_1", body, "It answered 500.", city.now)
    (told,) = run.json("hooks", "list")
    assert (told["id"], told["key"], told["waiting"], told["dead"]) == (hook.id, "A newsroom", 1, 1)
    assert hook.secret not in run("hooks", "list")
    assert "3 changes up to 3" in run("hooks", "dead", hook.id)
    (letter,) = run.json("hooks", "dead", hook.id)
    assert (letter["reason"], letter["payload"]["to"]) == ("It answered 500.", 3)
    assert "1 dead letter will be tried" in run("hooks", "retry", hook.id)
    assert city.half.hooks.letters(hook.id)[0].again
    assert "There is no webhook" in run.fails("hooks", "retry", "hook_x")
    for number in range(2, 23):
        now = city.half.hooks.get(hook.id)
        HookProgress(city.half.hooks.engine).died(lease, now, 3, f"msg_{number}", body, "It answered 500.", city.now)
    assert len(run.json("hooks", "dead", hook.id)) == 20
    assert "is removed" in run("hooks", "remove", hook.id)
    assert city.half.hooks.all() == []
    assert city.half.hooks.dead() == {}
