"""How often each published value occurs, and the labels of each era. Read by the row makers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bluelamp.domain.month import Month
from bluelamp.domain.vocabulary import ASB

SLOTS = 4096  # a draw of twelve bits picks a slot
Slots = NDArray[np.int16]

_NEW_TYPES = Month.of(2013, 5)
NEW_ETHNICITIES = Month.of(2017, 4)
NEW_STOP_OUTCOMES = Month.of(2018, 1)
# Up to here names are ASCII and outcome files shout their streets.
LAST_ASCII = Month.of(2022, 6)

TYPES = {
    ASB: 0.0,
    "Violence and sexual offences": 0.40,
    "Criminal damage and arson": 0.105,
    "Other theft": 0.09,
    "Vehicle crime": 0.08,
    "Shoplifting": 0.08,
    "Public order": 0.085,
    "Burglary": 0.055,
    "Drugs": 0.038,
    "Other crime": 0.022,
    "Bicycle theft": 0.012,
    "Robbery": 0.013,
    "Theft from the person": 0.016,
    "Possession of weapons": 0.01,
}
TYPE_NAMES = tuple(TYPES)
_OLD_TYPES = {
    "Violence and sexual offences": "Violent crime",
    "Public order": "Public disorder and weapons",
    "Possession of weapons": "Public disorder and weapons",
    "Bicycle theft": "Other theft",
    "Theft from the person": "Other theft",
}
UNKNOWN_TYPE = "Nuisance drone flight"
UNKNOWN_OUTCOME = "Referred to a neighbourhood panel"

CHARGED = "Suspect charged"
AWAITING = "Awaiting court outcome"
COURT_UNKNOWN = "Court result unavailable"
INVESTIGATING = "Under investigation"
NO_UPDATE = "Status update unavailable"
_NO_SUSPECT = "Investigation complete; no suspect identified"
_UNABLE = "Unable to prosecute suspect"
_FIRST = {
    _UNABLE: 0.38,
    _NO_SUSPECT: 0.37,
    CHARGED: 0.08,
    "Local resolution": 0.035,
    "Offender given a caution": 0.025,
    "Further investigation is not in the public interest": 0.02,
    "Action to be taken by another organisation": 0.02,
    "Formal action is not in the public interest": 0.015,
    "Further action is not in the public interest": 0.015,
    "Offender given a drugs possession warning": 0.0,
    "Offender given penalty notice": 0.008,
    "Suspect charged as part of another case": 0.012,
}
_COURT = {
    "Offender sent to prison": 0.2,
    "Offender given community sentence": 0.2,
    "Offender fined": 0.2,
    "Offender given suspended prison sentence": 0.1,
    "Offender given conditional discharge": 0.1,
    "Defendant found not guilty": 0.1,
    "Court case unable to proceed": 0.05,
    "Offender ordered to pay compensation": 0.03,
    "Offender otherwise dealt with": 0.02,
}
# Every outcome a crime can carry, in the outcome files or as its last outcome; a position is a code.
OUTCOMES = tuple(
    dict.fromkeys([*_FIRST, *_COURT, AWAITING, COURT_UNKNOWN, INVESTIGATING, NO_UPDATE, UNKNOWN_OUTCOME, ""])
)
CODE = {name: code for code, name in enumerate(OUTCOMES)}


def slots(weights: Sequence[float]) -> Slots:
    """(4096,) positions 0..n-1, each as often as its weight says; a position with any weight stands at least once."""
    given = np.asarray(weights, dtype=np.float64)
    edges = np.round(np.cumsum(given) / given.sum() * SLOTS).astype(np.int64)
    table = np.searchsorted(edges, np.arange(SLOTS), side="right").astype(np.int16)
    for rare in np.flatnonzero(given > 0):
        if not (table == rare).any():
            table[int(edges[rare]) % SLOTS] = rare
    return table


def _outcome_slots(weights: Mapping[str, float]) -> Slots:
    codes = np.array([CODE[name] for name in weights], dtype=np.int16)
    return codes[slots(list(weights.values()))]


def _first_outcomes(crime_type: str) -> Slots:
    """What tends to come of a type: most burglars are not found, most violence is not prosecuted."""
    told = dict(_FIRST)
    if crime_type in {"Burglary", "Vehicle crime", "Bicycle theft", "Theft from the person", "Other theft"}:
        told[_NO_SUSPECT], told[_UNABLE] = 0.72, 0.12
    elif crime_type in {"Drugs", "Possession of weapons"}:
        told |= {CHARGED: 0.3, "Local resolution": 0.2, _NO_SUSPECT: 0.06, _UNABLE: 0.2}
    if crime_type == "Drugs":
        told["Offender given a drugs possession warning"] = 0.15
    if crime_type == "Violence and sexual offences":
        told[_UNABLE], told[_NO_SUSPECT] = 0.62, 0.12
    return _outcome_slots(told)


TYPE_SLOTS: Slots = slots(list(TYPES.values()))
FIRST_SLOTS: Slots = np.stack([_first_outcomes(name) for name in TYPE_NAMES])
COURT_SLOTS: Slots = _outcome_slots(_COURT)


def type_labels(month: Month, eras: bool) -> list[str]:
    """The label of each type as files of that month have it."""
    if eras and month < _NEW_TYPES:
        return [_OLD_TYPES.get(name, name) for name in TYPE_NAMES]
    return list(TYPE_NAMES)
