"""What the cards of the archive ask of a scene."""

from __future__ import annotations

from typing import cast

from bluelamp.questions.cards.base import Scene
from bluelamp.questions.families.archive.file_caveats import caveats_of_files
from bluelamp.questions.families.archive.kinds import MAP_POINT
from bluelamp.questions.families.archive.scope import holdings_of_question
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.model.question import Filter, Question


def version_of(scene: Scene) -> ArchiveVersion:
    """The data version of a scene whose dataset is of the archive."""
    return cast("ArchiveVersion", scene.version)


def caveats_of_chart(scene: Scene, question: Question, dimension: str, only: frozenset[str]) -> str:
    """What must be read beside a chart itself: the sentences of these findings of the files that it is made of."""
    version = version_of(scene)
    return " ".join(caveats_of_files(version, holdings_of_question(version, question), frozenset({dimension}), only))


def chooses_place(filter_: Filter) -> bool:
    """Whether a filter leaves a part of a force's area: its figures count what neighbours publish there as well."""
    return filter_.dimension.kind.is_place or filter_.dimension.kind is MAP_POINT
