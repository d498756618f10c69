"""What a person reads for a value: a force by its name, flags as yes and no, a weekday by its name."""

from __future__ import annotations

from bluelamp.domain.force import BY_SLUG
from bluelamp.questions.model.dataset import NOT_RECORDED

_WEEKDAYS = {
    str(number): name
    for number, name in enumerate(
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), start=1
    )
}


def value_label(field: str, value: str) -> str:
    """The words for a value of a field."""
    if field == "force":
        return BY_SLUG[value].name if value in BY_SLUG else value
    if value in ("true", "false"):
        return "yes" if value == "true" else "no"
    if field == "weekday" and value in _WEEKDAYS:
        return _WEEKDAYS[value]
    return "Not recorded" if value in ("", NOT_RECORDED) else value
