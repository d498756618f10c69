"""The data-quality findings: what each means, and which must be told beside a figure (in words of the catalogue).

Findings of rows are counted while a file is loaded (`archive/findings.py`, `archive/judge.py`), findings of areas and
of whole files while the warehouse is modelled (`storage/warehouse/report.py`). All rest in `mart_quality__finding`, one
line for each file, finding and field. No finding changes a figure.
"""

from __future__ import annotations

from bluelamp.messages import say

# Each finding's words for people; a test checks that none is without.
FINDINGS = {
    "unlocated": "records without a map point: they are in every count and in no place on the map",
    "bad_coordinate": "records whose coordinates are no degrees of this world: counted, without a map point",
    "outside_uk": "records whose map point lies outside the United Kingdom; kept as published",
    "no_lsoa": "records with a map point but no LSOA: no town or authority follows from the file",
    "unmapped_lsoa": "records whose LSOA the reference data cannot give to one local authority",
    "far_from_lsoa": (
        "records whose map point lies more than 200 m outside their LSOA or, where its outline is not held, more than "
        "5 km outside its local authority"
    ),
    "over_the_border": "records in the area of another force, 1 to 20 km outside that of the force that publishes them",
    "far_outside_force": "records more than 20 km outside the area of the force that publishes them",
    "mostly_elsewhere": "files most of whose placed records lie in the areas of other forces; kept and counted",
    "other_force": "rows that another force reported than the one the file is of; counted as the file's force",
    "out_of_month": "rows of another month than the file's, by UK local time",
    "clock_local": "files of stops whose clock looks local: UK local time, although they say UTC; read as local time",
    "clock_undecided": "files of stops of which it is not decided whether they are in UTC or in UK local time",
    "dates_only": "files of stops that give dates alone: every stop stands at midnight, and none has an hour",
    "midnight_for_unknown": "files of stops in which some stand at midnight for want of a time; these have no hour",
    "hours_only": "files of stops that give the hour alone: their minutes say nothing",
    "half_days": "files of stops with the hours 1 to 12 alone: whether of the morning or of the afternoon is not known",
    "unusual_size": "files with less than a fifth of the rows that the force's months around it usually have",
    "unusually_large": "files with more than five times the rows that the force's months around it usually have",
    "coordinates_swapped": "files in which longitude and latitude are exchanged; kept as published",
    "coordinates_on_a_line": "files in which one coordinate stands for both, so that all points lie on one line",
    "coordinates_elsewhere": "files whose points lie far from those of the force's other months; kept as published",
    "coordinates_rounded": "files whose coordinates are rounded to a hundred metres or more",
    "exact_duplicate": "rows that repeat an earlier row of the file in every column; kept and counted",
    "stands_twice": "files in which every row with a crime ID, or every stop, stands at least twice; kept and counted",
    "identical_without_id": "rows without a crime ID that are alike; normal, because many reports share a map point",
    "crime_id_repeated": "rows that share their crime ID with another row of the file; outcomes cannot be given to one",
    "outcome_repeated": "rows that share crime ID and outcome with another row of the file: fewer crimes than rows",
    "unknown_value": "values outside the vocabulary that is known for the column; kept as published",
    "outside_era": "values in files of months in which, by the table of eras, there are none; kept and counted",
    "no_street_name": "locations that say “On or near” and name no street",
    "word_for_blank": "cells that say NA, NaN, NULL, None or the like; read as blank",
    "flag_in_other_form": "cells that say 1.0 and 0.0, TRUE and FALSE or the like; read as True and False",
    "other_character_set": "cells that are not UTF-8; read as Windows-1252",
    "unusual_form": "the file's form was unusual, and it could be read all the same",
    "rejected_row": "rows that do not fit; kept as issues with line and reason, in no figure",
}

# Findings that a figure must not be quoted without, in the order in which they are told.
CAVEATS = (
    "rejected_row",
    "bad_coordinate",
    "outside_uk",
    "far_from_lsoa",
    "mostly_elsewhere",
    "other_force",
    "unusual_size",
    "unusually_large",
    "coordinates_swapped",
    "coordinates_on_a_line",
    "coordinates_elsewhere",
    "coordinates_rounded",
    "stands_twice",
    "clock_local",
    "clock_undecided",
    "dates_only",
    "midnight_for_unknown",
    "half_days",
    "crime_id_repeated",
    "outcome_repeated",
)
# Of these, those that matter only where one of these dimensions is asked for or filtered by.
_TIMES = frozenset({"hour", "weekday", "date", "time_known", "time_unknown"})
_PLACES = frozenset({"town", "local_authority", "lsoa", "map_point", "located"})
MATTER_TO: dict[str, frozenset[str]] = {
    "coordinates_swapped": _PLACES,
    "coordinates_on_a_line": _PLACES,
    "coordinates_elsewhere": _PLACES,
    "coordinates_rounded": _PLACES,
    "clock_local": _TIMES - {"time_known", "time_unknown"},
    "clock_undecided": _TIMES - {"time_known", "time_unknown"},
    "half_days": frozenset({"hour"}),
    "dates_only": frozenset({"hour", "time_known", "time_unknown"}),
    "midnight_for_unknown": frozenset({"hour", "time_known", "time_unknown"}),
}
# Of these a few rows are told in the report alone: a figure's caveat begins where they are a share that can mislead.
MORE_THAN_A_FEW = ("far_from_lsoa", "crime_id_repeated", "outcome_repeated")


def caveat(name: str, rows: int, files: int, ids: int | None = None) -> str:
    """The sentence about so many rows of so many force-months, for a name in CAVEATS. `ids` is how many crimes the rows
    name, None where that was not counted."""
    crimes = say("finding.crimesNotCounted") if ids is None else say("finding.crimes", count=ids)
    return say(f"finding.caveat.{name}", count=rows, files=say("finding.files", count=files), ids=crimes)
