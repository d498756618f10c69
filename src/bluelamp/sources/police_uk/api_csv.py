"""Answers of the API as rows of the published CSV files, so that they can be loaded into the same tables.

The API lacks the LSOA and the reporting force: both stay blank. Nothing else is made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from bluelamp.domain.dataset import CRIMES, STOPS
from bluelamp.sources.police_uk.api_types import Category, Crime, Location, Stop

# The labels of the CSV files. `crime-categories` states the same for a month; it is passed in where it was asked.
CATEGORY_NAMES: Mapping[str, str] = {
    "anti-social-behaviour": "Anti-social behaviour",
    "bicycle-theft": "Bicycle theft",
    "burglary": "Burglary",
    "criminal-damage-arson": "Criminal damage and arson",
    "drugs": "Drugs",
    "other-crime": "Other crime",
    "other-theft": "Other theft",
    "possession-of-weapons": "Possession of weapons",
    "public-order": "Public order",
    "robbery": "Robbery",
    "shoplifting": "Shoplifting",
    "theft-from-the-person": "Theft from the person",
    "vehicle-crime": "Vehicle crime",
    "violent-crime": "Violence and sexual offences",
}
NO_LOCATION = "No Location"  # as the street files write it


def crimes_as_csv(crimes: Iterable[Crime], categories: Sequence[Category] = ()) -> bytes:
    """Crimes in the columns of a street file, UTF-8. A category without a known label keeps its slug."""
    names = {**CATEGORY_NAMES, **{category.slug: category.name for category in categories}}
    return _csv(CRIMES.columns, (_crime(crime, names) for crime in crimes))


def stops_as_csv(stops: Iterable[Stop]) -> bytes:
    """Stops in the columns of a stop-and-search file, UTF-8. Dates are kept as given."""
    return _csv(STOPS.columns, (_stop(stop) for stop in stops))


def _crime(crime: Crime, names: Mapping[str, str]) -> dict[str, str]:
    return {
        "Crime ID": crime.persistent_id,
        "Month": str(crime.month),
        **_degrees(crime.location),
        "Location": crime.location.street_name if crime.location else NO_LOCATION,
        "Crime type": names.get(crime.category, crime.category),
        "Last outcome category": crime.outcome_category,
        "Context": crime.context,
    }


def _stop(stop: Stop) -> dict[str, str]:
    return {
        "Type": stop.type,
        "Date": stop.when,
        "Part of a policing operation": _truth(stop.operation),
        "Policing operation": stop.operation_name,
        **_degrees(stop.location),
        "Gender": stop.gender,
        "Age range": stop.age_range,
        "Self-defined ethnicity": stop.self_defined_ethnicity,
        "Officer-defined ethnicity": stop.officer_defined_ethnicity,
        "Legislation": stop.legislation,
        "Object of search": stop.object_of_search,
        "Outcome": stop.outcome,
        "Outcome linked to object of search": _truth(stop.outcome_linked_to_object_of_search),
        "Removal of more than just outer clothing": _truth(stop.removal_of_more_than_outer_clothing),
    }


def _degrees(location: Location | None) -> dict[str, str]:
    return {"Longitude": location.longitude, "Latitude": location.latitude} if location else {}


def _truth(value: bool | None) -> str:
    return "" if value is None else str(value)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
