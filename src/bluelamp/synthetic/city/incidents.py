"""Incidents of the synthetic city: when calls come, how long units stay. Pure; read by `model`.

Time is cut into slots of one hour of the city's life. What begins in a slot is a function of the seed and the slot's
number alone, so that any moment can be shown without running through those before it. Times are seconds since 1970.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from bluelamp.synthetic.chance import key
from bluelamp.synthetic.city.ground import Ground, Spot
from bluelamp.synthetic.city.words import CORRECTED, DIVISIONS, NATURES, Nature

Span = tuple[float, float]  # from a moment to before another
# Calls that begin in each local hour of the day: quiet at five, busy in the evening.
RHYTHM = (64, 56, 48, 41, 35, 32, 34, 38, 44, 48, 50, 53, 55, 55, 57, 60, 65, 71, 76, 79, 81, 82, 80, 72)
LONGEST = 7.0  # hours that a call stays on the list at most
_FLAPS, _RETURNS, _UNIT_FLAPS, _CORRECTED = 0.04, 0.015, 0.02, 0.03  # shares of calls, or of units
_NUMBERS = 280  # incident numbers of one slot; most belong to calls that are never listed
_LETTERS = "ABCDEFGH"
_BLOCKS = 8  # a unit is free again for the slot so many later: longer than any call


@dataclass(frozen=True, slots=True)
class Stay:
    """A unit on an incident, in one span or, where the list drops it for a while, several."""

    unit: str
    spans: tuple[Span, ...]

    def at(self, when: float) -> bool:
        return any(first <= when < last for first, last in self.spans)


@dataclass(frozen=True, slots=True)
class Correction:
    """A field that is listed otherwise from a moment on."""

    at: float
    field: str
    value: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. It is listed while any unit is on the scene, from `opened` to before `closed` but for gaps."""

    number: str
    reported: float
    opened: float
    closed: float
    nature: str
    priority: str
    spot: Spot
    stays: tuple[Stay, ...]
    corrections: tuple[Correction, ...] = ()
    odd: dict[str, str] = field(default_factory=dict)  # columns that the publisher itself gets wrong

    def units_at(self, when: float) -> list[str]:
        """The units that are listed at a moment; without any the incident is not listed."""
        if not self.opened <= when < self.closed:
            return []
        return [stay.unit for stay in self.stays if stay.at(when)]

    def value(self, name: str, when: float) -> str:
        """The nature, priority or block as listed at a moment."""
        found = {"nature": self.nature, "priority": self.priority, "block": self.spot.block or ""}[name]
        for correction in self.corrections:
            if correction.field == name and correction.at <= when:
                found = correction.value
        return found


class Incidents:
    """The incidents of one city by slot. `tempo` makes its life so many times as fast: calls come as much more often
    and last as much less, so that as many are open."""

    def __init__(self, seed: int, ground: Ground, zone: ZoneInfo, tempo: float) -> None:
        self._seed, self._ground, self._zone, self._tempo = seed, ground, zone, tempo
        self.slot_seconds = 3600.0 / tempo

    def of_slot(self, slot: int) -> list[Incident]:
        """The incidents that are first listed in a slot, in that order."""
        chance = random.Random(key(self._seed, "slot", slot))
        begin = slot * self.slot_seconds
        count = _poisson(chance, self._rate(begin))
        opened = sorted(begin + chance.random() * self.slot_seconds for _ in range(count))
        numbers = sorted(chance.sample(range(_NUMBERS), min(count, _NUMBERS)))
        units = self._units(chance, slot)
        return [
            self._incident(chance, when, number, slot, units) for when, number in zip(opened, numbers, strict=False)
        ]

    def _rate(self, when: float) -> float:
        local = datetime.fromtimestamp(when, self._zone)
        hour = local.hour + local.minute / 60
        first, last = RHYTHM[local.hour], RHYTHM[(local.hour + 1) % 24]
        rate = first + (last - first) * (hour - local.hour)
        # Friday and Saturday evenings, and the nights after them.
        day = local.weekday()
        weekend = (day in (4, 5) and hour >= 19) or (day in (5, 6) and hour < 4)
        return rate * (1.3 if weekend else 1.0)

    def _units(self, chance: random.Random, slot: int) -> dict[str, list[str]]:
        """The units that the calls of a slot may draw from, by division; nobody else has them meanwhile."""
        found = {}
        for number, division in enumerate(DIVISIONS, 1):
            names = [f"{letter}{number}{beat:02d}" for letter in _LETTERS for beat in range(11, 51)]
            names += [f"BLOCK{number}", f"JE{number}{slot % 90 + 10}", f"R{number}{slot % 10}"]
            mine = names[slot % _BLOCKS :: _BLOCKS]
            chance.shuffle(mine)
            found[division] = mine
        return found

    def _incident(
        self, chance: random.Random, opened: float, number: int, slot: int, units: dict[str, list[str]]
    ) -> Incident:
        nature = chance.choices(NATURES, [nature.weight for nature in NATURES])[0]
        spot = self._ground.spot(chance, freeway="Freeway" in nature.words)
        scale = 60.0 / self._tempo  # seconds of a minute of the city's life
        stay = min(chance.lognormvariate(0, 0.75) * nature.minutes * 0.85, LONGEST * 60) * scale
        closed = opened + max(stay, 20.0 / self._tempo)
        gaps = self._gaps(chance, opened, closed)
        stays = self._stays(chance, nature, units[spot.division], (opened, closed), gaps)
        waiting = chance.expovariate(1) * (2, 6, 8, 25, 50)[nature.priority] + 2
        odd = {"reporting_area": "System.Xml.XmlElement"} if chance.random() < 0.003 else {}
        if spot.kind == "named":
            odd = {"beat": "", "division": "", "reporting_area": ""}
        return Incident(
            number=self._number(slot, number),
            reported=opened - min(waiting, 720) * scale,
            opened=opened,
            closed=closed,
            nature=nature.words,
            priority=str(nature.priority),
            spot=spot,
            stays=stays,
            corrections=_corrections(chance, nature, spot, opened, closed),
            odd=odd,
        )

    def _number(self, slot: int, number: int) -> str:
        """Numbers grow over a year and are never given twice in it."""
        year = datetime.fromtimestamp(slot * self.slot_seconds, ZoneInfo("UTC")).year
        first = math.ceil(datetime(year, 1, 1, tzinfo=ZoneInfo("UTC")).timestamp() / self.slot_seconds)
        return f"{year % 100:02d}-{(slot - first + 1) * _NUMBERS + number:07d}"

    def _gaps(self, chance: random.Random, opened: float, closed: float) -> list[Span]:
        """When the list drops a call that goes on: for a snapshot or two, or for so long that it is told as ended."""
        drawn = chance.random()
        if drawn < _FLAPS:
            length = chance.uniform(60, 200)
        elif drawn < _FLAPS + _RETURNS:
            length = chance.uniform(480, 2400)
        else:
            return []
        begin = opened + chance.uniform(0.2, 0.6) * (closed - opened)
        length /= self._tempo
        return [(begin, begin + length)] if begin + length < closed - 60 / self._tempo else []

    def _stays(
        self, chance: random.Random, nature: Nature, free: list[str], whole: Span, gaps: list[Span]
    ) -> tuple[Stay, ...]:
        opened, closed = whole
        wanted = min(1 + _poisson(chance, nature.units - 1), 4)
        spans = [whole]
        length = closed - opened
        for _ in range(wanted - 1):
            joined = opened + min(chance.expovariate(1) * 240 / self._tempo, length * 0.5)
            left = closed if chance.random() < 0.35 else joined + chance.uniform(0.3, 0.95) * (closed - joined)
            spans.append((joined, left))
        if wanted > 1 and chance.random() < 0.25:
            # The first unit hands over to another one and goes.
            spans[0] = (opened, chance.uniform(spans[1][0], closed))
            spans[1] = (spans[1][0], closed)
        names = [free.pop() for _ in spans if free] or [f"X{int(opened) % 1_000_000}"]
        if len(names) < len(spans):
            spans = [whole, *spans[1 : len(names)]]
        stays = []
        for name, span in zip(names, spans, strict=True):
            own = list(gaps)
            if chance.random() < _UNIT_FLAPS:
                begin = span[0] + chance.uniform(0.2, 0.8) * (span[1] - span[0])
                own.append((begin, begin + chance.uniform(100, 200) / self._tempo))
            stays.append(Stay(name, tuple(_without(span, own))))
        return tuple(stay for stay in stays if stay.spans)


def _corrections(
    chance: random.Random, nature: Nature, spot: Spot, opened: float, closed: float
) -> tuple[Correction, ...]:
    if chance.random() >= _CORRECTED:
        return ()
    at = opened + chance.uniform(0.1, 0.6) * (closed - opened)
    kind = chance.choice(("priority", "nature", "block"))
    if kind == "nature" and nature.words in CORRECTED:
        return (Correction(at, kind, CORRECTED[nature.words]),)
    if kind == "block" and spot.block is not None:
        return (Correction(at, kind, str(int(spot.block) + 100)),)
    return (Correction(at, "priority", str(max(nature.priority - 1, 1))),)


def _without(span: Span, gaps: list[Span]) -> list[Span]:
    """What is left of a span when gaps are taken out of it, in order."""
    left = [span]
    for begin, end in gaps:
        left = [
            part
            for first, last in left
            for part in ((first, min(last, begin)), (max(first, end), last))
            if part[0] < part[1]
        ]
    return sorted(set(left))


def _poisson(chance: random.Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count
