"""What differs between the open calls and a new snapshot. Pure: values in, changes out; no clock, no storage.

`compare` takes a snapshot in, `believe` an old one that has stood unchanged for so long that it must be right. Both
give the changes, the calls as they then are and what is to be remembered (`domain.tracking`). Called by `live.step`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from bluelamp.domain.call import Between, Call, Place, Unit
from bluelamp.domain.change import Change, apply, call_id, change_id
from bluelamp.domain.feed import FeedRules
from bluelamp.domain.intake import Intake, missed_by
from bluelamp.domain.matching import Group, group_rows
from bluelamp.domain.moment import seconds_between
from bluelamp.domain.same_incident import may_come_back
from bluelamp.domain.snapshot import FIELDS, Row, SnapshotReading
from bluelamp.domain.tracking import Absence, Tracking


@dataclass(frozen=True, slots=True)
class EndedCall:
    """A call that ended, and how many calls the same key has named so far."""

    call: Call | None
    occurrence: int


class Shown:
    """The rows that each call was last listed with: a shortcut, because most calls are listed as before. It holds for
    as long as the same columns are there; what comes out is the same without it."""

    def __init__(self) -> None:
        self._rows: dict[str, list[Row]] = {}
        self._fields: frozenset[str] = frozenset()

    def begin(self, fields: frozenset[str]) -> None:
        """A snapshot with these columns."""
        if fields != self._fields:
            self._rows.clear()
            self._fields = fields

    def as_before(self, id_: str, rows: list[Row]) -> bool:
        """Whether the call was listed with the same rows the last time."""
        same = self._rows.get(id_) == rows
        self._rows[id_] = rows
        return same

    def forget(self, id_: str) -> None:
        self._rows.pop(id_, None)


# What is known of a key (domain.matching): the newest call that it named, and how many.
Recall = Callable[[str], EndedCall]
# A place as it may be told; what a feed's privacy says of places.
Cloak = Callable[[Place], Place]


def as_it_is(place: Place) -> Place:
    """The cloak of a feed that keeps nothing of its places from view."""
    return place


@dataclass(slots=True)
class SnapshotDiff:
    """Changes in their order, still without numbers; the calls that they touch, as they are after them; with what key
    new calls were named; what is to be remembered. `points` are the publisher's own, as listed, of the calls whose rows
    were looked at: for whoever checks them, and never kept."""

    tracking: Tracking
    changes: list[Change] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)
    occurrences: dict[str, int] = field(default_factory=dict)
    points: dict[str, Place] = field(default_factory=dict)


def compare(
    rules: FeedRules,
    tracking: Tracking,
    calls: Mapping[str, Call],
    reading: SnapshotReading,
    intake: Intake,
    recall: Recall,
    before: Shown | None = None,
    cloak: Cloak = as_it_is,
) -> SnapshotDiff:
    """Take a snapshot in. `calls` are the open ones by id. Neither they nor `tracking` are touched; `before` is."""
    step = _Step(rules, tracking, calls, intake, cloak)
    before = before or Shown()
    fields = stated_fields(reading)
    before.begin(fields)
    groups = group_rows(reading.rows, reading.fields, calls, rules)
    shown = {group.call for group in groups if group.call is not None}
    for id_ in sorted(calls.keys() - shown):
        before.forget(id_)
        step.missed(id_)
    for group in sorted((group for group in groups if group.call is not None), key=lambda one: one.call or ""):
        assert group.call is not None
        # A unit that is missed must be counted, however little the rows have changed.
        if not before.as_before(group.call, group.rows) or group.call in tracking["absent_units"]:
            step.shown(group, fields)
        else:
            step.tracking["absent"].pop(group.call, None)
    for group in sorted((group for group in groups if group.call is None), key=_age):
        step.appeared(group, recall)
    step.tracking["shown_at"] = intake.at
    return step.result


def believe(
    rules: FeedRules, tracking: Tracking, calls: Mapping[str, Call], at: str, version: str, patience: float
) -> SnapshotDiff:
    """A snapshot in doubt has stood unchanged so long that it is believed: it was good, and so is its standing."""
    step = _Step(rules, tracking, calls, Intake(at, version, good=True, confirms=True, patience=patience))
    step.missed_again(lambda absence: bool(absence["held"]))
    return step.result


def stand(
    rules: FeedRules, tracking: Tracking, calls: Mapping[str, Call], at: str, version: str, patience: float
) -> SnapshotDiff:
    """The last good list is there again: what it lacks is missed once more, each after the seconds of `patience`."""
    step = _Step(rules, tracking, calls, Intake(at, version, good=True, again=True, patience=patience))
    step.missed_again(lambda absence: absence["misses"] > 0 or "late" in absence)
    return step.result


def locate(
    rules: FeedRules, tracking: Tracking, calls: Mapping[str, Call], placed: Mapping[str, Place], at: str, version: str
) -> SnapshotDiff:
    """Places that were decided for calls: `calls` are those that they are about, open or ended, by id. One that says
    the same as before is no change."""
    step = _Step(rules, tracking, calls, Intake(at, version, good=False))
    for id_ in sorted(placed.keys() & calls.keys()):
        if calls[id_]["place"] != placed[id_]:
            step.located(id_, placed[id_])
    return step.result


def stated_fields(reading: SnapshotReading) -> frozenset[str]:
    """The fields that a reading says anything of; the status of units is told where any unit has one."""
    has_status = any(unit.status is not None for row in reading.rows for unit in row.units)
    return reading.fields | {"unit_status"} if has_status else reading.fields


def _age(group: Group) -> tuple[str, str]:
    """New calls are told in the order that they were reported."""
    return group.rows[0].values.get("reported_at", ""), group.key


class _Step:
    """One snapshot against the open calls."""

    def __init__(
        self,
        rules: FeedRules,
        tracking: Tracking,
        calls: Mapping[str, Call],
        intake: Intake,
        cloak: Cloak = as_it_is,
    ) -> None:
        self._rules, self._intake, self._before, self._cloak = rules, intake, calls, cloak
        self._good_at = tracking["good"]["at"] if tracking["good"] else None
        self._shown_at = tracking["shown_at"]
        self.tracking: Tracking = {
            **tracking,
            "absent": dict(tracking["absent"]),
            "absent_units": {id_: dict(units) for id_, units in tracking["absent_units"].items()},
        }
        self.result = SnapshotDiff(self.tracking)

    @property
    def _since(self) -> Between:
        """The interval in which something that is new must have come."""
        return [self._good_at, self._intake.at]

    def _call(self, id_: str) -> Call:
        return self.result.calls.get(id_) or self._before[id_]

    def _add_change(self, kind: str, id_: str, **more: Any) -> None:
        before = self.result.calls.get(id_) or self._before.get(id_)
        details: Call | None = more.get("details")
        revision = details["revision"] if details else (before["revision"] + 1 if before else 1)
        unit = more.get("unit")
        change = cast(
            Change,
            {
                "id": change_id(self._rules.feed, id_, revision, kind, unit, self._intake.version),
                "kind": kind,
                "call": id_,
                "unit": unit,
                "fields": more.pop("fields", None),
                "between": more.pop("between", None),
                "at": self._intake.at,
                **{name: value for name, value in more.items() if name != "unit"},
            },
        )
        self.result.changes.append(change)
        self.result.calls[id_] = apply(before, change)

    # -- what is not listed ------------------------------------------------------------------------------------------

    def missed(self, id_: str) -> None:
        """A call is not listed: it ends when enough good answers in a row say so."""
        begun = self._call(id_)["opened_between"][1]
        absence = missed_by(self._intake, self.tracking["absent"].get(id_), self._shown_at, begun)
        if absence["misses"] < self._rules.misses or not self._intake.good:
            self.tracking["absent"][id_] = absence
            return
        self.tracking["absent"].pop(id_, None)
        self.tracking["absent_units"].pop(id_, None)
        kind = "closed" if self._rules.window == "active" else "aged_out"
        self._add_change(kind, id_, between=[absence["seen"], absence["missed"]])

    def unit_missed(self, id_: str, unit: str, seen: str | None = None) -> None:
        """The same for a unit on a call that is listed."""
        absent = self.tracking["absent_units"].setdefault(id_, {})
        begun = next((one["joined_between"][1] for one in self._call(id_)["units"] if one["unit"] == unit), None)
        absence = missed_by(self._intake, absent.get(unit), seen or self._shown_at, begun)
        if absence["misses"] < self._rules.misses or not self._intake.good:
            absent[unit] = absence
            return
        absent.pop(unit, None)
        self._drop_empty(id_)
        self._add_change("unit_left", id_, unit=unit, between=[absence["seen"], absence["missed"]])

    def missed_again(self, counts: Callable[[Absence], bool]) -> None:
        """What was not listed is missed without a look at the rows, where it counts."""
        absent, absent_units = dict(self.tracking["absent"]), dict(self.tracking["absent_units"])
        for id_ in sorted(id_ for id_, absence in absent.items() if counts(absence)):
            self.missed(id_)
        for id_ in sorted(absent_units.keys() - absent.keys()):
            for unit in sorted(name for name, absence in absent_units[id_].items() if counts(absence)):
                self.unit_missed(id_, unit)

    def _drop_empty(self, id_: str) -> None:
        if not self.tracking["absent_units"].get(id_):
            self.tracking["absent_units"].pop(id_, None)

    # -- what is listed ----------------------------------------------------------------------------------------------

    def shown(self, group: Group, fields: frozenset[str]) -> None:
        """An open call is listed: what differs."""
        id_ = group.call
        assert id_ is not None
        call = self._before[id_]
        absence = self.tracking["absent"].pop(id_, None)
        changed = _differing(call, group, fields)
        if changed:
            self._add_change("updated", id_, fields=changed)
        point = self._point(id_, group)
        if point is not None and _is_elsewhere(call["place"], point):
            self.located(id_, point)
        if "unit" in fields:
            self._units(id_, call, group, fields, absence["seen"] if absence else self._shown_at)

    def _point(self, id_: str, group: Group) -> Place | None:
        """Where the publisher says that a call is, as it may be told."""
        point = _point_of(group.rows)
        if point is None:
            return None
        self.result.points[id_] = point
        return self._cloak(point)

    def located(self, id_: str, place: Place) -> None:
        """A call has a place, or another one than before."""
        self._add_change("located", id_, place=place)

    def _units(self, id_: str, call: Call, group: Group, fields: frozenset[str], seen: str | None) -> None:
        listed = _listed_units(group.rows)
        absent = self.tracking["absent_units"].get(id_, {})
        for unit in call["units"]:
            name = unit["unit"]
            if name not in listed:
                self.unit_missed(id_, name, seen)
                continue
            absent.pop(name, None)
            status = listed.pop(name)
            if "unit_status" in fields and status != unit["status"]:
                self._add_change("updated", id_, unit=name, fields={"status": [unit["status"], status]})
        self._drop_empty(id_)
        for name in sorted(listed):
            self._add_change(
                "unit_joined", id_, unit=name, fields={"status": [None, listed[name]]}, between=self._since
            )

    # -- what was not there before -----------------------------------------------------------------------------------

    def appeared(self, group: Group, recall: Recall) -> None:
        """A call that is not among the open ones: one that comes back, or a new one."""
        known = recall(group.key)
        if known.call is not None and self._comes_back(known.call, group):
            self._reopen(known.call, group)
            return
        occurrence = known.occurrence + 1
        id_ = call_id(self._rules.feed, group.key, occurrence)
        while id_ in self.result.occurrences:  # two incidents of one number in one snapshot
            occurrence += 1
            id_ = call_id(self._rules.feed, group.key, occurrence)
        self.result.occurrences[id_] = occurrence
        call = _new_call(id_, group, self._since, self._point(id_, group))
        first = {"first": True} if self._shown_at is None else {}
        self._add_change("opened", id_, details=call, between=self._since, **first)

    def _comes_back(self, call: Call, group: Group) -> bool:
        hours = self._rules.reopen_hours if group.number else self._rules.reopen_unnumbered_hours
        ended = call["closed_between"]
        last = (ended[1] if ended else None) or self._intake.at
        if call["ended"] is None or seconds_between(last, self._intake.at) > hours * 3600:
            return False
        if call["id"] in self.result.calls or not may_come_back(self._rules, call, group.values):
            return False
        # Without a number another incident may have come up at the place: the same one has a unit in common.
        had, has = {unit["unit"] for unit in (*call["units"], *call["former_units"])}, _listed_units(group.rows).keys()
        return bool(group.number or not had or not has or had & has)

    def _reopen(self, call: Call, group: Group) -> None:
        fresh = _new_call(call["id"], group, self._since, self._point(call["id"], group))
        details: Call = {
            **fresh,
            "incident_number": fresh["incident_number"] or call["incident_number"],
            "opened_between": call["opened_between"],
            "former_units": [*call["former_units"], *call["units"]],
            "place": fresh["place"] or call["place"],
            "reopened": call["reopened"] + 1,
            "revision": call["revision"] + 1,
        }
        self._add_change("reopened", call["id"], details=details, between=self._since)


def _new_call(id_: str, group: Group, since: Between, place: Place | None) -> Call:
    values = {name: _chosen(None, group.rows, name) for name in FIELDS}
    units: list[Unit] = [
        {"unit": name, "status": status, "joined_between": since, "left_between": None}
        for name, status in sorted(_listed_units(group.rows).items())
    ]
    rest = {
        "opened_between": since,
        "closed_between": None,
        "ended": None,
        "reopened": 0,
        "units": units,
        "former_units": [],
        "place": place,
        "revision": 1,
    }
    return cast(Call, {"id": id_, **values, "incident_number": group.number, **rest})


def _differing(call: Call, group: Group, fields: frozenset[str]) -> dict[str, list[Any]]:
    """The fields whose value is another now: name → [from, to]. Columns that are gone tell nothing."""
    known = cast(Mapping[str, str | None], call)
    found: dict[str, list[Any]] = {}
    for name in FIELDS:
        if name not in fields or name == "incident_number":
            continue
        if name == "reported_at" and "reported_local" in fields and "reported_local" not in found:
            continue  # on the night when an hour comes twice the same local time may be read in two ways
        value = _chosen(known[name], group.rows, name)
        if value != known[name]:
            found[name] = [known[name], value]
    if group.number and call["incident_number"] != group.number:
        found["incident_number"] = [call["incident_number"], group.number]
    return found


def _chosen(current: str | None, rows: list[Row], name: str) -> str | None:
    """The value of a field that the rows of one call may state differently: it stays while any row still states it."""
    if len(rows) == 1:
        return rows[0].values.get(name)
    values = [row.values.get(name) for row in rows]
    if current in values:
        return current
    stated = Counter(value for value in values if value is not None)
    return min(stated, key=lambda value: (-stated[value], value)) if stated else None


def _listed_units(rows: list[Row]) -> dict[str, str | None]:
    return {unit.unit: unit.status for row in rows for unit in row.units}


def _point_of(rows: list[Row]) -> Place | None:
    for row in rows:
        if row.point is not None:
            lat, lon = row.point
            return {"kind": "point", "lat": lat, "lon": lon, "uncertainty_m": None, "method": "feed"}
    return None


def _is_elsewhere(place: Place | None, point: Place) -> bool:
    # A place that was decided otherwise stands: only the feed's own point is moved by the feed's own point.
    if place is not None and place.get("method") != "feed":
        return False
    return place is None or any(place.get(name) != point.get(name) for name in ("lat", "lon"))
