"""The end of a message about a name that does not exist: which one may be meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def near(name: str, valid: Iterable[str]) -> str:
    """The nearest valid names as a sentence, or all of them where none is near; empty where there are too many."""
    names = list(valid)
    close = difflib.get_close_matches(name, names, n=2, cutoff=0.55)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return "There are: " + ", ".join(names) + "." if len(names) <= 40 else ""
