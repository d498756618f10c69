"""The two sides of a comparison: what is held of a release, and what may be said of a file that only one of them has.

Only a release that is whole, for a dataset, shows by the absence of a file that the publisher does not publish it. Of
what was received in part, an absent file is one that is not held. Pure but for the ledger; used by `diff`.
"""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.whole import MONTHS_OF_A_WHOLE_RELEASE
from bluelamp.storage.ledger.ledger import LOADED, NOT_FETCHED, QUARANTINED, UNCHANGED, WAITING, Ledger, StoredFile

CHANGED, SAME_ROWS, NEW_MONTH, ADDED_FILE, REMOVED_FILE, LEFT, NOT_HELD_OLD, NOT_HELD_NEW, NOT_COMPARABLE = (
    "changed",
    "same rows",
    "new month",
    "published late",
    "withdrawn",
    "left the window",
    "not held of the older",
    "not held of the newer",
    "not comparable",
)
# Most telling first. The words are shown to people as they stand.
KINDS = {
    CHANGED: "both releases have the file, and rows were added, removed or changed",
    REMOVED_FILE: "a whole newer release that spans the month has no such file any more",
    ADDED_FILE: "a whole older release that spans the month had no such file yet",
    SAME_ROWS: "both have the same rows, in another order or written in another form",
    NEW_MONTH: "a month after the older release: new, and no change of anything",
    LEFT: "a month before those that the newer release spans: it is no longer repeated, and was not withdrawn",
    NOT_HELD_OLD: "the older release was received in part, without this file: whether it is new is not known",
    NOT_HELD_NEW: "the newer release was received in part, without this file: it may well be published",
    NOT_COMPARABLE: "one of the two files cannot be read",
}
# Files that only one of the two has, told by their number: most are a month that is new or too old.
LONE = (NEW_MONTH, LEFT, NOT_HELD_OLD, NOT_HELD_NEW)

_RANK = {LOADED: 3, UNCHANGED: 3, QUARANTINED: 2, WAITING: 1, NOT_FETCHED: 0}


@dataclass(frozen=True, slots=True)
class Side:
    """One release: the file of each force-month that was listed, the datasets of which it is whole, and the first
    month that it spans."""

    release: Month
    files: dict[ForceMonth, StoredFile]
    whole: frozenset[str]
    first: Month

    def lacks(self, unit: ForceMonth) -> bool:
        """Whether the publisher left it out of this release: it is whole, spans the month, and does not list it."""
        return unit.dataset in self.whole and self.first <= unit.month <= self.release and unit not in self.files


def is_held(file: StoredFile | None) -> bool:
    """Whether a file was received, in whatever state."""
    return file is not None and file.state != NOT_FETCHED


def side_of(ledger: Ledger, release: Month) -> Side:
    """What was received of a release as files of the archive; of several of one force-month the best, then the last."""
    answers = ledger.receipt_ids("api")
    files: dict[ForceMonth, StoredFile] = {}
    for file in ledger.files_of(releases=(release,)):
        if file.receipt_id in answers:
            continue
        known = files.get(file.unit)
        if known is None or _RANK[file.state] >= _RANK[known.state]:
            files[file.unit] = file
    whole = [window for window in ledger.windows() if window.release == release and window.whole]
    # Where no dataset is whole, a release spans as many months as all of them do.
    first = min((window.first for window in whole), default=release - (MONTHS_OF_A_WHOLE_RELEASE - 1))
    return Side(release, files, frozenset(window.dataset for window in whole), first)


def kind_of_lone_file(unit: ForceMonth, before: Side, after: Side) -> tuple[str, str]:
    """(kind, note) of a force-month of which a file is held of one side only."""
    if is_held(after.files.get(unit)):
        if unit.month > before.release:
            return NEW_MONTH, ""
        if unit in before.files:
            return NOT_HELD_OLD, f"a selection left it out of {before.release}"
        if before.lacks(unit):
            return ADDED_FILE, ""
        if unit.month < before.first:
            return NOT_HELD_OLD, f"a month before those that {before.release} spans"
        return NOT_HELD_OLD, ""
    if unit in after.files:
        return NOT_HELD_NEW, f"a selection left it out of {after.release}"
    if after.lacks(unit):
        return REMOVED_FILE, ""
    if unit.month < after.first:
        return LEFT, ""
    return NOT_HELD_NEW, ""
