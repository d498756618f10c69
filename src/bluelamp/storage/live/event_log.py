"""The event log: numbered changes, without gaps, the one truth of the live half. Read by the streams, the history and
the exports; written by `storage.live.log_writer`."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from bluelamp.domain.call import Call, Place
from bluelamp.domain.change import Change, apply
from bluelamp.errors import NoSuchThing, NotKept
from bluelamp.storage.live.log_positions import seq_at, seq_before
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.live import CALL, CHANGE, EVENT_LOG, FEED, KEYFRAME
from bluelamp.storage.tables.packed import whole

_PAGE = 5_000
# So many calls are asked for by their ids at once.
_NAMED = 500
# Not what is remembered of a feed, which is far larger.
_OF_HEAD = tuple(EVENT_LOG.c[name] for name in ("id", "feed", "epoch", "seq", "tail", "at"))


class Head(NamedTuple):
    """Where a feed's log stands. `epoch` changes when the log is rebuilt or restored; `tail` is the newest change that
    was let go; `at` the moment of the newest snapshot in it."""

    feed: str
    log: int
    epoch: str
    seq: int
    tail: int = 0
    at: str = ""

    @property
    def cursor(self) -> str:
        """What a stream is resumed with."""
        return f"{self.epoch}:{self.seq}"


class Logged(NamedTuple):
    """One change as it is kept; `body` is the JSON that is sent."""

    seq: int
    call: str
    kind: str
    at: str
    body: bytes

    @property
    def change(self) -> Change:
        return cast(Change, json.loads(self.body))


class CallOpening(NamedTuple):
    """When a call was first listed, between two moments, and what a filter looks at of it; the place in degrees."""

    after: str | None
    by: str
    division: str | None
    beat: str | None
    priority: str | None
    nature: str | None
    lat: float | None
    lon: float | None


class EventLog:
    """Reads every feed's log. Safe for threads; a read goes on over a database server that restarts."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    def heads(self, feeds: Collection[str] | None = None) -> dict[str, Head]:
        """Every feed that has a log, or those of some feeds."""
        query = sa.select(*_OF_HEAD).join(FEED, FEED.c.log == EVENT_LOG.c.id)
        if feeds is not None:
            query = query.where(FEED.c.name.in_(list(feeds)))
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return {row.feed: _head(row) for row in sorted(rows, key=lambda row: str(row.feed))}

    def head(self, feed: str) -> Head:
        """Raises NoSuchThing for a feed without a log."""
        return read(self._engine, lambda connection: _find(connection, feed))

    def current(self, feed: str) -> tuple[Head, list[Call]]:
        """The open calls and the head that they belong to, the longest open first."""

        def ask(connection: sa.Connection) -> tuple[Head, list[Call]]:
            head = _find(connection, feed)
            return head, open_calls(connection, head.log)

        return read(self._engine, ask)

    def tracking(self, feed: str) -> dict[str, Any]:
        """What the flow remembers of a feed (domain.tracking); empty for a feed without a log."""
        query = sa.select(EVENT_LOG.c.tracking).join(FEED, FEED.c.log == EVENT_LOG.c.id).where(FEED.c.name == feed)
        found = read(self._engine, lambda connection: connection.execute(query).scalar())
        return dict(found or {})

    def trouble(self, feed: str) -> str:
        """Why whoever polls a feed can keep nothing at present, as far as that could be told; else empty."""
        query = sa.select(FEED.c.trouble).where(FEED.c.name == feed)
        return read(self._engine, lambda connection: connection.execute(query).scalar()) or ""

    def changes(self, head: Head, after: int, limit: int = _PAGE, kinds: Sequence[str] = ()) -> list[Logged]:
        """Changes after a number, in order; of some kinds only, where they are named."""
        query = sa.select(CHANGE).where(CHANGE.c.log == head.log, CHANGE.c.seq > after)
        if kinds:
            query = query.where(CHANGE.c.kind.in_(kinds))
        return self._logged(query.order_by(CHANGE.c.seq).limit(limit))

    def timeline(self, feed: str, call: str) -> list[Logged]:
        """Every change of one call."""
        head = self.head(feed)
        query = sa.select(CHANGE).where(CHANGE.c.log == head.log, CHANGE.c.call == call)
        return self._logged(query.order_by(CHANGE.c.seq))

    def between(self, feed: str, first: str, last: str, limit: int = _PAGE, after: int = 0) -> list[Logged]:
        """Changes from one moment to another, both included, after a number."""

        def ask(connection: sa.Connection) -> Sequence[sa.Row[Any]]:
            head = _find(connection, feed)
            begin, end = max(after, seq_before(connection, head.log, first)), seq_at(connection, head.log, last)
            query = sa.select(CHANGE).where(CHANGE.c.log == head.log, CHANGE.c.seq > begin, CHANGE.c.seq <= end)
            return connection.execute(query.order_by(CHANGE.c.seq).limit(limit)).all()

        return [_logged(row) for row in read(self._engine, ask)]

    def call(self, feed: str, id_: str) -> Call | None:
        """A call, open or ended."""
        head = self.head(feed)
        query = sa.select(CALL.c.body).where(CALL.c.log == head.log, CALL.c.id == id_)
        found = read(self._engine, lambda connection: connection.execute(query).scalar())
        return None if found is None else cast(Call, json.loads(found))

    def places(self, feed: str, calls: Sequence[str]) -> dict[str, Place | None]:
        """Where calls are, as it is known now; those are missing that are not kept any more."""
        log = self.head(feed).log
        found: dict[str, Place | None] = {}
        for first in range(0, len(calls), _NAMED):
            named = CALL.c.id.in_(list(calls[first : first + _NAMED]))
            query = sa.select(CALL.c.body).where(CALL.c.log == log, named)
            found.update((call["id"], call["place"]) for call in self._calls(query))
        return found

    def calls_between(self, feed: str, first: str, last: str, after: str = "", limit: int = _PAGE) -> list[Call]:
        """Calls that were open at some time from `first` to `last`, by the moment of opening, then id; after the place
        in that order that `after` names (`moment id`)."""
        log = self.head(feed).log
        place = CALL.c.opened_at + " " + CALL.c.id
        query = sa.select(CALL.c.body).where(
            CALL.c.log == log,
            CALL.c.opened_at <= last,
            sa.or_(CALL.c.open, CALL.c.ended_at >= first),
            place > after,
        )
        return self._calls(query.order_by(CALL.c.opened_at, CALL.c.id).limit(limit))

    def calls_opened_between(self, feed: str, first: str, last: str) -> list[Call]:
        """Calls that were first listed from `first` to before `last`, in that order."""
        query = sa.select(CALL.c.body).where(
            CALL.c.log == self.head(feed).log, CALL.c.opened_at >= first, CALL.c.opened_at < last
        )
        return self._calls(query.order_by(CALL.c.opened_at, CALL.c.id))

    def last_changed(self, head: Head, calls: Sequence[str]) -> dict[str, str]:
        """When each of some calls last changed; those are missing whose changes are not kept any more."""
        query = sa.select(CHANGE.c.call, sa.func.max(CHANGE.c.at).label("at")).where(
            CHANGE.c.log == head.log, CHANGE.c.call.in_(list(calls))
        )
        rows = read(self._engine, lambda connection: connection.execute(query.group_by(CHANGE.c.call)).all())
        return {row.call: row.at for row in rows}

    def openings(self, feed: str, first: str, last: str) -> list[CallOpening]:
        """The openings of calls that were first listed from `first` to before `last`, in that order."""
        query = sa.select(CALL.c.opened_at, CALL.c.body).where(
            CALL.c.log == self.head(feed).log, CALL.c.opened_at >= first, CALL.c.opened_at < last
        )
        ordered = query.order_by(CALL.c.opened_at, CALL.c.id)
        # One at a time: a quarter of a year is read at once, and little of each call is wanted.
        return read(self._engine, lambda connection: [_call_opening(*row) for row in connection.execute(ordered)])

    def as_of(self, feed: str, at: str) -> tuple[Head, list[Call]]:
        """The calls that were open at a moment, and the head as it then was. Raises NotKept before the log's tail.

        From the nearest keyframe a few changes lead there, however long the log is.
        """

        def ask(connection: sa.Connection) -> tuple[Head, list[Call]]:
            head = _find(connection, feed)
            seq = seq_at(connection, head.log, at)
            if head.tail and seq <= head.tail:
                raise NotKept(f"The changes of {feed} before that moment are not kept one by one any more.")
            return head._replace(seq=seq, at=min(at, head.at)), as_of_seq(connection, head.log, seq)

        return read(self._engine, ask)

    def kept_from(self, feed: str) -> str:
        """The moment from which on the feed's past is kept one change by another; empty where nothing was let go.
        Raises NoSuchThing for a feed without a log."""

        def ask(connection: sa.Connection) -> str:
            head = _find(connection, feed)
            query = sa.select(CHANGE.c.at).where(CHANGE.c.log == head.log, CHANGE.c.seq > head.tail)
            return (connection.execute(query.order_by(CHANGE.c.seq).limit(1)).scalar() or head.at) if head.tail else ""

        return read(self._engine, ask)

    def as_of_seq(self, head: Head, seq: int) -> list[Call]:
        """The calls that were open after a change."""
        return read(self._engine, lambda connection: as_of_seq(connection, head.log, seq))

    def _calls(self, query: sa.Select[Any]) -> list[Call]:
        rows = read(self._engine, lambda connection: connection.execute(query).scalars().all())
        return [cast(Call, json.loads(row)) for row in rows]

    def _logged(self, query: sa.Select[Any]) -> list[Logged]:
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [_logged(row) for row in rows]


def _call_opening(at: str, body: str) -> CallOpening:
    call = json.loads(body)
    place = call["place"] or {}
    facts = {name: call[name] for name in ("division", "beat", "priority", "nature")}
    return CallOpening(call["opened_between"][0], at, **facts, lat=place.get("lat"), lon=place.get("lon"))


def open_calls(connection: sa.Connection, log: int) -> list[Call]:
    """The open calls of a log, the longest open first."""
    query = sa.select(CALL.c.body).where(CALL.c.log == log, CALL.c.open).order_by(CALL.c.opened_at, CALL.c.id)
    return [cast(Call, json.loads(body)) for body in connection.execute(query).scalars()]


def as_of_seq(connection: sa.Connection, log: int, seq: int) -> list[Call]:
    """The open calls after a change: a keyframe and the changes from there."""
    frame = connection.execute(
        sa.select(KEYFRAME).where(KEYFRAME.c.log == log, KEYFRAME.c.seq <= seq).order_by(KEYFRAME.c.seq.desc()).limit(1)
    ).first()
    calls: list[Call] = json.loads(zlib.decompress(frame.calls)) if frame else []
    rows = connection.execute(
        sa.select(CHANGE)
        .where(CHANGE.c.log == log, CHANGE.c.seq > (frame.seq if frame else 0), CHANGE.c.seq <= seq)
        .order_by(CHANGE.c.seq)
    )
    return project(calls, (cast(Change, json.loads(whole(row))) for row in rows))


def project(calls: Iterable[Call], changes: Iterable[Change]) -> list[Call]:
    """The open calls after some changes, in the order that `open_calls` gives."""
    found: dict[str, Call] = {call["id"]: call for call in calls}
    for change in changes:
        if change["call"] not in found and change["kind"] not in ("opened", "reopened"):
            continue  # a call that has ended was placed afterwards
        found[change["call"]] = apply(found.get(change["call"]), change)
        if found[change["call"]]["ended"]:
            del found[change["call"]]
    return sorted(found.values(), key=lambda call: (call["opened_between"][1] or "", call["id"]))


def _find(connection: sa.Connection, feed: str) -> Head:
    query = sa.select(*_OF_HEAD).join(FEED, FEED.c.log == EVENT_LOG.c.id).where(FEED.c.name == feed)
    row = connection.execute(query).first()
    if row is None:
        raise NoSuchThing(f"There is no feed “{feed[:60]}” here.", "Look at the list of feeds: /api/v1/feeds.")
    return _head(row)


def _head(row: sa.Row[Any]) -> Head:
    return Head(row.feed, row.id, row.epoch, row.seq, row.tail, row.at)


def _logged(row: sa.Row[Any]) -> Logged:
    return Logged(row.seq, row.call, row.kind, row.at, whole(row))
