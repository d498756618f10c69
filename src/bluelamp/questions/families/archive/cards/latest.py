"""The card of the latest month of the archive: the newest complete one beside earlier ones, over the same forces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.families.archive.cards.levels import levels
from bluelamp.questions.families.archive.cards.scene import chooses_place, version_of
from bluelamp.questions.families.archive.trend import MonthComparison, Publishing, latest, publishing_of
from bluelamp.questions.model.question import Filter


def latest_month(scene: Scene, card: CardSpec) -> CardAnswer:
    """The latest complete month beside the one before and the same month a year ago, over the same forces."""
    version, spec = version_of(scene), card.spec
    measure = measure_of(spec, card.measure)
    whole = scene.question(card, measures=[card.measure], view=replace(scene.view, first=None, last=None))
    publishing = publishing_of(version, whole)
    placed = any(chooses_place(filter_) for filter_ in whole.filters)

    def count_of(month: Month, of: Collection[int]) -> int:
        question = replace(whole, first=month, last=month)
        # Figures of a place count what neighbours publish there as well: there is no set of forces to hold to.
        if not placed and publishing.held(month) != set(of):
            slugs = tuple(sorted(version.forces[number][0] for number in of))
            dimension = spec.dimension("force")
            assert dimension is not None
            question = replace(question, filters=(*question.filters, Filter(dimension, slugs)))
        ((value,),) = scene.rows(question)
        return int(value)

    found = latest(publishing, _months_of_view(scene, publishing), count_of, lambda: _usual(scene, card, publishing))
    if found is None:
        reason = scene.coverage(scene.question(card, measures=[card.measure])).words()
        shown: dict[str, Any] = {"month": None, "value": None, "words": reason, "reason": reason}
        return CardAnswer(None, shown, reason, measure.words, measure.unit)
    question = replace(whole, first=found.month, last=found.month)
    shown = {
        "month": str(found.month),
        "value": found.value,
        "reason": "",
        "is_complete": found.complete,
        "forces": found.forces,
        "of_forces": found.of_forces,
        "absent": found.absent,
        "before": _shown(found.before),
        "year_before": _shown(found.year_before),
        "later": list(found.later),
        "silent": [],
    }
    headline = say("archive.card.latest", count=found.value, unit=measure.unit, month=found.month.words())
    told = [headline, found.absent, found.before.words, found.year_before.words, *found.later]
    summary = " ".join(filter(None, told))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


def _months_of_view(scene: Scene, publishing: Publishing) -> list[Month]:
    """The months of the view, of all that could be compared with them."""
    view = scene.view
    return [
        month
        for month in publishing.months
        if (view.first is None or month >= view.first) and (view.last is None or month <= view.last)
    ]


def _usual(scene: Scene, card: CardSpec, publishing: Publishing) -> dict[int, float]:
    """Each force's usual month of all that is held, whatever months the page shows."""
    view = replace(scene.view, first=None, last=None)
    by_month = scene.question(card, measures=[card.measure], by=["month"], view=view)
    key = ("usual months", by_month.canonical())
    return scene.version.often(key, lambda: levels(scene, by_month, publishing, publishing.months))


def _shown(compared: MonthComparison) -> dict[str, Any]:
    return {
        "month": str(compared.month),
        "value": compared.value,
        "change": compared.change,
        "words": compared.words,
        "forces": compared.forces,
        "share": compared.share,
    }
