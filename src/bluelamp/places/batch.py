"""Asks geocoders that take many questions at once, before a long list of locations is placed one by one. What they say
is stored, so that a resolver that is opened afterwards finds it. Used by `bluelamp places resolve`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.decision import decide
from bluelamp.domain.place import LocationQuery
from bluelamp.places.resolver import Resolver
from bluelamp.sources.geocoders.calling import Provider
from bluelamp.sources.geocoders.geocoder import Batching

WORTH_IT = 20  # a list that is no longer is asked one by one


@dataclass(slots=True)
class Batched:
    """What came of asking: how many were asked, how many have an answer now, and what went wrong, in sentences."""

    asked: int = 0
    answered: int = 0
    problems: list[str] = field(default_factory=list)


def can_batch(resolver: Resolver) -> bool:
    """Whether any of the geocoders that were chosen takes many questions at once."""
    return any(isinstance(line.geocoder, Batching) for line in resolver.lines)


def ask_in_batches(resolver: Resolver, locations: Sequence[LocationQuery]) -> Batched:
    """Ask those geocoders about all locations that what is at hand does not place, each once. Nobody else should ask
    about the same meanwhile: claims are not taken. Raises StorageError."""
    result = Batched()
    for line in resolver.lines:
        geocoder = line.geocoder
        if not isinstance(geocoder, Batching):
            continue
        open_ = list(_open(resolver, line, locations))
        if len(open_) <= WORTH_IT:
            continue
        for start in range(0, len(open_), geocoder.batch_size):
            _ask(resolver, line, open_[start : start + geocoder.batch_size], result)
    return result


def _ask(resolver: Resolver, line: Provider, some: Sequence[LocationQuery], result: Batched) -> None:
    answers = line.ask_batch([resolver.ground.query(query) for query in some])
    result.asked += len(some)
    now = datetime.now(UTC)
    for query, said in zip(some, answers, strict=True):
        if said.state in ("found", "nothing"):
            resolver.places.keep_answer(resolver.feed, query, line.name, said.candidates, now)
            result.answered += 1
        elif said.reason not in result.problems:
            result.problems.append(said.reason)


def _open(resolver: Resolver, line: Provider, locations: Sequence[LocationQuery]) -> Iterator[LocationQuery]:
    """Locations that are not placed by what is at hand, and that this geocoder knows and was not asked about yet."""
    known = resolver.places.known(resolver.feed)
    seen = set[str]()
    for query in locations:
        if query.key in seen or not line.answers(resolver.ground.query(query)):
            continue
        seen.add(query.key)
        if query.key in known and not _is_open(resolver, line, query):
            continue
        if decide(query, resolver.ground.at_hand(query), resolver.rules, resolver.ground.areas).kind != "point":
            yield query


def _is_open(resolver: Resolver, line: Provider, query: LocationQuery) -> bool:
    """Of a location that something is stored of: whether this geocoder is still to be asked about it."""
    return resolver.places.fix_of(resolver.feed, query.key) is None and line.name not in resolver.places.answers(
        resolver.feed, query.key
    )
