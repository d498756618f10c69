"""One crime's history: every row that its ID stands on, and every outcome published under it. Called by the command
line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bluelamp.domain.crime import crime_key, is_crime_id
from bluelamp.domain.month import Month
from bluelamp.errors import NothingHeld, UsageError
from bluelamp.questions.families.archive.records.outcomes import no_outcome_words, outcome_files
from bluelamp.questions.families.archive.version import ArchiveVersion

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class Given:
    """One outcome: `months_after` the crime, where the ID names exactly one crime."""

    month: Month
    outcome_type: str
    match: str
    months_after: int | None

    def as_json(self) -> dict[str, Any]:
        return {
            "month": str(self.month),
            "outcome_type": self.outcome_type,
            "match": self.match,
            "months_after": self.months_after,
        }


@dataclass(frozen=True, slots=True)
class CrimeHistory:
    """One row of street crime with the outcomes published under its ID by the same force."""

    force: str
    month: Month
    crime_type: str
    last_outcome: str
    location: str
    town: str
    lsoa_code: str
    id_names_several: bool
    outcomes: tuple[Given, ...]
    # What is said where there is no outcome, and whether any file is held that could hold one.
    outcomes_words: str = ""
    could_be_known: bool = True

    @property
    def months_to_outcome(self) -> int | None:
        """Months from the crime to its first outcome; None while it is open, or where the ID names several crimes."""
        if self.id_names_several or not self.outcomes:
            return None
        return self.outcomes[0].months_after

    def as_json(self) -> dict[str, Any]:
        return {
            "force": self.force,
            "month": str(self.month),
            "crime_type": self.crime_type,
            "last_outcome": self.last_outcome or None,
            "location": self.location,
            "town": self.town or None,
            "lsoa_code": self.lsoa_code or None,
            "id_names_several": self.id_names_several,
            "months_to_outcome": self.months_to_outcome,
            "outcomes": [one.as_json() for one in self.outcomes] if self.outcomes or self.could_be_known else None,
            "outcomes_words": self.outcomes_words,
        }


def crime_history(connection: duckdb.DuckDBPyConnection, crime_id: str) -> list[CrimeHistory]:
    """Every crime that the ID stands on, oldest first. Raises UsageError for no ID, NothingHeld where none has it."""
    wanted = crime_id.strip().lower()
    if not is_crime_id(wanted):
        raise UsageError(f"“{crime_id[:80]}” is no crime ID.", "A crime ID is 64 hexadecimal digits, as published.")
    key = {"key": crime_key(wanted)}
    crimes = connection.execute(
        """
        SELECT force.slug, crime.month, coalesce(crime_type.word, ''), coalesce(last_outcome.word, ''),
            coalesce(point.location, ''), town.town, lsoa.code, crime.id_names_several
        FROM stg_police_uk__street_crime AS crime
        JOIN dim_force AS force USING (force_id)
        JOIN dim_point AS point USING (point_id)
        JOIN dim_town AS town ON town.town_id = crime.town_id
        JOIN dim_lsoa AS lsoa ON lsoa.lsoa_id = crime.lsoa_id
        LEFT JOIN dim_word AS crime_type ON crime_type.field = 'crime_type' AND crime_type.word_id = crime.crime_type_id
        LEFT JOIN dim_word AS last_outcome
            ON last_outcome.field = 'last_outcome' AND last_outcome.word_id = crime.last_outcome_id
        WHERE crime.crime_key = $key ORDER BY force.slug, crime.month, crime.file_id, crime.line
        """,
        key,
    ).fetchall()
    if not crimes:
        raise NothingHeld(
            "No crime held has this ID.", "Anti-social behaviour and the British Transport Police publish none."
        )
    outcomes = connection.execute(
        """
        SELECT force.slug, outcome.month, coalesce(outcome_type.word, ''), outcome.match, outcome.crime_month
        FROM stg_police_uk__outcome AS outcome
        JOIN dim_force AS force USING (force_id)
        LEFT JOIN dim_word AS outcome_type
            ON outcome_type.field = 'outcome_type' AND outcome_type.word_id = outcome.outcome_type_id
        WHERE outcome.crime_key = $key ORDER BY outcome.month, outcome.file_id, outcome.line
        """,
        key,
    ).fetchall()
    by_force: dict[str, list[Given]] = {}
    for force, month, outcome_type, match, crime_month in outcomes:
        after = None if crime_month is None else month - crime_month
        by_force.setdefault(force, []).append(Given(Month(month), outcome_type, match, after))
    version = ArchiveVersion(connection)
    numbers = {slug: number for number, (slug, _) in version.forces.items()}
    found = []
    for force, month, crime_type, last_outcome, location, town, lsoa, several in crimes:
        given = tuple(by_force.get(force, ()))
        words, could = "", True
        if not given and force in numbers:
            at = (version, numbers[force], Month(month))
            words = no_outcome_words(*at, has_id=True, last_outcome=last_outcome or None)
            could = outcome_files(*at)[0] > 0
        found.append(
            CrimeHistory(
                force, Month(month), crime_type, last_outcome, location, town, lsoa, several, given, words, could
            )
        )
    return found
