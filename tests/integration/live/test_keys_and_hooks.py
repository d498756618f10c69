"""API keys and webhooks as they are kept, on SQLite and on PostgreSQL."""

from __future__ import annotations

import base64
import hashlib

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bluelamp.errors import Busy, NoSuchThing, UsageError
from bluelamp.storage.follow.hooks import GONE, MOST_HOOKS, Hooks, NewHook, waiting_of
from bluelamp.storage.follow.keys import Keys
from bluelamp.storage.follow.progress import LEASE_NAME, HookProgress
from bluelamp.storage.live.event_log import Head
from bluelamp.storage.live.leases import Lease, Leases
from bluelamp.storage.tables.follow import API_KEY, HOOK, HOOK_LEASE, HOOK_LETTER

HEAD = Head("city", 1, "e1", 40)
AT, LATER = "2026-02-11T06:00:00.000Z", "2026-02-11T07:00:00.000Z"


def wanted(key: int = 1) -> NewHook:
    return NewHook(key, "city", "https://example.org/in", {"beat": ["1"]}, ["opened"], "mine")


def add_keys(engine: sa.Engine) -> None:
    """Two, with the ids 1 and 2."""
    for name in ("One", "Two"):
        Keys(engine).add(name)


def lease_of(engine: sa.Engine) -> Lease:
    found = Leases(engine, HOOK_LEASE).acquire(LEASE_NAME)
    assert found is not None
    return found


def test_the_tables_are_what_the_migration_made(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), API_KEY.metadata)
    ours = {API_KEY.name, HOOK.name, HOOK_LEASE.name, HOOK_LETTER.name}
    assert not [one for one in differences if any(name in str(one) for name in ours)]


def test_a_key_is_told_once_and_kept_as_a_hash(engine: sa.Engine) -> None:
    keys = Keys(engine)
    token, other = keys.add("  A newsroom "), keys.add("Another")
    assert token.startswith("bl_")
    assert len(base64.urlsafe_b64decode(token.removeprefix("bl_") + "=")) == 32
    with engine.connect() as connection:
        rows = connection.execute(sa.select(API_KEY)).all()
    assert token not in repr(rows)
    assert rows[0].sha256 == hashlib.sha256(token.encode()).hexdigest()
    assert [key.name for key in keys.all()] == ["A newsroom", "Another"]
    assert keys.all()[0].last_used_at == ""
    found = keys.find(token)
    assert found is not None
    assert found.name == "A newsroom"
    assert keys.all()[0].last_used_at
    assert keys.all()[1].last_used_at == ""
    near = (token[:-1], token + "x", token[:8] + other[8:], other.upper())
    for wrong in (*near, "", "bl_", "\ud800", "bl_\0" + "x" * 40):
        assert keys.find(wrong) is None
    with pytest.raises(UsageError, match="already"):
        keys.add("Another")
    with pytest.raises(UsageError, match="name"):
        keys.add(" \n ")


def test_a_key_that_is_removed_opens_nothing_and_takes_its_webhooks_along(engine: sa.Engine) -> None:
    keys, hooks = Keys(engine), Hooks(engine)
    token = keys.add("A newsroom")
    keys.add("Another")
    mine, theirs = (key.id for key in keys.all())
    hooks.make(wanted(mine), HEAD)
    hooks.make(wanted(mine), HEAD)
    kept = hooks.make(wanted(theirs), HEAD)
    assert keys.remove("  A  newsroom ") == 2
    assert keys.find(token) is None
    assert hooks.all() == [kept]
    with pytest.raises(NoSuchThing):
        keys.remove("A newsroom")


def test_a_webhook_is_its_owners_alone(engine: sa.Engine) -> None:
    hooks = Hooks(engine)
    add_keys(engine)
    hook = hooks.make(wanted(), HEAD)
    assert (hook.log, hook.epoch, hook.seq, hook.told, hook.state) == (1, "e1", 40, 40, "active")
    assert hook.secret.startswith("whsec_")
    assert hook.secret not in repr(hook)
    assert hooks.get(hook.id, 1) == hook
    for act in (hooks.get, hooks.remove, hooks.change):
        with pytest.raises(NoSuchThing):
            act(hook.id, 2)
    changed = hooks.change(hook.id, 1, url="https://example.org/other", state="paused")
    assert (changed.url, changed.state, changed.seq, changed.version) == ("https://example.org/other", "paused", 40, 2)
    assert HookProgress(engine).active() == []
    hooks.remove(hook.id, 1)
    assert hooks.all(1) == []


def test_a_key_has_so_many_webhooks_and_no_more(engine: sa.Engine) -> None:
    hooks = Hooks(engine)
    add_keys(engine)
    for _ in range(MOST_HOOKS):
        hooks.make(wanted(), None)
    with pytest.raises(UsageError, match="at most"):
        hooks.make(wanted(), None)
    assert len(hooks.all(1)) == MOST_HOOKS
    hooks.make(wanted(2), None)


def test_progress_moves_dies_and_comes_back(engine: sa.Engine) -> None:
    hooks, progress, lease = Hooks(engine), HookProgress(engine), lease_of(engine)
    add_keys(engine)
    hook = hooks.make(wanted(), HEAD)
    assert progress.skip(lease, hook, 45)
    assert progress.begin(lease, hook, 50)
    assert progress.failed(lease, hooks.get(hook.id), "no", AT, LATER)
    hook = hooks.get(hook.id)
    assert (hook.seq, hook.told, hook.upto, hook.tries, hook.problem) == (45, 40, 50, 1, "no")
    assert (hook.first_try_at, hook.next_try_at) == (AT, LATER)
    assert progress.died(lease, hook, 50, "msg_1", "{}", "no", LATER)
    hook = hooks.get(hook.id)
    assert (hook.seq, hook.told, hook.upto, hook.tries, hook.next_try_at) == (50, 50, 0, 0, "")
    assert hooks.dead() == {hook.id: 1}
    assert hooks.retry(hook.id) == 1
    hooks.change(hook.id, 1, state="paused")
    assert progress.letters_again() == []
    hook = hooks.change(hook.id, 1, state="active")
    ((of, number),) = progress.letters_again()
    letter = progress.letter(number)
    assert of == hook.id
    assert letter is not None
    assert (letter.message, letter.body, letter.tries, letter.first_try_at) == ("msg_1", "{}", 2, AT)
    assert progress.letter_failed(lease, hook, letter, "still no")
    assert progress.letters_again() == []
    assert hooks.letters(hook.id)[0].reason == "still no"
    assert progress.letter_taken(lease, hook, letter, LATER)
    assert hooks.letters(hook.id) == []
    assert progress.delivered(lease, hook, 60, LATER)
    assert progress.adopt(lease, hook, Head("city", 2, "e2", 7), "made anew")
    hook = hooks.get(hook.id)
    assert (hook.log, hook.epoch, hook.seq, hook.told, hook.resync, hook.delivered) == (2, "e2", 7, 7, "made anew", 2)
    assert progress.gone(lease, hook, "410")
    assert hooks.get(hook.id).state == GONE


def test_whoever_lost_the_lease_or_an_old_version_moves_nothing(engine: sa.Engine) -> None:
    hooks, progress, leases = Hooks(engine), HookProgress(engine), Leases(engine, HOOK_LEASE)
    add_keys(engine)
    lease = leases.acquire(LEASE_NAME)
    assert lease is not None
    assert Leases(engine, HOOK_LEASE).acquire(LEASE_NAME) is None
    hook = hooks.make(wanted(), HEAD)
    hooks.change(hook.id, 1, description="otherwise")
    assert not progress.delivered(lease, hook, 50, AT)
    assert not progress.died(lease, hook, 50, "msg", "{}", "no", AT)
    assert hooks.dead() == {}
    hook = hooks.get(hook.id)
    assert leases.acquire(LEASE_NAME) != lease
    with pytest.raises(Busy):
        progress.delivered(lease, hook, 50, AT)
    assert hooks.get(hook.id).seq == 40


def test_a_key_that_was_removed_makes_no_webhook_and_its_id_is_no_other_ones(engine: sa.Engine) -> None:
    keys, hooks = Keys(engine), Hooks(engine)
    keys.add("A newsroom")
    gone = keys.all()[0].id
    keys.remove("A newsroom")
    with pytest.raises(NoSuchThing, match="removed"):
        hooks.make(wanted(gone), HEAD)
    keys.add("Another")
    assert keys.all()[0].id != gone
    assert hooks.all() == []


def test_what_waits_is_counted_in_the_log_that_a_webhook_is_in(engine: sa.Engine) -> None:
    add_keys(engine)
    hook, early = Hooks(engine).make(wanted(), HEAD), Hooks(engine).make(wanted(), None)
    assert waiting_of(hook, HEAD._replace(seq=43)) == 3
    assert waiting_of(hook, HEAD._replace(epoch="e2", seq=43)) is None
    assert waiting_of(hook, None) == 0
    assert waiting_of(early, HEAD._replace(tail=10)) == 30
