"""What the public is told of what goes wrong with a feed: one of a few sentences. Used by the API's routes about feeds.

What the machine, the database or a source said names folders, hosts and addresses with their keys. That is for the
operator, in the log and on the command line.
"""

from __future__ import annotations

import re

UNKEPT = "What comes cannot be kept here just now."
AWAY = "The database does not answer: what is shown is from memory, as it was then."
UNKNOWN = "There is no configuration of this feed any more."
SLOW = "The source took too long to answer."
UNREACHABLE = "The source cannot be reached."
REFUSED = "The source may not be asked as it is set up here."
STATUS = "The source answers with status {}."
TOO_LARGE = "The source sends more than a snapshot may have."
CUT = "The source's answer is cut off."
PAGE = "The source gives a web page in place of its data."
OTHER = "The source's answer cannot be used."

# The first that is found counts.
_TABLE = (
    (re.compile(re.escape(AWAY)), AWAY),
    (re.compile(r"no configuration"), UNKNOWN),
    (re.compile(r"disk is full|No permission to|Could not |not enough memory|cannot be used:|is damaged"), UNKEPT),
    (re.compile(r"too long to answer"), SLOW),
    (re.compile(r"cannot be reached|was cut\.|certificate"), UNREACHABLE),
    (re.compile(r"public one|public internet|redirects|no(t an)? address|no server|Only http|Addresses with"), REFUSED),
    (re.compile(r"sends more than"), TOO_LARGE),
    (re.compile(r"cut off"), CUT),
    (re.compile(r"web page where"), PAGE),
)
_STATUS = re.compile(r"The source answers with status ([1-5][0-9]{2})\.")


def public_words(problem: str) -> str:
    """The sentence for the public; empty where there is no problem."""
    if not problem:
        return ""
    if status := _STATUS.fullmatch(problem):
        return STATUS.format(status[1])
    return next((words for pattern, words in _TABLE if pattern.search(problem)), OTHER)
