"""The kinds of dimension that only the archive has: forces, places, published words and anonymised map points. Their
values are numbers in the rows, and words in the dimension tables of a data version.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.errors import UsageError
from bluelamp.questions.model.dataset import NOT_RECORDED, DatasetSpec, Dimension, Kind, Vocabulary
from bluelamp.questions.model.kinds import PointKind, WordKind
from bluelamp.questions.model.suggestions import near


class TableKind(WordKind):
    """Words that stand in the column `word` of a dimension table, under the numbers of its column `key_column`."""

    blank_key = 0
    table = key_column = word = ""
    has_fields = False  # whether the table holds several vocabularies, told apart by `field`

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> int:
        return version.number(dimension, value)

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        on = f"{alias}.{self.key_column} = {key}"
        if self.has_fields:
            on += f" AND {alias}.field = '{dimension.field}'"  # a constant of a declaration, never a person's word
        join = f"LEFT JOIN {self.table} AS {alias} ON {on}"
        return f"coalesce(nullif({alias}.{self.word}, ''), '{NOT_RECORDED}')", join

    def vocabulary(self, dimension: Dimension) -> tuple[str, dict[str, Any]]:
        """(the SQL statement, its parameters) that reads every word with its number; the blank word left out."""
        condition = " AND field = $field" if self.has_fields else ""
        statement = (
            f"SELECT {self.word}, {self.key_column} FROM {self.table} WHERE {self.word} <> ''{condition} "
            f"ORDER BY {self.word}, {self.key_column}"
        )
        return statement, {"field": dimension.field} if self.has_fields else {}


class _ReadableKind(TableKind):
    """One whose words a person reads of a single record."""

    def text(self, value: Any, dimension: Dimension, labels: Callable[[], Mapping[int, str]]) -> str | None:
        return labels().get(value)


class _PublishedWordKind(_ReadableKind):
    name, crossed = "word", True
    table, key_column, word, has_fields = "dim_word", "word_id", "word", True


class _ForceKind(TableKind):
    name, is_publisher, has_words = "force", True, False
    table, key_column, word = "dim_force", "force_id", "slug"

    def parse(self, dimension: Dimension, value: str) -> str:
        return find_force(value) if value else ""

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(force.slug, force.name) for force in FORCES if any(one.name == spec.name for one in force.datasets)]


class _TownKind(_ReadableKind):
    name, is_place = "town", True
    table, key_column, word, place_column = "dim_town", "town_id", "town", "town_id"


class _AuthorityKind(_ReadableKind):
    name, is_place, has_residents = "area", True, True
    table, key_column, word, place_column = "dim_area", "area_id", "name", "area_id"


class _LsoaKind(TableKind):
    """A code stands once for each name that files gave it: in the rows it has several numbers."""

    name, is_place = "lsoa", True
    table, key_column, word = "dim_lsoa", "lsoa_id", "code"

    def keys(self, version: Vocabulary, dimension: Dimension, values: Sequence[str]) -> list[Any]:
        codes = [version.spelling(dimension, value) for value in values if value not in ("", NOT_RECORDED)]
        rows = version.rows("SELECT lsoa_id FROM dim_lsoa WHERE list_contains($codes, code)", {"codes": codes})
        return [number for (number,) in rows] + [0] * (len(codes) < len(values))

    def group_key(self, dimension: Dimension) -> str:
        return (
            "(SELECT one.first_id FROM (SELECT lsoa_id, min(lsoa_id) OVER (PARTITION BY code) AS first_id FROM "
            "dim_lsoa) AS one WHERE one.lsoa_id = r.lsoa_id)"
        )


class _MapPointKind(PointKind):
    """An anonymised map point, which many records share."""

    def condition(
        self, version: Vocabulary, dimension: Dimension, values: Sequence[str], name: str
    ) -> tuple[str, dict[str, Any]]:
        # The few numbers of the points first, so that the rows are compared with numbers.
        points = [value.split(",") for value in values if value]
        inside = (
            "r.point_id IN (SELECT point_id FROM dim_point AS p "
            f"JOIN (SELECT unnest(${name}x) AS x, unnest(${name}y) AS y) AS wanted "
            "ON round(p.longitude, 6) = round(wanted.x, 6) AND round(p.latitude, 6) = round(wanted.y, 6))"
        )
        if "" in values:
            inside = f"({inside} OR NOT r.located)"
        return inside, {f"{name}x": [float(x) for x, _ in points], f"{name}y": [float(y) for _, y in points]}

    def negated(self, condition: str) -> str:
        return f"NOT {condition}"

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        return int(version.once("points", lambda: version.rows("SELECT count(*) FROM dim_point")[0][0]))


def find_force(text: str) -> str:
    """The slug of a force named by slug or by name. Raises UsageError with the nearest ones."""
    wanted = text.strip().lower()
    if wanted in BY_SLUG:
        return wanted
    for force in FORCES:
        if wanted == force.name.lower():
            return force.slug
    raise UsageError(f"There is no force “{text}”.", near(wanted, BY_SLUG) or "bluelamp archive forces lists them.")


WORD: Kind = _PublishedWordKind()
FORCE: Kind = _ForceKind()
TOWN: TableKind = _TownKind()
AUTHORITY: TableKind = _AuthorityKind()
LSOA: TableKind = _LsoaKind()
MAP_POINT: Kind = _MapPointKind()
