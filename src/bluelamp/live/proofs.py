"""What proves that a call has ended, and which rows are the same call: every rule once, in words.

The one table of `docs/reference/live.md` (decision 0013 says why). Each rule is held by the test of its name in
`tests/unit/live/test_proofs.py` or `test_same_call.py`; a test holds that there is one for each. The code is
`domain.guard`, `step`, `domain.diff`; `domain.matching`, `domain.same_incident`.
"""

from __future__ import annotations

from typing import NamedTuple


class Rule(NamedTuple):
    """What comes, and what follows from it."""

    comes: str
    follows: str


# “Interval” is the feed's `interval_seconds`, by the time at which answers were fetched or handed in.
ENDS: dict[str, Rule] = {
    "not_whole": Rule(
        "no whole, readable answer: an error, a cut connection, a page in the place of a list",
        "nothing",
    ),
    "late": Rule(
        "an answer that states an older version than the newest one",
        "nothing; but if it is the last good list, what was in doubt is no longer",
    ),
    "late_without_a_time": Rule(
        "an answer that came before, word for word, with others since, of a call that was first listed after that",
        "no miss yet: a cache may have given it. If it is the list after an interval still, both count",
    ),
    "nothing_new": Rule(
        "status 304, or the version (or `Last-Modified`) and the bytes of the newest answer",
        "a sign of life. What has stood so for `believed_minutes`, and at least an interval, is believed: what it "
        "lacks is missed once more. A good list must come whole once more for that, and is asked for",
    ),
    "brought_twice": Rule(
        "the same bytes, or the same rows, within an interval: by poll or by push, with whatever headers",
        "one answer: neither a miss nor a confirmation",
    ),
    "same_list_is_the_next_answer": Rule(
        "the last good list again after an interval, and its source names no version",
        "it is the next answer: what it lacks is missed once more",
    ),
    "missed": Rule(
        "a good answer that lacks a call, or a unit",
        "it is missed once; missed by as many in a row as `misses` says, it has ended. In a `rolling` list it has aged "
        "out",
    ),
    "listed_again": Rule(
        "an answer, good or doubted, that lists what was missed",
        "its misses are forgotten",
    ),
    "doubted": Rule(
        "an answer that is empty, far shorter than the last good one, without a column, or in large part unreadable",
        "it is in doubt: it adds what it shows, and ends nothing",
    ),
    "confirmed": Rule(
        "another one in doubt for the same reasons, at least an interval after the first of them",
        "both count, and what both lack was missed twice",
    ),
    "another_reason": Rule(
        "one that is in doubt for another reason",
        "another doubt begins, and confirms nothing",
    ),
    "cut_off": Rule(
        "a list that is cut off: as many rows as it can have, or as were asked for; by its own word; pages that repeat",
        "in doubt; never confirmed, and never believed, however often it comes",
    ),
    "out_of_date": Rule(
        "an answer whose source says that its data is out of date",
        "the same",
    ),
    "same_version": Rule(
        "the version of the last good answer, with other rows",
        "in doubt; never confirmed by other bytes, and believed only if the same bytes stand",
    ),
    "version_in_doubt": Rule(
        "the version of the answer in doubt, with other bytes",
        "it is judged anew, and confirms nothing",
    ),
    "back_to_the_last_good": Rule(
        "the last good list, or any other good one, after a doubt",
        "it is believed: the doubt is over, what only the doubtful answer showed is missed, and what it changed is "
        "changed back",
    ),
    "column_gone": Rule(
        "an answer without a column",
        "its fields, and the status of units, stay as they were",
    ),
}
SAME: dict[str, Rule] = {
    "number": Rule(
        "a row with the number of an open call",
        "it is that call, whatever else has changed",
    ),
    "number_of_another": Rule(
        "such a row, reported six hours or more from that call's time, and elsewhere; without a location, of another "
        "nature",
        "it is another call: the number began anew",
    ),
    "numbers_restart": Rule(
        "such a row, in a feed that declares `numbers_restart`",
        "it is that call if both were reported on the same day (month, year), else another one",
    ),
    "comes_back": Rule(
        "the number of a call that has ended less than `reopen_hours` ago; or its location, nature and block without a "
        "number, less than `reopen_unnumbered_hours` ago, with a unit in common",
        "it is reopened if the reported time, the location or the nature is the same",
    ),
    "reported_since": Rule(
        "such a row, reported after the call was last listed",
        "it is another call",
    ),
    "gets_its_number": Rule(
        "a number that is new, where an open call without a number stands at the place",
        "it is that call's if the call's own row is gone and the reported time agrees, within a minute",
    ),
    "without_number": Rule(
        "a row without a number",
        "it is the open call of its location, nature and block, or of its unit there. While others have numbers, one "
        "that had a number only if the reported time agrees",
    ),
}
