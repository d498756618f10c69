"""The datasets that may be asked: their dimensions, measures and caveats, with their words for people. Read by
`question` (what is valid), `answer` (what it means in the warehouse) and the command line (what to list).

Every SQL fragment of the system's questions stands in this file, written by us; a person's words only choose among
them, and a person's values are only ever bound as parameters.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bluelamp.domain.eras import point_eras
from bluelamp.domain.grouping import ETHNIC_GROUPS, STOP_OUTCOMES, Grouping

Kind = Literal[
    "month",
    "year",
    "word",
    "force",
    "town",
    "area",
    "lsoa",
    "number",
    "flag",
    "text",
    "date",
    "coded",
    "point",
    "label",
]


@dataclass(frozen=True, slots=True)
class Dimension:
    """Something to group or filter by. `key` is the column expression on the rows, alias `r`.

    `field` names the vocabulary, of a `word` in dim_word; a `label` is a word that stands in the rows itself. `in_mart`
    says that the dataset's mart has the same column, so that the mart can answer in place of the rows. `terms` are the
    words of a dimension of the kind `coded`, whose key is their place in the list. `folds` names the dimension that
    this one is a coarser form of, and `grouping` says how where its words are groups of the other's. `joins` names the
    other dataset whose files it is worked out from as well.
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

    @property
    def title(self) -> str:
        """`Crime type`: its label, or its name as words."""
        return self.label or self.name.replace("_", " ").capitalize()


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
class Points:
    """How a dataset's map points are read from its rows. `counted` is a subquery with {table} and {conditions} in it:
    one row for each point that has records, as longitude, latitude, name and n."""

    counted: str
    words: str  # what must be said of a point


# Records are counted by the number of their point first: only few points need their coordinates then.
ARCHIVE_POINTS = Points(
    "SELECT p.longitude, p.latitude, min(p.location) AS name, sum(c.n) AS n FROM (SELECT r.point_id, count(*) AS n "
    "FROM {table} AS r{conditions} GROUP BY r.point_id) AS c JOIN dim_point AS p USING (point_id) "
    "GROUP BY p.longitude, p.latitude",
    "Map points are anonymised: a record stands on or near a street, not at an address.",
)


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """One dataset as it may be asked. `table` and `mart` are those of a data version of the archive."""

    name: str
    words: str
    table: str
    mart: str
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    caveats: tuple[str, ...] = field(default=())
    live: bool = False  # of the live half: no archive, no release and no force is in it
    points: Points = ARCHIVE_POINTS

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


_MONTH = Dimension("month", "the month of the file", "month", "r.month", in_mart=True, column="Month")
_YEAR = Dimension("year", "the year of the file's month", "year", "r.month // 12", in_mart=True, folds="month")
_FORCE = Dimension("force", "the force that publishes the record", "force", "r.force_id", in_mart=True)
_TOWN = Dimension(
    "town",
    "the local authority's name in the LSOA name, as it was when the LSOA was drawn; for records without an LSOA, "
    "that of their map point",
    "town",
    "r.town_id",
    in_mart=True,
)
_AUTHORITY = Dimension(
    "local_authority", "the local authority (2024) of the LSOA or of the map point", "area", "r.area_id", in_mart=True
)
_LSOA = Dimension("lsoa", "the LSOA code as published, of either census", "lsoa", "r.lsoa_id", column="LSOA code")
_LOCATED = Dimension("located", "whether the record has a map point", "flag", "r.located", in_mart=True)
_ORIGIN = Dimension(
    "origin",
    "archive, or api for records that were loaded from the API; crimes around a point count only when asked for here",
    "text",
    "(CASE WHEN r.file_id IN (SELECT file_id FROM included_file WHERE origin = 'api') THEN 'api' ELSE 'archive' END)",
)
_REPORTED_BY = Dimension(
    "reported_by", "the force that reported it", "word", "r.reported_by_id", field="reported_by", column="Reported by"
)
_FALLS_WITHIN = Dimension(
    "falls_within",
    "the force whose area it falls within",
    "word",
    "r.falls_within_id",
    field="falls_within",
    column="Falls within",
)

_MAP_POINT = Dimension(
    "map_point",
    "the anonymised map point, as longitude,latitude",
    "point",
    "(SELECT printf('%.6f,%.6f', longitude, latitude) FROM dim_point WHERE dim_point.point_id = r.point_id)",
)

_REDRAWN = point_eras()
_POINT_ERA = Dimension(
    "point_era",
    "the map points that its month has: all were redrawn in July 2022, so that a place has one point in each era",
    "coded",
    f"(CASE WHEN r.month < {_REDRAWN.border.index} THEN 0 ELSE 1 END)",
    label="Era of the map point",
    terms=tuple(era.what for era in _REDRAWN.eras),
)

_SNAP = (
    "Map points are anonymised: a record stands on or near the street of one of about 750,000 snap points, not at an "
    "address."
)
_ASB_ID = (
    "(SELECT coalesce(max(word_id), 65535) FROM dim_word WHERE field = 'crime_type' AND word = 'Anti-social behaviour')"
)

# Northern Ireland begins its IDs anew each month, and of records from the API the force is not known: of both, an ID
# names one crime within a file; of all others, within all files of the force.
_ONE_CRIME = (
    "hash(r.crime_key, CASE WHEN r.force_id = 0 OR r.force_id = (SELECT max(force_id) FROM dim_force WHERE slug = "
    "'northern-ireland') THEN r.file_id ELSE -1 - r.force_id::INTEGER END)"
)

# The words of two dimensions that are worked out from the rows, in the order of their codes.
OUTCOME_STATUS = ("no crime ID", "has an outcome", "its ID names several crimes", "still open")
TIME_TO_OUTCOME = (
    "in the same month",
    "1 month later",
    "2 months later",
    "3 months later",
    "4 to 6 months later",
    "7 to 12 months later",
    "more than a year later",
    "crime not known",
)

CRIMES = DatasetSpec(
    "crimes",
    "street crime as published: recorded crime, and anti-social behaviour incidents",
    "stg_police_uk__street_crime",
    "mart_crime__monthly_by_area",
    (
        _MONTH,
        _YEAR,
        _FORCE,
        _TOWN,
        _AUTHORITY,
        _LSOA,
        Dimension(
            "crime_type",
            "the type of crime",
            "word",
            "r.crime_type_id",
            "crime_type",
            in_mart=True,
            column="Crime type",
        ),
        Dimension(
            "last_outcome",
            "the street file's last outcome category",
            "word",
            "r.last_outcome_id",
            "last_outcome",
            in_mart=True,
            column="Last outcome category",
        ),
        Dimension(
            "recorded",
            "true for recorded crime, false for anti-social behaviour",
            "flag",
            f"(r.crime_type_id <> {_ASB_ID})",
            in_mart=True,
            folds="crime_type",
        ),
        Dimension(
            "outcome_status",
            "whether the outcomes files of the same force tell what came of it",
            "coded",
            "(CASE WHEN r.id_names_several THEN 2 WHEN r.outcomes > 0 THEN 1 WHEN r.crime_key IS NULL THEN 0 ELSE 3 "
            "END)",
            label="Outcome known",
            terms=OUTCOME_STATUS,
            joins="outcomes",
        ),
        Dimension(
            "latest_outcome",
            "the latest type in the outcomes files of the same force",
            "word",
            "r.latest_outcome_id",
            "outcome_type",
            joins="outcomes",
        ),
        Dimension(
            "months_to_outcome",
            "months from the crime to its first outcome; none while it is open",
            "number",
            "(r.first_outcome_month::INTEGER - r.month::INTEGER)",
            joins="outcomes",
        ),
        Dimension(
            "id_names_several", "whether its crime ID stands on several rows of the force", "flag", "r.id_names_several"
        ),
        _REPORTED_BY,
        _FALLS_WITHIN,
        _LOCATED,
        _MAP_POINT,
        _POINT_ERA,
        _ORIGIN,
    ),
    (
        Measure(
            "count",
            "all records: recorded crime and anti-social behaviour",
            "records",
            "count(*)",
            "sum(r.crimes)",
            label="Records",
            counts=True,
        ),
        Measure(
            "recorded_crimes",
            "recorded crime, without anti-social behaviour",
            "crimes",
            f"count(*) FILTER (r.crime_type_id <> {_ASB_ID})",
            f"coalesce(sum(r.crimes) FILTER (r.crime_type_id <> {_ASB_ID}), 0)",
            label="Recorded crime",
            only=Only("recorded", ("true",)),
        ),
        Measure(
            "asb_incidents",
            "anti-social behaviour incidents, which are not recorded crime",
            "incidents",
            f"count(*) FILTER (r.crime_type_id = {_ASB_ID})",
            f"coalesce(sum(r.crimes) FILTER (r.crime_type_id = {_ASB_ID}), 0)",
            label="Anti-social behaviour",
            only=Only("recorded", ("false",)),
        ),
        Measure(
            "distinct_crimes",
            "all records, where rows with the same crime ID count once: of Northern Ireland, which begins its IDs anew "
            "each month, within a file, of all others within the force; rows without an ID count one each",
            "crimes and incidents",
            # Most IDs stand on one row, and only the others have to be told apart.
            f"count(*) FILTER (NOT r.id_names_several) + count(DISTINCT {_ONE_CRIME}) FILTER (r.id_names_several)",
            label="Distinct crimes",
        ),
        Measure(
            "unlocated",
            "records without a map point",
            "records",
            "count(*) FILTER (NOT r.located)",
            "coalesce(sum(r.crimes) FILTER (NOT r.located), 0)",
            only=Only("located", ("false",)),
        ),
        Measure(
            "with_outcome",
            "crimes with an outcome in the outcomes files",
            "crimes",
            "count(*) FILTER (r.outcomes > 0)",
            only=Only("outcome_status", (OUTCOME_STATUS[1],)),
            joins="outcomes",
        ),
        Measure(
            "still_open",
            "crimes with an ID of their own and no outcome in the outcomes files held",
            "crimes",
            "count(*) FILTER (r.crime_key IS NOT NULL AND NOT r.id_names_several AND r.outcomes = 0)",
            only=Only("outcome_status", (OUTCOME_STATUS[3],)),
            joins="outcomes",
        ),
        Measure(
            "ambiguous",
            "crimes whose ID stands on several rows, so that outcomes cannot be given to one",
            "crimes",
            "count(*) FILTER (r.id_names_several)",
            only=Only("outcome_status", (OUTCOME_STATUS[2],)),
        ),
        Measure(
            "recorded_crime_rate",
            "recorded crime for each 1,000 usual residents (census of 2021) of the local authority",
            "crimes per 1,000 residents",
            f"count(*) FILTER (r.crime_type_id <> {_ASB_ID})",
            label="Recorded crime per 1,000 residents",
            rate_of="recorded_crimes",
        ),
        Measure(
            "median_months_to_outcome",
            "median months from crime to first outcome, of crimes that have one",
            "months",
            "median(r.first_outcome_month::INTEGER - r.month::INTEGER)",
            joins="outcomes",
        ),
        Measure(
            "outcomes_disagree",
            "crimes whose last outcome category is not the latest type of the outcomes files",
            "crimes",
            "count(*) FILTER (r.outcomes > 0 AND (SELECT max(word) FROM dim_word WHERE field = 'last_outcome' "
            "AND word_id = r.last_outcome_id) IS DISTINCT FROM (SELECT max(word) FROM dim_word WHERE "
            "field = 'outcome_type' AND word_id = r.latest_outcome_id))",
            joins="outcomes",
        ),
    ),
    (_SNAP,),
)

OUTCOMES = DatasetSpec(
    "outcomes",
    "outcomes as published: one row for each outcome that a crime was given, in the month it was given",
    "stg_police_uk__outcome",
    "mart_outcome__monthly_by_area",
    (
        _MONTH,
        _YEAR,
        _FORCE,
        _TOWN,
        _AUTHORITY,
        _LSOA,
        Dimension(
            "outcome_type",
            "the type of outcome",
            "word",
            "r.outcome_type_id",
            "outcome_type",
            in_mart=True,
            column="Outcome type",
        ),
        Dimension(
            "crime_type",
            "the type of the crime, where the ID names exactly one held crime",
            "word",
            "r.crime_type_id",
            "crime_type",
            in_mart=True,
            column="Crime type",
            joins="crimes",
        ),
        Dimension(
            "crime_month",
            "the month of the crime, where the ID names exactly one",
            "month",
            "r.crime_month",
            joins="crimes",
        ),
        Dimension(
            "months_after",
            "months from the crime to this outcome, where the crime is known",
            "number",
            "(r.month::INTEGER - r.crime_month::INTEGER)",
            joins="crimes",
        ),
        Dimension(
            "time_to_outcome",
            "months from the crime to this outcome, in bands",
            "coded",
            "(CASE WHEN r.crime_month IS NULL THEN 7 WHEN r.month <= r.crime_month THEN 0 "
            "WHEN r.month <= r.crime_month + 3 THEN r.month - r.crime_month WHEN r.month <= r.crime_month + 6 THEN 4 "
            "WHEN r.month <= r.crime_month + 12 THEN 5 ELSE 6 END)",
            label="Time to outcome",
            terms=TIME_TO_OUTCOME,
            joins="crimes",
        ),
        Dimension(
            "match",
            "whether the crime ID names one held crime, several, or none",
            "text",
            "r.match",
            joins="crimes",
        ),
        _REPORTED_BY,
        _FALLS_WITHIN,
        _LOCATED,
        _MAP_POINT,
        _POINT_ERA,
        _ORIGIN,
    ),
    (
        Measure("count", "outcomes", "outcomes", "count(*)", "sum(r.outcomes)", label="Outcomes", counts=True),
        Measure(
            "distinct_crimes",
            "crimes that were given such an outcome: the crime IDs of each force, each once however many rows it "
            "stands on; rows without an ID count one each",
            "crimes",
            f"count(*) FILTER (r.crime_key IS NULL) + count(DISTINCT {_ONE_CRIME}) FILTER (r.crime_key IS NOT NULL)",
            label="Distinct crimes",
        ),
        Measure(
            "unlocated",
            "outcomes without a map point",
            "outcomes",
            "count(*) FILTER (NOT r.located)",
            "coalesce(sum(r.outcomes) FILTER (NOT r.located), 0)",
            only=Only("located", ("false",)),
        ),
        Measure(
            "matched",
            "outcomes whose crime is held and named by one ID",
            "outcomes",
            "count(*) FILTER (r.match = 'matched')",
            joins="crimes",
        ),
        Measure(
            "ambiguous",
            "outcomes whose crime ID stands on several crimes",
            "outcomes",
            "count(*) FILTER (r.match = 'ambiguous')",
            joins="crimes",
        ),
        Measure(
            "crime_not_held",
            "outcomes whose crime is in no file held",
            "outcomes",
            "count(*) FILTER (r.match = 'crime not held')",
            joins="crimes",
        ),
        Measure(
            "median_months_after",
            "median months from crime to outcome, where the crime is known",
            "months",
            "median(r.month::INTEGER - r.crime_month::INTEGER)",
            joins="crimes",
        ),
    ),
    (_SNAP,),
)


def _stop_word(name: str, words: str, column: str, label: str = "") -> Dimension:
    return Dimension(name, words, "word", f"r.{name}_id", name, column=column, label=label)


def _grouped_labels(name: str, words: str, folds: str, grouping: Grouping, label: str) -> Dimension:
    """Labels of a vocabulary in the groups that they have in every era. The rules are constants of ours."""
    terms = grouping.terms
    cases = " ".join(f"WHEN starts_with(word, '{begins}') THEN {terms.index(to)}" for begins, to in grouping.rules)
    key = (
        f"coalesce((SELECT CASE {cases} ELSE {len(terms) - 2} END FROM dim_word "
        f"WHERE field = '{folds}' AND word_id = r.{folds}_id), {len(terms) - 1})"
    )
    return Dimension(name, words, "coded", key, label=label, terms=terms, folds=folds, grouping=grouping)


STOPS = DatasetSpec(
    "stops",
    "stop and search as published: one row for each person or vehicle searched",
    "stg_police_uk__stop_and_search",
    "",
    (
        _MONTH,
        _YEAR,
        _FORCE,
        _TOWN,
        _AUTHORITY,
        Dimension("date", "the day, in UK local time", "date", "r.local_time::DATE", column="Date"),
        Dimension(
            "weekday", "the day of the week (1 Monday to 7 Sunday), in UK local time", "number", "isodow(r.local_time)"
        ),
        Dimension(
            "hour",
            "the hour of the day in UK local time, where the time is known",
            "number",
            "CASE WHEN r.time_known THEN hour(r.local_time) END",
        ),
        Dimension("time_known", "whether the time of day is known", "flag", "r.time_known"),
        _stop_word("stop_type", "person, vehicle or both", "Type"),
        _stop_word("gender", "gender", "Gender"),
        _stop_word("age_range", "age range", "Age range", "Age"),
        _stop_word(
            "self_ethnicity",
            "ethnicity as the person described it",
            "Self-defined ethnicity",
            "Ethnicity, self-described",
        ),
        _grouped_labels(
            "ethnic_group",
            "ethnicity as the person described it, in five groups that are the same before and after April 2017",
            "self_ethnicity",
            ETHNIC_GROUPS,
            "Ethnic group, self-described",
        ),
        _stop_word(
            "officer_ethnicity",
            "ethnicity as the officer saw it",
            "Officer-defined ethnicity",
            "Ethnicity, as the officer saw it",
        ),
        _stop_word("legislation", "the law that the search was made under", "Legislation", "Law"),
        _stop_word("object", "what was searched for", "Object of search", "Looking for"),
        _stop_word("outcome", "what came of it", "Outcome"),
        _grouped_labels(
            "outcome_group",
            "what came of it, in groups that are the same before and after January 2018; “no further action” was said "
            "of searches that found nothing before, and of all since",
            "outcome",
            STOP_OUTCOMES,
            "Outcome, in groups",
        ),
        _stop_word(
            "outcome_linked",
            "whether the outcome is linked to the object of the search",
            "Outcome linked to object of search",
        ),
        _stop_word(
            "clothing_removed",
            "whether more than outer clothing was removed",
            "Removal of more than just outer clothing",
        ),
        _stop_word("part_of_operation", "whether it was part of a policing operation", "Part of a policing operation"),
        _stop_word("operation", "the operation's name", "Policing operation"),
        _LOCATED,
        _MAP_POINT,
        _POINT_ERA,
        _ORIGIN,
    ),
    (
        Measure("count", "stops and searches", "stops", "count(*)", label="Stops", counts=True),
        Measure(
            "unlocated",
            "stops without a map point",
            "stops",
            "count(*) FILTER (NOT r.located)",
            only=Only("located", ("false",)),
        ),
        Measure(
            "time_unknown",
            "stops whose time of day is not known",
            "stops",
            "count(*) FILTER (NOT r.time_known)",
            only=Only("time_known", ("false",)),
        ),
        Measure(
            "outcome_recorded",
            "stops with an outcome recorded",
            "stops",
            "count(*) FILTER (r.outcome_id <> 0)",
            only=Only("outcome", ("",), negated=True),
        ),
        Measure(
            "stop_rate",
            "stops for each 1,000 usual residents (census of 2021) of the local authority",
            "stops per 1,000 residents",
            "count(*)",
            label="Stops per 1,000 residents",
            rate_of="count",
        ),
    ),
    (_SNAP, "Stops carry no LSOA: their town and local authority are those of their map point."),
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (CRIMES, OUTCOMES, STOPS)}
# The suffixes of file names are understood as well.
ALIASES = {
    "street": "crimes",
    "crime": "crimes",
    "outcome": "outcomes",
    "stop-and-search": "stops",
    "stop": "stops",
    "call": "calls",
}
