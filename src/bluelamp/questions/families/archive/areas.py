"""An area as a page of its own: what it is, whom it may be compared with, and how it compares. Called by `web`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.domain.page import path_to
from bluelamp.errors import NoSuchThing
from bluelamp.questions.answer import figures
from bluelamp.questions.families.archive.datasets import CRIMES
from bluelamp.questions.families.archive.trend import publishing_of
from bluelamp.questions.families.archive.version import ArchiveVersion, Area
from bluelamp.questions.figures import FEW_LOCATED, RowCoverage, rate
from bluelamp.questions.model.suggestions import near
from bluelamp.questions.parsing import make_question

RESIDENTS_WORDS = "usual residents, census of 2021"
# Areas in the comparison: the nearest ones in number of residents, of the same kind.
_PEERS = 7
_YEAR = 12

KINDS = ("local_authority", "force")


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """One area of either kind; `number` is the area's or the force's in the data version."""

    kind: str
    number: int
    id: str
    name: str
    force_id: int
    residents: int | None

    @property
    def path(self) -> str:
        return path_to("area", kind=self.kind, area=self.id)

    @property
    def filter(self) -> str:
        return f"local_authority={self.name}" if self.kind == "local_authority" else f"force={self.id}"


def find_place(version: ArchiveVersion, kind: str, wanted: str) -> AreaEntry:
    """A local authority by its code or name, a force by its slug. Raises NoSuchThing with near ones."""
    places = _places(version, kind)
    for place in places:
        if wanted.casefold() in (place.id.casefold(), place.name.casefold()):
            return place
    raise NoSuchThing(
        f"There is no {kind.replace('_', ' ')} “{wanted[:80]}” in what is loaded.",
        near(wanted, [place.name for place in places]),
    )


def _places(version: ArchiveVersion, kind: str) -> list[AreaEntry]:
    if kind == "local_authority":
        return [_of_area(area) for area in version.areas.values()]
    if kind == "force":
        return [
            AreaEntry("force", number, slug, name, number, _residents(version, number))
            for number, (slug, name) in version.forces.items()
        ]
    raise NoSuchThing(f"There is no kind of area “{kind[:40]}”.", f"There are: {', '.join(KINDS)}.")


def _of_area(area: Area) -> AreaEntry:
    return AreaEntry("local_authority", area.number, area.code, area.name, area.force_id, area.residents)


def _residents(version: ArchiveVersion, force_id: int) -> int | None:
    counts = [area.residents for area in version.areas.values() if area.force_id == force_id]
    return sum(one for one in counts if one is not None) if counts and None not in counts else None


def profile(version: ArchiveVersion, place: AreaEntry) -> dict[str, Any]:
    """What stands at the head of an area's page, and its comparison with like areas."""
    force = version.forces.get(place.force_id)
    return {
        "kind": place.kind,
        "id": place.id,
        "name": place.name,
        "force": {"slug": force[0], "name": force[1]} if force else None,
        "residents": place.residents,
        "residents_words": RESIDENTS_WORDS,
        "where": [place.filter],
        "dashboard": "area",
        "feed": None,
        "within": None,
        "compare": _comparison(version, place),
    }


def _comparison(version: ArchiveVersion, place: AreaEntry) -> dict[str, Any] | None:
    """Recorded crime of the last twelve months that the area's force holds whole, beside areas of like size."""
    if place.force_id not in version.forces:
        return None
    publishing = publishing_of(
        version, make_question(CRIMES.name, where=[f"force={version.forces[place.force_id][0]}"])
    )
    complete = [month for month in publishing.months if publishing.is_complete(month)]
    if not complete:
        return None
    last = complete[-1]
    first = max(Month(last.index - _YEAR + 1), publishing.months[0])
    found = _figures(version, place.kind, first, last)
    rows = [_row(one, *found.get(one.filter.partition("=")[2], _NOTHING), this=one.id == place.id)
            for one in _peers(version, place)]  # fmt: skip
    months = last.index - first.index + 1
    words = f"the {months} months to {last.words()}" if months > 1 else last.words()
    return {
        "measure": "recorded_crimes",
        "words": "recorded crime, without anti-social behaviour",
        "why": _WHY[place.kind],
        "period": {"from": str(first), "to": str(last), "words": words},
        "rows": sorted(rows, key=lambda row: (row["rate"] is None, -(row["rate"] or 0), -(row["count"] or 0))),
    }


_WHY = {
    "local_authority": "the same force's local authorities first, then those nearest in number of residents",
    "force": "the forces nearest in number of residents",
}


def _peers(version: ArchiveVersion, place: AreaEntry) -> list[AreaEntry]:
    others = [one for one in _places(version, place.kind) if one.id != place.id and one.residents]
    size = place.residents or 0
    others.sort(
        key=lambda one: (
            place.kind == "local_authority" and one.force_id != place.force_id,
            abs((one.residents or 0) - size),
            one.name,
        )
    )
    return [place, *others[:_PEERS]]


# Of a place that no row tells of nothing is held.
_NOTHING = (None, RowCoverage(0, 0, str(State.OUT_OF_SCOPE)))


def _figures(
    version: ArchiveVersion, kind: str, first: Month, last: Month
) -> dict[str, tuple[int | None, RowCoverage]]:
    """name of an area, or slug of a force → (its recorded crimes, None where they are not known; what that stands
    on)."""
    question = make_question(CRIMES.name, measures=["recorded_crimes"], by=[kind], first=first, last=last)
    found, _ = figures(version, question)
    return {str(row[0]): (row[1], its) for row, its in zip(found.rows, found.coverages, strict=True)}


def _row(place: AreaEntry, count: int | None, coverage: RowCoverage, *, this: bool) -> dict[str, Any]:
    return {
        "kind": place.kind,
        "id": place.id,
        "name": place.name,
        "path": place.path,
        "count": count,
        "rate": rate(count, None if coverage.state == FEW_LOCATED else place.residents, digits=1),
        "residents": place.residents,
        "held": coverage.held,
        "expected": coverage.expected,
        "state": coverage.state,
        "this": this,
    }
