"""The card of a median of minutes: the middle of what it can have been, with the least and the most. Used by `cards`.

Nobody sees a call open or close: it happens between two looks at the feed. So a median has a least and a most.
"""

from __future__ import annotations

from bluelamp.errors import UsageError
from bluelamp.messages import say
from bluelamp.questions.cards.base import CardAnswer, Scene, measure_of, percent
from bluelamp.questions.dashboards import CardSpec


def median(scene: Scene, card: CardSpec) -> CardAnswer:
    """The median of `measure`, of the calls that `of` counts. Raises UsageError for a measure without least and
    most."""
    spec = card.spec
    measure = measure_of(spec, card.measure)
    ends = [f"{which}_{card.measure}" for which in ("least", "most")]
    if not all(spec.measure(name) for name in ends):
        raise UsageError(f"{card.measure} has no least and most.", "Take median_minutes_open.")
    known, count = card.of[0], spec.measures[0].name
    asked = scene.question(card, measures=[card.measure, *ends, known, count])
    (middle, least, most, its, whole), reason = scene.one(asked)
    if whole is None or its is None:
        nothing = dict.fromkeys(("figure", "least", "most", "numerator", "denominator"))
        return CardAnswer(asked, {**nothing, "words": reason, "reason": reason}, reason, measure.words, measure.unit)
    words = measure_of(spec, known).words
    shown = {
        "figure": middle,
        "least": least,
        "most": most,
        "numerator": int(its),
        "denominator": int(whole),
        "words": say(
            "calls.median.known", words=words[0].upper() + words[1:], known=int(its), count=int(whole),
            share=percent(int(its), int(whole)),
        ),
    }  # fmt: skip
    told = say("calls.median.nothing")
    if middle is not None and least == most:
        told = say("calls.median", middle=f"{middle:g}", words=shown["words"])
    elif middle is not None:
        told = say(
            "calls.median.between", middle=f"{middle:g}", least=f"{least:g}", most=f"{most:g}", words=shown["words"]
        )
    question = scene.question(card, measures=[card.measure, *ends, known])
    return CardAnswer(question, shown, told, measure.words, measure.unit, scene.caveats(question))
