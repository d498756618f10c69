"""One snapshot taken in, from its verdict to its changes: guard, then diff. Pure but for reading the rows, which is
handed in. Used by the poller, by replays and by rebuilds alike, so that all three give the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import cast

from bluelamp.domain import guard
from bluelamp.domain.call import Call, Place
from bluelamp.domain.diff import Cloak, Recall, SnapshotDiff, as_it_is, believe, compare, locate, stand
from bluelamp.domain.feed import FeedRules
from bluelamp.domain.guard import BELIEVED, CONFIRMED, GOOD, STANDS, SUSPICIOUS, UNCHANGED, Stated, Verdict
from bluelamp.domain.intake import Intake
from bluelamp.domain.snapshot import SnapshotReading, content_of
from bluelamp.domain.tracking import Doubt, Mark, Tracking, without_doubt
from bluelamp.errors import SourceError
from bluelamp.storage.live.log_writer import LogState, SnapshotResult, Step
from bluelamp.storage.live.snapshots import PLACED, Body

# So many different answers are remembered, to know one that comes late.
_REMEMBERED = 16


def take_in(
    rules: FeedRules,
    state: LogState,
    number: int,
    stated: Stated,
    read: Callable[[], SnapshotReading],
    recall: Recall,
    cloak: Cloak = as_it_is,
) -> Step:
    """What follows from a snapshot. `read` gives its rows; a SourceError of it makes the answer a failed one. `cloak`
    is what becomes of a place before it is told to anybody."""
    tracking = state.tracking
    verdict = guard.judge_unread(rules, tracking, stated)
    if verdict is not None:
        return _unread(rules, state, number, stated, verdict)
    try:
        reading = read()
    except SourceError as error:
        return _verdict_step(number, stated, Verdict(guard.FAILED, problem=error.message))
    mark = _mark(number, stated, reading)
    verdict = guard.judge(rules, tracking, stated, reading, mark["content"], len(state.calls))
    intake = _intake(rules, tracking, stated, verdict, mark)
    compared = compare(rules, tracking, state.calls, reading, intake, recall, state.shown, cloak)
    if intake.again and guard.repeated(tracking, stated) is tracking["good"]:
        if _says_nothing(compared, tracking):
            return _out_of_doubt(state, _verdict_step(number, stated, Verdict(UNCHANGED)))
        verdict = Verdict(GOOD, (STANDS,))
    _remember(compared.tracking, rules, tracking, stated, verdict, mark)
    result = SnapshotResult(
        number,
        verdict.name,
        verdict.reasons,
        stated.version,
        reading.total,
        len(reading.unreadable),
        reading.duplicates,
        reading.conflicting,
    )
    return _step(result, stated, compared)


def _intake(rules: FeedRules, tracking: Tracking, stated: Stated, verdict: Verdict, mark: Mark) -> Intake:
    """How an answer with this verdict is taken in."""
    good, is_good = tracking["good"], verdict.name == GOOD
    again = is_good and good is not None and mark["content"] == good.get("content")
    known = guard.repeated(tracking, stated) if again else None
    return Intake(
        stated.at,
        stated.version,
        good=is_good,
        confirms=CONFIRMED in verdict.reasons,
        again=again,
        since=guard.doubted_since(tracking, tuple(one for one in verdict.reasons if one != CONFIRMED), stated.at),
        patience=guard.patience(rules, known, stated) if known else rules.interval_seconds,
        came="" if again else tracking.get("came", {}).get(stated.version, ""),
    )


def _says_nothing(compared: SnapshotDiff, before: Tracking) -> bool:
    """Whether the last good list, again after a doubt, takes nothing back that the doubt had added."""
    after, before = compared.tracking, without_doubt(before)
    same = all(after[name] == before[name] for name in ("absent", "absent_units"))
    return same and not compared.changes


def _out_of_doubt(state: LogState, step: Step) -> Step:
    return Step(step.result, step.at, without_doubt(state.tracking))


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
    result = SnapshotResult(number, PLACED, (), version)
    return Step(result, at, None, compared.changes, compared.calls)


def _unread(rules: FeedRules, state: LogState, number: int, stated: Stated, verdict: Verdict) -> Step:
    """An answer without a look at its rows: it changes nothing, unless what it is again has stood long enough."""
    step, doubt = _verdict_step(number, stated, verdict), state.tracking["doubt"]
    known = guard.repeated(state.tracking, stated) if verdict.name == UNCHANGED else None
    if known is None:
        return step
    if doubt is None:
        return _stands(rules, state, number, stated, known) or step
    if known is not doubt:
        return _out_of_doubt(state, step)
    if not guard.stands(rules, doubt, stated):
        return step
    at, patience = stated.at, guard.patience(rules, doubt, stated)
    compared = believe(rules, state.tracking, state.calls, at, doubt["version"], patience)
    mark = cast(Mark, {name: value for name, value in doubt.items() if name not in ("reasons", "since")})
    _settle(compared.tracking, state.tracking, mark)
    result = SnapshotResult(number, GOOD, (BELIEVED, *doubt["reasons"]), doubt["version"], doubt["rows"])
    return _step(result, stated, compared)


def _stands(rules: FeedRules, state: LogState, number: int, stated: Stated, good: Mark) -> Step | None:
    """The last good list again, where that is one more answer without something that it lacks; None where it is not,
    or where only its version was said again."""
    if stated.status == 304:
        return None
    at, patience = stated.at, guard.patience(rules, good, stated)
    compared = stand(rules, state.tracking, state.calls, at, good["version"], patience)
    if compared.tracking == state.tracking:
        return None
    reason = BELIEVED if guard.says_nothing_new(good, stated) else STANDS
    return _step(SnapshotResult(number, GOOD, (reason,), good["version"], good["rows"]), stated, compared)


def _verdict_step(number: int, stated: Stated, verdict: Verdict) -> Step:
    reasons = verdict.reasons or ((verdict.problem,) if verdict.problem else ())
    version = "" if stated.problem or stated.status == 304 else stated.version
    return Step(SnapshotResult(number, verdict.name, reasons, version), stated.at)


def _step(result: SnapshotResult, stated: Stated, compared: SnapshotDiff) -> Step:
    return Step(
        result, stated.at, compared.tracking, compared.changes, compared.calls, compared.occurrences, compared.points
    )


def _mark(number: int, stated: Stated, reading: SnapshotReading) -> Mark:
    return {
        "at": stated.at,
        "number": number,
        "version": stated.version,
        "rows": reading.total,
        "fields": sorted(reading.fields),
        "body": stated.body,
        "content": content_of(reading),
        "time": stated.time,
    }


def _remember(
    after: Tracking, rules: FeedRules, before: Tracking, stated: Stated, verdict: Verdict, mark: Mark
) -> None:
    after["newest"] = guard.newest_after(rules, before, stated)
    came = dict(before.get("came", {}))
    # The last that came is the last to be forgotten.
    came[stated.version] = came.pop(stated.version, stated.at)
    after["came"] = dict(list(came.items())[-_REMEMBERED:])
    if verdict.name == SUSPICIOUS:
        since = guard.doubted_since(before, verdict.reasons, stated.at)
        after["doubt"] = cast(Doubt, {**mark, "reasons": list(verdict.reasons), "since": since})
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
