"""The archive that the demo shows: two releases that follow each other, and an old one that somebody kept a part of. So
it has the gaps that real holdings have: months that no release covers, a force that was silent for long, stops of which
only some forces are held. Called by `bluelamp demo`.
"""

from __future__ import annotations

from bluelamp.domain.dataset import CRIMES, STOPS
from bluelamp.domain.month import Month
from bluelamp.synthetic.plan import ALL_FORCES, FileFilter, TwinPlan

_SEED, _MONTHS = 1, 24
_NEW = (Month.of(2023, 5), Month.of(2023, 6))
_OLD, _OLD_FROM = Month.of(2019, 12), Month.of(2019, 10)
# It published nothing at all from the one to the other, ends excluded.
_SILENT, _BEFORE, _AFTER = "humberside", Month.of(2021, 12), Month.of(2023, 3)
# Whose stops of the old release were kept.
_STOPS_KEPT = (
    "avon-and-somerset", "cheshire", "city-of-london", "essex", "gwent", "kent", "merseyside", "metropolitan",
    "north-wales", "sussex", "thames-valley", "west-midlands",
)  # fmt: skip


def shown_releases(crimes: int) -> tuple[TwinPlan, ...]:
    """The plans of the releases, oldest first. `crimes` is about how many the two new ones span."""
    others = tuple(force for force in ALL_FORCES if force != _SILENT)
    new = (
        FileFilter(forces=others),
        FileFilter(forces=(_SILENT,), last=_BEFORE),
        FileFilter(forces=(_SILENT,), first=_AFTER),
    )
    old = (FileFilter((CRIMES.name,), first=_OLD_FROM), FileFilter((STOPS.name,), _STOPS_KEPT, first=_OLD_FROM))
    return (
        TwinPlan(_OLD, _MONTHS, crimes, _SEED, kept=old),
        *(TwinPlan(release, _MONTHS, crimes, _SEED, kept=new) for release in _NEW),
    )
