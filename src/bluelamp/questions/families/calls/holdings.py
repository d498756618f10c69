"""What could say the answer to a question about calls: feeds × local days, with what was watched. Used by `family`."""

from __future__ import annotations

from datetime import date

import numpy as np

from bluelamp.questions.families.calls.coverage import LOST, NOT_CLOSED, NOT_WATCHED, PART, WHOLE, watched_coverage
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.holdings import Holdings
from bluelamp.questions.model.question import Question

_STATES = (WHOLE, PART, NOT_WATCHED, NOT_CLOSED, LOST)


def holdings_of_calls(version: CallsVersion, question: Question) -> Holdings:
    """A day is held when it is closed and any of its time was watched; it is whole when all of it was."""
    found = watched_coverage(version, question).days
    feeds = tuple(dict.fromkeys(one.feed for one in found))
    days: tuple[date, ...] = tuple(sorted({one.day for one in found}))
    rows, columns = {feed: at for at, feed in enumerate(feeds)}, {day: at for at, day in enumerate(days)}
    codes = np.full((len(feeds), len(days)), -1, np.int8)
    for one in found:
        codes[rows[one.feed], columns[one.day]] = _STATES.index(one.state)
    names = tuple(version.feeds[feed].title for feed in feeds)
    whole = codes == _STATES.index(WHOLE)
    held = whole | (codes == _STATES.index(PART))
    return Holdings(question.dataset.name, feeds, names, days, codes, _STATES, codes >= 0, held, whole, held)
