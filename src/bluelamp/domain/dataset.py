"""The three datasets of data.police.uk: their names, and their columns in published order, each declared once.

From a declaration follow the columns of the lake, their numbers in the warehouse, what the indexes count by, what
questions name, and the columns of records and files; ARCHITECTURE.md says how one is added.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from bluelamp.domain import vocabulary
from bluelamp.domain.grouping import ETHNIC_GROUPS, STOP_OUTCOMES
from bluelamp.domain.published_column import Folded, Kind, PublishedColumn
from bluelamp.domain.vocabulary import BOOLEAN


@dataclass(frozen=True)
class Dataset:
    """One of the three kinds of file. `suffix` ends the file name, `declared` are its columns in published order."""

    name: str
    suffix: str
    words: str
    declared: tuple[PublishedColumn, ...] = field(compare=False)

    def __str__(self) -> str:
        return self.name

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The published header."""
        return tuple(column.header for column in self.declared)

    @cached_property
    def vocabularies(self) -> dict[str, frozenset[str]]:
        """The known values of each column that has them, by its header."""
        return {column.header: column.vocabulary for column in self.declared if column.vocabulary}

    def column(self, header: str) -> PublishedColumn:
        """The column of this header. Raises StopIteration for none: headers are constants of ours."""
        return next(column for column in self.declared if column.header == header)

    def of_kind(self, *kinds: Kind) -> tuple[PublishedColumn, ...]:
        """The columns of these kinds, in published order."""
        return tuple(column for column in self.declared if column.kind in kinds)


_LONGITUDE = PublishedColumn("Longitude", "longitude", "degrees", "of the anonymised map point, not of an address")
_LATITUDE = PublishedColumn("Latitude", "latitude", "degrees", "of the anonymised map point, not of an address")

# The columns that files of crimes and of outcomes begin with.
_OF_CRIMES = (
    PublishedColumn(
        "Crime ID",
        "crime_id",
        "id",
        "the publisher's ID of the crime, blank for anti-social behaviour; not always of one crime alone",
    ),
    PublishedColumn("Month", "month", "month", "the month of the file"),
    PublishedColumn("Reported by", "reported_by", "publisher", "the force that reported it"),
    PublishedColumn("Falls within", "falls_within", "publisher", "the force whose area it falls within"),
    _LONGITUDE,
    _LATITUDE,
    PublishedColumn("Location", "location", "place", "the street or place that the map point stands for"),
    PublishedColumn("LSOA code", "lsoa_code", "place", "the LSOA code as published, of either census"),
    PublishedColumn("LSOA name", "lsoa_name", "place", "the LSOA's name: a local authority and a number"),
)

CRIMES = Dataset(
    "crimes",
    "street",
    "street crime",
    (
        *_OF_CRIMES,
        PublishedColumn(
            "Crime type",
            "crime_type",
            "word",
            "the type of crime",
            vocabulary=vocabulary.CRIME_TYPES,
            counted="together",
        ),
        PublishedColumn(
            "Last outcome category",
            "last_outcome",
            "word",
            "the street file's last outcome category",
            vocabulary=vocabulary.LAST_OUTCOME_CATEGORIES,
            counted="together",
            api="outcome_category",
        ),
        PublishedColumn(
            "Context",
            "context",
            "remark",
            "a remark of the publisher; always empty in newer files",
            api="context",
        ),
    ),
)
OUTCOMES = Dataset(
    "outcomes",
    "outcomes",
    "outcomes",
    (
        *_OF_CRIMES,
        PublishedColumn(
            "Outcome type",
            "outcome_type",
            "word",
            "the type of outcome",
            vocabulary=vocabulary.OUTCOME_TYPES,
            counted="together",
        ),
    ),
)
STOPS = Dataset(
    "stops",
    "stop-and-search",
    "stop and search",
    (
        PublishedColumn(
            "Type",
            "stop_type",
            "word",
            "person, vehicle or both",
            vocabulary=vocabulary.STOP_TYPES,
            counted="pairs",
            api="type",
        ),
        PublishedColumn("Date", "date", "time", "the day, in UK local time", api="when"),
        PublishedColumn(
            "Part of a policing operation",
            "part_of_operation",
            "word",
            "whether it was part of a policing operation",
            vocabulary=BOOLEAN,
            counted="alone",
            api="operation",
            aside=True,
        ),
        PublishedColumn(
            "Policing operation",
            "operation",
            "word",
            "the operation's name",
            api="operation_name",
            aside=True,
        ),
        _LATITUDE,
        _LONGITUDE,
        PublishedColumn(
            "Gender",
            "gender",
            "word",
            "gender",
            vocabulary=vocabulary.GENDERS,
            counted="pairs",
            api="gender",
        ),
        PublishedColumn(
            "Age range",
            "age_range",
            "word",
            "age range",
            "Age",
            vocabulary=vocabulary.AGE_RANGES,
            counted="pairs",
            api="age_range",
        ),
        PublishedColumn(
            "Self-defined ethnicity",
            "self_ethnicity",
            "word",
            "ethnicity as the person described it",
            "Ethnicity, self-described",
            vocabulary=vocabulary.ETHNICITIES,
            counted="pairs",
            api="self_defined_ethnicity",
            grouped=Folded(
                "ethnic_group",
                "ethnicity as the person described it, in five groups that are the same before and after April 2017",
                "Ethnic group, self-described",
                ETHNIC_GROUPS,
            ),
        ),
        PublishedColumn(
            "Officer-defined ethnicity",
            "officer_ethnicity",
            "word",
            "ethnicity as the officer saw it",
            "Ethnicity, as the officer saw it",
            vocabulary=vocabulary.OFFICER_ETHNICITIES,
            counted="pairs",
            api="officer_defined_ethnicity",
        ),
        PublishedColumn(
            "Legislation",
            "legislation",
            "word",
            "the law that the search was made under",
            "Law",
            vocabulary=vocabulary.LEGISLATION,
            counted="pairs",
            api="legislation",
        ),
        PublishedColumn(
            "Object of search",
            "object",
            "word",
            "what was searched for",
            "Looking for",
            vocabulary=vocabulary.OBJECTS_OF_SEARCH,
            counted="pairs",
            api="object_of_search",
        ),
        PublishedColumn(
            "Outcome",
            "outcome",
            "word",
            "what came of it",
            vocabulary=vocabulary.STOP_OUTCOMES,
            counted="pairs",
            api="outcome",
            grouped=Folded(
                "outcome_group",
                "what came of it, in groups that are the same before and after January 2018; “no further action” was "
                "said of searches that found nothing before, and of all since",
                "Outcome, in groups",
                STOP_OUTCOMES,
            ),
        ),
        PublishedColumn(
            "Outcome linked to object of search",
            "outcome_linked",
            "word",
            "whether the outcome is linked to the object of the search",
            vocabulary=BOOLEAN,
            counted="alone",
            api="outcome_linked_to_object_of_search",
        ),
        PublishedColumn(
            "Removal of more than just outer clothing",
            "clothing_removed",
            "word",
            "whether more than outer clothing was removed",
            vocabulary=BOOLEAN,
            counted="alone",
            api="removal_of_more_than_outer_clothing",
        ),
    ),
)

DATASETS: tuple[Dataset, ...] = (CRIMES, OUTCOMES, STOPS)
BY_NAME: dict[str, Dataset] = {dataset.name: dataset for dataset in DATASETS}
BY_SUFFIX: dict[str, Dataset] = {dataset.suffix: dataset for dataset in DATASETS}
