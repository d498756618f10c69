"""Every location ever placed: what each source answered, what was decided, what a person has put right, what was spent.

A good answer never grows old: what grows old is the decision, which has a version and is made anew from the stored
answers without asking anybody. What was not found is asked for again after an hour, a day, a week. Written by the live
flow and by `bluelamp places`; safe for threads and for several processes.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bluelamp.domain.call import Call
from bluelamp.domain.matching import number_key
from bluelamp.domain.moment import moment_of
from bluelamp.domain.place import Candidate, LocationQuery, same_spot
from bluelamp.storage.places.official_reports import Officials
from bluelamp.storage.relational.reads import read
from bluelamp.storage.tables.live import CALL, FEED
from bluelamp.storage.tables.places import (
    PLACE,
    PLACE_ANSWER,
    PLACE_BUDGET,
    PLACE_CLAIM,
    PLACE_FIX,
    PLACE_SCORE,
    PLACE_SECRET,
    PLACE_SPOT,
)

State = Literal["found", "nothing", "failed"]
# Until a source is asked again that found nothing or failed; the last holds from then on.
RETRY_AFTER = (timedelta(hours=1), timedelta(days=1), timedelta(days=7))
# A point that a source gave for more different streets than this stands for nothing.
DEFAULT_POINT_STREETS = 3
_PAGE = 500


@dataclass(frozen=True, slots=True)
class SourceAnswer:
    """What one source said of one location. `retry_at` is a moment, empty where it will not be asked again."""

    source: str
    state: State
    candidates: tuple[Candidate, ...] = ()
    reason: str = ""
    asked_at: str = ""
    tries: int = 0
    retry_at: str = ""

    def is_due(self, now: str) -> bool:
        return bool(self.retry_at) and self.retry_at <= now


@dataclass(frozen=True, slots=True)
class Fix:
    """What a person has said about a location."""

    feed: str
    key: str
    text: str
    lat: float
    lon: float
    uncertainty_m: float
    why: str
    fixed_at: str


@dataclass(frozen=True, slots=True)
class StoredDecision:
    """A decision as it is kept; `decision` is `domain.decision.Decision.as_dict`."""

    asked: LocationQuery
    version: str
    decision: dict[str, Any]
    decided_at: str


@dataclass(frozen=True, slots=True)
class Score:
    """How far places of one source (or `shown`: those that were decided) and one kind of location were from official
    coordinates. Distances in metres; `reach` is what nine in ten claims would have to be multiplied by to be true."""

    source: str
    kind: str
    precision: str
    official: int
    points: int
    areas: int
    near: int  # within 150 m
    far: int  # beyond 500 m
    within: int  # inside what was claimed
    median_m: float | None
    p95_m: float | None
    reach: float | None
    scored_at: str = ""


class PlaceStore:
    """The store of places on the ledger's database."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    @property
    def officials(self) -> Officials:
        """What cities themselves report of calls."""
        return Officials(self._engine)

    # -- answers -----------------------------------------------------------------------------------------------------

    def answers(self, feed: str, key: str) -> dict[str, SourceAnswer]:
        """What each source has said of a location."""
        query = sa.select(PLACE_ANSWER).where(PLACE_ANSWER.c.feed == feed, PLACE_ANSWER.c.key == key)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return {row.source: _answer(row) for row in rows}

    def keep_answer(
        self,
        feed: str,
        query: LocationQuery,
        source: str,
        found: Sequence[Candidate],
        now: datetime,
        *,
        failed: str = "",
    ) -> SourceAnswer:
        """Keep what a source said; nothing found, or `failed` with the reason, sets when it is asked again. Candidates
        that may not be stored are left out, but that the source has answered is known."""
        before = self.answers(feed, query.key).get(source)
        state: State = "failed" if failed else "found" if found else "nothing"
        tries = 0 if state == "found" else (before.tries if before else 0) + 1
        retry = "" if state == "found" else moment_of(now + RETRY_AFTER[min(tries, len(RETRY_AFTER)) - 1])
        kept = tuple(one for one in found if one.storable)
        if state == "failed" and before is not None and before.state == "found":
            return before  # a source that fails today takes nothing back
        answer = SourceAnswer(source, state, kept, failed, moment_of(now), tries, retry)
        values = {
            "state": state,
            "reason": failed,
            "candidates": [one.as_dict() for one in kept],
            "asked_at": answer.asked_at,
            "tries": tries,
            "retry_at": retry,
        }
        with self._engine.begin() as connection:
            _upsert(connection, PLACE_ANSWER, {"feed": feed, "key": query.key, "source": source}, values)
            streets = "&".join(sorted(street.upper() for street in query.streets))
            for spot in {same_spot(one.lat, one.lon) for one in kept}:
                _upsert(connection, PLACE_SPOT, {"source": source, "spot": spot, "streets": streets}, {})
        return answer

    def default_points(self) -> tuple[tuple[float, float], ...]:
        """Coordinates that a source gave for more than a few different streets."""
        query = (
            sa.select(PLACE_SPOT.c.spot)
            .group_by(PLACE_SPOT.c.source, PLACE_SPOT.c.spot)
            .having(sa.func.count() > DEFAULT_POINT_STREETS)
        )
        spots = read(self._engine, lambda connection: connection.execute(query).scalars().all())
        return tuple(sorted({_point(spot) for spot in spots}))

    def is_default(self, source: str, lat: float, lon: float) -> bool:
        """Whether a point is one of `default_points`."""
        of = (PLACE_SPOT.c.source == source) & (PLACE_SPOT.c.spot == same_spot(lat, lon))
        query = sa.select(sa.func.count()).where(of)
        return read(self._engine, lambda connection: connection.execute(query).scalar_one()) > DEFAULT_POINT_STREETS

    def known(self, feed: str) -> set[str]:
        """The locations that a source has answered or a person has put right: of any other nothing is stored."""
        queries = [sa.select(table.c.key).where(table.c.feed == feed).distinct() for table in (PLACE_ANSWER, PLACE_FIX)]
        rows = read(self._engine, lambda connection: [connection.execute(one).scalars().all() for one in queries])
        return {key for keys in rows for key in keys}

    # -- decisions ---------------------------------------------------------------------------------------------------

    def kept(self, feed: str, asked: LocationQuery) -> StoredDecision | None:
        """What was decided for a location with these areas, of whatever version."""
        query = sa.select(PLACE).where(PLACE.c.feed == feed, PLACE.c.key == asked.key, PLACE.c.areas == asked.areas_key)
        row = read(self._engine, lambda connection: connection.execute(query).first())
        return None if row is None else _kept(row)

    def keep(self, feed: str, query: LocationQuery, decision: Mapping[str, Any], now: datetime) -> None:
        """Keep a decision in the place of the one before. Candidates that may not be stored stand in it with their
        source and reason alone."""
        stored = {**decision, "candidates": [_storable(one) for one in decision["candidates"]]}
        values = {
            "asked": query.as_dict(),
            "kind": decision["kind"],
            "version": decision["version"],
            "decision": stored,
            "decided_at": moment_of(now),
        }
        with self._engine.begin() as connection:
            _upsert(connection, PLACE, {"feed": feed, "key": query.key, "areas": query.areas_key}, values)

    def other_versions(self, feed: str, version: str) -> Iterator[StoredDecision]:
        """Decisions of a feed that were made by other rules than these, page by page."""
        after = ("", "")
        place = sa.tuple_(PLACE.c.key, PLACE.c.areas)
        while True:
            query = sa.select(PLACE).where(PLACE.c.feed == feed, PLACE.c.version != version, place > after)
            ordered = query.order_by(PLACE.c.key, PLACE.c.areas).limit(_PAGE)
            rows = read(self._engine, lambda connection, wanted=ordered: connection.execute(wanted).all())  # type: ignore[misc]
            if not rows:
                return
            yield from map(_kept, rows)
            after = (rows[-1].key, rows[-1].areas)

    def kinds(self, feed: str) -> dict[str, int]:
        """How many locations are a point, an area, nothing."""
        query = sa.select(PLACE.c.kind, sa.func.count()).where(PLACE.c.feed == feed).group_by(PLACE.c.kind)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return {row[0]: row[1] for row in rows}

    # -- what a person has put right ---------------------------------------------------------------------------------

    def fix(
        self, feed: str, query: LocationQuery, lat: float, lon: float, uncertainty_m: float, why: str, now: datetime
    ) -> Fix:
        """Say where a location is; goes before every source."""
        made = Fix(feed, query.key, query.text, lat, lon, uncertainty_m, why, moment_of(now))
        values = {name: getattr(made, name) for name in ("text", "lat", "lon", "uncertainty_m", "why", "fixed_at")}
        with self._engine.begin() as connection:
            _upsert(connection, PLACE_FIX, {"feed": feed, "key": query.key}, values)
        return made

    def unfix(self, feed: str, query: LocationQuery) -> bool:
        """Take back what a person has said; whether there was anything."""
        of = (PLACE_FIX.c.feed == feed) & (PLACE_FIX.c.key == query.key)
        with self._engine.begin() as connection:
            return bool(connection.execute(PLACE_FIX.delete().where(of)).rowcount)

    def fix_of(self, feed: str, key: str) -> Fix | None:
        query = sa.select(PLACE_FIX).where(PLACE_FIX.c.feed == feed, PLACE_FIX.c.key == key)
        row = read(self._engine, lambda connection: connection.execute(query).mappings().first())
        return None if row is None else Fix(**row)

    def fixes(self, feed: str) -> list[Fix]:
        """All of a feed, the newest first."""
        query = sa.select(PLACE_FIX).where(PLACE_FIX.c.feed == feed).order_by(PLACE_FIX.c.fixed_at.desc())
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Fix(**row) for row in rows]

    def secret(self) -> str:
        """The installation's own secret, made when first wanted; the same for all its processes."""
        with self._engine.begin() as connection:
            _upsert(connection, PLACE_SECRET, {"name": "jitter"}, {}, {"value": secrets.token_hex(32)})
            query = sa.select(PLACE_SECRET.c.value).where(PLACE_SECRET.c.name == "jitter")
            return str(connection.execute(query).scalar_one())

    # -- scores ------------------------------------------------------------------------------------------------------

    def keep_scores(self, feed: str, scores: Sequence[Score], now: datetime) -> None:
        """Keep what one measurement came to, beside those before it."""
        rows = [{**asdict(one), "feed": feed, "scored_at": moment_of(now)} for one in scores]
        with self._engine.begin() as connection:
            if rows:
                connection.execute(PLACE_SCORE.insert(), rows)

    def scores(self, feed: str, limit: int = 1_000) -> list[Score]:
        """The newest measurement first."""
        query = sa.select(PLACE_SCORE).where(PLACE_SCORE.c.feed == feed)
        ordered = query.order_by(PLACE_SCORE.c.scored_at.desc(), PLACE_SCORE.c.id).limit(limit)
        rows = read(self._engine, lambda connection: connection.execute(ordered).mappings().all())
        return [Score(**{name: row[name] for name in Score.__dataclass_fields__}) for row in rows]

    def calls_by_number(self, feed: str, numbers: Sequence[str]) -> dict[str, Call]:
        """Calls of a feed's log, open or ended, by their number; the newest of each."""
        found: dict[str, Call] = {}
        for start in range(0, len(numbers), _PAGE):
            keys = [number_key(number) for number in numbers[start : start + _PAGE]]
            query = (
                sa.select(CALL.c.body)
                .join(FEED, FEED.c.log == CALL.c.log)
                .where(FEED.c.name == feed, CALL.c.number_key.in_(keys))
                .order_by(CALL.c.opened_at)
            )
            for body in read(self._engine, lambda connection, wanted=query: connection.execute(wanted).scalars().all()):  # type: ignore[misc]
                call = cast(Call, json.loads(body))
                found[str(call["incident_number"])] = call
        return found

    # -- what is spent, and who asks ---------------------------------------------------------------------------------

    def spend(self, source: str, limit: int, now: datetime) -> bool:
        """Take one request from a source's budget of the day (UTC); False where none is left. Holds over restarts and
        for all processes together."""
        of = {"source": source, "day": f"{now:%Y-%m-%d}"}
        with self._engine.begin() as connection:
            _upsert(connection, PLACE_BUDGET, of, {}, {"used": 0})
            mine = (PLACE_BUDGET.c.source == source) & (PLACE_BUDGET.c.day == of["day"]) & (PLACE_BUDGET.c.used < limit)
            return bool(
                connection.execute(PLACE_BUDGET.update().where(mine).values(used=PLACE_BUDGET.c.used + 1)).rowcount
            )

    def spent(self, now: datetime) -> dict[str, int]:
        """Requests of the day, by source."""
        query = sa.select(PLACE_BUDGET.c.source, PLACE_BUDGET.c.used).where(PLACE_BUDGET.c.day == f"{now:%Y-%m-%d}")
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return {row.source: row.used for row in rows}

    def claim(self, feed: str, key: str, holder: str, now: datetime, seconds: float) -> bool:
        """Take it upon oneself to ask about a location; False while somebody else does."""
        until, at = moment_of(now + timedelta(seconds=seconds)), moment_of(now)
        with self._engine.begin() as connection:
            of = {"feed": feed, "key": key}
            _upsert(connection, PLACE_CLAIM, of, {}, {"holder": holder, "until": until})
            free = (PLACE_CLAIM.c.holder == holder) | (PLACE_CLAIM.c.until < at)
            mine = (PLACE_CLAIM.c.feed == feed) & (PLACE_CLAIM.c.key == key) & free
            taken = connection.execute(PLACE_CLAIM.update().where(mine).values(holder=holder, until=until))
            return bool(taken.rowcount)

    def release(self, feed: str, key: str, holder: str) -> None:
        """Let others ask about the location again."""
        mine = (PLACE_CLAIM.c.feed == feed) & (PLACE_CLAIM.c.key == key) & (PLACE_CLAIM.c.holder == holder)
        with self._engine.begin() as connection:
            connection.execute(PLACE_CLAIM.delete().where(mine))


def _upsert(
    connection: sa.Connection,
    table: sa.Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any],
    only_new: Mapping[str, Any] | None = None,
) -> None:
    """Write a row, new or in the place of the one of the same key; `only_new` are values that an old row keeps."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).values(**key, **values, **(only_new or {}))
    if values:
        connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_=dict(values)))
    else:
        connection.execute(statement.on_conflict_do_nothing(index_elements=list(key)))


def _answer(row: sa.Row[Any]) -> SourceAnswer:
    candidates = tuple(Candidate.from_dict(one) for one in row.candidates)
    return SourceAnswer(row.source, row.state, candidates, row.reason, row.asked_at, row.tries, row.retry_at)


def _kept(row: sa.Row[Any]) -> StoredDecision:
    return StoredDecision(LocationQuery.from_dict(row.asked), row.version, dict(row.decision), row.decided_at)


def _storable(candidate: Mapping[str, Any]) -> dict[str, Any]:
    if candidate["storable"]:
        return dict(candidate)
    shown = ("source", "group", "precision", "kept", "code", "storable")
    return {**dict.fromkeys(candidate), **{name: candidate[name] for name in shown}, "reason": _UNSTORED}


def _point(spot: str) -> tuple[float, float]:
    lat, _, lon = spot.partition(",")
    return float(lat), float(lon)


_UNSTORED = "The licence of this source does not let its answers be kept."
