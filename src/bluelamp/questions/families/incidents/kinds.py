"""The kind of dimension that only incident reports have."""

from __future__ import annotations

from bluelamp.questions.model.dataset import DatasetSpec, Dimension, Kind, Vocabulary
from bluelamp.questions.model.kinds import LabelKind


class _CityKind(LabelKind):
    """The city that published a report; every report has one."""

    is_publisher = True

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(name, name) for name in sorted(version.words(dimension))]


CITY: Kind = _CityKind()
