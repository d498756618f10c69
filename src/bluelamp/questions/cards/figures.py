"""Cards that show a figure: a total, a share; and the card of words. Every family has them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, figure_words, measure_of, percent, whole
from bluelamp.questions.dashboards import CardSpec


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
    counted = [
        say("card.total", figure=figure_words(figures[card.measure]), unit=measure.unit),
        *(
            say("card.total.beside", figure=figure_words(figures[name]), words=measure_of(card.spec, name).words)
            for name in card.also
        ),
        say("card.total.unlocated", figure=figure_words(unlocated)),
    ]
    summary = reason or " ".join(counted)
    question = replace(asked, measures=tuple(measure_of(card.spec, name) for name in names))
    return CardAnswer(question, shown, summary, measure.words, measure.unit, scene.caveats(question))


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
    part_shown = _share_shown(card, figures, part) if not reason else {**_NO_SHARE, "words": reason}
    of = part_shown["denominator"]
    summary = (
        say("card.share", share=percent(int(part), of), words=part_shown["words"]) if of else str(part_shown["words"])
    )
    shown = {**part_shown, "reason": reason or ("" if of else part_shown["words"])}
    return CardAnswer(question, shown, summary, part_measure.words, part_measure.unit, scene.caveats(question))


_NO_SHARE: dict[str, Any] = {"share": None, "numerator": None, "denominator": None, "not_recorded": None}


def _share_shown(card: CardSpec, figures: dict[str, Any], part: float) -> dict[str, Any]:
    """What the card shows of known counts: `figures` by measure, and the part that is a share of them."""
    spec = card.spec
    count = spec.measures[0].name
    of = sum(int(figures[name]) for name in card.of)
    apart = int(figures[count]) - of
    what = card.words or measure_of(spec, card.of[0]).words
    words = say("card.share.of", count=of, what=what, share=percent(of, int(figures[count])))
    if card.measure in card.of:
        words = say("card.share.part", part=int(part), count=of, what=what)
    elif apart:
        words += f" {say('card.share.apart', share=percent(apart, int(figures[count])))}"
    return {
        "share": int(part) / of if of else None,
        "numerator": int(part),
        "denominator": of,
        "not_recorded": apart,
        "words": words if of else say("card.share.nothing"),
    }


def text(_scene: Scene, card: CardSpec) -> CardAnswer:
    """Words of the dashboard's author."""
    return CardAnswer(None, {"text": card.text}, card.text)
