"""The datasets of the archive: their dimensions, measures and caveats, with their words for people. See
`model.dataset` for what the declarations mean.
"""

from __future__ import annotations

from bluelamp.domain import dataset as published
from bluelamp.domain.eras import point_eras
from bluelamp.domain.vocabulary import ASB
from bluelamp.questions.families.archive.columns import column_dimension, publisher_dimensions, word_dimensions
from bluelamp.questions.families.archive.kinds import AUTHORITY, FORCE, LSOA, MAP_POINT, TOWN, WORD
from bluelamp.questions.model.dataset import (
    Capabilities,
    DatasetSpec,
    Dimension,
    FamilyInfo,
    Measure,
    Only,
    PointsQuery,
)
from bluelamp.questions.model.kinds import CODED, DATE, FLAG, MONTH, NUMBER, TEXT, YEAR

ARCHIVE = FamilyInfo(
    "archive",
    Capabilities(has_releases=True, has_publishers=True, has_rates=True, has_areas=True),
    unit="force-months",
    publisher="force",
    everywhere="all forces held here",
)

# A few records that stray over a border, or whose point is plainly wrong, must not open the map on an empty sea.
_STRAY = 0.005

# Records are counted by the number of their point first: only few points need their coordinates then.
ARCHIVE_POINTS = PointsQuery(
    "SELECT p.longitude, p.latitude, min(p.location) AS name, sum(c.n) AS n FROM (SELECT r.point_id, count(*) AS n "
    "FROM {table} AS r{conditions} GROUP BY r.point_id) AS c JOIN dim_point AS p USING (point_id) "
    "GROUP BY p.longitude, p.latitude",
    "Map points are anonymised: a record stands on or near a street, not at an address.",
    stray=_STRAY,
)

_MONTH = column_dimension(published.CRIMES, "Month", MONTH, "r.month", in_mart=True)
_YEAR = Dimension("year", "the year of the file's month", YEAR, "r.month // 12", in_mart=True, folds="month")
_FORCE = Dimension("force", "the force that publishes the record", FORCE, "r.force_id", in_mart=True)
_TOWN = Dimension(
    "town",
    "the local authority's name in the LSOA name, as it was when the LSOA was drawn; for records without an LSOA, "
    "that of their map point",
    TOWN,
    "r.town_id",
    in_mart=True,
)
_AUTHORITY = Dimension(
    "local_authority",
    "the local authority (2024) of the LSOA or of the map point",
    AUTHORITY,
    "r.area_id",
    in_mart=True,
)
_LSOA = column_dimension(published.CRIMES, "LSOA code", LSOA, "r.lsoa_id", name="lsoa")
_LOCATED = Dimension("located", "whether the record has a map point", FLAG, "r.located", in_mart=True)
_ORIGIN = Dimension(
    "origin",
    "archive, or api for records that were loaded from the API; crimes around a point count only when asked for here",
    TEXT,
    "(CASE WHEN r.file_id IN (SELECT file_id FROM included_file WHERE origin = 'api') THEN 'api' ELSE 'archive' END)",
)
_MAP_POINT = Dimension(
    "map_point",
    "the anonymised map point, as longitude,latitude",
    MAP_POINT,
    "(SELECT printf('%.6f,%.6f', longitude, latitude) FROM dim_point WHERE dim_point.point_id = r.point_id)",
)

_REDRAWN = point_eras()
_POINT_ERA = Dimension(
    "point_era",
    "the map points that its month has: all were redrawn in July 2022, so that a place has one point in each era",
    CODED,
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
        *word_dimensions(published.CRIMES),
        Dimension(
            "recorded",
            "true for recorded crime, false for anti-social behaviour",
            FLAG,
            f"(r.crime_type_id <> {_ASB_ID})",
            in_mart=True,
            folds="crime_type",
            all_but=ASB,
        ),
        Dimension(
            "outcome_status",
            "whether the outcomes files of the same force tell what came of it",
            CODED,
            "(CASE WHEN r.id_names_several THEN 2 WHEN r.outcomes > 0 THEN 1 WHEN r.crime_key IS NULL THEN 0 ELSE 3 "
            "END)",
            label="Outcome known",
            terms=OUTCOME_STATUS,
            joins="outcomes",
        ),
        Dimension(
            "latest_outcome",
            "the latest type in the outcomes files of the same force",
            WORD,
            "r.latest_outcome_id",
            "outcome_type",
            joins="outcomes",
        ),
        Dimension(
            "months_to_outcome",
            "months from the crime to its first outcome; none while it is open",
            NUMBER,
            "(r.first_outcome_month::INTEGER - r.month::INTEGER)",
            joins="outcomes",
        ),
        Dimension(
            "id_names_several", "whether its crime ID stands on several rows of the force", FLAG, "r.id_names_several"
        ),
        *publisher_dimensions(published.CRIMES),
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
    ARCHIVE,
    ARCHIVE_POINTS,
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
        *word_dimensions(published.OUTCOMES),
        Dimension(
            "crime_type",
            "the type of the crime, where the ID names exactly one held crime",
            WORD,
            "r.crime_type_id",
            "crime_type",
            in_mart=True,
            column="Crime type",
            joins="crimes",
        ),
        Dimension(
            "crime_month",
            "the month of the crime, where the ID names exactly one",
            MONTH,
            "r.crime_month",
            joins="crimes",
        ),
        Dimension(
            "months_after",
            "months from the crime to this outcome, where the crime is known",
            NUMBER,
            "(r.month::INTEGER - r.crime_month::INTEGER)",
            joins="crimes",
        ),
        Dimension(
            "time_to_outcome",
            "months from the crime to this outcome, in bands",
            CODED,
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
            TEXT,
            "r.match",
            joins="crimes",
        ),
        *publisher_dimensions(published.OUTCOMES),
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
    ARCHIVE,
    ARCHIVE_POINTS,
    (_SNAP,),
)


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
        column_dimension(published.STOPS, "Date", DATE, "r.local_time::DATE"),
        Dimension(
            "weekday", "the day of the week (1 Monday to 7 Sunday), in UK local time", NUMBER, "isodow(r.local_time)"
        ),
        Dimension(
            "hour",
            "the hour of the day in UK local time, where the time is known",
            NUMBER,
            "CASE WHEN r.time_known THEN hour(r.local_time) END",
        ),
        Dimension("time_known", "whether the time of day is known", FLAG, "r.time_known"),
        *word_dimensions(published.STOPS),
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
    ARCHIVE,
    ARCHIVE_POINTS,
    (_SNAP, "Stops carry no LSOA: their town and local authority are those of their map point."),
    placed_by_point=True,
)

DATASETS: dict[str, DatasetSpec] = {spec.name: spec for spec in (CRIMES, OUTCOMES, STOPS)}
# The suffixes of file names are understood as well.
ALIASES = {
    "street": "crimes",
    "crime": "crimes",
    "outcome": "outcomes",
    "stop-and-search": "stops",
    "stop": "stops",
}
