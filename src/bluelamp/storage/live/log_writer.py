"""Writes the event logs: changes, calls, what is remembered and the verdict, all in one transaction.

Whoever writes holds the feed's lease; the fence is checked inside the transaction, so that a poller that has lost its
lease writes nothing. Used by the live flow only; everybody else reads (`storage.live.event_log`).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

import sqlalchemy as sa

from bluelamp.domain.call import Call, Place
from bluelamp.domain.change import Change, call_id
from bluelamp.domain.diff import EndedCall, Shown
from bluelamp.domain.matching import number_key, place_key
from bluelamp.domain.tracking import Tracking, nothing_tracked
from bluelamp.storage.live.event_log import as_of_seq, open_calls
from bluelamp.storage.live.leases import Lease, hold
from bluelamp.storage.live.log_positions import seq_before
from bluelamp.storage.live.snapshots import PLACED
from bluelamp.storage.places.store import PlaceStore
from bluelamp.storage.tables.follow import HOOK, HOOK_LETTER
from bluelamp.storage.tables.live import CALL, CHANGE, EVENT_LOG, FEED, KEYFRAME, SNAPSHOT
from bluelamp.storage.tables.packed import bare

# A keyframe after so many changes, or after twice as many as there are open calls, where that is more.
KEYFRAME_CHANGES = 500
_NOTHING_KNOWN = EndedCall(None, 0)


@dataclass(slots=True)
class LogState:
    """A feed's log as its writer holds it in memory: where it stands, the open calls by id, what is remembered."""

    feed: str
    log: int
    epoch: str
    seq: int
    taken: int
    at: str
    keyframe: int
    tracking: Tracking
    calls: dict[str, Call]
    occurrences: dict[str, int] = field(default_factory=dict)
    # Whether any call of the log has ended: before that nothing can come back, and nobody need look.
    has_ended: bool = True
    shown: Shown = field(default_factory=Shown)


@dataclass(frozen=True, slots=True)
class SnapshotResult:
    """What became of one snapshot, for the ledger."""

    number: int
    verdict: str
    reasons: Sequence[str] = ()
    version: str = ""
    rows: int | None = None
    unreadable: int | None = None
    duplicates: int | None = None
    conflicting: int | None = None


@dataclass(slots=True)
class Step:
    """One snapshot with what follows from it. `changes` still have no numbers; `calls` are those that they touch, as
    they are afterwards; without `tracking` nothing is remembered otherwise than before. `points` are the publisher's
    own, as listed: they are not written."""

    result: SnapshotResult
    at: str
    tracking: Tracking | None = None
    changes: Sequence[Change] = ()
    calls: Mapping[str, Call] = field(default_factory=dict)
    occurrences: Mapping[str, int] = field(default_factory=dict)
    points: Mapping[str, Place] = field(default_factory=dict)


class LogWriter:
    """Opens, writes, builds anew and shortens the logs of one database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def secret(self) -> str:
        """The installation's own, by which points are moved. Not to be asked for amid a transaction."""
        return PlaceStore(self._engine).secret()

    def report_trouble(self, feed: str, problem: str) -> None:
        """Say, to every process, why a feed's poller can keep nothing at present; empty where all is well. Writes only
        what is other than before."""
        other = (FEED.c.name == feed) & (FEED.c.trouble != problem)
        with self._engine.begin() as connection:
            connection.execute(FEED.update().where(other).values(trouble=problem))

    def open(self, lease: Lease) -> LogState:
        """The feed's log, made where there is none yet. A log that was copied or restored gets a new epoch: streams
        that knew the other one are told so."""
        with self._engine.begin() as connection:
            hold(connection, lease)
            log = connection.execute(sa.select(FEED.c.log).where(FEED.c.name == lease.feed)).scalar_one()
            if not log:
                log = new_log(connection, lease.feed, _store_of(connection))
                connection.execute(FEED.update().where(FEED.c.name == lease.feed).values(log=log))
            store = _store_of(connection)
            row = connection.execute(sa.select(EVENT_LOG.c.store).where(EVENT_LOG.c.id == log)).one()
            if row.store != store:
                anew = {"epoch": _new_epoch(), "store": store}
                connection.execute(EVENT_LOG.update().where(EVENT_LOG.c.id == log).values(**anew))
            return load_state(connection, log)

    @contextmanager
    def writing(self, lease: Lease, state: LogState) -> Iterator[Writing]:
        """One transaction that steps are written in. Raises Busy when the lease is lost and StorageError where nothing
        could be written: then nothing is kept of it, and `state` is no longer true: open the log again."""
        with self._engine.begin() as connection:
            hold(connection, lease)
            yield Writing(connection, state)

    def begin_rebuild(self, lease: Lease) -> LogState:
        """A new, empty log of the feed beside the one that is read."""
        with self._engine.begin() as connection:
            hold(connection, lease)
            _forget_letters(connection, lease.feed)
            self._drop_strays(connection, lease.feed)
            log = new_log(connection, lease.feed, _store_of(connection))
            return load_state(connection, log)

    def finish_rebuild(self, lease: Lease, state: LogState) -> None:
        """Let everybody read the new log, and let the old one go."""
        with self._engine.begin() as connection:
            hold(connection, lease)
            connection.execute(FEED.update().where(FEED.c.name == lease.feed).values(log=state.log))
            _forget_letters(connection, lease.feed)
            self._drop_strays(connection, lease.feed)

    def _drop_strays(self, connection: sa.Connection, feed: str) -> None:
        """Logs of the feed that nobody is pointed to: the old one, or what a killed rebuild left."""
        current = sa.select(FEED.c.log).where(FEED.c.name == feed).scalar_subquery()
        strays = connection.execute(
            sa.select(EVENT_LOG.c.id).where(EVENT_LOG.c.feed == feed, EVENT_LOG.c.id != current)
        ).scalars()
        for log in strays.all():
            for table in (CHANGE, CALL, KEYFRAME):
                connection.execute(table.delete().where(table.c.log == log))
            connection.execute(EVENT_LOG.delete().where(EVENT_LOG.c.id == log))

    def forget_before(self, feed: str, moment: str) -> int:
        """Let changes go that are older than a moment, and calls that ended before it; how many changes. The log goes
        on from a keyframe, so that any later moment can still be asked for."""
        with self._engine.begin() as connection:
            log = connection.execute(
                FEED.update().where(FEED.c.name == feed).values(name=feed).returning(FEED.c.log)
            ).scalar_one()
            tail = connection.execute(sa.select(EVENT_LOG.c.tail).where(EVENT_LOG.c.id == log)).scalar() or 0
            last = seq_before(connection, log, moment) if log else 0
            if last <= tail:
                return 0
            calls = as_of_seq(connection, log, last)
            connection.execute(KEYFRAME.delete().where(KEYFRAME.c.log == log, KEYFRAME.c.seq <= last))
            connection.execute(KEYFRAME.insert().values(log=log, seq=last, calls=_packed(calls)))
            gone = connection.execute(CHANGE.delete().where(CHANGE.c.log == log, CHANGE.c.seq <= last)).rowcount
            connection.execute(CALL.delete().where(CALL.c.log == log, ~CALL.c.open, CALL.c.ended_at < moment))
            connection.execute(EVENT_LOG.update().where(EVENT_LOG.c.id == log).values(tail=last))
            return gone


class Writing:
    """Steps of one feed, written in one transaction. See `LogWriter.writing`."""

    def __init__(self, connection: sa.Connection, state: LogState) -> None:
        self._connection, self._state = connection, state

    def recall(self, key: str) -> EndedCall:
        """The newest ended call that a key named, and how many calls it has named."""
        state = self._state
        known = recall(self._connection, state.log, key) if state.has_ended else _NOTHING_KNOWN
        occurrence = known.occurrence
        # A call keeps its id when its place or nature is corrected; its key then names others.
        while self._is_taken(call_id(state.feed, key, occurrence + 1)):
            occurrence += 1
        return EndedCall(known.call, occurrence)

    def _is_taken(self, id_: str) -> bool:
        if id_ in self._state.calls or not self._state.has_ended:
            return id_ in self._state.calls
        query = sa.select(CALL.c.id).where(CALL.c.log == self._state.log, CALL.c.id == id_)
        return self._connection.execute(query).first() is not None

    def calls(self, ids: Iterable[str]) -> dict[str, Call]:
        """Calls of the log by id, open or ended."""
        open_calls = self._state.calls
        wanted = list(ids)
        found = {id_: open_calls[id_] for id_ in wanted if id_ in open_calls}
        rest = [id_ for id_ in wanted if id_ not in found]
        if rest:
            query = sa.select(CALL.c.body).where(CALL.c.log == self._state.log, CALL.c.id.in_(rest))
            for body in self._connection.execute(query).scalars():
                call = cast(Call, json.loads(body))
                found[call["id"]] = call
        return found

    def write(self, step: Step) -> list[Change]:
        """Write a step and move the state on; its changes with their numbers."""
        state, connection = self._state, self._connection
        changes = [cast(Change, {"seq": state.seq + place, **one}) for place, one in enumerate(step.changes, 1)]
        _move_on(state, step)
        _write_changes(connection, state.log, changes)
        _write_calls(connection, state, step)
        _write_keyframe(connection, state)
        _write_head(connection, state)
        _write_verdict(connection, state.feed, step)
        return changes


def _forget_letters(connection: sa.Connection, feed: str) -> None:
    """Let the dead letters of a feed's webhooks go, of paused ones too: they say what the old log said. A delivery that
    is under way meanwhile is of an old version then, and becomes no letter."""
    connection.execute(HOOK.update().where(HOOK.c.feed == feed).values(version=HOOK.c.version + 1))
    hooks = sa.select(HOOK.c.id).where(HOOK.c.feed == feed)
    connection.execute(HOOK_LETTER.delete().where(HOOK_LETTER.c.hook.in_(hooks)))


def new_log(connection: sa.Connection, feed: str, store: str) -> int:
    """An empty log of a feed; its id."""
    empty = {"seq": 0, "tail": 0, "taken": 0, "tracking": nothing_tracked(), "store": store}
    made = connection.execute(EVENT_LOG.insert().values(feed=feed, epoch=_new_epoch(), **empty))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])


def load_state(connection: sa.Connection, log: int) -> LogState:
    """A log as its writer needs it."""
    row = connection.execute(sa.select(EVENT_LOG).where(EVENT_LOG.c.id == log)).one()
    occurrences = connection.execute(sa.select(CALL.c.id, CALL.c.occurrence).where(CALL.c.log == log, CALL.c.open))
    ended = connection.execute(sa.select(CALL.c.id).where(CALL.c.log == log, ~CALL.c.open).limit(1)).first()
    return LogState(
        feed=row.feed,
        log=log,
        epoch=row.epoch,
        seq=row.seq,
        taken=row.taken,
        at=row.at,
        keyframe=row.keyframe,
        tracking=row.tracking,
        calls={call["id"]: call for call in open_calls(connection, log)},
        occurrences={row.id: row.occurrence for row in occurrences},
        has_ended=ended is not None or row.tail > 0,
    )


def recall(connection: sa.Connection, log: int, key: str) -> EndedCall:
    """What is known of a key in a log."""
    column = CALL.c.number_key if key.startswith("n:") else CALL.c.place_key
    of = (CALL.c.log == log) & (column == key)
    many = connection.execute(sa.select(sa.func.max(CALL.c.occurrence)).where(of)).scalar() or 0
    if not many:
        # What was let go may have had the key too: counting goes on after all of it, so that no id is given twice.
        tail = connection.execute(sa.select(EVENT_LOG.c.tail).where(EVENT_LOG.c.id == log)).scalar_one()
        return EndedCall(None, tail)
    body = connection.execute(
        sa.select(CALL.c.body).where(of, ~CALL.c.open).order_by(CALL.c.ended_at.desc(), CALL.c.id).limit(1)
    ).scalar()
    return EndedCall(None if body is None else json.loads(body), many)


def _new_epoch() -> str:
    return uuid4().hex[:12]


def _store_of(connection: sa.Connection) -> str:
    """Which database this is: a copy of a file, or another cluster, is another one."""
    if connection.dialect.name != "sqlite":
        found = connection.execute(sa.text("SELECT system_identifier FROM pg_control_system()")).scalar_one()
        name = connection.execute(
            sa.text("SELECT oid FROM pg_database WHERE datname = current_database()")
        ).scalar_one()
        return f"postgresql:{found}:{name}"
    from pathlib import Path

    database = connection.engine.url.database
    if not database or database == ":memory:":
        return "memory"
    found = Path(database).stat()
    return f"sqlite:{found.st_dev}:{found.st_ino}"


def _move_on(state: LogState, step: Step) -> None:
    state.seq += len(step.changes)
    state.taken, state.at = max(state.taken, step.result.number), max(state.at, step.at)
    state.tracking = step.tracking or state.tracking
    state.occurrences.update(step.occurrences)
    for id_, call in step.calls.items():
        if call["ended"]:
            state.calls.pop(id_, None)
            state.has_ended = True
        else:
            state.calls[id_] = call


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_changes(connection: sa.Connection, log: int, changes: Sequence[Change]) -> None:
    if changes:
        connection.execute(
            CHANGE.insert(),
            [
                {
                    "log": log,
                    "seq": one["seq"],
                    "id": one["id"],
                    "call": one["call"],
                    "kind": one["kind"],
                    "at": one["at"],
                    "body": bare(one),
                }
                for one in changes
            ],
        )


def _write_calls(connection: sa.Connection, state: LogState, step: Step) -> None:
    if not step.calls:
        return
    # A call that was named in this step is new; any other that it touches is in the table.
    rows = [_row_of(state, call, step.at) for call in step.calls.values()]
    fresh = [row for row in rows if row["id"] in step.occurrences]
    if fresh:
        connection.execute(CALL.insert(), fresh)
    again = [row for row in rows if row["id"] not in step.occurrences]
    if again:
        columns = ["open", "number_key", "place_key", "body"]
        # A call that ended before, and is only placed now, keeps the moment of its end.
        if step.result.verdict != PLACED:
            columns.append("ended_at")
        connection.execute(
            CALL.update()
            .where(CALL.c.log == state.log, CALL.c.id == sa.bindparam("b_id"))
            .values({name: sa.bindparam(f"b_{name}") for name in columns}),
            [{f"b_{name}": row[name] for name in ("id", *columns)} for row in again],
        )
    for id_, call in step.calls.items():
        if call["ended"]:
            state.occurrences.pop(id_, None)


def _row_of(state: LogState, call: Call, at: str) -> dict[str, Any]:
    number = call["incident_number"]
    return {
        "log": state.log,
        "id": call["id"],
        "open": call["ended"] is None,
        "opened_at": call["opened_between"][1],
        "ended_at": at if call["ended"] else None,
        "number_key": number_key(number) if number else None,
        "place_key": place_key(call),
        "occurrence": state.occurrences.get(call["id"], 1),
        "body": _text(call),
    }


def _write_keyframe(connection: sa.Connection, state: LogState) -> None:
    """The open calls as they are now, where enough has changed since they were last written."""
    if state.seq - state.keyframe < max(KEYFRAME_CHANGES, 2 * len(state.calls)):
        return
    calls = sorted(state.calls.values(), key=lambda call: (call["opened_between"][1] or "", call["id"]))
    connection.execute(KEYFRAME.insert().values(log=state.log, seq=state.seq, calls=_packed(calls)))
    state.keyframe = state.seq


def _packed(calls: Sequence[Call]) -> bytes:
    return zlib.compress(_text(calls).encode(), 6)


def _write_head(connection: sa.Connection, state: LogState) -> None:
    stands = {"seq": state.seq, "taken": state.taken, "at": state.at, "keyframe": state.keyframe}
    connection.execute(EVENT_LOG.update().where(EVENT_LOG.c.id == state.log).values(tracking=state.tracking, **stands))


def _write_verdict(connection: sa.Connection, feed: str, step: Step) -> None:
    taken = step.result
    connection.execute(
        SNAPSHOT.update()
        .where(SNAPSHOT.c.feed == feed, SNAPSHOT.c.number == taken.number)
        .values(
            verdict=taken.verdict,
            reasons=list(taken.reasons),
            version=taken.version,
            rows=taken.rows,
            unreadable=taken.unreadable,
            duplicates=taken.duplicates,
            conflicting=taken.conflicting,
            changes=len(step.changes),
        )
    )
