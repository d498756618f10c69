"""What the cards of calls ask of a scene."""

from __future__ import annotations

from typing import cast

from bluelamp.questions.cards.base import Scene
from bluelamp.questions.families.calls.coverage import WatchedCoverage, watched_coverage
from bluelamp.questions.families.calls.version import CallsVersion
from bluelamp.questions.model.question import Question


def coverage_of(scene: Scene, question: Question) -> WatchedCoverage:
    """The coverage of a question about calls, day by day."""
    return watched_coverage(cast("CallsVersion", scene.version), question)
