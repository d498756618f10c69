"""The dataset of incident reports: its columns, dimensions, measures and caveats. See `model.dataset` for what the
declarations mean.

The columns are those of the City of Dallas's *Police Incidents* (its portal's `qv6i-rri7`), of which the city's
gazetteer and the links to reports use some already.
"""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.questions.model import kinds
from bluelamp.questions.model.dataset import (
    Capabilities,
    DatasetSpec,
    Dimension,
    FamilyInfo,
    Measure,
    Only,
)

FAMILY_INFO = FamilyInfo(
    "incidents", Capabilities(), unit="city-months", publisher="city", everywhere="all cities held here"
)


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of the files: its name there, its name in the rows, what it is; `needed` ones are in every file."""

    published: str
    name: str
    words: str
    needed: bool = False


COLUMNS = (
    FileColumn("incidentnum", "number", "the police's number of the report", needed=True),
    FileColumn("date1", "day", "the day of the incident, YYYY-MM-DD; a time of day behind it is left out", needed=True),
    FileColumn("offincident", "offence", "what it was recorded as", needed=True),
    FileColumn("division", "division", "the police division"),
    FileColumn("beat", "beat", "the beat"),
    FileColumn("ra", "reporting_area", "the reporting area"),
    FileColumn("incident_address", "address", "the address as the city states it"),
    FileColumn("cfs_number", "call_number", "the number of the call for service that it came of"),
    FileColumn("latitude", "latitude", "of its point, in degrees"),
    FileColumn("longitude", "longitude", "of its point, in degrees"),
)

_POINTS = kinds.own_points("r.address", "A report stands where the city says, which may be the middle of a block.")


def _label(column: str) -> Dimension:
    found = next(one for one in COLUMNS if one.name == column)
    return Dimension(column, found.words, kinds.LABEL, f"r.{column}", column, column=found.published)


INCIDENTS = DatasetSpec(
    "incidents",
    "incident reports as a city publishes them: one row for each report",
    "incident",
    "",
    (
        Dimension("month", "the month of the incident", kinds.MONTH, "r.month"),
        Dimension("year", "the year of the incident", kinds.YEAR, "r.month // 12", folds="month"),
        Dimension("date", "the day of the incident", kinds.DATE, "r.day"),
        Dimension("weekday", "the day of the week (1 Monday to 7 Sunday)", kinds.NUMBER, "isodow(r.day)"),
        Dimension("city", "the city, by the name of its file", kinds.PUBLISHER, "r.city", "city"),
        _label("offence"),
        _label("division"),
        _label("beat"),
        _label("reporting_area"),
        Dimension("located", "whether the report has a point on the map", kinds.FLAG, "(r.latitude IS NOT NULL)"),
        Dimension("map_point", "its point on the map, as longitude,latitude", kinds.POINT, kinds.OWN_POINT),
    ),
    (
        Measure("count", "incident reports", "reports", "count(*)", label="Reports", counts=True),
        Measure(
            "unlocated",
            "reports without a point on the map",
            "reports",
            "count(*) FILTER (r.latitude IS NULL)",
            only=Only("located", ("false",)),
        ),
        Measure(
            "with_call",
            "reports that name the call for service that they came of",
            "reports",
            "count(*) FILTER (r.call_number <> '')",
        ),
    ),
    FAMILY_INFO,
    _POINTS,
    (
        "A report says what the police recorded, not what a court found; the city changes and withdraws reports later.",
        "The first and the last month of a city's file count as held, and may be there in part only.",
    ),
)

DATASETS: dict[str, DatasetSpec] = {INCIDENTS.name: INCIDENTS}
ALIASES = {"incident": INCIDENTS.name}
