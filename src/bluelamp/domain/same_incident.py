"""Whether a row can be of an incident that is known: a number alone is not enough. Pure; used by `matching` and `diff`.

Numbers begin anew, at some publishers every night, and a number may come later than its call. Reported time, place and
nature say what the number cannot. What is not stated says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from bluelamp.domain.call import Call
from bluelamp.domain.feed import FeedRules, Restarts
from bluelamp.domain.moment import seconds_between

# Reported times that differ by less agree, seconds: publishers round them.
AGREEMENT = 60.0
# A row that was reported so much earlier or later than an open call, and elsewhere, is of another one, seconds:
# publishers correct a time by minutes, and a number that begins anew comes back about a day later.
FAR_APART = 6 * 3600.0
# How much of a local time names the stretch that a number is good for: 2026-03-01, 2026-03, 2026.
_PERIOD: dict[Restarts, int] = {"never": 0, "daily": 10, "monthly": 7, "yearly": 4}

Values = Mapping[str, object]


def period_of(restarts: Restarts, values: Values) -> str:
    """The day, month or year that a number is good for; empty where it is good for ever, or no time is stated."""
    return str(values.get("reported_local") or "")[: _PERIOD[restarts]]


def agrees(call: Call, values: Values) -> bool:
    """Whether the reported times of a call and a row agree, as far as both state one."""
    apart = _apart(call, values)
    return apart is None or abs(apart) <= AGREEMENT


def is_another(rules: FeedRules, call: Call, values: Values) -> bool:
    """Whether a row that has an open call's number, or stands at its place, is another incident all the same: of
    another stretch of numbers where the feed declares them, else reported hours apart and, by its number, elsewhere;
    where one has no location, of another nature."""
    if call["incident_number"]:
        if rules.numbers_restart != "never":
            mine, its = period_of(rules.numbers_restart, values), period_of(rules.numbers_restart, call)
            if mine and its:
                return mine != its
        here = _same(call, values, "location")
        if here or (here is None and _same(call, values, "nature") is not False):
            return False
    apart = _apart(call, values)
    return apart is not None and abs(apart) >= FAR_APART


def may_come_back(rules: FeedRules, call: Call, values: Values) -> bool:
    """Whether a row can be of a call that has ended: the same reported time; or the same location or nature, unless the
    row was reported after the call was last listed."""
    mine, its = period_of(rules.numbers_restart, values), period_of(rules.numbers_restart, call)
    if call["incident_number"] and mine and its:
        return mine == its
    apart, ended = _apart(call, values), call["closed_between"]
    if apart is not None:
        if abs(apart) <= AGREEMENT:
            return True
        at = values.get("reported_at")
        if at and ended and ended[0] and str(at) > ended[0]:
            return False
    same = [_same(call, values, name) for name in ("location", "nature")]
    return True in same or (apart is None and same == [None, None])


def _apart(call: Call, values: Values) -> float | None:
    """Seconds from a call's reported time to a row's; None where one states none."""
    for name in ("reported_at", "reported_local"):
        its, mine = call.get(name), values.get(name)
        if its and mine:
            return seconds_between(str(its), str(mine))
    return None


def _same(call: Call, values: Values, name: str) -> bool | None:
    """Whether both state the same, case apart; None where one states nothing."""
    its, mine = call.get(name), values.get(name)
    return str(its).upper() == str(mine).upper() if its and mine else None
