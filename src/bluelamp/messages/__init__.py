"""What people read, by name, from one catalogue: the seam for other languages. Used by every room that says a sentence.

A catalogue in another language has the same names, and its own rule for forms of number. A message is a text with
`{values}`, or one text for each form of number; the number that decides is `count`. The front end has the same form of
catalogue, and the same function over it (`frontend/src/lib/messages.ts`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

LOCALE = "en-GB"
Message = str | dict[str, str]


@cache
def catalogue() -> dict[str, Message]:
    """Every message by its name; read when the first sentence is said."""
    found: dict[str, Message] = json.loads(Path(__file__).with_name(f"{LOCALE}.json").read_text(encoding="utf-8"))
    return found


def say(name: str, /, **values: str | int) -> str:
    """The message of this name with its values; whole numbers are written as the language does (`1,204`).

    Raises KeyError for a name that is not in the catalogue, and for a value that the message needs and is not given.
    """
    message = catalogue()[name]
    text = message if isinstance(message, str) else message[_form(values["count"])]
    return text.format_map({key: value if isinstance(value, str) else _number(value) for key, value in values.items()})


def span(first: str, last: str) -> str:
    """`March 2021`, or `March 2021 to May 2021`: a time from its first to its last part, each in its own words."""
    return first if first == last else say("span", first=first, last=last)


def listed(words: Sequence[str], *, most: int | None = None, between: str | None = None) -> str:
    """`A, B, C`; with `most`, so many of them and how many more. `between` stands for the comma."""
    told = (say("list.between") if between is None else between).join(words[:most])
    return told if most is None or len(words) <= most else say("list.more", listed=told, count=len(words) - most)


def joined(words: Sequence[str]) -> str:
    """`A, B and C`; empty for no words."""
    if len(words) < 2:
        return "".join(words)
    return say("list.and", listed=listed(words[:-1]), last=words[-1])


def _form(count: str | int) -> str:
    """The form of number, as the plural rules of English have it."""
    return "one" if count == 1 else "other"


def _number(value: int) -> str:
    return f"{value:,}"
