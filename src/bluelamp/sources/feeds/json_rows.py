"""JSON: a list of objects, at the top or further in. Used by `reading`; its loader by all platforms that send JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from bluelamp.errors import SourceError
from bluelamp.sources.feeds.geometry import with_reference
from bluelamp.sources.feeds.part import Part
from bluelamp.sources.feeds.text import decode
from bluelamp.sources.http import shown_url

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency

_KINDS = {dict: "an object", list: "a list", str: "a text", int: "a number", float: "a number", bool: "true or false"}


class _NoNumber(ValueError):
    """NaN and Infinity are no JSON, and no value that anything could be compared with."""


def _refuse(word: str) -> NoReturn:
    raise _NoNumber(word)


def load(part: Part) -> Any:
    """The value of a JSON answer. Raises SourceError in a sentence for anything else."""
    text = decode(part.body, part.headers, part.url)
    where = shown_url(part.url)
    try:
        return json.loads(text, parse_constant=_refuse)
    except _NoNumber as error:
        raise SourceError(
            f"{where} gives JSON with {error} in it, which is no value.", "Its publisher must mend it."
        ) from None
    except RecursionError:
        raise SourceError(f"{where} gives JSON that is nested too deep.", "Nothing of that kind is expected.") from None
    except json.JSONDecodeError as error:
        raise _no_json(text, where, error) from None
    except ValueError:
        raise SourceError(
            f"{where} gives JSON with a number of thousands of digits.", "Its publisher must mend it."
        ) from None


def rows_at(value: Any, path: str, url: str) -> list[Any]:
    """The list at a path of names with dots between; the value itself for none. Raises SourceError."""
    where = shown_url(url)
    for name in path.split(".") if path else ():
        if not isinstance(value, dict) or name not in value:
            raise SourceError(f"{where} has no “{path}” where the rows should be{_said(value)}.", _SAID)
        value = value[name]
    if not isinstance(value, list):
        raise SourceError(f"{where} gives {_kind(value)} where a list of rows should be{_said(value)}.", _SAID)
    return value


def rows(agency: Agency, parts: Sequence[Part]) -> list[Any]:
    """The rows of an answer. Raises SourceError."""
    found: list[Any] = []
    for part in parts:
        answer = load(part)
        found += with_reference(rows_at(answer, agency.layout.path, part.url), answer)
    return found


_SAID = "Its form may have changed: see it with a browser."


def _kind(value: Any) -> str:
    return "nothing (null)" if value is None else _KINDS.get(type(value), "a value")


def _said(value: Any) -> str:
    """What a publisher says in the place of rows, where it says it in one of the usual ways."""
    if isinstance(value, dict):
        for name in ("message", "error", "detail"):
            if isinstance(value.get(name), str):
                return f" (it says: {' '.join(value[name].split())[:160]})"
    return ""


def _no_json(text: str, where: str, error: json.JSONDecodeError) -> SourceError:
    head = text.lstrip()[:100]
    if not head:
        return SourceError(f"{where} gives an empty answer where JSON should be.", "See it with a browser.")
    if head.startswith("<"):
        return SourceError(f"{where} gives a web page where JSON should be.", "It may be down for maintenance.")
    if head[0] in "[{" and not text.rstrip().endswith(("]", "}")):
        return SourceError(f"{where} gives JSON that is cut off.", "Fetch it again.")
    return SourceError(f"{where} gives something that is no JSON (line {error.lineno}: {error.msg}).", _SAID)
