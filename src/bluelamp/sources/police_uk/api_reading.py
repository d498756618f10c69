"""Reads JSON of the API with its shape checked. Used by api_types, api_places and api.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bluelamp.domain.month import Month
from bluelamp.errors import SourceError

T = TypeVar("T")
Json = Mapping[str, Any]


class UnexpectedAnswer(SourceError):
    """The API answered with something that is not what it documents."""


def record(value: object, what: str) -> Json:
    """A JSON object. Raises UnexpectedAnswer for anything else."""
    if not isinstance(value, dict):
        raise UnexpectedAnswer(f"data.police.uk answered with something that is no {what}.", REPORT)
    return value


def records(value: object, build: Callable[[Json], T], what: str) -> list[T]:
    """A list of JSON objects, built one by one. Raises UnexpectedAnswer for anything else."""
    if not isinstance(value, list):
        raise UnexpectedAnswer(f"data.police.uk answered with something that is no list of {what}s.", REPORT)
    return [build(record(one, what)) for one in value]


REPORT = "Run the same again later; if it stays, the API has changed: please report it."


def text(row: Json, key: str) -> str:
    """A text; null becomes ""."""
    value = row.get(key)
    if value is None or value is False:  # outcomes of 2017 and before are false where there is none
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise UnexpectedAnswer(f"data.police.uk answered with a “{key}” that is no text.", REPORT)


def truth(row: Json, key: str) -> bool | None:
    """True, False, or None for null."""
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise UnexpectedAnswer(f"data.police.uk answered with a “{key}” that is neither true nor false.", REPORT)


def number(row: Json, key: str) -> int:
    """A whole number; null becomes 0."""
    try:
        return int(text(row, key) or 0)
    except ValueError:
        raise UnexpectedAnswer(f"data.police.uk answered with a “{key}” that is no number.", REPORT) from None


def month(row: Json, key: str) -> Month:
    """The month of a YYYY-MM or YYYY-MM-DD."""
    try:
        return Month.parse(text(row, key)[:7])
    except ValueError:
        raise UnexpectedAnswer(f"data.police.uk answered with a “{key}” that is no month.", REPORT) from None


def part(row: Json, key: str, build: Callable[[Json], T]) -> T | None:
    """A nested object, None where it is null or empty."""
    value = row.get(key)
    return build(record(value, key)) if value else None


def contacts(row: Json) -> dict[str, str]:
    """The `contact_details` of a row, without its empty ones."""
    details = row.get("contact_details") or {}  # an empty one arrives as [] or {}
    return {str(key): str(value) for key, value in record(details, "contact list").items() if value} if details else {}
