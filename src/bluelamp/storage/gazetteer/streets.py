"""The streets of a gazetteer, and which of them an asked one may be. Used by the lookups and while building.

A street is known by its name and by whatever else is written: direction, kind, service road, bound. What an agency
leaves out (`MAIN ST` of `W MAIN ST`) may still be found; what contradicts may not.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from bluelamp.domain.location import Street


class KnownStreet(NamedTuple):
    """A street of the gazetteer. `middle` and `reach` are where it is, in metres: the middle of what is known of it and
    how far the rest of it lies from there."""

    id: int
    street: Street
    middle: tuple[float, float]
    reach: float


class StreetMatch(NamedTuple):
    """A street that was meant, and in words what differs from how it was asked (empty where nothing does)."""

    known: KnownStreet
    differs: str


class Streets:
    """Looks streets up by name; some 20,000 of a large city take 10 MB."""

    def __init__(self, known: Iterable[KnownStreet]) -> None:
        self._by_name: dict[str, list[KnownStreet]] = {}
        for one in known:
            self._by_name.setdefault(squashed(one.street), []).append(one)

    def __len__(self) -> int:
        return sum(map(len, self._by_name.values()))

    def find(self, street: Street) -> list[list[StreetMatch]]:
        """What an asked street may be: groups, the best agreement first, and in a group all that agree alike."""
        groups: dict[int, list[StreetMatch]] = {}
        for one in self._by_name.get(squashed(street), ()):
            rank, differs = _agreement(street, one.street)
            if rank is not None:
                groups.setdefault(rank, []).append(StreetMatch(one, differs))
        ranks = sorted(groups)
        if ranks and ranks[0] < _LESS_SAID:
            # What is listed as it was asked is meant, and nothing else of that name.
            ranks = [rank for rank in ranks if rank < _LESS_SAID]
        if len({one.known.street.type for found in groups.values() for one in found}) > 1:
            # Another kind of street is believed only where the name is borne by one alone.
            ranks = [rank for rank in ranks if rank < _ANOTHER_KIND]
        return [groups[rank] for rank in ranks]


def squashed(street: Street) -> str:
    """The name that streets are found by: WAX BERRY and WAXBERRY are one. A freeway is found by its number."""
    return street.freeway or street.name.replace(" ", "")


_BOUND, _BESIDE, _LESS_SAID, _KIND_MISSING, _ANOTHER_KIND = 1, 2, 5, 10, 100


def _agreement(street: Street, known: Street) -> tuple[int | None, str]:
    """(rank, what differs): 0 for the same street, more for less agreement, None for another street."""
    rank = 0
    differs = []
    if not street.freeway and street.type != known.type:
        if street.type and known.type:
            rank, differs = rank + _ANOTHER_KIND, [f"listed as {known.type}"]
        else:
            rank, differs = rank + _KIND_MISSING, ["the kind of street is missing"]
    ours, theirs = (street.prefix, street.suffix), (known.prefix, known.suffix)
    if ours != theirs:
        if any(ours) and any(theirs) and set(ours) != set(theirs):
            return None, "another direction"
        rank += _LESS_SAID
        differs.append(
            "the direction is missing" if not (any(ours) and any(theirs)) else "the direction stands elsewhere"
        )
    if street.service_road != known.service_road or street.ramp != known.ramp:
        rank += _BESIDE
        differs.append("the road beside it" if not (street.service_road or street.ramp) else "the road it runs beside")
    if street.bound != known.bound:
        rank += _BOUND
    return rank, ", ".join(differs)
