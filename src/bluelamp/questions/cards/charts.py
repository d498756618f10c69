"""Cards that show a distribution: by a field, by hour. Used by `cards`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from bluelamp.questions.answer import NOT_RECORDED
from bluelamp.questions.calls.version import CallsVersion
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent, whole
from bluelamp.questions.cards.watched import hours_watched, note_of
from bluelamp.questions.concern import coverage_of_question
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.figures import FEW_LOCATED, RowCoverage, rate
from bluelamp.questions.question import Filter, Question
from bluelamp.questions.view import value_label

# -- by a field --------------------------------------------------------------------------------------------------


def bars(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by a field, the largest first, what is not recorded as its own last row."""
    spec, measure = card.spec, measure_of(card.spec, card.measure)
    dimension = spec.dimension(card.by)
    assert dimension is not None
    view = scene.view.without(dimension.name)
    measures = [card.measure, card.rate] if card.rate else [card.measure]
    asked = scene.question(card, measures=[card.measure], by=[dimension.name], view=view)
    found = scene.figures(asked)
    rows = [_Bar(row[0], row[1], its) for row, its in zip(found.rows, found.coverages, strict=True)]
    every = sum(bar.count or 0 for bar in rows) if measure.adds else _once(scene, replace(asked, by=())) or 0
    chosen = [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")]
    blank = next((bar for bar in rows if bar.value in (NOT_RECORDED, None)), None)
    unknown = blank.count if blank is not None else None
    # A value that nothing was recorded for is no bar; one that nothing is held for is told.
    known = [bar for bar in rows if bar.value not in (NOT_RECORDED, None) and bar.count != 0]
    told = known if dimension.kind == "coded" else _told(known, card.limit, chosen)
    rest = [bar for bar in known if bar not in told]
    residents = {area.name: area.residents for area in scene.version.areas.values()} if card.rate else {}
    shown_rows = [_shown(dimension.name, bar, every, residents) for bar in told]
    if dimension.name == "feed" and isinstance(scene.version, CallsVersion):
        shown_rows = [{**row, "label": scene.version.feeds[row["value"]].title} for row in shown_rows]
    reason = "" if any(bar.count is not None for bar in rows) else _reason(scene, asked)
    shown = {
        "by": dimension.name,
        "rows": shown_rows,
        "unknown": _shown(dimension.name, replace(blank, value=NOT_RECORDED), every, {}) if blank and unknown else None,
        "total": None if reason else every,
        "reason": reason,
        "rest": _rest(scene, asked, rest),
        "strays": found.strays,
        "selected": chosen,
        "note": note_of(scene, asked, dimension.name),
    }
    summary = reason or _bars_summary(card.title, shown_rows, unknown or 0, every)
    asked = replace(asked, measures=tuple(measure_of(spec, name) for name in measures))
    return CardAnswer(asked, shown, summary, measure.words, measure.unit, scene.caveats(asked))


@dataclass(frozen=True, slots=True)
class _Bar:
    value: Any
    count: int | None
    coverage: RowCoverage


def _reason(scene: Scene, asked: Question) -> str:
    """Why nothing is known; empty where something is held, and nothing was recorded. What joins two datasets is not
    known without either."""
    covered = coverage_of_question(scene.version, asked)
    told = covered.held and all(held for _, held, _ in covered.parts)
    return "" if told else covered.words()


def _rest(scene: Scene, asked: Question, bars: Sequence[_Bar]) -> dict[str, Any] | None:
    """What is not among the bars shown: how many values, their records (None where none of them is known), and how
    many of them are not known."""
    if not bars:
        return None
    known = [bar.count for bar in bars if bar.count is not None]
    count = sum(known) if known else None
    if known and not asked.measures[0].adds:
        values = tuple(str(bar.value) for bar in bars if bar.count is not None)
        count = _once(scene, replace(asked, by=(), filters=(*asked.filters, Filter(asked.by[0], values))))
    return {"rows": len(bars), "count": count, "unknown": len(bars) - len(known)}


def _once(scene: Scene, asked: Question) -> int | None:
    """The figure of a question that is not grouped, of a measure that does not add up: crimes are counted once."""
    row, _ = scene.one(asked)
    return whole(row[0])


def _told(known: list[_Bar], limit: int, chosen: Sequence[str]) -> list[_Bar]:
    """The largest, and what is chosen wherever it stands."""
    head = known[:limit]
    return head + [bar for bar in known[limit:] if str(bar.value) in chosen]


def _shown(field: str, bar: _Bar, whole: int, residents: dict[str, int | None]) -> dict[str, Any]:
    value, count, its = str(bar.value), bar.count, bar.coverage
    found: dict[str, Any] = {
        "value": value,
        "label": value_label(field, value),
        "count": count,
        "share": None if count is None else count / whole if whole else 0,
        "held": its.held,
        "expected": its.expected,
        "state": its.state,
        "located_share": its.located_share,
    }
    if residents:
        people = residents.get(value)
        found |= {"residents": people, "rate": rate(count, None if its.state == FEW_LOCATED else people)}
    return found


def _bars_summary(title: str, rows: Sequence[dict[str, Any]], unknown: int, whole: int) -> str:
    if not whole:
        return "No record is left under these filters."
    largest = [row for row in rows if row["count"] is not None][:3]
    told = ", ".join(f"{row['label']} {row['count']:,} ({percent(row['count'], whole)})" for row in largest)
    missing = f" Not recorded: {unknown:,} ({percent(unknown, whole)})." if unknown else ""
    return f"{title}: {told or 'none recorded'}.{missing}"


# -- by hour -----------------------------------------------------------------------------------------------------


# Whose clock it was is no fine print of a chart of hours.
_CLOCKS = frozenset({"clock_local", "clock_undecided", "half_days"})


def hours(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by hour of the day, of records whose time is known."""
    if card.spec.live:
        return hours_watched(scene, card)
    measure = measure_of(card.spec, card.measure)
    asked = scene.question(card, measures=[card.measure], by=["hour"], view=scene.view.without("hour"))
    reason = _reason(scene, asked)
    if reason:
        nothing = {"hours": [None] * 24, "unknown": None, "total": None, "note": "", "reason": reason}
        shown: dict[str, Any] = {"by": "hour", **nothing, "selected": _chosen_hours(scene)}
        return CardAnswer(asked, shown, reason, measure.words, measure.unit, scene.caveats(asked))
    counts: list[int] = [0] * 24
    unknown = 0
    for hour, count in scene.rows(asked):
        if hour is None:
            unknown = int(count)
        else:
            counts[int(hour)] = int(count)
    whole = sum(counts)
    note = f"{unknown:,} stops ({percent(unknown, whole + unknown)}) have no known time of day." if unknown else ""
    note = f"{note} {scene.told_of_files(asked, 'hour', _CLOCKS)}".strip()
    shown = {
        "by": "hour",
        "hours": counts,
        "unknown": unknown,
        "total": whole + unknown,
        "note": note,
        "reason": "",
        "selected": _chosen_hours(scene),
    }
    busiest = max(range(24), key=counts.__getitem__)
    summary = f"Most in the hour from {busiest:02d}:00 ({counts[busiest]:,}). {note}" if whole else f"No times. {note}"
    return CardAnswer(asked, shown, summary.strip(), measure.words, measure.unit, scene.caveats(asked))


def _chosen_hours(scene: Scene) -> list[str]:
    return [value for field, sign, value in scene.view.where if (field, sign) == ("hour", "=")]
