"""What a question is about, in forces and months: what its coverage is counted over. Used by `answer` and `cards`."""

from __future__ import annotations

from bluelamp.domain.month import Month
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.calls.watched import watched_coverage
from bluelamp.questions.coverage import Coverage, coverage_of
from bluelamp.questions.data_version import NOT_RECORDED, DataVersion
from bluelamp.questions.question import Filter, Question

# A force counts as one of an area's own when at least this share of the area's records are its.
_OWN_SHARE = 0.05


def coverage_of_question(version: DataVersion, question: Question) -> Coverage:
    """The force-months that the answer should contain, and those it does; of calls, the days of feeds."""
    if isinstance(version, CallsVersion):
        return watched_coverage(version, question)
    forces = forces_concerned(version, question)
    return coverage_of(
        version,
        question.dataset.name,
        force_ids=None if forces is None else sorted(forces),
        first=question.first,
        last=question.last,
        months=_months_concerned(version, question),
    )


def _months_concerned(version: DataVersion, question: Question) -> list[Month] | None:
    """The months that filters by month or year leave; None where there is no such filter."""
    filters = [one for one in question.filters if one.dimension.name in ("month", "year")]
    if not filters:
        return None
    months = list(version.months)
    for filter_ in filters:
        if filter_.dimension.name == "month":
            months = [month for month in months if (str(month) in filter_.values) != filter_.negated]
        else:
            years = {int(value) for value in filter_.values if value}
            months = [month for month in months if (month.year in years) != filter_.negated]
    return months


def forces_concerned(version: DataVersion, question: Question) -> set[int] | None:
    """The forces whose files a question needs; None for all.

    An area is covered by its own territorial force, whether or not that published anything, and by every force that
    publishes a fair share of the records there; records that leak in from a neighbour prove no coverage.
    """
    concerned: set[int] | None = None
    for filter_ in question.filters:
        found: set[int] | None = None
        if filter_.dimension.kind == "force":
            named = version.force_ids(filter_.values)
            found = set(version.forces) - named if filter_.negated else named
        elif filter_.dimension.kind in ("area", "town", "lsoa") and not filter_.negated:
            found = _forces_of_places(version, question, filter_)
        if found is not None:
            concerned = found if concerned is None else concerned & found
    return concerned


def own_forces(version: DataVersion, question: Question) -> set[int]:
    """The territorial forces of the places that a question is about, as far as its filters by force leave them."""
    found: set[int] = set()
    for filter_ in question.filters:
        if filter_.dimension.kind in ("area", "town", "lsoa") and not filter_.negated:
            found |= _own_forces(version, filter_)
    concerned = forces_concerned(version, question)
    return found if concerned is None else found & concerned


def _own_forces(version: DataVersion, filter_: Filter) -> set[int]:
    kind = filter_.dimension.kind
    if kind == "lsoa":
        rows = version.rows(
            "SELECT coalesce(area.force_id, 0) FROM dim_lsoa AS lsoa JOIN dim_area AS area USING (area_id) "
            "WHERE list_contains($codes, lower(lsoa.code))",
            {"codes": [value.lower() for value in filter_.values]},
        )
        return {force for (force,) in rows if force}
    names = {value.lower() for value in filter_.values}
    own = {area.force_id for area in version.areas.values() if area.name.lower() in names}
    if kind == "town":
        numbers = _numbers(version, filter_)
        own |= {version.areas[area].force_id for town, area in version.town_areas if town in numbers and area}
    return own - {0}


def _numbers(version: DataVersion, filter_: Filter) -> set[int]:
    known = [value for value in filter_.values if value not in ("", NOT_RECORDED)]
    return {version.words(filter_.dimension)[version.spelling(filter_.dimension, value)] for value in known}


def _forces_of_places(version: DataVersion, question: Question, filter_: Filter) -> set[int] | None:
    if any(value in ("", NOT_RECORDED) for value in filter_.values):
        return None  # records without a place may be anybody's
    if filter_.dimension.kind == "lsoa":
        records = _records_of_lsoas(version, question, filter_)
    else:
        records = {}
        publishing = version.publishing(question.dataset, "area_id" if filter_.dimension.kind == "area" else "town_id")
        for number in _numbers(version, filter_):
            for force, count in publishing.get(number, {}).items():
                records[force] = records.get(force, 0) + count
    return {force for force in _own_forces(version, filter_) | _fair_shares(records) if force}


def _records_of_lsoas(version: DataVersion, question: Question, filter_: Filter) -> dict[int, int]:
    """force → records in these LSOAs."""
    rows = version.rows(
        f"SELECT force_id, count(*) FROM {question.dataset.table} WHERE lsoa_id IN "
        "(SELECT lsoa_id FROM dim_lsoa WHERE list_contains($codes, lower(code))) GROUP BY ALL",
        {"codes": [value.lower() for value in filter_.values]},
        light=False,
    )
    return dict(rows)


def _fair_shares(records: dict[int, int]) -> set[int]:
    whole = sum(records.values())
    return {force for force, count in records.items() if count >= _OWN_SHARE * whole}
