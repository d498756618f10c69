"""The card that shows counts by month, with what is missing in each. Used by `cards`.

Nothing is drawn, and never a zero, where nothing is held. What is missing of a month stands at its usual level; months
that no release covers have no level at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from bluelamp.domain.coverage import State
from bluelamp.domain.month import Month
from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, whole
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.archive.cards.levels import levels
from bluelamp.questions.families.archive.cards.scene import chooses_place, version_of
from bluelamp.questions.families.archive.trend import Publishing, publishing_of
from bluelamp.questions.model.question import Question
from bluelamp.questions.view import View

# A chart by month shows at least so many months, so that one that is chosen stands among its neighbours.
_LEAST_MONTHS = 25
_COMPLETE = "complete"

Values = Sequence[Sequence[int | None]]


def months(scene: Scene, card: CardSpec) -> CardAnswer:
    """Counts by month, each with what it stands on."""
    spec = card.spec
    asked = scene.question(card, measures=card.measures, by=["month"], view=_widened(scene))
    publishing = publishing_of(version_of(scene), asked)
    found = scene.figures(asked)
    shown = [Month.parse(row[0]) for row in found.rows]
    values = [[whole(row[1 + at]) for row in found.rows] for at in range(len(card.measures))]
    complete = [publishing.is_complete(month) for month in shown]
    view = scene.view
    chosen = None
    if shown and (view.first or view.last):
        chosen = {"from": str(view.first or shown[0]), "to": str(view.last or shown[-1])}
    told = {
        "series": [{"name": name, "label": measure_of(spec, name).title} for name in card.measures],
        "months": [str(month) for month in shown],
        "values": values,
        "expected": [its.expected for its in found.coverages],
        "held": [its.held for its in found.coverages],
        "state": [its.state for its in found.coverages],
        "complete": complete,
        "missing_usual": _usual(scene, asked, shown, publishing, values, complete),
        "missing": [_missing(publishing, month) for month in shown],
        "selected": chosen,
    }
    first = measure_of(spec, card.measures[0])
    states = [its.state for its in found.coverages]
    summary = _summary(shown, values[0] if values else [], complete, states, first.title)
    # The neighbours are there to be looked at: the file, the citation and the coverage are of the months asked.
    question = scene.question(card, measures=card.measures, by=["month"])
    return CardAnswer(question, told, summary, first.words, first.unit, scene.caveats(question))


def _widened(scene: Scene) -> View:
    """The view with as many months around the chosen ones as a chart needs to show a course of time."""
    view, held = scene.view, scene.version.months
    if not held or (view.first is None and view.last is None):
        return view
    first = view.first or min(held[0], view.last or held[0])
    last = view.last or max(held[-1], first)
    least, most = min(held[0], first), max(held[-1], last)
    lacking = _LEAST_MONTHS - (last.index - first.index + 1)
    if lacking > 0:
        last = min(Month(last.index + lacking // 2), most)
        first = max(Month(last.index - _LEAST_MONTHS + 1), least)
        last = min(max(last, Month(first.index + _LEAST_MONTHS - 1)), most)
    return replace(view, first=first, last=last)


def _missing(publishing: Publishing, month: Month) -> str:
    if publishing.state(month) == State.OUTSIDE_ERA:
        return say("archive.card.month.closed")
    if not publishing.is_spanned(month):
        return say("archive.card.month.notCovered")
    absent = publishing.absent(month)
    return publishing.names(absent) if absent else ""


def _usual(
    scene: Scene,
    question: Question,
    shown: Sequence[Month],
    publishing: Publishing,
    values: Values,
    complete: Sequence[bool],
) -> list[int | None]:
    """For each month, about how many records are missing with its missing files: each missing force's median month of
    those shown. Of a place, whose records several forces publish: what lacks to the median complete month. None where
    it is not known, and for a month that no release covers."""
    if all(complete):
        return [0] * len(shown)
    if any(chooses_place(filter_) for filter_ in question.filters):
        return [
            its if is_complete or publishing.is_spanned(month) else None
            for month, its, is_complete in zip(shown, _lacking(values, complete), complete, strict=True)
        ]
    known = levels(scene, question, publishing, shown)
    found: list[int | None] = []
    for month in shown:
        absent = publishing.absent(month)
        its = [known[force] for force in absent if force in known]
        level = round(sum(its)) if its or not absent else None
        found.append(level if publishing.is_spanned(month) else None)
    return found


def _lacking(values: Values, complete: Sequence[bool]) -> list[int | None]:
    """For each month what lacks to the median complete one."""
    sums = [None if column[0] is None else sum(one or 0 for one in column) for column in zip(*values, strict=True)]
    every = [value for value, is_complete in zip(sums, complete, strict=True) if is_complete and value is not None]
    usual = median(every) if every else None
    return [
        0 if is_complete else None if usual is None else max(0, round(usual - (value or 0)))
        for value, is_complete in zip(sums, complete, strict=True)
    ]


def _summary(
    shown: Sequence[Month],
    values: Sequence[int | None],
    complete: Sequence[bool],
    states: Sequence[str],
    title: str,
) -> str:
    known = [(value, month) for value, month in zip(values, shown, strict=True) if value is not None]
    if not known:
        if all(state == State.OUTSIDE_ERA for state in states):
            return say("archive.card.months.allClosed")
        return say("archive.card.months.nothing")
    every = [(value, month) for (value, month, is_complete) in zip(values, shown, complete, strict=True)
             if is_complete and value is not None]  # fmt: skip
    incomplete = len(shown) - sum(complete)
    told = [say("archive.card.months", title=title, first=shown[0].words(), last=shown[-1].words())]
    if every:
        (low, low_month), (high, high_month) = min(every), max(every)
        told.append(
            say(
                "archive.card.months.range", fewest=low, fewest_month=low_month.words(),
                most=high, most_month=high_month.words(),
            )
        )  # fmt: skip
    closed = sum(state == State.OUTSIDE_ERA for state in states)
    if closed:
        told.append(say("archive.card.months.closed", count=closed))
    unknown = len(shown) - len(known) - closed
    if unknown:
        told.append(say("archive.card.months.unknown", count=unknown))
    if incomplete:
        told.append(say("archive.card.months.part", count=incomplete, months=len(shown)))
    else:
        told.append(say("archive.card.months.complete"))
    return " ".join(told)
