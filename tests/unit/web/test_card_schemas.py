"""The kinds of card: what may stand in a dashboard, what is answered and what the API declares are the same kinds."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import TypeAdapter, ValidationError

from bluelamp.questions.dashboards import Kind
from bluelamp.questions.registry import families
from bluelamp.web.questions.card_schemas import CardModel, DashboardAnswersModel

CARD: dict[str, Any] = {
    "kind": "text", "title": "About", "help": "", "dataset": "crimes", "heading": "About", "definition": "", "unit": "",
    "caveats": [], "question": None, "coverage": None, "summary": "Words.", "cite": "", "ignored": [], "text": "Words.",
}  # fmt: skip


def test_every_kind_of_card_has_an_answer_and_a_model() -> None:
    union, _ = get_args(CardModel)
    models = {get_args(model.model_fields["kind"].annotation)[0] for model in get_args(union)}
    answered = {kind for family in families() for kind in family.cards}
    assert set(get_args(Kind)) == answered == models


def test_a_card_is_held_against_the_model_of_its_kind() -> None:
    adapter: TypeAdapter[object] = TypeAdapter(CardModel)
    adapter.validate_python(CARD)
    with pytest.raises(ValidationError, match="value"):
        adapter.validate_python({**CARD, "kind": "total"})
    with pytest.raises(ValidationError, match="extra"):
        adapter.validate_python({**CARD, "rows": []})


def test_a_card_without_an_answer_has_an_error_and_nothing_else() -> None:
    cards = DashboardAnswersModel.model_fields["cards"].annotation
    adapter: TypeAdapter[object] = TypeAdapter(cards)  # type: ignore[arg-type]
    head = {name: CARD[name] for name in ("kind", "title", "help", "dataset")}
    adapter.validate_python({"about": {**head, "error": {"detail": "It is broken.", "hint": "Mend it."}}})
    with pytest.raises(ValidationError):
        adapter.validate_python({"about": head})
