"""What a person reads for a value: a force by its name, flags as yes and no, a weekday by its name."""

from __future__ import annotations

from bluelamp.domain.force import BY_SLUG
from bluelamp.messages import say
from bluelamp.questions.model.dataset import NOT_RECORDED

_WEEKDAYS = frozenset("1234567")


def value_label(field: str, value: str) -> str:
    """The words for a value of a field."""
    if field == "force":
        return BY_SLUG[value].name if value in BY_SLUG else value
    if value in ("true", "false"):
        return say("label.true") if value == "true" else say("label.false")
    if field == "weekday" and value in _WEEKDAYS:
        return say(f"weekday.{value}")
    return say("label.notRecorded") if value in ("", NOT_RECORDED) else value
