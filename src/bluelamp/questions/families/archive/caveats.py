"""The sentences that must be quoted with an answer's figures. Used by `answer` and `cards`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bluelamp.questions.families.archive.eras import caveats_of_eras
from bluelamp.questions.families.archive.file_caveats import caveats_of_files
from bluelamp.questions.families.archive.kinds import AUTHORITY, TOWN
from bluelamp.questions.families.archive.scope import holdings_of_question
from bluelamp.questions.families.archive.stops_placed import how_placed
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.dataset import NOT_RECORDED, Kind
from bluelamp.questions.model.question import Filter, Question

# Of the sentences about missing reference data, those that say that records have no town or authority.
_PLACING = tuple(f"Without {kind}:" for kind in ("lsoa_2011_to_2021", "lsoa_2021_to_ward", "authority_boundaries"))
_OPEN = {"still_open", "months_to_outcome", "median_months_to_outcome", "with_outcome", "latest_outcome"}

DISTINCT = "distinct_crimes"

CountRecords = Callable[[Question], int]


def caveats_of_question(version: ArchiveVersion, question: Question) -> tuple[str, ...]:
    """What applies by what is asked and by the files that answer it, whatever the figures are."""
    found = list(question.dataset.caveats)
    names = _names(question)
    found += caveats_of_files(version, holdings_of_question(version, question), names)
    whole = bool(names & {"count", DISTINCT}) and not names & {"recorded", "crime_type"}
    if question.dataset.name == "crimes" and whole:
        found.append(
            "The count includes anti-social behaviour, which is not recorded crime; ask recorded_crimes without it."
        )
    if DISTINCT in names and question.by:
        found.append("A crime that stands in several rows of this answer counts in each: the rows do not add up.")
    if names & {"town", "local_authority"}:
        lacking = [sentence for sentence in version.facts.reference_missing if sentence.startswith(_PLACING)]
        found += [f"Reference data is missing. {sentence}" for sentence in lacking]
        if question.dataset.name == "stops":
            found += [one for one in [how_placed(version, holdings_of_question(version, question)[0])] if one]
    found += caveats_of_eras(version, question)
    if names & {"match", "crime_type", "crime_month", "months_after", "time_to_outcome"} and (
        question.dataset.name == "outcomes"
    ):
        found.append("Outcomes are joined to crimes by force and crime ID, only where the ID names exactly one crime.")
    if names & _OPEN or "outcome_status" in names:
        found.append(
            "Crimes without an outcome in the files held count as open; recent crimes have had less time to get one."
        )
    if any(measure.rate_of for measure in question.measures):
        found.append(
            "Rates divide by the usual residents of the census of 2021, who are not all the people that are there: "
            "town centres and airports look worse than they are."
        )
    return tuple(found)


def _names(question: Question) -> set[str]:
    names = {one.name for one in question.by} | {one.name for one in question.measures}
    names |= {measure.rate_of for measure in question.measures if measure.rate_of}
    return names | {filter_.dimension.name for filter_ in question.filters}


def unplaced(question: Question, count: CountRecords) -> tuple[str, ...]:
    """The share of the records that have no town or authority: they are in no area's figure."""
    kinds = [one.kind for one in question.by] + [filter_.dimension.kind for filter_ in question.filters]
    place = next((kind for kind in (AUTHORITY, TOWN) if kind in kinds), None)
    if place is None:
        return ()
    name = "local authority" if place is AUTHORITY else "town"
    missing = _share(question, place, count)
    return (f"{missing} have no {name}: they are in no {name}'s figure.",) if missing else ()


def _share(question: Question, place: Kind, count: CountRecords) -> str:
    elsewhere = tuple(one for one in question.filters if one.dimension.kind not in (TOWN, AUTHORITY))
    dimension = next(one for one in question.dataset.dimensions if one.kind is place)
    asked = replace(question, measures=(question.dataset.measures[0],), by=(), filters=elsewhere, order=(), limit=None)
    whole = count(asked)
    none = count(replace(asked, filters=(*elsewhere, Filter(dimension, (NOT_RECORDED,))))) if whole else 0
    return f"{none:,} of {whole:,} records ({none / whole:.1%})" if none else ""
