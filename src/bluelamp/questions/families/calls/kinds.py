"""The kinds of dimension that only calls have."""

from __future__ import annotations

from bluelamp.questions.model.dataset import DatasetSpec, Dimension, Kind, Vocabulary
from bluelamp.questions.model.kinds import LabelKind


class _FeedKind(LabelKind):
    """The feed that listed a call, by its short name; every call has one."""

    is_publisher = True

    def options(self, version: Vocabulary, spec: DatasetSpec, dimension: Dimension) -> list[tuple[str, str]]:
        return [(name, version.value_label(dimension, name)) for name in sorted(version.words(dimension))]


FEED: Kind = _FeedKind()
