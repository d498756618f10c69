"""What is kept is its owner's: modes of homes, databases and copies; secrets apart from the copy."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bluelamp.bootstrap import open_archive, open_live, open_live_half
from bluelamp.settings import read_settings
from bluelamp.storage.backup import back_up
from bluelamp.storage.ledger.ledger_copy import keep_copy
from bluelamp.storage.live.snapshots import Body, NewSnapshot
from bluelamp.storage.places.store import PlaceStore
from bluelamp.storage.private import tighten_home
from bluelamp.storage.relational.database import open_database
from bluelamp.storage.tables.follow import HOOK


@pytest.fixture(autouse=True)
def _open_handed() -> Iterator[None]:
    """A machine whose files are for everybody to read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def _mode(path: Path) -> str:
    return oct(path.stat().st_mode & 0o777)


def test_a_new_home_is_shut_to_others(tmp_path: Path) -> None:
    home = tmp_path / "deep" / "home"
    settings = read_settings({"home": home}, {})[0]
    open_archive(settings)
    flow = open_live(settings)
    flow.writer.secret()
    keep_copy(home / "ledger.sqlite")
    assert _mode(home) == "0o700"
    assert {path.name: _mode(path) for path in home.iterdir() if path.is_file()} == {
        path.name: "0o600" for path in home.iterdir() if path.is_file()
    }
    assert {"ledger.sqlite", "live.sqlite", "live.sqlite-wal"} <= {path.name for path in home.iterdir()}
    flow.close()


def test_a_home_of_before_is_shut_when_it_is_opened(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    for name in ("live.sqlite", "ledger.sqlite", "bluelamp.toml"):
        (home / name).touch(mode=0o644)
    open_live(read_settings({"home": home}, {})[0], looking=True).close()
    assert [_mode(path) for path in (home, *sorted(home.iterdir()))][:1] == ["0o700"]
    assert {_mode(home / name) for name in ("live.sqlite", "ledger.sqlite", "bluelamp.toml")} == {"0o600"}


def test_a_database_elsewhere_does_not_shut_its_folder(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    open_database(f"sqlite:///{folder / 'ledger.sqlite'}").dispose()
    assert (_mode(folder), _mode(folder / "ledger.sqlite")) == ("0o755", "0o600")


def test_a_copy_holds_no_secret_in_the_open_and_gets_them_back(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "copy"
    settings = read_settings({"home": home}, {})[0]
    half = open_live_half(settings)
    jitter = half.flow.writer.secret()
    signed = "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
    with half.hooks.engine.begin() as connection:
        facts = {"url": "https://example.org/", "filter": {}, "kinds": [], "created_at": "", "epoch": ""}
        numbers = {"key": 1, "log": 0, "seq": 0, "told": 0}
        connection.execute(HOOK.insert().values(id="h", feed="city", secret=signed, state="active", **facts, **numbers))
    half.close()
    back_up(home, target, lambda _size, _files: None)
    assert _mode(target) == "0o700"
    assert {_mode(path) for path in target.iterdir() if path.is_file()} == {"0o600"}
    copy = (target / "live.sqlite").read_bytes()
    assert signed.encode() not in copy
    assert jitter.encode() not in copy
    with closing(sqlite3.connect(target / "live.sqlite")) as connection:
        assert connection.execute("SELECT state FROM hook").fetchall() == [("paused",)]
    engine = open_database(f"sqlite:///{target / 'live.sqlite'}")
    assert PlaceStore(engine).secret() == jitter
    with engine.connect() as connection:
        assert connection.execute(sa.select(HOOK.c.secret, HOOK.c.state)).one() == (signed, "active")
    assert not (target / "secrets.sqlite").exists(), "once they are back they lie in one place"
    engine.dispose()


def test_a_copy_tells_no_address_of_a_chat_and_keeps_what_it_does_not_know(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "copy"
    half = open_live_half(read_settings({"home": home}, {})[0])
    chat, signed = "https://hooks.example.org/services/T0/B0/whoever-has-this-posts", "whsec_c2VjcmV0LW9mLXRoZS1ob29r"
    with half.hooks.engine.begin() as connection:
        facts = {"filter": {}, "kinds": [], "created_at": "", "epoch": "", "style": "slack", "url": chat}
        numbers = {"key": 1, "log": 0, "seq": 0, "told": 0}
        connection.execute(HOOK.insert().values(id="h", feed="city", secret=signed, state="active", **facts, **numbers))
    half.close()
    back_up(home, target, lambda _size, _files: None)
    assert chat.encode() not in (target / "live.sqlite").read_bytes()
    # The copy without its secrets becomes a home, which is copied in its turn: the earlier secrets stay.
    restored = tmp_path / "restored"
    restored.mkdir()
    (restored / "live.sqlite").write_bytes((target / "live.sqlite").read_bytes())
    back_up(restored, target, lambda _size, _files: None)
    engine = open_database(f"sqlite:///{target / 'live.sqlite'}")
    with engine.connect() as connection:
        told = connection.execute(sa.select(HOOK.c.secret, HOOK.c.state, HOOK.c.url)).one()
    assert told == (signed, "active", chat)
    engine.dispose()


def test_a_folder_that_is_no_home_is_not_shut(tmp_path: Path) -> None:
    folder = tmp_path / "srv"
    folder.mkdir(mode=0o755)
    tighten_home(folder)
    assert _mode(folder) == "0o755"
    (folder / "ledger.sqlite").touch(mode=0o644)
    tighten_home(folder)
    assert (_mode(folder), _mode(folder / "ledger.sqlite")) == ("0o700", "0o600")


def test_without_its_secrets_a_copy_opens_and_signs_with_what_nobody_knows(tmp_path: Path) -> None:
    home, target = tmp_path / "home", tmp_path / "copy"
    flow = open_live(read_settings({"home": home}, {})[0])
    jitter = flow.writer.secret()
    flow.close()
    back_up(home, target, lambda _size, _files: None)
    (target / "secrets.sqlite").unlink()
    engine = open_database(f"sqlite:///{target / 'live.sqlite'}")
    assert PlaceStore(engine).secret() not in ("", jitter)
    engine.dispose()


def test_the_keys_of_a_request_are_not_kept(tmp_path: Path) -> None:
    flow = open_live(read_settings({"home": tmp_path / "home"}, {})[0])
    url = "https://example.org/calls?app_key=topsecret&$limit=5"
    now = datetime(2026, 1, 1, tzinfo=UTC).isoformat()
    entry = flow.snapshots.keep("city", NewSnapshot(now, "polled", [Body(url, 200, {}, b"[]")]))
    assert [part["url"] for part in flow.snapshots.after("city", 0)[0].parts] == [
        "https://example.org/calls?app_key=•••&$limit=5"
    ]
    assert entry.number == 1
    flow.close()
