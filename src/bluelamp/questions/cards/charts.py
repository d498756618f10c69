"""The card of a distribution by a field. Every family has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from bluelamp.messages import listed, say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent, whole
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.figures import FEW_LOCATED, RowCoverage, rate
from bluelamp.questions.model.dataset import NOT_RECORDED
from bluelamp.questions.model.question import Filter, Question


def bars(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by a field, the largest first, what is not recorded as its own last row."""
    spec, measure = card.spec, measure_of(card.spec, card.measure)
    dimension = spec.dimension(card.by)
    assert dimension is not None
    view = scene.view.without(dimension.name)
    measures = [card.measure, card.rate] if card.rate else [card.measure]
    question = scene.question(card, measures=[card.measure], by=[dimension.name], view=view)
    found = scene.figures(question)
    rows = [_Bar(row[0], row[1], its) for row, its in zip(found.rows, found.coverages, strict=True)]
    every = sum(bar.count or 0 for bar in rows) if measure.adds else _once(scene, replace(question, by=())) or 0
    chosen = [value for field, sign, value in scene.view.where if (field, sign) == (dimension.name, "=")]
    blank = next((bar for bar in rows if bar.value in (NOT_RECORDED, None)), None)
    unknown = blank.count if blank is not None else None
    # A value that nothing was recorded for is no bar; one that nothing is held for is told.
    known = [bar for bar in rows if bar.value not in (NOT_RECORDED, None) and bar.count != 0]
    bars_shown = known if dimension.terms else _shown_bars(known, card.limit, chosen)
    rest = [bar for bar in known if bar not in bars_shown]
    residents = scene.family.residents(scene.version) if card.rate else {}
    label = partial(scene.version.value_label, dimension)
    shown_rows = [_shown(label, bar, every, residents) for bar in bars_shown]
    reason = "" if any(bar.count is not None for bar in rows) else scene.why_unknown(question)
    shown = {
        "by": dimension.name,
        "rows": shown_rows,
        "unknown": _shown(label, replace(blank, value=NOT_RECORDED), every, {}) if blank and unknown else None,
        "total": None if reason else every,
        "reason": reason,
        "rest": _rest(scene, question, rest),
        "strays": found.strays,
        "selected": chosen,
        "note": scene.family.chart_note(scene.version, question, dimension.name),
    }
    summary = reason or _bars_summary(card.title, shown_rows, unknown or 0, every)
    question = replace(question, measures=tuple(measure_of(spec, name) for name in measures))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


@dataclass(frozen=True, slots=True)
class _Bar:
    value: Any
    count: int | None
    coverage: RowCoverage


def _rest(scene: Scene, question: Question, bars: Sequence[_Bar]) -> dict[str, Any] | None:
    """What is not among the bars shown: how many values, their records (None where none of them is known), and how
    many of them are not known."""
    if not bars:
        return None
    known = [bar.count for bar in bars if bar.count is not None]
    count = sum(known) if known else None
    if known and not question.measures[0].adds:
        values = tuple(str(bar.value) for bar in bars if bar.count is not None)
        count = _once(scene, replace(question, by=(), filters=(*question.filters, Filter(question.by[0], values))))
    return {"rows": len(bars), "count": count, "unknown": len(bars) - len(known)}


def _once(scene: Scene, question: Question) -> int | None:
    """The figure of a question that is not grouped, of a measure that does not add up: crimes are counted once."""
    row, _ = scene.one(question)
    return whole(row[0])


def _shown_bars(known: list[_Bar], limit: int, chosen: Sequence[str]) -> list[_Bar]:
    """The largest, and what is chosen wherever it stands."""
    head = known[:limit]
    return head + [bar for bar in known[limit:] if str(bar.value) in chosen]


def _shown(label: Callable[[str], str], bar: _Bar, whole: int, residents: Mapping[str, int | None]) -> dict[str, Any]:
    value, count, its = str(bar.value), bar.count, bar.coverage
    found: dict[str, Any] = {
        "value": value,
        "label": label(value),
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
        return say("card.bars.nothing")
    largest = [row for row in rows if row["count"] is not None][:3]
    words = [
        say("card.bars.bar", label=row["label"], count=row["count"], share=percent(row["count"], whole))
        for row in largest
    ]
    summary = say("card.bars", title=title, bars=listed(words) or say("card.bars.none"))
    if unknown:
        summary += f" {say('card.bars.notRecorded', count=unknown, share=percent(unknown, whole))}"
    return summary
