"""Which rows of a snapshot are which call. Pure; used by `domain.diff`.

A number says it outright. Without one a call is the rows of one location and nature: it keeps its id when the publisher
drops the column of numbers, and when the numbers come back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bluelamp.domain.call import Call
from bluelamp.domain.snapshot import Row

_PLACE = ("location", "nature", "block")


@dataclass(slots=True)
class Group:
    """Rows of one call. `call` is the id of the open call that they belong to, None where there is none yet."""

    rows: list[Row] = field(default_factory=list)
    call: str | None = None
    number: str | None = None

    @property
    def key(self) -> str:
        """What names the call among all that the feed ever had."""
        return number_key(self.number) if self.number else place_key(self.rows[0].values)


def number_key(number: str) -> str:
    return f"n:{number}"


def place_key(values: Mapping[str, object], fields: Iterable[str] = _PLACE) -> str:
    """Location, nature and block in one text; case is no difference."""
    return "p:" + "|".join(str(values.get(name) or "").upper() for name in _PLACE if name in fields)


def group_rows(rows: Iterable[Row], fields: frozenset[str], calls: Mapping[str, Call]) -> list[Group]:
    """The rows of a snapshot by call; the open calls that they belong to are found by number, unit and place."""
    return _Matcher(fields, calls).match(rows)


class _Matcher:
    def __init__(self, fields: frozenset[str], calls: Mapping[str, Call]) -> None:
        # A column that is gone tells nothing: places are compared by what is left.
        self._fields = [name for name in _PLACE if name in fields]
        self._calls = calls
        self._by_number = {call["incident_number"]: id_ for id_, call in calls.items() if call["incident_number"]}
        self._places: dict[str, list[str]] | None = None
        self._moved: dict[str, str] = {}  # place → the open call that was corrected to it
        self._by_unit: dict[tuple[str, str], list[str]] | None = None
        self._groups: dict[str, Group] = {}  # by the id of their call, or by their key where it is new

    def match(self, rows: Iterable[Row]) -> list[Group]:
        numbered: dict[str, list[Row]] = {}
        unnumbered = []
        for row in rows:
            number = row.values.get("incident_number")
            if number:
                numbered.setdefault(number, []).append(row)
            else:
                unnumbered.append(row)
        for number, listed in numbered.items():
            self._number(number, listed)
        # Units that are known say which call their place is about; those that are new on it follow.
        rest = [row for row in unnumbered if not self._known_unit(row)]
        for row in rest:
            self._place(row)
        return list(self._groups.values())

    def _number(self, number: str, rows: list[Row]) -> None:
        found = self._by_number.get(number)
        if found is None:
            # The number came back to a call that had none.
            ways = (self._first, self._of_unit)
            found = next((id_ for way in ways for row in rows if (id_ := way(row, numbered=False))), None)
            if found is not None:
                self._by_number[number] = found
        for row in rows:
            self._join(found or number_key(number), found, number, row)

    def _known_unit(self, row: Row) -> bool:
        """Whether the row's unit is on an open call at its place, which it then belongs to."""
        unit = row.units[0].unit if row.units else None
        found = next((id_ for id_ in self._at(row) if unit and unit in _units(self._calls[id_])), None)
        if found is None:
            found = self._of_unit(row, numbered=True)
            if found is not None:
                self._moved.setdefault(place_key(row.values, self._fields), found)
        if found is not None:
            self._join(found, found, None, row)
        return found is not None

    def _place(self, row: Row) -> None:
        key = place_key(row.values, self._fields)
        # A call that this snapshot lists by its number is spoken for.
        free = (id_ for id_ in self._at(row) if not self._listed_by_number(id_))
        found = next(free, None) or self._moved.get(key)
        self._join(found or key, found, None, row)

    def _listed_by_number(self, id_: str) -> bool:
        group = self._groups.get(id_)
        return group is not None and group.number is not None

    def _first(self, row: Row, *, numbered: bool) -> str | None:
        for id_ in self._at(row):
            if bool(self._calls[id_]["incident_number"]) is numbered and id_ not in self._groups:
                return id_
        return None

    def _of_unit(self, row: Row, *, numbered: bool) -> str | None:
        """The open call of the row's unit at its location, where only the nature or only the block is another one now:
        it was corrected. Not one that is spoken for, and none with a number unless `numbered`."""
        if not row.units:
            return None
        for id_ in self._units_at().get((row.units[0].unit, _upper(row.values.get("location"))), ()):
            call = self._calls[id_]
            is_free = not self._listed_by_number(id_) if numbered else not call["incident_number"]
            if is_free and any(_upper(row.values.get(name)) == _upper(call[name]) for name in ("nature", "block")):
                return id_
        return None

    def _units_at(self) -> dict[tuple[str, str], list[str]]:
        """Open calls by unit and location."""
        if self._by_unit is None:
            self._by_unit = {}
            for id_, call in sorted(self._calls.items()):
                for unit in call["units"] if call["location"] else ():
                    self._by_unit.setdefault((unit["unit"], _upper(call["location"])), []).append(id_)
        return self._by_unit

    def _at(self, row: Row) -> list[str]:
        """Open calls at the row's place, the oldest first."""
        if self._places is None:
            self._places = {}
            oldest = sorted(self._calls.values(), key=lambda call: (call["opened_between"][1] or "", call["id"]))
            for call in oldest:
                self._places.setdefault(place_key(call, self._fields), []).append(call["id"])
        return self._places.get(place_key(row.values, self._fields), [])

    def _join(self, name: str, call: str | None, number: str | None, row: Row) -> None:
        group = self._groups.setdefault(name, Group(call=call, number=number))
        group.number = group.number or number
        group.rows.append(row)


def _upper(value: str | None) -> str:
    return (value or "").upper()


def _units(call: Call) -> set[str]:
    return {unit["unit"] for unit in call["units"]}
