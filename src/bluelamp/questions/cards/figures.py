"""Cards that show a figure: a total, the latest complete month, a share. Used by `cards`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent, told, whole
from bluelamp.questions.cards.days import latest_day
from bluelamp.questions.cards.levels import levels
from bluelamp.questions.concern import coverage_of_question
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.question import Filter
from bluelamp.questions.trend import Compared, Publishing, latest, publishing_of

_PLACES = ("town", "area", "lsoa", "point")


def total(scene: Scene, card: CardSpec) -> CardAnswer:
    """All records of the view; beside the headline what is counted apart from it, and how many are on the map."""
    names = [card.measure, *card.also]
    count = card.spec.measures[0].name
    asked = scene.question(card, measures=list(dict.fromkeys([*names, count, "unlocated"])))
    row, reason = scene.one(asked)
    figures = dict(zip((one.name for one in asked.measures), map(whole, row), strict=True))
    measure = measure_of(card.spec, card.measure)
    also = [{"measure": name, "value": figures[name], "words": measure_of(card.spec, name).words} for name in card.also]
    records, unlocated = figures[count], figures["unlocated"]
    shown = {
        "value": figures[card.measure],
        "reason": reason,
        "note": "",
        "also": also,
        "located": None if records is None or unlocated is None else records - unlocated,
        "unlocated": unlocated,
    }
    beside = "".join(f" Beside them {told(figures[name])} {measure_of(card.spec, name).words}." for name in card.also)
    counted = f"{told(figures[card.measure])} {measure.unit}.{beside}"
    summary = reason or f"{counted} {told(unlocated)} records have no map point."
    question = replace(asked, measures=tuple(measure_of(card.spec, name) for name in names))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


def latest_month(scene: Scene, card: CardSpec) -> CardAnswer:
    """The latest complete month beside the one before and the same month a year ago, over the same forces; of calls,
    the newest closed day."""
    if card.spec.live:
        return latest_day(scene, card)
    version, spec = scene.version, card.spec
    measure = measure_of(spec, card.measure)
    whole = scene.question(card, measures=[card.measure], view=replace(scene.view, first=None, last=None))
    publishing = publishing_of(version, whole)
    placed = any(filter_.dimension.kind in _PLACES for filter_ in whole.filters)

    def count_of(month: Month, of: Collection[int]) -> int:
        asked = replace(whole, first=month, last=month)
        # Figures of a place count what neighbours publish there as well: there is no set of forces to hold to.
        if not placed and publishing.held(month) != set(of):
            slugs = tuple(sorted(version.forces[number][0] for number in of))
            dimension = spec.dimension("force")
            assert dimension is not None
            asked = replace(asked, filters=(*asked.filters, Filter(dimension, slugs)))
        ((value,),) = scene.rows(asked)
        return int(value)

    found = latest(publishing, _asked(scene, publishing), count_of, lambda: _usual(scene, card, publishing))
    if found is None:
        reason = coverage_of_question(version, scene.question(card, measures=[card.measure])).words()
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
    told = [found.absent, found.before.words, found.year_before.words, *found.later]
    summary = f"{found.value:,} {measure.unit} in {found.month.words()}. {' '.join(one for one in told if one)}"
    return CardAnswer(question, shown, summary.strip(), measure.words, measure.unit, scene.caveats(question))


def _asked(scene: Scene, publishing: Publishing) -> list[Month]:
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


def _shown(compared: Compared) -> dict[str, Any]:
    return {
        "month": str(compared.month),
        "value": compared.value,
        "change": compared.change,
        "words": compared.words,
        "forces": compared.forces,
        "share": compared.share,
    }


def share(scene: Scene, card: CardSpec) -> CardAnswer:
    """One count as a share of another; what is in neither is told beside it."""
    spec = card.spec
    part_measure = measure_of(spec, card.measure)
    plain = card.model_copy(update={"where": ()})
    count = spec.measures[0].name
    names = list(dict.fromkeys([*card.of, count]))
    asked = scene.question(plain, measures=names)
    row, reason = scene.one(asked)
    question = scene.question(card, measures=[card.measure])
    (part,), lacking = scene.one(question)
    reason = lacking or reason
    figures = dict(zip(names, row, strict=True))
    told = _share_told(card, figures, part) if not reason else {**_NO_SHARE, "words": reason}
    of = told["denominator"]
    summary = f"{percent(int(part), of)}: {told['words']}" if of else str(told["words"])
    shown = {**told, "reason": reason or ("" if of else told["words"])}
    return CardAnswer(question, shown, summary, part_measure.words, part_measure.unit, scene.caveats(question))


_NO_SHARE: dict[str, Any] = {"share": None, "numerator": None, "denominator": None, "not_recorded": None}


def _share_told(card: CardSpec, figures: dict[str, Any], part: float) -> dict[str, Any]:
    """What the card shows of known counts: `figures` by measure, and the part that is a share of them."""
    spec = card.spec
    count = spec.measures[0].name
    of = sum(int(figures[name]) for name in card.of)
    apart = int(figures[count]) - of
    what = card.words or measure_of(spec, card.of[0]).words
    words = f"of the {of:,} {what} ({percent(of, int(figures[count]))} of all)."
    if card.measure in card.of:
        words = f"{int(part):,} of {of:,} {what}."
    elif apart:
        words += f" {percent(apart, int(figures[count]))} have none."
    return {
        "share": int(part) / of if of else None,
        "numerator": int(part),
        "denominator": of,
        "not_recorded": apart,
        "words": words if of else "There is nothing to take a share of under these filters.",
    }


def text(_scene: Scene, card: CardSpec) -> CardAnswer:
    """Words of the dashboard's author."""
    return CardAnswer(None, {"text": card.text}, card.text)
