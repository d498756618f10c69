"""The kinds of card that every family has."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bluelamp.questions.cards import charts, figures, where
from bluelamp.questions.cards.base import CardAnswer

SHARED: Mapping[str, Callable[..., CardAnswer]] = {
    "total": figures.total,
    "share": figures.share,
    "text": figures.text,
    "bars": charts.bars,
    "map": where.map_card,
}
