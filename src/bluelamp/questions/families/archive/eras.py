"""What must be said where a question crosses the border of an era, or meets a value outside of its own. Used by
`caveats`, `cards` and `records`. The sentences stand in the table of eras.
"""

from __future__ import annotations

import numpy as np

from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.eras import Era, RecordingChange, changes, merged_into, point_eras, silences
from bluelamp.domain.month import Month, runs
from bluelamp.messages import listed, say
from bluelamp.questions.families.archive.coverage import span_words
from bluelamp.questions.families.archive.kinds import TOWN
from bluelamp.questions.families.archive.scope import files_of_question
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.question import Question

_POINTS = point_eras()
# The eras that a month lies in, once for all months alike.
States = frozenset[frozenset[Era]]


def caveats_of_eras(version: ArchiveVersion, question: Question) -> list[str]:
    """The sentences for the months that are asked and held."""
    files = files_of_question(version, question)[0]
    names = {one.name for one in question.by} | {one.name for one in question.measures}
    names |= {one.dimension.name for one in question.filters}
    told = [
        _caveat(change, _chosen(question, change), files)
        for change in changes()
        if question.dataset.name in change.datasets and not names.isdisjoint(change.fields)
    ]
    return [*filter(None, told), *_mergers(question, files), *_silences(version, files)]


def caveat_of_points(version: ArchiveVersion, question: Question) -> str:
    """What must be said of the map points that a map of a question shows; empty where nothing."""
    return _caveat(_POINTS, None, files_of_question(version, question)[0])


def point_caveat(month: Month) -> str:
    """What must be said of the map point of one record, by the month of its file."""
    (era,) = _POINTS.open_in(month)
    return say("archive.point", what=era.what, words=_POINTS.words)


def _caveat(change: RecordingChange, chosen: frozenset[str] | None, files: Holdings) -> str:
    """What must be said of one change; empty where nothing."""
    eras = _eras_met(change, chosen)
    if not eras:
        return ""
    states = _states(files, eras)
    absent = any(len(state) < len(eras) for state in states)
    beside = change.mixed and any(len(state) > 1 for state in states)
    named = chosen is not None and all(chosen & _lower(era) for era in eras)
    if len(states) > 1 or beside or (absent and (change.lost or named)):
        return change.words
    return " ".join(sorted(era.alone for state in states for era in state if era.alone))


def _chosen(question: Question, change: RecordingChange) -> frozenset[str] | None:
    """The values, in lower case, that filters by the fields of a change leave; None where there is no such filter."""
    found: set[str] | None = None
    for one in question.filters:
        if one.dimension.name in change.fields and not one.negated:
            its = {value.casefold() for value in one.values}
            found = its if found is None else found & its
    return None if found is None else frozenset(found)


def _eras_met(change: RecordingChange, chosen: frozenset[str] | None) -> tuple[Era, ...]:
    """The eras that a question meets: those of the values that it chooses, else all."""
    named = any(era.values for era in change.eras)
    if chosen is None or not named or chosen & {value.casefold() for value in change.narrowed}:
        return change.eras
    return tuple(era for era in change.eras if chosen & _lower(era))


def _lower(era: Era) -> set[str]:
    return {value.casefold() for value in era.values}


def _states(files: Holdings, eras: tuple[Era, ...]) -> States:
    """Which of the eras each month lies in that is asked and held of anybody."""

    def find() -> States:
        return frozenset(frozenset(era for era in eras if era.holds(month)) for month in _months(files))

    return files.kept(("states of eras", eras), find)


def _months(files: Holdings) -> list[Month]:
    held: Mask = np.asarray((files.expected & files.held).any(axis=0))
    return [time for time, its in zip(files.times, held.tolist(), strict=True) if its and isinstance(time, Month)]


def _mergers(question: Question, files: Holdings) -> list[str]:
    """Towns that are named and became a part of another authority before the last of the months."""
    named = [
        town
        for one in question.filters
        if one.dimension.kind is TOWN and not one.negated
        for town in one.values
    ]  # fmt: skip
    found = [(town, into) for town in named if (into := merged_into(town)) is not None]
    return [
        say("archive.caveat.merged", town=town, since=since.words(), authority=authority)
        for town, (authority, since) in found
        if any(month >= since for month in _months(files))
    ]


def _silences(version: ArchiveVersion, files: Holdings) -> list[str]:
    """Files that are missing because their publisher is known to have been silent."""

    def find() -> list[str]:
        told = []
        slugs = {slug: number for number, (slug, _) in version.forces.items()}
        lacking = files.expected & ~files.held
        for one in silences():
            number = slugs.get(one.force)
            if one.dataset != files.dataset or number not in files.publishers:
                continue
            row = files.publishers.index(number)
            silent = [
                time
                for at, time in enumerate(files.times)
                if isinstance(time, Month) and one.holds(time) and lacking[row, at]
            ]  # fmt: skip
            told += [
                say("archive.caveat.silentForce", who=files.names[row], when=span_words(*ends)) for ends in runs(silent)
            ]
        what = BY_NAME[files.dataset].words
        return [say("archive.caveat.silent", what=what, forces=listed(told))] if told else []

    return files.kept("known silences", find)
