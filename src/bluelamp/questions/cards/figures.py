"""Cards that show a figure: a total, the latest complete month, a share. Used by `cards`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent
from bluelamp.questions.cards.days import latest_day
from bluelamp.questions.dashboards import CardSpec
from bluelamp.questions.question import Filter, Question
from bluelamp.questions.scope import own_forces
from bluelamp.questions.trend import Compared, latest, publishing_of

_PLACES = ("town", "area", "lsoa", "point")


def total(scene: Scene, card: CardSpec) -> CardAnswer:
    """All records of the view; beside the headline what is counted apart from it, and how many are on the map."""
    names = [card.measure, *card.also]
    count = card.spec.measures[0].name
    asked = scene.question(card, measures=list(dict.fromkeys([*names, count, "unlocated"])))
    (row,) = scene.rows(asked)
    figures = dict(zip((one.name for one in asked.measures), (int(value) for value in row), strict=True))
    measure = measure_of(card.spec, card.measure)
    also = [{"measure": name, "value": figures[name], "words": measure_of(card.spec, name).words} for name in card.also]
    shown = {
        "value": figures[card.measure],
        "note": _of_others(scene, asked),
        "also": also,
        "located": figures[count] - figures["unlocated"],
        "unlocated": figures["unlocated"],
    }
    beside = "".join(f" Beside them {one['value']:,} {one['words']}." for one in also)
    summary = f"{figures[card.measure]:,} {measure.unit}.{beside} {figures['unlocated']:,} records have no map point."
    question = replace(asked, measures=tuple(measure_of(card.spec, name) for name in names))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


def _of_others(scene: Scene, asked: Question) -> str:
    """What must be said where an area's own police are held for none of the months: others' records are counted."""
    own = own_forces(scene.version, asked)
    if not own:
        return ""
    publishing = publishing_of(scene.version, asked)
    months = [month for month in scene.version.months if _inside(scene, month)]
    if not all(publishing.lacks_own(month) for month in months):
        return ""
    verb = "has" if len(own) == 1 else "have"
    return f"{publishing.names(own)} {verb} published nothing for these months: this counts what other forces publish."


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

    months = [month for month in version.months if _inside(scene, month)]
    found = latest(publishing, months, count_of)
    if found is None:
        words = "No month is complete under these filters, so none is compared with another."
        return CardAnswer(None, {"month": None, "words": words}, words, measure.words, measure.unit)
    question = replace(whole, first=found.month, last=found.month)
    shown = {
        "month": str(found.month),
        "value": found.value,
        "forces": found.forces,
        "before": _shown(found.before),
        "year_before": _shown(found.year_before),
        "later": list(found.later),
        "silent": list(found.silent),
    }
    summary = (
        f"{found.value:,} {measure.unit} in {found.month.words()}. {found.before.words} {found.year_before.words} "
        + " ".join(found.later)
    )
    return CardAnswer(question, shown, summary.strip(), measure.words, measure.unit, scene.caveats(question))


def _inside(scene: Scene, month: Month) -> bool:
    view = scene.view
    return (view.first is None or month >= view.first) and (view.last is None or month <= view.last)


def _shown(compared: Compared) -> dict[str, Any]:
    return {
        "month": str(compared.month),
        "value": compared.value,
        "change": compared.change,
        "words": compared.words,
    }


def share(scene: Scene, card: CardSpec) -> CardAnswer:
    """One count as a share of another; what is in neither is told beside it."""
    spec = card.spec
    part_measure = measure_of(spec, card.measure)
    plain = card.model_copy(update={"where": ()})
    count = spec.measures[0].name
    names = list(dict.fromkeys([*card.of, count]))
    asked = scene.question(plain, measures=names)
    (row,) = scene.rows(asked)
    figures = dict(zip(names, (int(value) for value in row), strict=True))
    question = scene.question(card, measures=[card.measure])
    ((part,),) = scene.rows(question)
    of = sum(figures[name] for name in card.of)
    apart = figures[count] - of
    what = card.words or measure_of(spec, card.of[0]).words
    words = f"of the {of:,} {what} ({percent(of, figures[count])} of all)."
    if card.measure in card.of:
        words = f"{int(part):,} of {of:,} {what}."
    elif apart:
        words += f" {percent(apart, figures[count])} have none."
    shown = {
        "share": int(part) / of if of else None,
        "numerator": int(part),
        "denominator": of,
        "not_recorded": apart,
        "words": words if of else "There is nothing to take a share of under these filters.",
    }
    summary = f"{percent(int(part), of)}: {words}" if of else str(shown["words"])
    return CardAnswer(question, shown, summary, part_measure.words, part_measure.unit, scene.caveats(question))


def text(_scene: Scene, card: CardSpec) -> CardAnswer:
    """Words of the dashboard's author."""
    return CardAnswer(None, {"text": card.text}, card.text)
