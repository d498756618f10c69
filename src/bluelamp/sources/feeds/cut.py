"""Whether an answer says of itself that its list goes on, or shows that its source does not turn pages. Such a list is
never whole, however often it comes. Used by `reading`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bluelamp.domain.feed import FeedRules
from bluelamp.domain.snapshot import CUT_OFF, PAGES_REPEAT
from bluelamp.errors import SourceError
from bluelamp.sources.feeds.json_rows import load
from bluelamp.sources.feeds.part import Part

# What a JSON answer must hold somewhere to say that there is more: looked for before it is read a second time.
_MARKS = (b"exceededTransferLimit", b"numberMatched", b"nextLink", b'"next"')


def why_cut(rules: FeedRules, parts: Sequence[Part], pages: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """Why a list cannot be whole, in words of domain.snapshot; empty where nothing says so. `pages` are the rows of
    each part. A list that only goes back so far, and is known to (`rolling` with `limit = 0`), is as it should be."""
    if rules.window == "rolling" and not rules.limit:
        return ()
    found = []
    if parts and _goes_on(parts[-1]):
        found.append(CUT_OFF)
    if _repeats(pages):
        found.append(PAGES_REPEAT)
    return tuple(found)


def _repeats(pages: Sequence[Sequence[Any]]) -> bool:
    """Whether any page has not one row that the pages before it lack."""
    seen: set[str] = set()
    for page in pages if len(pages) > 1 else ():
        rows = {repr(row) for row in page}
        if rows and rows <= seen:
            return True
        seen |= rows
    return False


def _goes_on(part: Part) -> bool:
    if not any(mark in part.body for mark in _MARKS):
        return False
    try:
        answer = load(part)
    except SourceError:
        return False
    return isinstance(answer, dict) and any(_says_more(one) for one in (answer, answer.get("properties")))


def _says_more(said: Any) -> bool:
    if not isinstance(said, Mapping):
        return False
    matched, returned = said.get("numberMatched"), said.get("numberReturned")
    links = said.get("links")
    return (
        said.get("exceededTransferLimit") is True
        or (isinstance(matched, int) and isinstance(returned, int) and matched > returned)
        or any(_is_address(said.get(name)) for name in ("@odata.nextLink", "odata.nextLink", "next"))
        or (isinstance(links, list) and any(isinstance(one, Mapping) and one.get("rel") == "next" for one in links))
    )


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://", "/", "?"))
