"""The sentences that must be quoted with an answer's figures. Used by `answer` and `cards`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bluelamp.messages import say
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
        found.append(say("archive.caveat.withIncidents"))
    if DISTINCT in names and question.by:
        found.append(say("archive.caveat.severalRows"))
    if names & {"town", "local_authority"}:
        lacking = [sentence for sentence in version.facts.reference_missing if sentence.startswith(_PLACING)]
        found += [say("archive.caveat.reference", sentence=sentence) for sentence in lacking]
        if question.dataset.name == "stops":
            found += [one for one in [how_placed(version, holdings_of_question(version, question)[0])] if one]
    found += caveats_of_eras(version, question)
    if names & {"match", "crime_type", "crime_month", "months_after", "time_to_outcome"} and (
        question.dataset.name == "outcomes"
    ):
        found.append(say("archive.caveat.joined"))
    if names & _OPEN or "outcome_status" in names:
        found.append(say("archive.caveat.open"))
    if any(measure.rate_of for measure in question.measures):
        found.append(say("archive.caveat.rates"))
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
    records, lacking = _without(question, place, count)
    if not lacking:
        return ()
    share = f"{lacking / records:.1%}"
    if place is AUTHORITY:
        return (say("archive.caveat.noAuthority", lacking=lacking, records=records, share=share),)
    return (say("archive.caveat.noTown", lacking=lacking, records=records, share=share),)


def _without(question: Question, place: Kind, count: CountRecords) -> tuple[int, int]:
    """(the records of a question, how many of them have no such place)."""
    elsewhere = tuple(one for one in question.filters if one.dimension.kind not in (TOWN, AUTHORITY))
    dimension = next(one for one in question.dataset.dimensions if one.kind is place)
    asked = replace(question, measures=(question.dataset.measures[0],), by=(), filters=elsewhere, order=(), limit=None)
    whole = count(asked)
    none = count(replace(asked, filters=(*elsewhere, Filter(dimension, (NOT_RECORDED,))))) if whole else 0
    return whole, none
