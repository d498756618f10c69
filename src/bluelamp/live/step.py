"""One snapshot taken in, from its verdict to its changes: guard, then diff. Pure but for reading the rows, which is
handed in. Used by the poller, by replays and by rebuilds alike, so that all three give the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from bluelamp.domain.call import Call, Place
from bluelamp.domain.diff import Cloak, Compared, Recall, Taking, as_it_is, believe, compare, locate
from bluelamp.domain.feed import FeedRules
from bluelamp.domain.snapshot import Reading
from bluelamp.domain.tracking import Doubt, Mark, Tracking, without_doubt
from bluelamp.errors import SourceError
from bluelamp.live import guard
from bluelamp.live.guard import GOOD, SUSPICIOUS, UNCHANGED, Stated, Verdict
from bluelamp.storage.log_writer import LogState, Step, Taken
from bluelamp.storage.snapshots import PLACED, Body


def take_in(
    rules: FeedRules,
    state: LogState,
    number: int,
    stated: Stated,
    read: Callable[[], Reading],
    recall: Recall,
    cloak: Cloak = as_it_is,
) -> Step:
    """What follows from a snapshot. `read` gives its rows; a SourceError of it makes the answer a failed one. `cloak`
    is what becomes of a place before it is told to anybody."""
    verdict = guard.judge_unread(state.tracking, stated)
    if verdict is not None:
        return _unread(rules, state, number, stated, verdict)
    try:
        reading = read()
    except SourceError as error:
        return _told(number, stated, Verdict(guard.FAILED, problem=error.message))
    verdict = guard.judge(rules, state.tracking, stated, reading)
    taking = Taking(stated.at, stated.version, good=verdict.name == GOOD, confirms="confirmed" in verdict.reasons)
    compared = compare(rules, state.tracking, state.calls, reading, taking, recall, state.shown, cloak)
    _remember(compared.tracking, rules, state.tracking, stated, verdict, _mark(number, stated, reading))
    taken = Taken(
        number,
        verdict.name,
        verdict.reasons,
        stated.version,
        reading.total,
        len(reading.unreadable),
        reading.duplicates,
        reading.conflicting,
    )
    return _step(taken, stated, compared)


def place(
    rules: FeedRules,
    state: LogState,
    number: int,
    at: str,
    bodies: Sequence[Body],
    calls: Callable[[Iterable[str]], dict[str, Call]],
    cloak: Cloak = as_it_is,
) -> Step:
    """Places that were decided for calls, kept as they were decided: no snapshot, and no word about what is listed."""
    placed: dict[str, Place] = {}
    for body in bodies:
        placed.update({id_: cloak(place) for id_, place in json.loads(body.body).items()})
    version = f"placed:{number}"
    compared = locate(rules, state.tracking, calls(placed), placed, at, version)
    taken = Taken(number, PLACED, (), version)
    return Step(taken, at, None, compared.changes, compared.calls)


def _unread(rules: FeedRules, state: LogState, number: int, stated: Stated, verdict: Verdict) -> Step:
    """An answer without a look at its rows: it changes nothing, unless what was in doubt has stood long enough."""
    doubt = state.tracking["doubt"]
    if verdict.name != UNCHANGED or doubt is None:
        return _told(number, stated, verdict)
    if guard.contradicts(state.tracking, stated):
        told = _told(number, stated, verdict)
        return Step(told.taken, told.at, without_doubt(state.tracking))
    if not guard.stands(rules, state.tracking, stated.at):
        return _told(number, stated, verdict)
    compared = believe(rules, state.tracking, state.calls, stated.at, doubt["version"])
    mark = cast(Mark, {name: value for name, value in doubt.items() if name != "reasons"})
    _settle(compared.tracking, state.tracking, mark)
    taken = Taken(number, GOOD, ("believed", *doubt["reasons"]), doubt["version"], doubt["rows"])
    return _step(taken, stated, compared)


def _told(number: int, stated: Stated, verdict: Verdict) -> Step:
    reasons = verdict.reasons or ((verdict.problem,) if verdict.problem else ())
    version = "" if stated.problem or stated.status == 304 else stated.version
    return Step(Taken(number, verdict.name, reasons, version), stated.at)


def _step(taken: Taken, stated: Stated, compared: Compared) -> Step:
    return Step(
        taken, stated.at, compared.tracking, compared.changes, compared.calls, compared.occurrences, compared.points
    )


def _mark(number: int, stated: Stated, reading: Reading) -> Mark:
    return {
        "at": stated.at,
        "number": number,
        "version": stated.version,
        "rows": reading.total,
        "fields": sorted(reading.fields),
    }


def _remember(
    after: Tracking, rules: FeedRules, before: Tracking, stated: Stated, verdict: Verdict, mark: Mark
) -> None:
    after["newest"] = guard.newest_after(rules, before, stated)
    if verdict.name == SUSPICIOUS:
        after["doubt"] = cast(Doubt, {**mark, "reasons": list(verdict.reasons)})
        return
    # A good answer without rows says nothing about columns.
    if not mark["fields"] and before["good"] is not None:
        mark = {**mark, "fields": before["good"]["fields"]}
    _settle(after, before, mark)


def _settle(after: Tracking, before: Tracking, mark: Mark) -> None:
    """A good answer: what is compared with from now on, and which columns are gone."""
    known = set(before["good"]["fields"]) if before["good"] is not None else set()
    fields = set(mark["fields"])
    if mark["rows"]:
        lost = (known | before["gone"].keys()) - fields
        after["gone"] = {name: before["gone"].get(name, mark["at"]) for name in sorted(lost)}
    after["good"], after["doubt"] = mark, None
