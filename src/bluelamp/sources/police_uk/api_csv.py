"""Answers of the API as rows of the published CSV files, so that they can be loaded into the same tables.

The API lacks the LSOA and the reporting force: both stay blank. Nothing else is made up.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from bluelamp.domain.dataset import CRIMES, STOPS, Dataset
from bluelamp.sources.police_uk.api_types import Category, Crime, MapPoint, Stop

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
        **_same(CRIMES, crime),
    }


def _stop(stop: Stop) -> dict[str, str]:
    return {**_degrees(stop.location), **_same(STOPS, stop)}


def _same(dataset: Dataset, record: Crime | Stop) -> dict[str, str]:
    """The columns that an answer says in a field of its own."""
    return {column.header: _text(getattr(record, column.api)) for column in dataset.declared if column.api}


def _degrees(location: MapPoint | None) -> dict[str, str]:
    return {"Longitude": location.longitude, "Latitude": location.latitude} if location else {}


def _text(value: str | bool | None) -> str:
    return "" if value is None else str(value)


def _csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
