"""Guard: one verdict for each answer, before anything is compared. Pure; called by `live.step`.

What follows from each verdict, and what proves that a call has ended, is one table: `live.proofs`. Only good answers
can end a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.moment import moment_of, parse_moment, seconds_between
from bluelamp.domain.snapshot import CUT_OFF, PAGES_REPEAT, SnapshotReading
from bluelamp.domain.tracking import Doubt, Mark, Tracking

FAILED, UNCHANGED, OLDER, SUSPICIOUS, GOOD = "failed", "unchanged", "older", "suspicious", "good"
# Each verdict and each reason with the words that explain it.
VERDICTS = {
    FAILED: "no whole, readable answer came: nothing happens",
    UNCHANGED: "nothing is new, or not yet enough time has passed: a sign of life, neither a miss nor a confirmation",
    OLDER: "an answer from before the newest one: kept, and nothing happens",
    SUSPICIOUS: "it adds what it shows and ends nothing, until a later one confirms it",
    GOOD: "it counts: a call that enough good answers in a row lack is closed",
}
EMPTY, SHRUNK, LIMIT = "empty", "shrunk", "limit"
OUT_OF_DATE, COLUMN_GONE, UNREADABLE, SAME_VERSION = "out_of_date", "column_gone", "unreadable", "same_version"
CONFIRMED, STANDS, BELIEVED = "confirmed", "stands", "believed"
REASONS = {
    EMPTY: "it lists nothing, and the one before listed calls",
    SHRUNK: "it has far fewer rows than the last good one",
    LIMIT: "it has as many rows as an answer can have, so that some may be cut off",
    CUT_OFF: "the source itself says that the list goes on",
    PAGES_REPEAT: "a page of it says what another page says: the source does not turn pages",
    OUT_OF_DATE: "the source itself says that its data is out of date",
    COLUMN_GONE: "a column is gone from every row",
    UNREADABLE: "too many of its rows cannot be read",
    SAME_VERSION: "it states the version of the last good one, and says something else",
    CONFIRMED: "at least an interval later it says the same as the suspicious one before it",
    STANDS: "it is the last good list again, and counts as the next answer",
    BELIEVED: "a state has stood unchanged long enough to be believed",
}
# No repetition takes these away: a list that is cut off stays cut off, however often it comes.
_NEVER_CONFIRMED = {LIMIT, CUT_OFF, PAGES_REPEAT, OUT_OF_DATE, SAME_VERSION}
_NO_VERSION = "sha256:"


@dataclass(frozen=True, slots=True)
class Stated:
    """What an answer says of itself, before its rows are read. `identity` is the source's version, empty where it
    states none; `body` a hash of the bytes; `time` the version as a moment; `problem` why there is no whole answer."""

    at: str
    status: int
    identity: str = ""
    body: str = ""
    time: str | None = None
    out_of_date: bool = False
    problem: str = ""

    @property
    def version(self) -> str:
        """What names its content."""
        return self.identity or f"{_NO_VERSION}{self.body[:32]}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are words of REASONS; `problem` is the sentence of a failed one."""

    name: str
    reasons: tuple[str, ...] = ()
    problem: str = ""


def judge_unread(rules: FeedRules, tracking: Tracking, stated: Stated) -> Verdict | None:
    """The verdict that needs no look at the rows; None where they must be read."""
    if stated.problem:
        return Verdict(FAILED, problem=stated.problem)
    if stated.status != 304 and not 200 <= stated.status < 300:
        return Verdict(FAILED, problem=f"The source answers with status {stated.status}.")
    known = repeated(tracking, stated)
    if known is None:
        return Verdict(UNCHANGED) if stated.status == 304 else Verdict(OLDER) if _is_late(tracking, stated) else None
    doubt = tracking["doubt"]
    if doubt is not None and known is doubt:
        # Without a stated version the same list is the next answer, once an interval has passed.
        waits = says_nothing_new(known, stated) or seconds_between(begun(doubt), stated.at) < rules.interval_seconds
        return Verdict(UNCHANGED) if waits else None
    # The last good state after a doubt is news: it is believed, unless it states that it is the older one.
    return None if doubt is not None and not _is_late(tracking, stated) else Verdict(UNCHANGED)


def repeated(tracking: Tracking, stated: Stated) -> Mark | None:
    """Which answer this one is again: the last good one, the one in doubt, or None for neither."""
    good, doubt = tracking["good"], tracking["doubt"]
    if stated.status == 304:
        return doubt or good
    if good is not None and not stated.out_of_date and _is_again(good, stated):
        return good
    if doubt is None or stated.out_of_date is not (OUT_OF_DATE in doubt["reasons"]):
        return None  # what is taken back, or said for the first time, is something new
    return doubt if _is_again(doubt, stated) else None


def _is_again(mark: Mark, stated: Stated) -> bool:
    """By its bytes, and by its version where it states one: an answer that was damaged on its way has the right one."""
    if "body" not in mark:
        return mark["version"] == stated.version
    return mark["body"] == stated.body and (mark["version"] == stated.version or not stated.identity)


def _is_late(tracking: Tracking, stated: Stated) -> bool:
    newest = tracking["newest"]
    return bool(stated.time and newest and stated.time < newest)


def says_nothing_new(known: Mark, stated: Stated) -> bool:
    """Whether the source itself says that a known answer is still its newest: by a status, a version or a time."""
    if stated.status == 304 or not known["version"].startswith(_NO_VERSION):
        return True
    return stated.time is not None and stated.time == known.get("time")


def patience(rules: FeedRules, known: Mark, stated: Stated) -> float:
    """How long the same answer must stand until it counts once more, in seconds: an interval; where the source says
    that nothing is new, as long as it takes to be believed."""
    believed = rules.believed_minutes * 60 if says_nothing_new(known, stated) else 0
    return max(rules.interval_seconds, believed)


def judge(
    rules: FeedRules, tracking: Tracking, stated: Stated, reading: SnapshotReading, content: str = "", calls: int = 0
) -> Verdict:
    """The verdict of an answer whose rows were read; `content` names them, `calls` is how many are open."""
    reasons = tuple(_reasons(rules, tracking, stated, reading, content, calls))
    if not reasons:
        return Verdict(GOOD)
    if _confirms(rules, tracking, reasons, stated):
        return Verdict(GOOD, (CONFIRMED, *reasons))
    return Verdict(SUSPICIOUS, reasons)


def _reasons(
    rules: FeedRules, tracking: Tracking, stated: Stated, reading: SnapshotReading, content: str, calls: int
) -> list[str]:
    good, rows = tracking["good"], reading.total
    found = []
    if rows == 0 and (calls if good is None else good["rows"]) > 0:
        found.append(EMPTY)
    if good is not None and good["rows"] >= rules.shrunk_floor and 0 < rows < rules.shrunk_share * good["rows"]:
        found.append(SHRUNK)
    if good is not None and stated.identity == good["version"] and content != good.get("content", content):
        found.append(SAME_VERSION)
    if rules.limit and rows >= rules.limit:
        found.append(LIMIT)
    found += reading.cut
    if stated.out_of_date:
        found.append(OUT_OF_DATE)
    if good is not None and reading.rows:
        found += [f"{COLUMN_GONE}:{name}" for name in sorted(set(good["fields"]) - reading.fields)]
    if len(reading.unreadable) > rules.unreadable_share * rows:
        found.append(UNREADABLE)
    return found


def begun(doubt: Doubt | Mark) -> str:
    """When what is in doubt was first doubted."""
    return str(doubt.get("since") or doubt["at"])


def doubted_since(tracking: Tracking, reasons: tuple[str, ...], at: str) -> str:
    """The same for an answer with these reasons: another reason begins another doubt."""
    doubt = tracking["doubt"]
    return begun(doubt) if doubt is not None and set(doubt["reasons"]) == set(reasons) else at


def _confirms(rules: FeedRules, tracking: Tracking, reasons: tuple[str, ...], stated: Stated) -> bool:
    """Whether an answer with these reasons confirms the one in doubt: not within an interval, so that one answer that
    is brought twice is one answer, and not with the version that is in doubt."""
    doubt = tracking["doubt"]
    if doubt is None or doubt["version"] == stated.identity or _NEVER_CONFIRMED & set(reasons):
        return False
    since = doubted_since(tracking, reasons, stated.at)
    return since != stated.at and seconds_between(since, stated.at) >= rules.interval_seconds


def stands(rules: FeedRules, doubt: Doubt, stated: Stated) -> bool:
    """Whether what is in doubt has stood unchanged so long, at this sign of life, that it is believed. Which of two
    lists a version means is told by the list, not by a status that names the version again."""
    told_by_bytes = {SAME_VERSION} if stated.status != 304 else set()
    if (_NEVER_CONFIRMED - told_by_bytes) & set(doubt["reasons"]):
        return False
    return seconds_between(doubt["at"], stated.at) >= patience(rules, doubt, stated)


def asks_whole(rules: FeedRules, tracking: Tracking, at: str) -> bool:
    """Whether the list should be asked for whole, whatever its version, after an answer of this time: while it is in
    doubt, and when what it lacks is about to be believed. A status that names a version says nothing of bytes that were
    damaged on their way."""
    if tracking["doubt"] is not None:
        return True
    missing = [
        *tracking["absent"].values(),
        *(one for units in tracking["absent_units"].values() for one in units.values()),
    ]
    patience = max(rules.believed_minutes * 60, rules.interval_seconds) - rules.interval_seconds
    return any(
        seconds_between(absence.get("late") or absence.get("counted") or absence["missed"] or at, at) >= patience
        for absence in missing
    )


def newest_after(rules: FeedRules, tracking: Tracking, stated: Stated) -> str | None:
    """The highest version time, with this answer's; not where that lies in the future: one skewed clock must not make
    all that follows it “older”."""
    newest, time = tracking["newest"], stated.time
    if time is None or time > moment_of(parse_moment(stated.at) + timedelta(minutes=rules.future_minutes)):
        return newest
    return max(time, newest) if newest else time
