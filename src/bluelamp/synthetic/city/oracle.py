"""Judges an event log against the truth: what the city listed, which answers were damaged, what followed from them.

Pure; used by the chaos tests and `benchmarks/chaos.py`.

The words, exactly. *Listed* is what the undamaged city shows at a poll; *shown* is what can be read in the answer that
the poll got. An answer is *whole* where it shows all that is listed.

- false closing: a call was closed by an answer at whose moment the city lists its incident; the same for a unit
- lost: an incident, or a unit on it, that an answer shows which is to be taken in, and that is not open after it
- doubled: an incident has two calls, or a call that is open is opened again, or a unit joins that is there already
- invented: a call is opened, or a unit joins, that the answer does not show
- overdue: a call, or a unit, is still open although two sound answers in a row lack it (not where the second has under
  half the rows of the first: that may be doubted)
- wrong: a field differs from the row after a sound answer

Where a publisher drops incident numbers, a call is the rows of one place and nature: an incident is then open where a
call of its place is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bluelamp.domain.change import Change
from bluelamp.domain.snapshot import clean, clean_block
from bluelamp.synthetic.city.faults import SHOWING, Plan, Planned
from bluelamp.synthetic.city.model import Pair
from bluelamp.synthetic.city.publisher import Publisher, is_sound

Place = tuple[str, str, str]
_NUMBER, _UNIT = "incident_number", "unit_number"
# Our field → the publisher's column.
_FIELDS = {
    "nature": "nature_of_call",
    "priority": "priority",
    "status": "status",
    "division": "division",
    "beat": "beat",
    "reporting_area": "reporting_area",
    "block": "block",
    "location": "location",
}


@dataclass(slots=True)
class Judgement:
    """Sentences, one for each thing that is wrong; counts of what was looked at. `off` counts intervals that do not
    hold the true moment: partial answers cause them, and nothing can be done about it."""

    false_closings: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    invented: list[str] = field(default_factory=list)
    overdue: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    off: int = 0
    polls: int = 0
    incidents: int = 0
    kinds: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def faults(self) -> dict[str, int]:
        """How many of each kind; all zero where the log is right."""
        names = ("false_closings", "lost", "doubled", "invented", "overdue", "wrong")
        return {name: len(getattr(self, name)) for name in names}

    def sentences(self, most: int = 20) -> str:
        every = [f"{name}: {one}" for name in self.faults for one in getattr(self, name)]
        return "\n".join(every[:most])


@dataclass(slots=True)
class _Call:
    number: str | None
    fields: dict[str, Any]
    units: set[str]
    stands_for: set[str]
    open: bool = True

    @property
    def place(self) -> Place:
        return _place(self.fields)


@dataclass(slots=True)
class _Poll:
    """One poll as the oracle sees it."""

    number: int
    planned: Planned
    listed: frozenset[Pair]
    shown: frozenset[Pair]
    places: Mapping[str, Place]  # incident number → where the answer says that it is

    @property
    def listed_numbers(self) -> set[str]:
        return {number for number, _ in self.listed}

    @property
    def shown_numbers(self) -> set[str]:
        return {number for number, _ in self.shown}

    def __str__(self) -> str:
        gone = f" without {', '.join(sorted(self.planned.gone))}" if self.planned.gone else ""
        return f"poll {self.number} ({self.planned.kind}{gone})"


def judge(publisher: Publisher, plan: Plan, moments: Sequence[str], changes: Iterable[Change]) -> Judgement:
    """Judge a log. `moments` are the times of fetching of polls 0, 1, 2 …, each its own; `changes` all of the log, in
    order."""
    return _Judge(publisher, plan, moments).judge(changes)


class _Judge:
    def __init__(self, publisher: Publisher, plan: Plan, moments: Sequence[str]) -> None:
        self._publisher, self._plan, self._moments = publisher, plan, moments
        self._of = {moment: number for number, moment in enumerate(moments)}
        assert len(self._of) == len(moments), "every poll has a time of its own"
        self._listed: dict[int, frozenset[Pair]] = {}
        self._calls: dict[str, _Call] = {}
        self._open: dict[str, _Call] = {}  # those of them that are open
        self._named: dict[str, set[str]] = defaultdict(set)  # incident number → calls
        self.found = Judgement(polls=len(moments))

    def judge(self, changes: Iterable[Change]) -> Judgement:
        waiting = iter(changes)
        change = next(waiting, None)
        seen: set[str] = set()
        for number, moment in enumerate(self._moments):
            poll = self._poll(number)
            while change is not None and change["at"] == moment:
                self.found.kinds[change["kind"]] += 1
                self._take(poll, change)
                change = next(waiting, None)
            seen |= poll.listed_numbers
            self._look(poll)
            self._listed.pop(number - 500, None)
        assert change is None, f"a change of {change['at']} belongs to no poll"
        self.found.incidents = len(seen)
        return self.found

    def _poll(self, number: int) -> _Poll:
        planned = self._plan[number] if number < len(self._plan) else Planned()
        if planned.kind not in SHOWING:
            return _Poll(number, planned, self._listing(number), frozenset(), {})
        answer = self._publisher.at(self._plan, number)
        rows = self._publisher.city.snapshot(self._publisher.moment(answer.about))
        places = {row[_NUMBER]: _place(_canonical(row)) for row in rows}
        return _Poll(number, planned, self._listing(number), answer.shown, places)

    def _listing(self, number: int) -> frozenset[Pair]:
        if number not in self._listed:
            self._listed[number] = self._publisher.city.listed(self._publisher.moment(number))
        return self._listed[number]

    # -- changes one by one ------------------------------------------------------------------------------------------

    def _take(self, poll: _Poll, change: Change) -> None:
        kind, call = change["kind"], self._calls.get(change["call"])
        if kind in ("opened", "reopened"):
            self._opened(poll, change, call)
        elif call is None or not call.open:
            self.found.doubled.append(f"{poll}: {kind} of a call that is not open")
        elif kind == "closed":
            self._closed(poll, change, call)
        elif kind == "unit_joined":
            self._joined(poll, change, call)
        elif kind == "unit_left":
            self._left(poll, change, call)
        elif kind == "updated" and change["unit"] is None:
            self._updated(change, call)

    def _opened(self, poll: _Poll, change: Change, before: _Call | None) -> None:
        details = change["details"]
        assert details is not None
        fields = dict(details)
        call = _Call(details["incident_number"], fields, {one["unit"] for one in details["units"]}, set())
        if (before is not None and before.open) or (change["kind"] == "opened") is not (before is None):
            self.found.doubled.append(f"{poll}: {change['kind']} of {call.number or call.place} again")
        if call.number is not None:
            call.stands_for = {call.number} & poll.shown_numbers
        else:
            call.stands_for = {number for number in poll.shown_numbers if poll.places[number] == call.place}
        if not call.stands_for:
            self.found.invented.append(f"{poll}: a call {call.number or call.place}")
        missing = {unit for unit in call.units if not self._shows(poll, call, unit)}
        self.found.invented += [f"{poll}: unit {unit} on {call.number or call.place}" for unit in sorted(missing)]
        self._calls[change["call"]] = self._open[change["call"]] = call
        for number in call.stands_for:
            self._name(poll, number, change["call"])
        self._check_start(change, call.stands_for)

    def _name(self, poll: _Poll, number: str, id_: str) -> None:
        for other in self._named[number] - {id_}:
            told = self._calls[other]
            if told.open or told.number == self._calls[id_].number:
                self.found.doubled.append(f"{poll}: incident {number} has another call already")
        self._named[number].add(id_)

    def _closed(self, poll: _Poll, change: Change, call: _Call) -> None:
        still = call.stands_for & poll.listed_numbers
        self.found.false_closings += [f"{poll}: incident {number} is listed" for number in sorted(still)]
        call.open = False
        del self._open[change["call"]]
        self._check_end(change, lambda other: bool(call.stands_for & {number for number, _ in other}))

    def _joined(self, poll: _Poll, change: Change, call: _Call) -> None:
        unit = change["unit"]
        assert unit is not None
        if unit in call.units:
            self.found.doubled.append(f"{poll}: unit {unit} joins {call.number} again")
        if not self._shows(poll, call, unit):
            self.found.invented.append(f"{poll}: unit {unit} on {call.number or call.place}")
        call.units.add(unit)

    def _left(self, poll: _Poll, change: Change, call: _Call) -> None:
        unit = change["unit"]
        assert unit is not None
        if unit not in call.units:
            self.found.doubled.append(f"{poll}: unit {unit} leaves {call.number} without being there")
        pairs = {(number, unit) for number in call.stands_for}
        self.found.false_closings += [
            f"{poll}: unit {unit} is listed on {number}" for number, _ in sorted(pairs & poll.listed)
        ]
        call.units.discard(unit)
        self._check_end(change, lambda other: bool(pairs & other))

    def _updated(self, change: Change, call: _Call) -> None:
        fields = change["fields"] or {}
        call.fields.update({name: new for name, (_, new) in fields.items()})
        if _NUMBER in fields:
            call.number = fields[_NUMBER][1]
            call.stands_for.add(str(call.number))
            self._name(self._poll(self._of[change["at"]]), str(call.number), change["call"])

    def _shows(self, poll: _Poll, call: _Call, unit: str) -> bool:
        """Whether the answer shows the unit on the call; without numbers, on any incident of its place."""
        if any((number, unit) in poll.shown for number in call.stands_for):
            return True
        return _NUMBER in poll.planned.gone and any(
            shown == unit and poll.places[number] == call.place for number, shown in poll.shown
        )

    def _check_start(self, change: Change, numbers: set[str]) -> None:
        between = change["between"]
        if between is None or between[0] is None:
            return
        before = {number for number, _ in self._listing(self._of[between[0]])}
        self.found.off += bool(numbers & before)

    def _check_end(self, change: Change, is_in: Any) -> None:
        between = change["between"]
        assert between is not None
        assert between[0] is not None
        assert between[1] is not None
        seen, missed = (self._listing(self._of[moment]) for moment in between if moment is not None)
        self.found.off += not is_in(seen) or is_in(missed)

    # -- what stands after a poll ------------------------------------------------------------------------------------

    def _look(self, poll: _Poll) -> None:
        if poll.planned.kind not in SHOWING:
            return
        live = list(self._open.values())
        self._find_lost(poll, live)
        if is_sound(poll.planned):
            self._find_wrong(poll, live)
            before = self._poll(poll.number - 1) if poll.number else None
            if before is not None and is_sound(before.planned) and 2 * len(poll.listed) >= len(before.listed):
                self._find_overdue(before, poll, live)

    def _find_lost(self, poll: _Poll, live: list[_Call]) -> None:
        by_number = {number: call for call in live for number in call.stands_for}
        by_place: dict[Place, list[_Call]] = defaultdict(list)
        for call in live if _NUMBER in poll.planned.gone else ():
            by_place[call.place].append(call)
        for number, unit in sorted(poll.shown):
            calls = [*by_place.get(poll.places[number], ()), *([by_number[number]] if number in by_number else [])]
            if not calls:
                self.found.lost.append(f"{poll}: incident {number} is not open")
            elif _UNIT not in poll.planned.gone and not any(unit in call.units for call in calls):
                self.found.lost.append(f"{poll}: unit {unit} is not on {number}")

    def _find_overdue(self, before: _Poll, poll: _Poll, live: list[_Call]) -> None:
        numbers, pairs = before.listed_numbers | poll.listed_numbers, before.listed | poll.listed
        in_both = before.listed_numbers & poll.listed_numbers
        for call in live:
            if not call.stands_for & numbers:
                self.found.overdue.append(f"{poll}: {call.number or call.place} is open")
            elif call.stands_for <= in_both:
                gone = [unit for unit in call.units if not any((one, unit) in pairs for one in call.stands_for)]
                self.found.overdue += [f"{poll}: unit {unit} is on {call.number or call.place}" for unit in gone]

    def _find_wrong(self, poll: _Poll, live: list[_Call]) -> None:
        rows = {row[_NUMBER]: row for row in self._publisher.city.snapshot(self._publisher.moment(poll.number))}
        for call in live:
            row = rows.get(call.number or "")
            if row is not None:
                differing = [name for name, value in _canonical(row).items() if call.fields.get(name) != value]
                self.found.wrong += [f"{poll}: {name} of {call.number}" for name in differing]


def _canonical(row: Mapping[str, str]) -> dict[str, str | None]:
    found = {name: clean(row.get(column)) for name, column in _FIELDS.items()}
    found["block"] = clean_block(found["block"])
    if row.get("date") and row.get("time"):
        found["reported_local"] = f"{row['date'][:10]}T{row['time']}"
    return found


def _place(fields: Mapping[str, Any]) -> Place:
    location, nature, block = (str(fields.get(name) or "").upper() for name in ("location", "nature", "block"))
    return location, nature, block
