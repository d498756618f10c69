"""What can be said of a crime for which no outcome is found: only as much as the outcomes files that are held can tell.
Used by `record`."""

from __future__ import annotations

from bluelamp.domain.dataset import OUTCOMES
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.questions.families.archive.version import ArchiveVersion


def outcome_files(version: ArchiveVersion, force: int, month: Month) -> tuple[int, int]:
    """(outcomes files of the force that are held, months) from a crime's month to the newest month held of anything."""
    cells = version.cells[OUTCOMES.name]
    last = max((*version.months, month), key=lambda one: one.index)
    columns = cells.columns_of(month.index, last.index)
    return int(cells.held[cells.rows_of([force])][:, columns].sum()), last.index - month.index + 1


def no_outcome_words(
    version: ArchiveVersion, force: int, month: Month, *, has_id: bool, last_outcome: str | None
) -> str:
    """Sentences for a crime without an outcome in the files held. `last_outcome` is what its own row says."""
    own = f" Its own row gives, as the last outcome: {last_outcome}." if last_outcome else ""
    if not has_id:
        return f"It was published without a crime ID, so no outcome can be joined to it.{own}"
    held, months = outcome_files(version, force, month)
    slug = version.forces[force][0]
    name = BY_SLUG[slug].name if slug in BY_SLUG else "its force"
    if held == 0:
        return f"Not known: no outcomes file of {name} from {month.words()} on is held.{own}"
    if held < months:
        return (
            f"None in the outcomes files of {name} that are held: {held} of the {months} months from "
            f"{month.words()} on. The others are not known.{own}"
        )
    return f"No outcome was published in the {months} {'month' if months == 1 else 'months'} since.{own}"
