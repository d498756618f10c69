"""What is true of a crime whichever file tells of it: place, type, outcomes, ID. Read by crimes.py and outcomes.py.

Everything follows from the crime's force, month and number, so an outcome file can make the crimes of any month again.
"""

from __future__ import annotations

import binascii
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import Indices, Words, below, bits, key, words
from bluelamp.synthetic.coverage import ReleaseCoverage
from bluelamp.synthetic.geography import MIXED, ForcePlaces, eighths_of_2011, no_location_share
from bluelamp.synthetic.plan import TwinPlan
from bluelamp.synthetic.truth import ENDED, REDRAWN
from bluelamp.synthetic.values import CHARGED, CODE, COURT_SLOTS, FIRST_SLOTS, TYPE_SLOTS, UNKNOWN_OUTCOME
from bluelamp.synthetic.volumes import LAST_COURT_RESULT, Volumes

_UNIT = 1 << 20
_ID_WORDS = 4


class World:
    """The plan with everything derived from it once. Keeps the places of the last force asked about."""

    def __init__(self, plan: TwinPlan) -> None:
        self.plan = plan
        self.coverage = ReleaseCoverage(plan)
        self.volumes = Volumes(plan)
        self._places: ForcePlaces | None = None

    def places(self, force: str) -> ForcePlaces:
        """The places of a force; made anew when the force changes, since a big force's are tens of megabytes."""
        if self._places is None or self._places.force != force:
            self._places = ForcePlaces(self.plan, force)
        return self._places


def map_points(world: World, force: str, month: Month) -> dict[str, str]:
    """The property of the files of a month that have the later list of map points; nothing for the others."""
    return {"map_points": REDRAWN} if world.places(force).is_redrawn(month) else {}


def eras(world: World, force: str, month: Month) -> dict[str, str]:
    """The properties that a file of crimes or outcomes has of its time."""
    ended = world.plan.has("closed_vocabularies") and month > LAST_COURT_RESULT
    return map_points(world, force, month) | ({"court_results": ENDED} if ended else {})


@dataclass(frozen=True)
class Numbers:
    """Crimes by number, with the keys of their months: one for all, or one each."""

    index: Indices
    traits: int | Words
    outcomes: int | Words
    ids: int | Words

    @classmethod
    def of_month(cls, plan: TwinPlan, force: str, month: Month, index: Indices) -> Numbers:
        return cls(index, *month_keys(plan, force, month))


@lru_cache(maxsize=4096)
def _month_keys(seed: int, force: str, index: int) -> tuple[int, int, int]:
    traits, outcomes, ids = (key(seed, kind, force, index) for kind in ("traits", "outcomes", "ids"))
    return traits, outcomes, ids


def month_keys(plan: TwinPlan, force: str, month: Month) -> tuple[int, int, int]:
    """The keys of a force-month: for the traits of its crimes, their outcomes and their IDs."""
    return _month_keys(plan.seed, force, month.index)


@dataclass(frozen=True)
class Traits:
    """(crimes,) arrays: position of the place, type and first outcome as codes, spare bits for decisions of a file."""

    place: Indices
    type: Indices
    first: Indices
    court: Indices
    spare: Words


def traits_of(
    world: World, force: str, numbers: Numbers, asb: NDArray[np.bool_], court: NDArray[np.bool_], month: Month
) -> Traits:
    """The traits of crimes, as a file of the month has them. `asb` marks anti-social behaviour, `court` those charged
    and decided later."""
    drawn = words(numbers.traits, numbers.index)
    spare = words(numbers.outcomes, numbers.index)
    types = np.where(asb, 0, TYPE_SLOTS[bits(drawn, 0, 12)]).astype(np.int64)
    first = FIRST_SLOTS[types, bits(spare, 0, 12)].astype(np.int64)
    if world.plan.has("unknown_values"):
        first[bits(spare, 51, 13) == 0] = CODE[UNKNOWN_OUTCOME]
    first[court] = CODE[CHARGED]
    return Traits(
        _places_of(world, force, drawn, spare, month),
        types,
        first,
        COURT_SLOTS[bits(spare, 12, 12)].astype(np.int64),
        spare,
    )


def _places_of(world: World, force: str, drawn: Words, spare: Words, month: Month) -> Indices:
    """A street of the force for most; some have no location, some lie over the border, a few far away."""
    plan, places = world.plan, world.places(force)
    found = places.slots[below(drawn, len(places.slots))].astype(np.int64)
    turn = bits(drawn, 12, 20)
    edge = no_location_share(plan, force) * _UNIT
    for group, share in ((places.border, 0.006), (places.far, 0.003 if force == "avon-and-somerset" else 0.0002)):
        if group:
            chosen = (turn >= edge) & (turn < edge + share * _UNIT)
            found[chosen] = group.start + below(spare[chosen], len(group))
            edge += share * _UNIT
    if force in MIXED:
        other = bits(spare, 24, 3) < eighths_of_2011(month)
        found[other] = places.other_census[found[other]]
    found[turn < no_location_share(plan, force) * _UNIT] = places.nowhere
    return found


def identities(of: int | Words, index: Indices, shown: NDArray[np.bool_]) -> pa.Array:
    """(crimes,) 64 hexadecimal digits, or nothing where a crime is not `shown` with an ID."""
    counted = index[shown].astype(np.uint64)[:, None] * np.uint64(_ID_WORDS) + np.arange(_ID_WORDS, dtype=np.uint64)
    keys: int | Words = of if isinstance(of, int) else np.repeat(of[shown], _ID_WORDS)
    digits = binascii.hexlify(words(keys, counted.reshape(-1).view(np.int64)).tobytes())
    offsets = np.zeros(len(index) + 1, dtype=np.int32)
    np.cumsum(shown * 64, out=offsets[1:])
    return pa.StringArray.from_buffers(len(index), pa.py_buffer(offsets), pa.py_buffer(digits))
