"""Asks geocoders that take many questions at once, before a long list of locations is placed one by one. What they say
is stored, so that a desk that is opened afterwards finds it. Used by `bluelamp places resolve`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bluelamp.domain.decision import decide
from bluelamp.domain.place import Asked
from bluelamp.places.resolver import Desk
from bluelamp.sources.geocoders.calling import Line
from bluelamp.sources.geocoders.geocoder import Batching

WORTH_IT = 20  # a list that is no longer is asked one by one


@dataclass(slots=True)
class Batched:
    """What came of asking: how many were asked, how many have an answer now, and what went wrong, in sentences."""

    asked: int = 0
    answered: int = 0
    problems: list[str] = field(default_factory=list)


def can_batch(desk: Desk) -> bool:
    """Whether any of the geocoders that were chosen takes many questions at once."""
    return any(isinstance(line.geocoder, Batching) for line in desk.lines)


def ask_in_batches(desk: Desk, locations: Sequence[Asked]) -> Batched:
    """Ask those geocoders about all locations that what is at hand does not place, each once. Nobody else should ask
    about the same meanwhile: claims are not taken. Raises StorageError."""
    result = Batched()
    for line in desk.lines:
        geocoder = line.geocoder
        if not isinstance(geocoder, Batching):
            continue
        open_ = list(_open(desk, line, locations))
        if len(open_) <= WORTH_IT:
            continue
        for start in range(0, len(open_), geocoder.batch_size):
            _ask(desk, line, open_[start : start + geocoder.batch_size], result)
    return result


def _ask(desk: Desk, line: Line, some: Sequence[Asked], result: Batched) -> None:
    answers = line.ask_batch([desk.ground.query(asked) for asked in some])
    result.asked += len(some)
    now = datetime.now(UTC)
    for asked, said in zip(some, answers, strict=True):
        if said.state in ("found", "nothing"):
            desk.places.keep_answer(desk.feed, asked, line.name, said.candidates, now)
            result.answered += 1
        elif said.reason not in result.problems:
            result.problems.append(said.reason)


def _open(desk: Desk, line: Line, locations: Sequence[Asked]) -> Iterator[Asked]:
    """Locations that are not placed by what is at hand, and that this geocoder knows and was not asked about yet."""
    known = desk.places.known(desk.feed)
    seen = set[str]()
    for asked in locations:
        if asked.key in seen or not line.answers(desk.ground.query(asked)):
            continue
        seen.add(asked.key)
        if asked.key in known and not _is_open(desk, line, asked):
            continue
        if decide(asked, desk.ground.at_hand(asked), desk.rules, desk.ground.areas).kind != "point":
            yield asked


def _is_open(desk: Desk, line: Line, asked: Asked) -> bool:
    """Of a location that something is stored of: whether this geocoder is still to be asked about it."""
    return desk.places.fix_of(desk.feed, asked.key) is None and line.name not in desk.places.answers(
        desk.feed, asked.key
    )
