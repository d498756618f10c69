"""How a snapshot is taken in, and what it then says of a call or a unit that it does not list. Pure; used by `diff`."""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.domain.moment import seconds_between
from bluelamp.domain.tracking import Absence


@dataclass(frozen=True, slots=True)
class Intake:
    """How a snapshot is to be taken in. `at` is its time, `version` names its content; a snapshot that is not `good`
    adds what it shows and ends nothing; one that `confirms` makes those in doubt before it, `since` a moment, count as
    well. One that lists the same `again` counts once more only after the seconds of `patience`; one that `came` before,
    at a moment, with others since, may be late."""

    at: str
    version: str
    good: bool
    confirms: bool = False
    again: bool = False
    since: str = ""
    patience: float = 0
    came: str = ""

    def has_stood(self, since: str | None) -> bool:
        """Whether as much time has passed since a moment as the same answer needs to count once more."""
        return since is None or seconds_between(since, self.at) >= self.patience


def missed_by(intake: Intake, known: Absence | None, seen: str | None, begun: str | None) -> Absence:
    """What is known of something after a snapshot that does not list it; `known` before it, `seen` when it was last
    listed, `begun` when first. One in doubt counts nothing yet; the same list again counts once more when it has stood.
    One from before it was listed at all counts nothing either, unless it then stands: a cache may have given it."""
    at = intake.at
    absence: Absence = known or {"seen": seen or at, "missed": None, "misses": 0, "held": None}
    held, missed, misses = absence["held"], absence["missed"], absence["misses"]
    if not intake.good:
        return {**absence, "held": held if held and held >= intake.since else at}
    late = absence.get("late")
    if intake.again and (misses or late) and not intake.has_stood(late or absence.get("counted") or missed):
        return {**absence, "held": None}
    if intake.came and begun and intake.came < begun and not (intake.confirms and held):
        return {**absence, "held": None, "late": at}
    if intake.again and late:
        missed, misses = missed or late, misses + 1
    if intake.confirms and held and intake.has_stood(held):
        missed, misses = missed or held, misses + 1
    return {"seen": absence["seen"], "missed": missed or at, "misses": misses + 1, "held": None, "counted": at}
