"""An answer of the data.police.uk API that somebody saved as a file: is it a force's stops, and of which month?

The API gives stops by force and month, and the answer does not repeat the force. Crimes it gives around a place only:
they are parts of several force-months, and no file of them can stand for one.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from bluelamp.errors import SourceError
from bluelamp.sources.police_uk.api_reading import UnexpectedAnswer, records
from bluelamp.sources.police_uk.api_types import Stop

_MOST_BYTES = 200_000_000  # the Metropolitan Police's busiest month is 40 MB


@dataclass(frozen=True, slots=True)
class SavedStops:
    """The stops of a saved answer, the bytes that they were read from, and the months (YYYY-MM) of their dates."""

    stops: list[Stop]
    received: bytes
    months: list[str]


def read_saved(path: Path) -> SavedStops:
    """The stops of a saved answer. Raises SourceError, in one sentence, where it holds anything else."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise SourceError(f"{path} is too large for an answer of the API.")
        received = path.read_bytes()
        answer = json.loads(received)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}.", "Check the path and its permissions.") from None
    except (ValueError, RecursionError):
        raise SourceError(f"{path} is no JSON that can be read.", "Save the API's answer as it came.") from None
    _refuse_others(path, answer)
    try:
        stops = records(answer, Stop.of, "stop")
    except UnexpectedAnswer as error:
        raise SourceError(f"{path} is no answer of the API: {error.message}", "Save it as it came.") from None
    return SavedStops(stops, received, sorted({stop.when[:7] for stop in stops if stop.when}))


def _refuse_others(path: Path, answer: object) -> None:
    first = answer[0] if isinstance(answer, list) and answer else None
    names = set(first) if isinstance(first, dict) else set()
    if {"category", "month"} <= names:
        raise SourceError(
            f"{path} is a saved answer of the API with crimes around a place: a part of several force-months, so it "
            "cannot stand for one.",
            "The archive has all crimes; around a point, ask: bluelamp archive sync --from-api --near LAT,LNG.",
        )
    if not {"type", "datetime"} <= names and answer != []:
        raise SourceError(
            f"{path} is JSON, and no answer of the API that holds the stops of a force.",
            "Load releases, CSV files, or saved answers of /api/stops-force.",
        )
