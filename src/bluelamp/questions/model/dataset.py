"""What a dataset is, as it may be asked: its dimensions, measures, map points and caveats, with their words for people.
Each family declares its own in its `datasets.py`; `registry` lists them all.

Every SQL fragment of a question stands in such a declaration, written by us; a person's words only choose among them,
and a person's values are only ever bound as parameters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from bluelamp.domain.grouping import Grouping
from bluelamp.domain.month import Month
from bluelamp.questions.model.cells import CellKind

Found = TypeVar("Found")

NOT_RECORDED = "not recorded"


class Vocabulary(Protocol):
    """What the kinds of dimension ask of an open data version."""

    @property
    def months(self) -> tuple[Month, ...]: ...

    def words(self, dimension: Dimension) -> dict[str, int]: ...

    def spelling(self, dimension: Dimension, value: str) -> str: ...

    def number(self, dimension: Dimension, value: str) -> int: ...

    def value_label(self, dimension: Dimension, value: str) -> str: ...

    def once(self, name: str, read: Callable[[], Found]) -> Found: ...

    def rows(self, statement: str, parameters: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]: ...


class Kind:
    """How the values of a dimension are written, what they are in the rows, how they are labelled and put in order.
    Each kind is one small class in `model.kinds`, or in the `kinds` of the family that alone has it."""

    name = ""
    ordered = False  # its values have an order of their own, in which they are shown
    crossed = False  # each value that occurs is a row of every time and publisher that is asked about
    has_words = False  # its values are words of a vocabulary that a data version holds
    has_options = True  # its values can be listed, to choose from
    is_place = False  # its values are places, each covered by the files of some publishers
    place_column = ""  # of places whose records are counted beforehand: the column of the rows that numbers them
    is_publisher = False  # its values are those that publish the files
    has_residents = False  # its values are places whose residents may be known
    blank_key: int | None = None  # what stands in the rows where nothing is recorded
    blank_is_last = False  # in an index, the code behind all others is that of no value
    arrow_type = "string"  # of a column of labels
    cell: CellKind = "text"  # what a column of labels is in a workbook

    def parse(self, dimension: Dimension, value: str) -> str:
        """A filter's value in canonical spelling; words of vocabularies are checked when they are looked up. Raises
        UsageError."""
        del dimension
        return value

    def key(self, version: Vocabulary, dimension: Dimension, value: str) -> Any:
        """What a filter's value is in the rows; None for null. Raises UsageError for a word that no record has."""
        if value in ("", NOT_RECORDED):
            return self.blank_key
        return self._key_of(version, dimension, value)

    def keys(self, version: Vocabulary, dimension: Dimension, values: Sequence[str]) -> list[Any]:
        """The same of several values, which may be more or fewer in the rows."""
        return [self.key(version, dimension, value) for value in values]

    def _key_of(self, version: Vocabulary, dimension: Dimension, value: str) -> Any:
        del version, dimension
        return value

    def condition(
        self, version: Vocabulary, dimension: Dimension, values: Sequence[str], name: str
    ) -> tuple[str, dict[str, Any]]:
        """(an SQL condition on the rows, alias `r`, that keeps these values; its parameters, whose names begin with
        `name`)."""
        keys = self.keys(version, dimension, values)
        inside = f"list_contains(${name}, {dimension.key})"
        if None in keys:
            inside = f"({inside} OR {dimension.key} IS NULL)"
        return inside, {name: [key for key in keys if key is not None]}

    def negated(self, condition: str) -> str:
        """The SQL condition that keeps all other rows."""
        return f"NOT coalesce({condition}, false)"

    def group_key(self, dimension: Dimension) -> str:
        """The SQL expression on the rows that groups are made by."""
        return dimension.key

    def label(self, dimension: Dimension, key: str, alias: str) -> tuple[str, str]:
        """(the SQL expression, the join under this alias) that turn a group's key into its label."""
        del dimension, alias
        return key, ""

    def blank_first(self, label: str) -> str:
        """The SQL expression that sorts the label of what is not recorded behind all others."""
        return f"{label} = '{NOT_RECORDED}'"

    def sort_key(self, label: str, key: str) -> tuple[str, str]:
        """(the SQL expression, where null goes) that groups are sorted by, of their label and their key."""
        del key
        return label, " NULLS LAST"

    def ranks(self, dimension: Dimension) -> Mapping[Any, int] | None:
        """label → its place in the order of labels; None where labels sort as they are."""
        del dimension
        return None

    def code_label(self, dimension: Dimension, labels: Mapping[int, str], size: int) -> Callable[[int], Any]:
        """What gives the label of a code of an index that has `size` of them; `labels` are those of the vocabulary."""
        del dimension, size
        return lambda code: labels.get(code, NOT_RECORDED)

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        """(value, label) of every value that a filter of a dataset can have, as far as they can be listed."""
        del version, spec, dimension
        return []

    def count(self, version: Vocabulary, dimension: Dimension, records: Callable[[], int]) -> int:
        """About how many values there are; `records` counts the records of the dataset."""
        del version, records
        return len(dimension.terms) or _FEW

    def text(self, value: Any, dimension: Dimension, labels: Callable[[], Mapping[int, str]]) -> str | None:
        """What a person reads for a key of one record."""
        del dimension, labels
        return str(value)


# Of dimensions whose values are not listed anywhere.
_FEW = 30


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to group or filter by. `key` is the column expression on the rows, alias `r`.

    `field` names the vocabulary of a `word`; a `label` is a word that stands in the rows itself. `in_mart`
    says that the dataset's mart has the same column, so that the mart can answer in place of the rows. `terms` are the
    words of a dimension of the kind `coded`, whose key is their place in the list. `folds` names the dimension that
    this one is a coarser form of: `grouping` says how where its words are groups of the other's, `all_but` where it is
    whether the other is any word but this one. `joins` names the other dataset whose files it is worked out from as
    well.
    """

    name: str
    words: str
    kind: Kind
    key: str
    field: str = ""
    in_mart: bool = False
    column: str = ""  # the published column, so that it may be named as well
    label: str = ""  # what a person reads above its values
    terms: tuple[str, ...] = ()
    folds: str = ""
    joins: str = ""
    grouping: Grouping | None = None
    all_but: str = ""
    two_valued: bool = False  # of words that are published as True and False

    @property
    def title(self) -> str:
        """`Crime type`: its label, or its name as words."""
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def cell(self) -> CellKind:
        """What a column of its labels is in a workbook."""
        return "flag" if self.two_valued else self.kind.cell


@dataclass(frozen=True, slots=True)
class Only:
    """The records that a measure counts: those with (or, negated, without) these values of a dimension."""

    dimension: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Measure:
    """Something to count. `rows` and `mart` are aggregate expressions; no `mart` means that only rows can tell.

    `only` says which records it counts, so that any count of records can answer it; `counts` says that it counts all.
    `rate_of` names the measure that it is the rate of, per 1,000 residents; `joins` the other dataset whose files it is
    worked out from as well: where none of those is held, it is not known.
    """

    name: str
    words: str
    unit: str
    rows: str
    mart: str = ""
    label: str = ""
    only: Only | None = None
    counts: bool = False
    rate_of: str = ""
    joins: str = ""

    @property
    def title(self) -> str:
        return self.label or self.name.replace("_", " ").capitalize()

    @property
    def adds(self) -> bool:
        """Whether the figures of groups add up to that of all: crimes that stand in several do not."""
        return "count(DISTINCT" not in self.rows

    @property
    def is_count(self) -> bool:
        """Whether no record means 0; of a median no record means no value."""
        return self.rows.startswith("count(")


@dataclass(frozen=True, slots=True)
class PointsQuery:
    """How a dataset's map points are read from its rows. `counted` is a subquery with {table} and {conditions} in it:
    one row for each point that has records, as longitude, latitude, name and n."""

    counted: str
    words: str  # what must be said of a point
    stray: float = 0.0  # the share of the records that lies far off where the map opens, at each edge


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the datasets of a family have, and what of them can be asked. Pages, commands and the API go by these, and
    never by a family's name."""

    has_releases: bool = False  # earlier states of knowledge are published, and can be asked for
    has_publishers: bool = False  # police forces publish it, each for its own area
    has_rates: bool = False  # its areas have residents
    has_areas: bool = False  # its areas have outlines on the map
    counts_days: bool = False  # its unit is a day, and a day is held as far as it was watched


@dataclass(frozen=True, slots=True)
class FamilyInfo:
    """What is known of a family before it is opened. `unit` is what its coverage counts, as `force-months`; `publisher`
    what it calls those that publish; `everywhere` says in a heading that no place is chosen."""

    name: str
    capabilities: Capabilities
    unit: str
    publisher: str
    everywhere: str


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One dataset as it may be asked. `table` is what its rows are read from, `mart` the table that has them counted
    beforehand, empty where there is none. `placed_by_point` says that its map point alone says where a record lies."""

    name: str
    words: str
    table: str
    mart: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    family: FamilyInfo
    points: PointsQuery
    caveats: tuple[str, ...] = field(default=())
    placed_by_point: bool = False

    def dimension(self, name: str) -> Dimension | None:
        """By its name or by the published column's."""
        return _named(self)[0].get(_plain(name))

    def measure(self, name: str) -> Measure | None:
        return _named(self)[1].get(_plain(name))


_NAMES: dict[int, tuple[dict[str, Dimension], dict[str, Measure]]] = {}


def _named(spec: DatasetSpec) -> tuple[dict[str, Dimension], dict[str, Measure]]:
    """Its dimensions and measures by name; looked up hundreds of times a page, so put together once."""
    found = _NAMES.get(id(spec))
    if found is None:
        dimensions = {_plain(one.column): one for one in spec.dimensions if one.column}
        dimensions |= {_plain(one.name): one for one in spec.dimensions}
        found = _NAMES[id(spec)] = dimensions, {_plain(one.name): one for one in spec.measures}
    return found


def _plain(name: str) -> str:
    return name.strip().lower().replace("-", "_").replace(" ", "_")
