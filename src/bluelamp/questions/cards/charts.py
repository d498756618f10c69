"""Cards that show a distribution: by month, by a field, by hour. Used by `cards`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median
from typing import Any

import numpy as np
import numpy.typing as npt

from bluelamp.domain.month import Month, month_range
from bluelamp.questions.answer import NOT_RECORDED
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent
from bluelamp.questions.cards.watched import hours_watched, months_watched, note_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.indexed import count_from_indexes
from bluelamp.questions.question import Question
from bluelamp.questions.scope import coverage_of_question
from bluelamp.questions.trend import Publishing, publishing_of
from bluelamp.questions.view import View, value_label

# A chart by month shows at least so many months, so that one that is chosen stands among its neighbours.
_LEAST_MONTHS = 25
_PLACES = ("town", "area", "lsoa", "point")


# -- by month ----------------------------------------------------------------------------------------------------


def months(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by month with what is missing in each: nothing is drawn, and never a zero, where nothing is held."""
    if card.spec.live:
        return months_watched(scene, card)
    version, spec = scene.version, card.spec
    shown_view = _widened(scene)
    asked = scene.question(card, measures=card.measures, by=["month"], view=shown_view)
    covered = coverage_of_question(version, asked)
    publishing = publishing_of(version, asked)
    counts = {row[0]: [int(value) for value in row[1:]] for row in scene.rows(asked)}
    of_month = {one.month: one for one in covered.by_month}
    # Every month from the first to the last, also one that no release held covers: a gap must not close up.
    shown_months = list(month_range(min(of_month), max(of_month))) if of_month else []
    expected = [of_month[month].expected if month in of_month else 0 for month in shown_months]
    held = [of_month[month].held if month in of_month else 0 for month in shown_months]
    empty = [0] * len(card.measures)
    drawn = [
        _is_drawn(publishing, month, str(month) in counts, its) for month, its in zip(shown_months, held, strict=True)
    ]
    values = [
        [counts.get(str(month), empty)[at] if its else None for month, its in zip(shown_months, drawn, strict=True)]
        for at in range(len(card.measures))
    ]
    complete = [publishing.is_complete(month) for month in shown_months]
    missing = [_missing(publishing, month) for month in shown_months]
    view = scene.view
    chosen = {"from": str(view.first), "to": str(view.last)} if view.first and view.last else None
    shown = {
        "series": [{"name": name, "label": measure_of(spec, name).title} for name in card.measures],
        "months": [str(month) for month in shown_months],
        "values": values,
        "expected": expected,
        "held": held,
        "complete": complete,
        "missing_usual": _usual(scene, asked, shown_months, publishing, values, complete),
        "missing": missing,
        "selected": chosen,
    }
    first = measure_of(spec, card.measures[0])
    summary = _months_summary(shown_months, values[0] if values else [], complete, first.title)
    return CardAnswer(asked, shown, summary, first.words, first.unit, scene.caveats(asked))


def _widened(scene: Scene) -> View:
    """The view with as many months around the chosen ones as a chart needs to show a course of time."""
    view, held = scene.view, scene.version.months
    if not held or (view.first is None and view.last is None):
        return view
    first, last = max(view.first or held[0], held[0]), min(view.last or held[-1], held[-1])
    lacking = _LEAST_MONTHS - (last.index - first.index + 1)
    if lacking > 0:
        last = min(Month(last.index + lacking // 2), held[-1])
        first = max(Month(last.index - _LEAST_MONTHS + 1), held[0])
        last = min(max(last, Month(first.index + _LEAST_MONTHS - 1)), held[-1])
    return replace(view, first=first, last=last)


def _is_drawn(publishing: Publishing, month: Month, has_records: bool, held: int) -> bool:
    """Whether there is a figure for a month. Where an area's own police are not held, none is no zero."""
    return held > 0 and (has_records or not publishing.lacks_own(month))


def _missing(publishing: Publishing, month: Month) -> str:
    if not publishing.spans(month):
        return "no release that is held covers this month"
    absent = publishing.absent(month)
    return publishing.names(absent) if absent else ""


def _usual(
    scene: Scene,
    asked: Question,
    shown: Sequence[Month],
    publishing: Publishing,
    values: Sequence[Sequence[int | None]],
    complete: Sequence[bool],
) -> list[int | None]:
    """For each month, about how many records are missing with its missing files: each missing force's median month of
    those shown. Of a place, whose records several forces publish: what lacks to the median complete month."""
    if all(publishing.spans(month) and not publishing.absent(month) for month in shown):
        return [0] * len(shown)
    if any(filter_.dimension.kind in _PLACES for filter_ in asked.filters):
        sums = [None if column[0] is None else sum(one or 0 for one in column) for column in zip(*values, strict=True)]
        whole = [value for value, is_complete in zip(sums, complete, strict=True) if is_complete and value is not None]
        usual = median(whole) if whole else None
        return [
            0 if is_complete else None if usual is None else max(0, round(usual - (value or 0)))
            for value, is_complete in zip(sums, complete, strict=True)
        ]
    levels = _levels(scene, asked, publishing, shown)
    found: list[int | None] = []
    for month in shown:
        absent = publishing.absent(month)
        known = [levels[force] for force in absent if force in levels]
        lacks = bool(absent) or not publishing.spans(month)
        found.append(round(sum(known)) if known or not lacks else None)
    return found


def _levels(scene: Scene, asked: Question, publishing: Publishing, shown: Sequence[Month]) -> dict[int, float]:
    """force → its median count over the months shown in which it is held."""
    force = asked.dataset.dimension("force")
    assert force is not None
    counts = _by_force(scene, replace(asked, by=(*asked.by, force), limit=None), shown)
    held = publishing.held_columns(shown)
    return {number: float(np.median(counts[number, its])) for number, its in held.items() if its.any()}


def _by_force(scene: Scene, asked: Question, shown: Sequence[Month]) -> npt.NDArray[np.int64]:
    """Counts by force (its number) and month shown."""
    forces = scene.version.forces
    counts = np.zeros((max(forces, default=0) + 1, len(shown)), np.int64)
    found = count_from_indexes(scene.version, asked)
    if found is not None:
        first, table = found
        at = np.array([month.index - first for month in shown], int)
        inside = (at >= 0) & (at < len(table))
        counts[: table.shape[1], inside] = table[at[inside]].T
        return counts
    numbers = {slug: number for number, (slug, _) in forces.items()}
    places = {str(month): place for place, month in enumerate(shown)}
    for name, slug, *values in scene.rows(asked):
        counts[numbers[slug], places[name]] = sum(values)
    return counts


def _months_summary(shown: Sequence[Month], values: Sequence[int | None], complete: Sequence[bool], title: str) -> str:
    known = [(value, month) for value, month in zip(values, shown, strict=True) if value is not None]
    if not known:
        return "Nothing is held for these months."
    whole = [(value, month) for (value, month, is_complete) in zip(values, shown, complete, strict=True)
             if is_complete and value is not None]  # fmt: skip
    incomplete = len(shown) - sum(complete)
    told = f"{title} from {shown[0].words()} to {shown[-1].words()}. "
    if whole:
        (low, low_month), (high, high_month) = min(whole), max(whole)
        told += (
            f"Of the complete months, the fewest are {low:,} in {low_month.words()} and the most {high:,} in "
            f"{high_month.words()}. "
        )
    return told + (
        f"{incomplete} of {len(shown)} months are not complete." if incomplete else "Every month is complete."
    )


# -- by a field --------------------------------------------------------------------------------------------------


def bars(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by a field, the largest first, what is not recorded as its own last row."""
    spec, measure = card.spec, measure_of(card.spec, card.measure)
    dimension = spec.dimension(card.by)
    assert dimension is not None
    view = scene.view.without(dimension.name)
    measures = [card.measure, card.rate] if card.rate else [card.measure]
    asked = scene.question(card, measures=[card.measure], by=[dimension.name], view=view)
    rows = [(row[0], int(row[1])) for row in scene.rows(asked) if row[1]]
    whole = sum(count for _, count in rows)
    chosen = [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")]
    unknown = next((count for value, count in rows if value in (NOT_RECORDED, None)), 0)
    known = [(str(value), count) for value, count in rows if value not in (NOT_RECORDED, None)]
    told = known if dimension.kind == "coded" else _told(known, card.limit, chosen)
    rest = [one for one in known if one not in told]
    residents = {area.name: area.residents for area in scene.version.areas.values()} if card.rate else {}
    shown_rows = [_bar(dimension.name, value, count, whole, residents) for value, count in told]
    if dimension.name == "feed" and isinstance(scene.version, CallsVersion):
        shown_rows = [{**row, "label": scene.version.feeds[row["value"]].title} for row in shown_rows]
    shown = {
        "by": dimension.name,
        "rows": shown_rows,
        "unknown": _bar(dimension.name, NOT_RECORDED, unknown, whole, {}) if unknown else None,
        "total": whole,
        "rest": {"rows": len(rest), "count": sum(count for _, count in rest)} if rest else None,
        "selected": chosen,
        "note": note_of(scene, asked, dimension.name),
    }
    summary = _bars_summary(card.title, shown_rows, unknown, whole)
    asked = replace(asked, measures=tuple(measure_of(spec, name) for name in measures))
    return CardAnswer(asked, shown, summary, measure.words, measure.unit, scene.caveats(asked))


def _told(known: list[tuple[str, int]], limit: int, chosen: Sequence[str]) -> list[tuple[str, int]]:
    """The largest, and what is chosen wherever it stands."""
    head = known[:limit]
    return head + [one for one in known[limit:] if one[0] in chosen]


def _bar(field: str, value: str, count: int, whole: int, residents: dict[str, int | None]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": value,
        "label": value_label(field, value),
        "count": count,
        "share": count / whole if whole else 0,
    }
    if residents:
        people = residents.get(value)
        found |= {"residents": people, "rate": round(1000 * count / people, 2) if people else None}
    return found


def _bars_summary(title: str, rows: Sequence[dict[str, Any]], unknown: int, whole: int) -> str:
    if not whole:
        return "No record is left under these filters."
    told = ", ".join(f"{row['label']} {row['count']:,} ({percent(row['count'], whole)})" for row in rows[:3])
    missing = f" Not recorded: {unknown:,} ({percent(unknown, whole)})." if unknown else ""
    return f"{title}: {told or 'none recorded'}.{missing}"


# -- by hour -----------------------------------------------------------------------------------------------------


def hours(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by hour of the day, of records whose time is known."""
    if card.spec.live:
        return hours_watched(scene, card)
    measure = measure_of(card.spec, card.measure)
    asked = scene.question(card, measures=[card.measure], by=["hour"], view=scene.view.without("hour"))
    counts: list[int] = [0] * 24
    unknown = 0
    for hour, count in scene.rows(asked):
        if hour is None:
            unknown = int(count)
        else:
            counts[int(hour)] = int(count)
    whole = sum(counts)
    note = f"{unknown:,} stops ({percent(unknown, whole + unknown)}) have no known time of day." if unknown else ""
    chosen = [value for field, sign, value in scene.view.where if (field, sign) == ("hour", "=")]
    shown = {
        "by": "hour",
        "hours": counts,
        "unknown": unknown,
        "total": whole + unknown,
        "note": note,
        "selected": chosen,
    }
    busiest = max(range(24), key=counts.__getitem__)
    summary = f"Most in the hour from {busiest:02d}:00 ({counts[busiest]:,}). {note}" if whole else f"No times. {note}"
    return CardAnswer(asked, shown, summary.strip(), measure.words, measure.unit, scene.caveats(asked))
