"""How far each webhook has come: written by the one process that delivers, which holds the lease. Used by
`follow.deliverer`.

Every write checks the fence of the lease and the version of the webhook, in its own transaction: a process that lost
the lease, or that delivered for a webhook as it was before its owner changed it, moves nothing.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bluelamp.storage.follow.hooks import ACTIVE, GONE, Hook, Letter, hook_of, letter_of
from bluelamp.storage.live.event_log import Head
from bluelamp.storage.live.leases import Lease, hold
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.follow import HOOK, HOOK_LEASE, HOOK_LETTER

LEASE_NAME = "webhooks"
_NOTHING_UNDER_WAY = {"upto": 0, "tries": 0, "first_try_at": "", "next_try_at": "", "problem": ""}


class HookProgress:
    """Safe for threads. Every write raises Busy where the lease is lost; it says False, and writes nothing, where the
    webhook was changed or removed meanwhile."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def active(self) -> list[Hook]:
        """The webhooks that are delivered to."""
        query = sa.select(HOOK).where(HOOK.c.state == ACTIVE).order_by(HOOK.c.id)
        return [hook_of(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]

    def begin(self, lease: Lease, hook: Hook, upto: int) -> bool:
        """A delivery of the changes up to a number is about to be sent: however often it is, it is the same one."""
        return self._write(lease, hook, {"upto": upto})

    def skip(self, lease: Lease, hook: Hook, seq: int) -> bool:
        """Nothing up to a number went through the filter."""
        return self._write(lease, hook, {"seq": seq})

    def adopt(self, lease: Lease, hook: Hook, head: Head, reason: str) -> bool:
        """Go on with another log, or at another place: whoever receives is told to load afresh, where a reason is
        given."""
        stands = {"log": head.log, "epoch": head.epoch, "seq": head.seq, "told": head.seq, "resync": reason}
        return self._write(lease, hook, {**stands, **_NOTHING_UNDER_WAY})

    def delivered(self, lease: Lease, hook: Hook, upto: int, at: str) -> bool:
        """It was taken."""
        moved = {"seq": upto, "told": upto, "resync": "", "delivered": HOOK.c.delivered + 1, "last_delivered_at": at}
        return self._write(lease, hook, {**moved, **_NOTHING_UNDER_WAY})

    def failed(self, lease: Lease, hook: Hook, problem: str, at: str, next_try_at: str) -> bool:
        """It was not taken; it is tried again at a moment."""
        tried = {"tries": hook.tries + 1, "first_try_at": hook.first_try_at or at, "next_try_at": next_try_at}
        return self._write(lease, hook, {**tried, "problem": problem})

    def died(self, lease: Lease, hook: Hook, upto: int, message: str, body: str, problem: str, at: str) -> bool:
        """It was not taken, and is not tried any more: it becomes a dead letter, and what follows is delivered."""
        moved = {"seq": upto, "told": upto, "resync": "", **_NOTHING_UNDER_WAY, "problem": problem}
        letter = {
            "hook": hook.id, "message": message, "body": body, "reason": problem, "tries": hook.tries + 1,
            "first_try_at": hook.first_try_at or at, "died_at": at,
        }  # fmt: skip
        return self._write(lease, hook, moved, HOOK_LETTER.insert().values(**letter))

    def gone(self, lease: Lease, hook: Hook, problem: str) -> bool:
        """Its receiver wants nothing any more."""
        return self._write(lease, hook, {"state": GONE, **_NOTHING_UNDER_WAY, "problem": problem})

    def letters_again(self) -> list[tuple[str, int]]:
        """Webhook and number of the dead letters that somebody wants tried once more, the oldest of each webhook first;
        only of webhooks that are delivered to."""
        query = sa.select(HOOK_LETTER.c.hook, HOOK_LETTER.c.id).join(HOOK, HOOK.c.id == HOOK_LETTER.c.hook)
        query = query.where(HOOK_LETTER.c.again, HOOK.c.state == ACTIVE).order_by(HOOK_LETTER.c.id)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [(str(hook), int(id_)) for hook, id_ in rows]

    def letter(self, id_: int) -> Letter | None:
        """A dead letter with its body; None where it is none any more."""
        query = sa.select(HOOK_LETTER).where(HOOK_LETTER.c.id == id_)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else letter_of(row)

    def letter_taken(self, lease: Lease, hook: Hook, letter: Letter, at: str) -> bool:
        """A dead letter was taken after all."""
        moved = {"delivered": HOOK.c.delivered + 1, "last_delivered_at": at}
        return self._write(lease, hook, moved, HOOK_LETTER.delete().where(HOOK_LETTER.c.id == letter.id))

    def letter_failed(self, lease: Lease, hook: Hook, letter: Letter, problem: str) -> bool:
        """A dead letter was not taken this time either."""
        told = {"again": False, "reason": problem, "tries": letter.tries + 1}
        return self._write(lease, hook, {}, HOOK_LETTER.update().where(HOOK_LETTER.c.id == letter.id).values(**told))

    def _write(self, lease: Lease, hook: Hook, values: dict[str, Any], more: sa.Executable | None = None) -> bool:
        with self._engine.begin() as connection:
            hold(connection, lease, HOOK_LEASE)
            mine = HOOK.update().where(HOOK.c.id == hook.id, HOOK.c.version == hook.version)
            if connection.execute(mine.values(**(values or {"version": hook.version}))).rowcount != 1:
                return False
            if more is not None:
                connection.execute(more)
            return True
