"""The data-quality findings: what each means, and what must be said of it beside a figure.

Findings of rows are counted while a file is loaded (`archive/findings.py`, `archive/judge.py`), findings of areas and
of whole files while the warehouse is modelled (`storage/warehouse/report.py`). All rest in `mart_quality__finding`, one
line for each file, finding and field. No finding changes a figure.
"""

from __future__ import annotations

import re

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

# Findings that a figure must not be quoted without, as a sentence: {rows} rows of {files}, such as “1 force-month”, and
# {ids}, the crimes that they name. Where words differ between one row and several, both forms stand as [one|several].
CAVEATS = {
    "rejected_row": "{rows} published [row|rows] of {files} could not be read and [is|are] in no figure.",
    "bad_coordinate": (
        "{rows} [record|records] of {files} [has|have] coordinates that cannot be read: counted, and on no map."
    ),
    "outside_uk": "{rows} [record|records] of {files} [has|have] a map point outside the United Kingdom.",
    "far_from_lsoa": (
        "{rows} [record|records] of {files} [has|have] a map point far outside the LSOA named beside it."
    ),
    "mostly_elsewhere": "Most placed records of {files} lie in the areas of other forces.",
    "other_force": (
        "{rows} [row|rows] of {files} [was|were] reported by another force than the one that the file is of."
    ),
    "unusual_size": ("In {files} there are far fewer rows than in the months around: perhaps not all was published."),
    "unusually_large": "In {files} there are far more rows than in the months around: perhaps not all are of them.",
    "coordinates_swapped": (
        "In {files} longitude and latitude are exchanged: {rows} [record lies|records lie] elsewhere."
    ),
    "coordinates_on_a_line": (
        "In {files} one coordinate stands for both: {rows} [record lies|records lie] where nothing happened."
    ),
    "coordinates_elsewhere": (
        "In {files} {rows} [record lies|records lie] far from where the force's records of other months lie."
    ),
    "coordinates_rounded": (
        "In {files} the coordinates of {rows} [record|records] are rounded to a hundred metres or more."
    ),
    "stands_twice": "Every row of {files} stands at least twice: each record is counted as often as it stands.",
    "clock_local": (
        "The times of {files} are of UK local time, although the files say UTC; they are read so ({rows} [stop|stops] "
        "of summer time)."
    ),
    "clock_undecided": (
        "It is not decided whether the times of {files} are of UTC or of UK local time: the hours of {rows} "
        "[stop|stops] of summer time may be one hour out."
    ),
    "dates_only": "Of {files} only dates are published: {rows} [stop|stops] [has|have] no hour.",
    "midnight_for_unknown": (
        "In {files} {rows} [stop stands|stops stand] at midnight for want of a time, and [has|have] no hour; a few of "
        "them may be of midnight."
    ),
    "half_days": (
        "The hours of {files} are those of a clock with twelve: {rows} [stop|stops] may be of the morning or of the "
        "afternoon."
    ),
    "crime_id_repeated": (
        "{rows} [row|rows] of {files} [names|name] {ids}, by an ID that stands several times: the measure "
        "distinct_crimes counts each once."
    ),
    "outcome_repeated": (
        "{rows} [row|rows] of {files} [names|name] {ids}, with an outcome that stands several times: the measure "
        "distinct_crimes counts each once."
    ),
}
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
_FORMS = re.compile(r"\[([^|\]]*)\|([^\]]*)\]")


def caveat(name: str, rows: int, files: int, ids: int | None = None) -> str:
    """The sentence about so many rows of so many force-months, for a name in CAVEATS. `ids` is how many crimes the rows
    name, None where that was not counted."""
    told = _FORMS.sub(r"\1" if rows == 1 else r"\2", CAVEATS[name])
    return told.format(
        rows=f"{rows:,}", files=_many(files, "force-month"), ids="fewer crimes" if ids is None else _many(ids, "crime")
    )


def _many(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
