"""How many crimes and stops a force has in a month, and which index range means what. Read by the row makers.

The crimes of a force-month are numbered. Their number alone says whether a crime is anti-social behaviour, at which
lag its first outcome comes, and whether a court result follows, so both the street file and the outcome files know it:

    [0, asb) anti-social behaviour · [bounds[k], bounds[k + 1]) first outcome after k months · [bounds[25], crimes) open
    [crimes, + late) listed only from the first revision on · then `withdrawn`: listed only before it
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.synthetic.chance import fraction
from bluelamp.synthetic.plan import TwinPlan

LAGS = 25  # a first outcome comes 0 to 24 months after the crime
COURT_DELAY = 3  # months from the charge to the result of the court
_LAST_COURT_LAG = LAGS - 1 - COURT_DELAY

# Publishers without outcome files; the British Transport Police gives no crime IDs either.
WITHOUT_OUTCOMES = frozenset({"btp", "northern-ireland"})
WITHOUT_IDS = frozenset({"btp"})
FIRST_IDS = Month.of(2011, 12)
LAST_COURT_RESULT = Month.of(2019, 5)

# Shares of the country's crime, roughly; a force that is not named counts as an ordinary one.
ORDINARY = 1.5
_WEIGHTS = {
    "metropolitan": 16.0, "west-midlands": 6.0, "greater-manchester": 5.5, "west-yorkshire": 5.2, "kent": 3.2,
    "essex": 2.8, "hampshire": 3.0, "thames-valley": 3.2, "northumbria": 3.0, "lancashire": 2.8, "merseyside": 2.6,
    "south-yorkshire": 2.8, "city-of-london": 0.15, "dyfed-powys": 0.6, "cumbria": 0.7, "warwickshire": 0.8,
    "gloucestershire": 0.8, "wiltshire": 0.8, "btp": 0.9, "bedfordshire": 1.0, "cleveland": 1.3, "durham": 1.1,
    "lincolnshire": 1.0, "gwent": 1.0, "north-wales": 1.1, "suffolk": 0.9, "dorset": 1.0, "avon-and-somerset": 2.6,
    "south-wales": 2.2, "sussex": 2.3,
}  # fmt: skip


def weight(force: str) -> float:
    """A force's share of the country's crime, on a scale of its own."""
    return _WEIGHTS.get(force, ORDINARY)


@dataclass(frozen=True)
class MonthShape:
    """The index ranges of one force-month, as the module's first lines draw them."""

    crimes: int
    asb: int
    bounds: NDArray[np.int64]
    late: int
    withdrawn: int
    identified: bool
    last_court_lag: int = _LAST_COURT_LAG

    @property
    def open_from(self) -> int:
        """The first index without any outcome, ever."""
        return int(self.bounds[-1])

    def with_outcome(self, lag: int) -> range:
        """The crimes whose first outcome comes after `lag` months."""
        return range(int(self.bounds[lag]), int(self.bounds[lag + 1]))

    def to_court(self, lag: int) -> range:
        """Those of them that are charged and have a court result `COURT_DELAY` months after, if that is published."""
        group = self.with_outcome(lag)
        return group[: (len(group) + 12) // 25] if lag <= self.last_court_lag else group[:0]

    @cached_property
    def lags(self) -> NDArray[np.int64]:
        """(crimes + late + withdrawn,) lag of the first outcome in months; `LAGS` where there is none."""
        found = np.full(self.crimes + self.late + self.withdrawn, LAGS)
        found[self.asb : self.open_from] = np.repeat(np.arange(LAGS), np.diff(self.bounds))
        return found

    @cached_property
    def court(self) -> NDArray[np.bool_]:
        """(crimes + late + withdrawn,) whether the crime is charged and then decided by a court."""
        found = np.zeros(self.crimes + self.late + self.withdrawn, dtype=bool)
        for lag in range(LAGS):
            group = self.to_court(lag)
            found[group.start : group.stop] = True
        return found


class Volumes:
    """Counts for one plan. The rate is per month of the window, so all releases of one archive agree on it."""

    def __init__(self, plan: TwinPlan) -> None:
        self._plan = plan
        self._rate = plan.crimes / plan.months / sum(weight(force) for force in plan.forces)
        self._shapes: dict[tuple[str, int], MonthShape] = {}

    def _expected(self, force: str, month: Month) -> float:
        season = 1 + 0.08 * math.sin((month.number - 4) / 12 * math.tau)
        drift = 1 + 0.06 * math.sin(month.index / 29 + 6 * fraction(self._plan.seed, "drift", force))
        noise = 0.96 + 0.08 * fraction(self._plan.seed, "noise", force, month.index)
        return self._rate * weight(force) * season * drift * noise

    def typical(self, force: str) -> float:
        """The crimes of an ordinary month of the force."""
        return self._rate * weight(force)

    def stops(self, force: str, month: Month) -> int:
        """Stops of a force-month, without late ones and copies."""
        chance = fraction(self._plan.seed, "stops", force, month.index)
        return max(1, math.floor(self._expected(force, month) / 9 + chance)) if self._plan.crimes else 0

    def crimes(self, force: str, month: Month) -> MonthShape:
        """The shape of a force-month, inside the window or before it."""
        known = self._shapes.get((force, month.index))
        if known is None:
            known = self._shapes[force, month.index] = self._shape(force, month)
        return known

    def _shape(self, force: str, month: Month) -> MonthShape:
        seed = self._plan.seed
        chance = fraction(seed, "crimes", force, month.index)
        crimes = math.floor(self._expected(force, month) + chance)
        summer = 0.04 * math.cos((month.number - 7) / 12 * math.tau)
        asb = 0 if force == "btp" else math.floor(crimes * (0.19 + summer) + chance)
        identified = force not in WITHOUT_IDS and month >= FIRST_IDS
        bounds = np.full(LAGS + 1, asb, dtype=np.int64)
        if identified and force not in WITHOUT_OUTCOMES:
            # The shared fraction keeps small months from having the same lags each time.
            shares = _resolved_by(2.2 + 3 * fraction(seed, "pace", force))
            shifted = np.floor((crimes - asb) * shares + fraction(seed, "lags", force, month.index))
            bounds[1:] = asb + np.minimum(shifted, crimes - asb).astype(np.int64)
        return MonthShape(
            crimes,
            asb,
            bounds,
            late=math.floor(crimes * 0.002 + fraction(seed, "late", force, month.index)),
            withdrawn=math.floor(crimes * 0.001 + fraction(seed, "withdrawn", force, month.index)),
            identified=identified,
            last_court_lag=self._last_court_lag(month),
        )

    def _last_court_lag(self, month: Month) -> int:
        """The longest time to the charge after which the result of the court is still published."""
        if not self._plan.has("closed_vocabularies"):
            return _LAST_COURT_LAG
        return min(_LAST_COURT_LAG, LAST_COURT_RESULT.index - month.index - COURT_DELAY)


def _resolved_by(pace: float) -> NDArray[np.float64]:
    """(25,) share of crimes with a first outcome after 0, 1, … 24 months at most; the rest stays open."""
    weights = np.exp(-np.arange(LAGS) / pace) + 0.012
    shares: NDArray[np.float64] = np.cumsum(weights) / weights.sum() * 0.82
    return shares
