"""Webhooks as their owners see them: made, changed, removed, and the dead letters of each. Used by the API's routes and
by `bluelamp hooks`; how far each has come is written by `progress`."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from bluelamp.domain.moment import moment_of
from bluelamp.errors import NoSuchThing, UsageError
from bluelamp.storage.live.event_log import Head
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.follow import API_KEY, HOOK, HOOK_LETTER

ACTIVE, PAUSED, GONE = "active", "paused", "gone"
# What the states mean, for whoever reads them.
STATES: dict[str, str] = {
    ACTIVE: "changes are delivered",
    PAUSED: "nothing is delivered until it is made active again; nothing is lost meanwhile",
    GONE: "its receiver answered 410 Gone: nothing is delivered until it is made active again",
}
SECRET_PREFIX = "whsec_"  # noqa: S105 - the form that every secret has, no secret
# How many webhooks one key may have.
MOST_HOOKS = 50


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook. `filter` and `kinds` as they were asked for; `log`, `epoch` and `seq` say how far it has come, `told`
    the last change that a delivery reached; `upto` is the end of the delivery that is under way, 0 for none."""

    id: str
    key: int
    feed: str
    url: str
    description: str
    filter: Mapping[str, Any]
    kinds: Sequence[str]
    style: str
    created_at: str
    state: str
    version: int
    log: int
    epoch: str
    seq: int
    told: int
    resync: str
    upto: int
    tries: int
    first_try_at: str
    next_try_at: str
    problem: str
    delivered: int
    last_delivered_at: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery that was not taken, however often it was tried. `again`: it is about to be tried once more."""

    id: int
    hook: str
    message: str
    body: str
    reason: str
    tries: int
    first_try_at: str
    died_at: str
    again: bool


@dataclass(frozen=True, slots=True)
class NewHook:
    """What a new webhook shall be."""

    key: int
    feed: str
    url: str
    filter: Mapping[str, Any]
    kinds: Sequence[str] = ()
    description: str = ""
    style: str = ""


class Hooks:
    """The webhooks of one database. Safe for threads. Where `key` is given, only that key's are known."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def make(self, new: NewHook, head: Head | None) -> Hook:
        """A webhook that tells what comes after `head`; from the beginning, where the feed has no log yet. Raises
        UsageError where its owner has enough of them, NoSuchThing where the key was removed meanwhile."""
        id_, secret = f"hook_{secrets.token_hex(8)}", SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
        stands = (head.log, head.epoch, head.seq) if head is not None else (0, "", 0)
        with self.engine.begin() as connection:
            # Written, so that whoever removes the key waits, and then finds the webhook.
            mine_still = API_KEY.update().where(API_KEY.c.id == new.key).values(id=API_KEY.c.id)
            if connection.execute(mine_still).rowcount != 1:
                raise NoSuchThing("This API key was removed.", "Whoever runs this site makes another one.")
            connection.execute(
                HOOK.insert().values(
                    id=id_, secret=secret, key=new.key, feed=new.feed, url=new.url, filter=dict(new.filter),
                    kinds=list(new.kinds), style=new.style, description=new.description,
                    created_at=moment_of(datetime.now(UTC)),
                    state=ACTIVE, log=stands[0], epoch=stands[1], seq=stands[2], told=stands[2],
                )
            )  # fmt: skip
            mine = sa.select(sa.func.count()).select_from(HOOK).where(HOOK.c.key == new.key)
            if connection.execute(mine).scalar_one() > MOST_HOOKS:
                raise UsageError(f"A key has at most {MOST_HOOKS} webhooks.", "Remove one of them first.")
        return self.get(id_)

    def all(self, key: int | None = None) -> list[Hook]:
        """Every webhook, in the order that they were made."""
        query = sa.select(HOOK) if key is None else sa.select(HOOK).where(HOOK.c.key == key)
        query = query.order_by(HOOK.c.created_at, HOOK.c.id)
        return [hook_of(row) for row in read(self.engine, lambda connection: connection.execute(query).all())]

    def get(self, id_: str, key: int | None = None) -> Hook:
        """Raises NoSuchThing, for one of another key too."""
        row = read(self.engine, lambda connection: connection.execute(sa.select(HOOK).where(HOOK.c.id == id_)).first())
        if row is None or key not in (None, row.key):
            hint = "GET /api/v1/hooks and bluelamp hooks list show those there are."
            raise NoSuchThing(f"There is no webhook {id_[:40]}.", hint)
        return hook_of(row)

    def change(self, id_: str, key: int, **values: Any) -> Hook:
        """Put its url, filter, kinds, description or state otherwise. What is under way is given up and begun anew, at
        once; nothing is skipped. Raises NoSuchThing."""
        anew = {"version": HOOK.c.version + 1, "upto": 0, "tries": 0, "first_try_at": "", "next_try_at": ""}
        with self.engine.begin() as connection:
            mine = HOOK.update().where(HOOK.c.id == id_, HOOK.c.key == key)
            connection.execute(mine.values(**values, **anew, problem=""))
        return self.get(id_, key)

    def try_now(self, id_: str) -> None:
        """What waits for its next try is tried at once: its receiver has just taken something."""
        with self.engine.begin() as connection:
            connection.execute(HOOK.update().where(HOOK.c.id == id_).values(next_try_at=""))

    def remove(self, id_: str, key: int | None = None) -> None:
        """With its dead letters. Raises NoSuchThing."""
        self.get(id_, key)
        with self.engine.begin() as connection:
            connection.execute(HOOK.delete().where(HOOK.c.id == id_))
            connection.execute(HOOK_LETTER.delete().where(HOOK_LETTER.c.hook == id_))

    def letters(self, id_: str, limit: int = 100) -> list[Letter]:
        """The dead letters of a webhook, the oldest first."""
        query = sa.select(HOOK_LETTER).where(HOOK_LETTER.c.hook == id_).order_by(HOOK_LETTER.c.id).limit(limit)
        return [letter_of(row) for row in read(self.engine, lambda connection: connection.execute(query).all())]

    def dead(self) -> dict[str, int]:
        """How many dead letters each webhook has that has any."""
        query = sa.select(HOOK_LETTER.c.hook, sa.func.count()).group_by(HOOK_LETTER.c.hook)
        rows = read(self.engine, lambda connection: connection.execute(query).all())
        return {str(hook): int(count) for hook, count in rows}

    def retry(self, id_: str) -> int:
        """Have every dead letter of a webhook tried once more, the oldest first, and what waits tried at once; how many
        letters that are."""
        with self.engine.begin() as connection:
            connection.execute(HOOK.update().where(HOOK.c.id == id_).values(next_try_at=""))
            mine = HOOK_LETTER.update().where(HOOK_LETTER.c.hook == id_)
            return connection.execute(mine.values(again=True)).rowcount


def waiting_of(hook: Hook, head: Head | None) -> int | None:
    """How many changes are still to be looked at for a webhook, where its feed's log stands at `head`. None where its
    place is not in that log: it will be told to load afresh."""
    if head is None or not hook.log:
        return 0 if head is None else head.seq - head.tail
    return max(head.seq - hook.seq, 0) if (hook.log, hook.epoch) == (head.log, head.epoch) else None


def hook_of(row: sa.Row[Any]) -> Hook:
    return Hook(**row._asdict())


def letter_of(row: sa.Row[Any]) -> Letter:
    return Letter(**row._asdict())
