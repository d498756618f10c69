"""Every answer ever received from a feed: its bytes in the vault, its facts and its verdict in the ledger. Written by
the live flow before anything is done with an answer, read by replays, by rebuilds and by the health of a feed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bluelamp.settings import without_secrets
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.live import EVENT_LOG, FEED, SNAPSHOT
from bluelamp.storage.vault.vault import Vault

_TRIES = 20
# The origin of an entry that gives calls their places: kept among the snapshots, in their order, but none of them.
PLACED = "placed"


@dataclass(frozen=True, slots=True)
class Body:
    """One answer of a snapshot as it was received; a snapshot of several pages has several."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NewSnapshot:
    """What is to be kept of a snapshot: `fetched_at` is a moment, `problem` says why there is no whole answer, `skew`
    is how far this machine's clock is ahead of the source's (seconds)."""

    fetched_at: str
    origin: str
    bodies: Sequence[Body] = ()
    problem: str = ""
    skew: float | None = None


@dataclass(frozen=True, slots=True)
class SnapshotEntry:
    """A snapshot as the ledger has it. `verdict` is empty until it was taken in."""

    feed: str
    number: int
    fetched_at: str
    origin: str
    parts: list[dict[str, Any]]
    problem: str
    skew: float | None
    verdict: str
    reasons: list[str] = field(default_factory=list)
    version: str = ""
    rows: int | None = None
    unreadable: int | None = None
    duplicates: int | None = None
    conflicting: int | None = None
    changes: int | None = None


class Snapshots:
    """The ledger of snapshots and the vault beside it."""

    def __init__(self, engine: sa.Engine, vault: Vault) -> None:
        self._engine, self._vault = engine, vault

    # -- writes ------------------------------------------------------------------------------------------------------

    def keep(self, feed: str, kept: NewSnapshot) -> SnapshotEntry:
        """Keep a snapshot; durable when this returns. Its time never lies before that of the one before it."""
        label = f"{feed}/{kept.fetched_at[:10]}"
        parts = [self._keep_body(label, body) for body in kept.bodies]
        for _ in range(_TRIES):
            try:
                return self._insert(feed, kept, parts)
            except sa.exc.IntegrityError:
                continue  # another process has kept one at the same time: this one comes after it
        raise AssertionError("numbers are taken one by one")  # pragma: no cover

    def _keep_body(self, label: str, body: Body) -> dict[str, Any]:
        key, sha256 = self._vault.keep_body(label, body.body) if body.body else ("", "")
        facts = {"url": without_secrets(body.url), "status": body.status, "headers": dict(body.headers)}
        return {**facts, "key": key, "sha256": sha256, "size": len(body.body)}

    def _insert(self, feed: str, kept: NewSnapshot, parts: list[dict[str, Any]]) -> SnapshotEntry:
        newest = sa.select(SNAPSHOT.c.number, SNAPSHOT.c.fetched_at).where(SNAPSHOT.c.feed == feed)
        with self._engine.begin() as connection:
            last = connection.execute(newest.order_by(SNAPSHOT.c.number.desc()).limit(1)).first()
            number = last.number + 1 if last else 1
            fetched_at = max(kept.fetched_at, last.fetched_at) if last else kept.fetched_at
            connection.execute(
                SNAPSHOT.insert().values(
                    feed=feed,
                    number=number,
                    fetched_at=fetched_at,
                    origin=kept.origin,
                    parts=parts,
                    problem=kept.problem,
                    skew=kept.skew,
                )
            )
        return SnapshotEntry(feed, number, fetched_at, kept.origin, parts, kept.problem, kept.skew, "")

    def pack_closed(self, feed: str, now: datetime) -> int:
        """Pack the raw answers of a feed's closed days; how many. For who may write the feed. Raises StorageError."""
        return self._vault.packs.pack_closed(feed, now)

    # -- reads -------------------------------------------------------------------------------------------------------

    def bodies(self, entry: SnapshotEntry) -> tuple[Body, ...]:
        """The answers of a snapshot, from the vault. Raises Damaged or NotFound."""
        return tuple(
            Body(
                part["url"],
                part["status"],
                part["headers"],
                self._vault.read_body(part["key"], part["sha256"]) if part["key"] else b"",
            )
            for part in entry.parts
        )

    def after(self, feed: str, number: int, limit: int = 1_000) -> list[SnapshotEntry]:
        """Snapshots after a number, in the order that they were received."""
        of = (SNAPSHOT.c.feed == feed) & (SNAPSHOT.c.number > number)
        return self._entries(sa.select(SNAPSHOT).where(of).order_by(SNAPSHOT.c.number).limit(limit))

    def waiting(self) -> list[str]:
        """The feeds of which something was kept and not yet taken in."""
        newest = sa.select(sa.func.max(SNAPSHOT.c.number)).where(SNAPSHOT.c.feed == FEED.c.name).scalar_subquery()
        query = sa.select(FEED.c.name).join(EVENT_LOG, EVENT_LOG.c.id == FEED.c.log).where(EVENT_LOG.c.taken < newest)
        return list(read(self._engine, lambda connection: connection.execute(query).scalars().all()))

    def all(self, feed: str) -> Iterator[SnapshotEntry]:
        """Every snapshot of a feed, page by page."""
        number = 0
        while page := self.after(feed, number):
            yield from page
            number = page[-1].number

    def recent(self, feed: str, limit: int) -> list[SnapshotEntry]:
        """The newest snapshots, the newest first."""
        query = sa.select(SNAPSHOT).where(_of(feed))
        return self._entries(query.order_by(SNAPSHOT.c.number.desc()).limit(limit))

    def newest(self, feed: str, verdicts: Sequence[str] = ()) -> SnapshotEntry | None:
        """The newest snapshot, or the newest of some verdicts."""
        query = sa.select(SNAPSHOT).where(_of(feed))
        if verdicts:
            query = query.where(SNAPSHOT.c.verdict.in_(verdicts))
        found = self._entries(query.order_by(SNAPSHOT.c.number.desc()).limit(1))
        return found[0] if found else None

    def watched(self, feed: str, first: str, last: str) -> list[tuple[str, str]]:
        """(moment, verdict) of every snapshot fetched from `first` to `last`, both included, in order."""
        query = sa.select(SNAPSHOT.c.fetched_at, SNAPSHOT.c.verdict).where(
            _of(feed), SNAPSHOT.c.fetched_at >= first, SNAPSHOT.c.fetched_at <= last
        )
        ordered = query.order_by(SNAPSHOT.c.number)
        rows = read(self._engine, lambda connection: connection.execute(ordered).all())
        return [(row.fetched_at, row.verdict) for row in rows]

    def verdicts(self, feed: str, since: str = "") -> Counter[str]:
        """How many snapshots had each verdict, since a moment."""
        query = (
            sa.select(SNAPSHOT.c.verdict, sa.func.count())
            .where(_of(feed), SNAPSHOT.c.fetched_at >= since)
            .group_by(SNAPSHOT.c.verdict)
        )
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return Counter({row[0]: row[1] for row in rows})

    def _entries(self, query: sa.Select[Any]) -> list[SnapshotEntry]:
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [SnapshotEntry(**{**row, "reasons": row["reasons"] or []}) for row in rows]


def _of(feed: str) -> sa.ColumnElement[bool]:
    """What was received from a feed's publisher."""
    return sa.and_(SNAPSHOT.c.feed == feed, SNAPSHOT.c.origin != PLACED)
