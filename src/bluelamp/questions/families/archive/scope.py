"""What a question is about, in forces and months: what its coverage is counted over. Used by `family`."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from functools import partial

import numpy as np

from bluelamp.domain.dataset import OUTCOMES
from bluelamp.domain.month import Month, month_range
from bluelamp.questions.families.archive.cells import NOT_EXPECTED
from bluelamp.questions.families.archive.coverage import coverage_over
from bluelamp.questions.families.archive.holdings import all_within, forces_in_scope, holdings_of, span_of
from bluelamp.questions.families.archive.kinds import LSOA, TOWN
from bluelamp.questions.families.archive.recordable import open_to_filters
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.coverage import Coverage
from bluelamp.questions.model.dataset import NOT_RECORDED
from bluelamp.questions.model.holdings import Holdings, Mask
from bluelamp.questions.model.question import Filter, Question

# A force counts as one of an area's own when at least this share of the area's records are its.
_OWN_SHARE = 0.05


def coverage_of_question(version: ArchiveVersion, question: Question) -> Coverage:
    """The force-months that the answer should contain, and those it does. A question that joins two datasets has the
    coverage of both."""
    return coverage_over(version, holdings_of_question(version, question))


def holdings_of_question(version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
    """What could say the answer, for the question's own dataset first, then for each that it joins: the same
    publishers and the same times in all of them. No file can say what could not be recorded in its month."""
    files = files_of_question(version, question)
    times = open_to_filters(version, question, files[0].times)
    return files if times.all() else all_within(files, times)


def files_of_question(version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
    """The same for the files alone, whatever could be recorded in them."""
    return _holdings_of_forces(version, question, forces_concerned(version, question))


def files_of_rows(version: ArchiveVersion, question: Question) -> tuple[Holdings, ...]:
    """The files of an answer's rows: `files_of_question`, and where the rows are forces within a place, also those of
    forces that only stray into it. What one of them recorded there is asked of that force alone. What could not be
    recorded is worked out for each row by `row_states`."""
    if not any(one.kind.is_publisher for one in question.by):
        return files_of_question(version, question)
    concerned = forces_concerned(version, question)
    named = any(one.dimension.kind.is_publisher for one in question.filters)
    if concerned is None or named:
        return _holdings_of_forces(version, question, concerned)
    return _holdings_of_forces(version, question, concerned | _straying(version, question))


def _holdings_of_forces(version: ArchiveVersion, question: Question, forces: set[int] | None) -> tuple[Holdings, ...]:
    months = _months_filtered(version, question)
    own = holdings_of(
        version, question.dataset.name, forces=forces, first=question.first, last=question.last, months=months
    )
    joined = [name for name in joined_datasets(question) if name != question.dataset.name]
    return (own, *(own.kept(("beside", name), partial(_beside, version, own, name)) for name in joined))


def joined_datasets(question: Question) -> tuple[str, ...]:
    """The other datasets whose files a question needs as well."""
    dimensions = [*question.by, *(one.dimension for one in question.filters)]
    named = [*(one.joins for one in dimensions), *(one.joins for one in question.measures)]
    return tuple(dict.fromkeys(name for name in named if name))


def _beside(version: ArchiveVersion, own: Holdings, dataset: str) -> Holdings:
    """Another dataset's holdings over the same publishers and times; nothing is expected of one outside its remit."""
    months = [time for time in own.times if isinstance(time, Month)]
    found = holdings_of(version, dataset, forces=[int(one) for one in own.publishers], months=months)
    # Publishers outside the dataset's remit stand elsewhere in it: each row goes to its own publisher's place.
    at = [own.publishers.index(one) for one in found.publishers]
    codes = np.full(own.codes.shape, NOT_EXPECTED, np.int8)
    codes[at] = found.codes
    held, tells = np.zeros(own.codes.shape, bool), np.zeros(own.codes.shape, bool)
    held[at] = found.held
    tells[at] = _recorded(version, found)
    return replace(
        own,
        dataset=dataset,
        codes=codes,
        expected=(codes != NOT_EXPECTED) & own.expected,
        held=held,
        whole=held,
        tells=tells,
    )


def _recorded(version: ArchiveVersion, joined: Holdings) -> Mask:
    """Where any file is held that can have the record that is joined: an outcome is published in its crime's month or
    later, and a crime in its outcome's month or before."""
    cells = version.cells[joined.dataset]
    places = {force: at for at, force in enumerate(cells.forces)}
    held = np.zeros((len(joined.publishers), cells.held.shape[1] + 2), bool)  # with a month before and one after
    for row, force in enumerate(joined.publishers):
        if force in places:
            held[row, 1:-1] = cells.held[places[int(force)]]
    later = joined.dataset == OUTCOMES.name
    ever = np.logical_or.accumulate(held[:, ::-1] if later else held, axis=1)
    ever = ever[:, ::-1] if later else ever
    months = np.array([time.index for time in joined.times if isinstance(time, Month)], int)
    found: Mask = ever[:, np.clip(months - cells.first_month + 1, 0, ever.shape[1] - 1)]
    return found


def _months_filtered(version: ArchiveVersion, question: Question) -> list[Month] | None:
    """The months that filters by month or year leave; None where there is no such filter."""
    filters = [one for one in question.filters if one.dimension.name in ("month", "year")]
    if not filters:
        return None
    wanted = [_named_months(one) for one in filters if not one.negated]
    if wanted:
        months = sorted(set.intersection(*wanted))
    else:
        span = span_of(version, question.dataset.name)
        first, last = span if span else (None, None)
        begin, end = question.first or first, question.last or last
        months = list(month_range(begin, end)) if begin and end else []
    for one in filters:
        if one.negated:
            months = [month for month in months if month not in _named_months(one)]
    return [
        month
        for month in months
        if (question.first is None or month >= question.first) and (question.last is None or month <= question.last)
    ]


def _named_months(filter_: Filter) -> set[Month]:
    """The months that a filter by month or year names."""
    values = [value for value in filter_.values if value and value != NOT_RECORDED]
    if filter_.dimension.name == "month":
        return {Month.parse(value) for value in values}
    return {Month.of(int(year), number) for year in values for number in range(1, 13)}


def forces_concerned(version: ArchiveVersion, question: Question) -> set[int] | None:
    """The forces whose files a question needs; None for all.

    An area is covered by its own territorial force, whether or not that published anything, and by every force that
    publishes a fair share of the records there; records that leak in from a neighbour prove no coverage.
    """
    named: set[int] | None = None
    placed: set[int] | None = None
    for filter_ in question.filters:
        if filter_.dimension.kind.is_publisher:
            its = version.force_ids(filter_.values)
            its = forces_in_scope(version, question.dataset.name) - its if filter_.negated else its
            named = its if named is None else named & its
        elif filter_.dimension.kind.is_place and not filter_.negated:
            found = _forces_of_places(version, question, filter_)
            if found is not None:
                placed = found if placed is None else placed & found
    if named is None or placed is None:
        return placed if named is None else named
    # What a force publishes in another's area is asked of that force alone.
    return named & placed or named


def own_forces(version: ArchiveVersion, question: Question) -> set[int]:
    """The territorial forces of the places that a question is about, as far as its filters by force leave them."""
    found: set[int] = set()
    for filter_ in question.filters:
        if filter_.dimension.kind.is_place and not filter_.negated:
            found |= _own_forces(version, filter_)
    concerned = forces_concerned(version, question)
    return found if concerned is None else found & concerned


def _own_forces(version: ArchiveVersion, filter_: Filter) -> set[int]:
    kind = filter_.dimension.kind
    if kind is LSOA:
        rows = version.rows(
            "SELECT coalesce(area.force_id, 0) FROM dim_lsoa AS lsoa JOIN dim_area AS area USING (area_id) "
            "WHERE list_contains($codes, lower(lsoa.code))",
            {"codes": [value.lower() for value in filter_.values]},
        )
        return {force for (force,) in rows if force}
    names = {value.lower() for value in filter_.values}
    own = {area.force_id for area in version.areas.values() if area.name.lower() in names}
    if kind is TOWN:
        numbers = _numbers(version, filter_)
        own |= {version.areas[area].force_id for town, area in version.town_areas if town in numbers and area}
    return own - {0}


def _numbers(version: ArchiveVersion, filter_: Filter) -> set[int]:
    known = [value for value in filter_.values if value not in ("", NOT_RECORDED)]
    return {version.number(filter_.dimension, value) for value in known}


def _forces_of_places(version: ArchiveVersion, question: Question, filter_: Filter) -> set[int] | None:
    if any(value in ("", NOT_RECORDED) for value in filter_.values):
        return None  # records without a place may be anybody's
    records = _records_of_places(version, question, filter_)
    return with_fair_shares(version, question.dataset.name, _own_forces(version, filter_), records)


def _straying(version: ArchiveVersion, question: Question) -> set[int]:
    """The forces that recorded anything in the places that a question names."""
    found: set[int] = set()
    for filter_ in question.filters:
        if filter_.dimension.kind.is_place and not filter_.negated:
            found |= {force for force in _records_of_places(version, question, filter_) if force}
    return found


def _records_of_places(version: ArchiveVersion, question: Question, filter_: Filter) -> dict[int, int]:
    """force → its records in the places that a filter names."""
    if filter_.dimension.kind is LSOA:
        return _records_of_lsoas(version, question, filter_)
    records: dict[int, int] = {}
    publishing = version.publishing(question.dataset, filter_.dimension.kind.place_column)
    for number in _numbers(version, filter_):
        for force, count in publishing.get(number, {}).items():
            records[force] = records.get(force, 0) + count
    return records


def _records_of_lsoas(version: ArchiveVersion, question: Question, filter_: Filter) -> dict[int, int]:
    """force → records in these LSOAs."""
    rows = version.rows(
        f"SELECT force_id, count(*) FROM {question.dataset.table} WHERE lsoa_id IN "
        "(SELECT lsoa_id FROM dim_lsoa WHERE list_contains($codes, lower(code))) GROUP BY ALL",
        {"codes": [value.lower() for value in filter_.values]},
        light=False,
    )
    return dict(rows)


def with_fair_shares(
    version: ArchiveVersion, dataset: str, own: AbstractSet[int], records: Mapping[int, int]
) -> set[int]:
    """The own forces of a place with those that publish a fair share of the records there.

    A force that is held for more than twice as many months as the place's own is left out: what it records there is a
    large share only because files of the own are missing, and proves no coverage.
    """
    whole = sum(records.values())
    held = version.once(f"months held {dataset}", lambda: _months_held(version, dataset))
    its = max((held.get(force, 0) for force in own), default=0)
    fair = {force for force, count in records.items() if force and count >= _OWN_SHARE * whole}
    return {*own, *(force for force in fair if not own or 2 * its >= held.get(force, 0))}


def _months_held(version: ArchiveVersion, dataset: str) -> dict[int, int]:
    """force → how many months are held of it."""
    cells = version.cells[dataset]
    return dict(zip(cells.forces, cells.held.sum(axis=1).tolist(), strict=True))
