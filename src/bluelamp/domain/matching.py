"""Which rows of a snapshot are which call. Pure; used by `domain.diff`.

A number says it, unless what else the row states is of another incident (`same_incident`). Without one a call is the
rows of one location and nature: it keeps its id when the publisher drops the column of numbers, and when the numbers
come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from bluelamp.domain.call import Call
from bluelamp.domain.feed import FeedRules, Restarts
from bluelamp.domain.same_incident import agrees, is_another, period_of
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

    @property
    def values(self) -> Mapping[str, str]:
        """What its first row states."""
        return self.rows[0].values


def number_key(number: str) -> str:
    return f"n:{number}"


def place_key(values: Mapping[str, object], fields: Iterable[str] = _PLACE) -> str:
    """Location, nature and block in one text; case is no difference."""
    return "p:" + "|".join(str(values.get(name) or "").upper() for name in _PLACE if name in fields)


def group_rows(rows: Iterable[Row], fields: frozenset[str], calls: Mapping[str, Call], rules: FeedRules) -> list[Group]:
    """The rows of a snapshot by call; the open calls that they belong to are found by number, unit and place."""
    return _Matcher(fields, calls, rules).match(rows)


class _Matcher:
    def __init__(self, fields: frozenset[str], calls: Mapping[str, Call], rules: FeedRules) -> None:
        # A column that is gone tells nothing: places are compared by what is left.
        self._fields = [name for name in _PLACE if name in fields]
        self._has_numbers = "incident_number" in fields
        self._calls, self._rules = calls, rules
        self._by_number: dict[str, list[str]] = {}
        for id_, call in calls.items():
            if call["incident_number"]:
                self._by_number.setdefault(call["incident_number"], []).append(id_)
        self._all_have_numbers = sum(map(len, self._by_number.values())) == len(calls)
        # Where rows without a number stand, and units on them, in this snapshot.
        self._bare: dict[str, list[Row]] = {}
        self._bare_units: dict[tuple[str, str], list[Row]] = {}
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
        self._see_bare(unnumbered)
        for number, listed in numbered.items():
            self._number(number, listed)
        # Units that are known say which call their place is about; those that are new on it follow.
        rest = [row for row in unnumbered if not self._known_unit(row)]
        for row in rest:
            self._place(row)
        return list(self._groups.values())

    def _see_bare(self, rows: Iterable[Row]) -> None:
        for row in rows:
            self._bare.setdefault(place_key(row.values, self._fields), []).append(row)
            location = _upper(row.values.get("location"))
            for unit in row.units if location else ():
                self._bare_units.setdefault((unit.unit, location), []).append(row)

    def _number(self, number: str, rows: list[Row]) -> None:
        restarts, known = self._rules.numbers_restart, self._by_number.get(number, [])
        if len(known) == 1 and restarts == "never" and self._stands_where_it_stood(known[0], rows[0]):
            self._join_all(known[0], known[0], number, rows)
            return
        if len(known) > 1:
            known = sorted(known, key=self._age, reverse=True)
        for incident in [rows] if restarts == "never" else _by_incident(rows, restarts):
            self._numbered(number, incident, known)

    def _numbered(self, number: str, rows: list[Row], known: list[str]) -> None:
        found = next((id_ for id_ in known if self._can_be(id_, rows)), None)
        if found is None and not self._all_have_numbers:
            # The number came, or came back, to a call that had none.
            ways = (self._first, self._of_unit_without_number)
            found = next((id_ for way in ways for row in rows if (id_ := way(row))), None)
        name = found or f"{number_key(number)}|{period_of(self._rules.numbers_restart, rows[0].values)}"
        self._join_all(name, found, number, rows)

    def _join_all(self, name: str, found: str | None, number: str, rows: list[Row]) -> None:
        for row in rows:
            self._join(name, found, number, row)

    def _stands_where_it_stood(self, id_: str, row: Row) -> bool:
        """Most calls of most snapshots: nothing else need be asked. Where no location is stated, it must be."""
        where = row.values.get("location")
        return id_ not in self._groups and bool(where) and where == self._calls[id_]["location"]

    def _age(self, id_: str) -> tuple[str, str]:
        return self._calls[id_]["opened_between"][1] or "", id_

    def _can_be(self, id_: str, rows: list[Row]) -> bool:
        """Whether rows of a call's number are that call's, which no other rows are yet."""
        if id_ in self._groups:
            return False
        call = self._calls[id_]
        return any(not is_another(self._rules, call, row.values) for row in rows)

    def _got_number(self, id_: str, row: Row) -> bool:
        """Whether a call without a number can have got this row's: its own row is gone, and the reported time
        agrees."""
        call = self._calls[id_]
        if call["incident_number"] or id_ in self._groups:
            return False
        bare = [*self._bare.get(place_key(call, self._fields), ())]
        for unit in call["units"]:
            bare += self._bare_units.get((unit["unit"], _upper(call["location"])), ())
        return agrees(call, row.values) and not any(agrees(call, one.values) for one in bare)

    def _known_unit(self, row: Row) -> bool:
        """Whether the row's unit is on an open call at its place, which it then belongs to."""
        unit = row.units[0].unit if row.units else None
        found = next((id_ for id_ in self._at(row) if unit and unit in _units(self._calls[id_])), None)
        if found is None:
            found = self._of_unit(row, lambda id_: not self._listed_by_number(id_) and self._lost_number(id_, row))
            if found is not None:
                self._moved.setdefault(place_key(row.values, self._fields), found)
        if found is not None:
            self._join(found, found, None, row)
        return found is not None

    def _place(self, row: Row) -> None:
        key = place_key(row.values, self._fields)
        # A call that this snapshot lists by its number is spoken for.
        free = (id_ for id_ in self._at(row) if not self._listed_by_number(id_) and self._lost_number(id_, row))
        found = next(free, None) or self._moved.get(key)
        self._join(found or key, found, None, row)

    def _lost_number(self, id_: str, row: Row) -> bool:
        """Whether a row without a number can be of a call at its place. While other rows have numbers, a call that had
        one has it still, unless the reported time agrees."""
        call = self._calls[id_]
        if call["incident_number"] and self._has_numbers and not agrees(call, row.values):
            return False
        return not is_another(self._rules, call, row.values)

    def _listed_by_number(self, id_: str) -> bool:
        group = self._groups.get(id_)
        return group is not None and group.number is not None

    def _first(self, row: Row) -> str | None:
        return next((id_ for id_ in self._at(row) if self._got_number(id_, row)), None)

    def _of_unit_without_number(self, row: Row) -> str | None:
        return self._of_unit(row, lambda id_: self._got_number(id_, row))

    def _of_unit(self, row: Row, is_free: Callable[[str], bool]) -> str | None:
        """The open call of the row's unit at its location, where only the nature or only the block is another one now:
        it was corrected. Not one that is spoken for."""
        if not row.units:
            return None
        for id_ in self._units_at().get((row.units[0].unit, _upper(row.values.get("location"))), ()):
            call = self._calls[id_]
            is_corrected = any(_upper(row.values.get(name)) == _upper(call[name]) for name in ("nature", "block"))
            if is_corrected and is_free(id_):
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


def _by_incident(rows: list[Row], restarts: Restarts) -> list[list[Row]]:
    """Rows of one number by the stretch that it is good for; those that do not say when are of the newest."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(period_of(restarts, row.values), []).append(row)
    bare = found.pop("", [])
    if bare:
        found.setdefault(max(found, default=""), []).extend(bare)
    return [found[period] for period in sorted(found)]


def _upper(value: str | None) -> str:
    return (value or "").upper()


def _units(call: Call) -> set[str]:
    return {unit["unit"] for unit in call["units"]}
