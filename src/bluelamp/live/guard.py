"""Guard: one verdict for each answer, before anything is compared. Pure; called by `step`.

failed, unchanged and older change nothing. A suspicious answer adds what it shows and ends nothing, until the next one
says the same. Only good answers can end a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.moment import moment_of, parse_moment, seconds_between
from bluelamp.domain.snapshot import Reading
from bluelamp.domain.tracking import Tracking

FAILED, UNCHANGED, OLDER, SUSPICIOUS, GOOD = "failed", "unchanged", "older", "suspicious", "good"
# Each verdict and each reason with the words that explain it.
VERDICTS = {
    FAILED: "no whole, readable answer came: nothing happens",
    UNCHANGED: "the source says that nothing is new: a sign of life, neither a miss nor a confirmation",
    OLDER: "an answer from before the newest one: kept, and nothing happens",
    SUSPICIOUS: "it adds what it shows and ends nothing, until the next one confirms it",
    GOOD: "it counts: a call that enough good answers in a row lack is closed",
}
EMPTY, SHRUNK, LIMIT, OUT_OF_DATE, COLUMN_GONE, UNREADABLE = (
    "empty", "shrunk", "limit", "out_of_date", "column_gone", "unreadable",
)  # fmt: skip
REASONS = {
    EMPTY: "it lists nothing, and the one before listed calls",
    SHRUNK: "it has far fewer rows than the last good one",
    LIMIT: "it has as many rows as an answer can have, so that some may be cut off",
    OUT_OF_DATE: "the source itself says that its data is out of date",
    COLUMN_GONE: "a column is gone from every row",
    UNREADABLE: "too many of its rows cannot be read",
    "confirmed": "it says the same as the suspicious one before it",
    "believed": "a suspicious state has stood unchanged long enough to be believed",
}


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
        return self.identity or f"sha256:{self.body[:32]}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reasons` are words of REASONS; `problem` is the sentence of a failed one."""

    name: str
    reasons: tuple[str, ...] = ()
    problem: str = ""


def judge_unread(tracking: Tracking, stated: Stated) -> Verdict | None:
    """The verdict that needs no look at the rows; None where they must be read."""
    if stated.problem:
        return Verdict(FAILED, problem=stated.problem)
    if stated.status == 304:
        return Verdict(UNCHANGED)
    if not 200 <= stated.status < 300:
        return Verdict(FAILED, problem=f"The source answers with status {stated.status}.")
    if _is_known(tracking, stated):
        return Verdict(UNCHANGED)
    if stated.time and tracking["newest"] and stated.time < tracking["newest"]:
        return Verdict(OLDER)
    return None


def _is_known(tracking: Tracking, stated: Stated) -> bool:
    """The version of the last good answer; or, where the source itself names versions, of the one in doubt: the same
    version again tells nothing new, so it cannot confirm itself."""
    good, doubt = tracking["good"], tracking["doubt"]
    if good is not None and good["version"] == stated.version:
        return True
    return bool(stated.identity) and doubt is not None and doubt["version"] == stated.version


def judge(rules: FeedRules, tracking: Tracking, stated: Stated, reading: Reading) -> Verdict:
    """The verdict of an answer whose rows were read."""
    reasons = tuple(_reasons(rules, tracking, stated, reading))
    if not reasons:
        return Verdict(GOOD)
    if confirms(tracking, reasons):
        return Verdict(GOOD, ("confirmed", *reasons))
    return Verdict(SUSPICIOUS, reasons)


def _reasons(rules: FeedRules, tracking: Tracking, stated: Stated, reading: Reading) -> list[str]:
    good, rows = tracking["good"], reading.total
    found = []
    if good is not None and good["rows"] > 0 and rows == 0:
        found.append(EMPTY)
    if good is not None and good["rows"] >= rules.shrunk_floor and 0 < rows < rules.shrunk_share * good["rows"]:
        found.append(SHRUNK)
    if rules.limit and rows >= rules.limit:
        found.append(LIMIT)
    if stated.out_of_date:
        found.append(OUT_OF_DATE)
    if good is not None and reading.rows:
        found += [f"{COLUMN_GONE}:{name}" for name in sorted(set(good["fields"]) - reading.fields)]
    if len(reading.unreadable) > rules.unreadable_share * rows:
        found.append(UNREADABLE)
    return found


def confirms(tracking: Tracking, reasons: tuple[str, ...]) -> bool:
    """Whether an answer with these reasons confirms the one in doubt. One that is out of date by its own word never
    does."""
    doubt = tracking["doubt"]
    return doubt is not None and OUT_OF_DATE not in reasons and set(doubt["reasons"]) == set(reasons)


def contradicts(tracking: Tracking, stated: Stated) -> bool:
    """Whether an unchanged answer shows the last good state again, after one that is in doubt: then there is no doubt
    any more, and a later suspicious answer is the first of its kind."""
    good = tracking["good"]
    return stated.status != 304 and good is not None and good["version"] == stated.version


def stands(rules: FeedRules, tracking: Tracking, at: str) -> bool:
    """Whether a suspicious state has stood unchanged so long, at this sign of life, that it is believed."""
    doubt = tracking["doubt"]
    if doubt is None or OUT_OF_DATE in doubt["reasons"]:
        return False
    return seconds_between(doubt["at"], at) >= rules.believed_minutes * 60


def newest_after(rules: FeedRules, tracking: Tracking, stated: Stated) -> str | None:
    """The highest version time, with this answer's; not where that lies in the future: one skewed clock must not make
    all that follows it “older”."""
    newest, time = tracking["newest"], stated.time
    if time is None or time > moment_of(parse_moment(stated.at) + timedelta(minutes=rules.future_minutes)):
        return newest
    return max(time, newest) if newest else time
