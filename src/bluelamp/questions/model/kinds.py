"""The kinds of dimension that every family may have: times, numbers, flags, texts and words that stand in the rows.
Those of the archive alone are in its own `kinds`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import NOT_RECORDED, DatasetSpec, Dimension, Kind, PointsQuery, Vocabulary
from bluelamp.questions.model.suggestions import near

# Nobody publishes anything outside of these; a row for each month of ten thousand years helps nobody.
EARLIEST, LATEST = Month.of(1900, 1), Month.of(2199, 12)
_COORDINATES = re.compile(r"-?[0-9]{1,3}(\.[0-9]{1,9})?,-?[0-9]{1,2}(\.[0-9]{1,9})?")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
_DAYS_A_MONTH = 31


# The point of a row that bears its own coordinates, as `PointKind` writes it.
OWN_POINT = "(CASE WHEN r.latitude IS NOT NULL THEN printf('%.6f,%.6f', r.longitude, r.latitude) END)"


def own_points(name: str, words: str) -> PointsQuery:
    """The points of rows that bear their own coordinates, named by an SQL expression; see `PointsQuery`. Those at the
    same point, to a tenth of a metre, stand together, as the filter by map point has them."""
    return PointsQuery(
        "SELECT min(c.longitude) AS longitude, min(c.latitude) AS latitude, min(c.name) AS name, "  # noqa: S608 - ours
        f"count(*) AS n FROM (SELECT {OWN_POINT} AS place, r.longitude, r.latitude, {name} AS name "
        "FROM {table} AS r{conditions}) AS c WHERE c.place IS NOT NULL GROUP BY c.place",
        words,
    )


def check_month(month: Month) -> None:
    """Raises UsageError for a month that nothing can be published of."""
    if not EARLIEST <= month <= LATEST:
        raise UsageError(f"Months are asked for from {EARLIEST} to {LATEST}, not {month}.")


class _MonthKind(Kind):
    name, ordered, cell = "month", True, "month"

    def parse(self, dimension: Dimension, value: str) -> str:
        if not value:
            return value
        try:
            month = Month.parse(value)
        except ValueError as error:
            raise UsageError(f"{dimension.name}: {error}.") from None
        check_month(month)
        return str(month)

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> int:
        return Month.parse(value).index

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        return f"printf('%04d-%02d', {key}::INTEGER // 12, {key}::INTEGER % 12 + 1)", ""

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(str(month), month.words()) for month in version.months]

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        return len(version.months)

    def text(self, value: Any, dimension: Dimension, labels: Callable[[], Mapping[int, str]]) -> str | None:
        return Month(value).words()


class _NumberKind(Kind):
    name, ordered, crossed, blank_is_last, arrow_type = "number", True, True, True, "int64"

    def parse(self, dimension: Dimension, value: str) -> str:
        if value and not _WHOLE_NUMBER.fullmatch(value):
            raise UsageError(f"{dimension.name} is a whole number, not “{value}”.")
        return value

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> int:
        return int(value)

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        return f"{key}::INTEGER", ""

    def code_label(self, dimension: Dimension, labels: Mapping[int, str], size: int) -> Callable[[int], Any]:
        return lambda code: None if code == size - 1 else code


class _YearKind(_NumberKind):
    name, crossed, blank_is_last = "year", False, False

    def parse(self, dimension: Dimension, value: str) -> str:
        super().parse(dimension, value)
        if value and not EARLIEST.year <= int(value) <= LATEST.year:
            raise UsageError(f"{dimension.name} is a year from {EARLIEST.year} to {LATEST.year}, not “{value}”.")
        return value

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        years = dict.fromkeys(str(month.year) for month in version.months)
        return [(year, year) for year in years]


class _DateKind(Kind):
    name, ordered, has_options, cell = "date", True, False, "day"

    def parse(self, dimension: Dimension, value: str) -> str:
        if not value:
            return value
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise UsageError(f"{dimension.name} is a day, written as YYYY-MM-DD, not “{value}”.") from None

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> date:
        return date.fromisoformat(value)

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        return f"{key}::VARCHAR", ""

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        return len(version.months) * _DAYS_A_MONTH


class _FlagKind(Kind):
    name, crossed, arrow_type, cell = "flag", True, "bool_", "flag"

    def parse(self, dimension: Dimension, value: str) -> str:
        if value.lower() not in ("true", "false"):
            raise UsageError(f"{dimension.name} is true or false, not “{value}”.")
        return value.lower()

    def key(self, version: Vocabulary, dimension: Dimension, value: str) -> bool:
        return value == "true"

    def blank_first(self, label: str) -> str:
        return ""

    def code_label(self, dimension: Dimension, labels: Mapping[int, str], size: int) -> Callable[[int], Any]:
        return bool

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [("true", "yes"), ("false", "no")]

    def text(self, value: Any, dimension: Dimension, labels: Callable[[], Mapping[int, str]]) -> str | None:
        return "yes" if value else "no"


class _CodedKind(Kind):
    """A short list of words whose order means something: they are stages, and their alphabet means nothing."""

    name, ordered, crossed = "coded", True, True

    def parse(self, dimension: Dimension, value: str) -> str:
        if value not in dimension.terms:
            raise UsageError(f"{dimension.name} has no “{value}”.", near(value, dimension.terms))
        return value

    def key(self, version: Vocabulary, dimension: Dimension, value: str) -> int:
        return dimension.terms.index(value)

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        words = ", ".join("'" + term.replace("'", "''") + "'" for term in dimension.terms)  # constants of a declaration
        return f"([{words}])[{key} + 1]", ""

    def blank_first(self, label: str) -> str:
        return ""

    def sort_key(self, label: str, key: str) -> tuple[str, str]:
        return key, ""

    def ranks(self, dimension: Dimension) -> Mapping[Any, int] | None:
        return {term: place for place, term in enumerate(dimension.terms)}

    def code_label(self, dimension: Dimension, labels: Mapping[int, str], size: int) -> Callable[[int], Any]:
        return lambda code: dimension.terms[code]

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(term, term) for term in dimension.terms]

    def text(self, value: Any, dimension: Dimension, labels: Callable[[], Mapping[int, str]]) -> str | None:
        return str(dimension.terms[value])


class _TextKind(Kind):
    name, has_options = "text", False

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        return f"{key}::VARCHAR", ""


class PointKind(_TextKind):
    """A point on the map, as longitude and latitude with six decimals."""

    name = "point"

    def parse(self, dimension: Dimension, value: str) -> str:
        if not value:
            return value
        if not _COORDINATES.fullmatch(value):
            raise UsageError(
                f"{dimension.name} is a longitude and a latitude, not “{value}”.", "Write it as -0.123456,51.5."
            )
        longitude, latitude = (float(part) for part in value.split(","))
        return f"{longitude:.6f},{latitude:.6f}"

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        return records()  # each record has a point of its own at most


class WordKind(Kind):
    """Words of a vocabulary that a data version holds; nothing recorded is a blank word."""

    has_words = True

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        words = sorted(version.words(dimension))
        return [(word, version.value_label(dimension, word)) for word in words] + [(NOT_RECORDED, "Not recorded")]

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        return len(version.words(dimension)) + 1


class LabelKind(WordKind):
    """A word that stands in the rows itself."""

    name, crossed = "label", True

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> str:
        return version.spelling(dimension, value)

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        return f"coalesce(nullif({key}, ''), '{NOT_RECORDED}')", ""


class _PublisherKind(LabelKind):
    """Who published a record, by a short name that stands in the rows; every record has one."""

    is_publisher = True

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(name, version.value_label(dimension, name)) for name in sorted(version.words(dimension))]


MONTH, YEAR, DATE, NUMBER, FLAG = _MonthKind(), _YearKind(), _DateKind(), _NumberKind(), _FlagKind()
CODED, TEXT, POINT, LABEL, PUBLISHER = _CodedKind(), _TextKind(), PointKind(), LabelKind(), _PublisherKind()
