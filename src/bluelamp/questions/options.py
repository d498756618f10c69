"""What a filter can be set to. Answered from the small dimension tables, never from the rows. Called by `web`."""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.questions.model.data_version import DataVersion
from bluelamp.questions.model.dataset import DatasetSpec, Dimension
from bluelamp.questions.model.labels import value_label


@dataclass(frozen=True, slots=True)
class Options:
    """`options` are (value, label), the best matches first; `total` counts all that match."""

    options: tuple[tuple[str, str], ...]
    total: int


def options_of(version: DataVersion, spec: DatasetSpec, dimension: Dimension, wanted: str, limit: int) -> Options:
    """The values of a field, those that begin with the wanted words first."""
    found = _all(version, spec, dimension)
    if wanted:
        word = wanted.casefold()
        found = [one for one in found if word in one[1].casefold()]
        found.sort(key=lambda one: not one[1].casefold().startswith(word))
    return Options(tuple(found[:limit]), len(found))


# Of numbers that have a list of their own.
_NUMBERS = {
    "hour": [*((str(hour), f"{hour:02d}:00 to {hour:02d}:59") for hour in range(24)), ("", "Not known")],
    "weekday": [(str(day), value_label("weekday", str(day))) for day in range(1, 8)],
}


def _all(version: DataVersion, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
    return _NUMBERS.get(dimension.name) or dimension.kind.options(version, spec, dimension)
