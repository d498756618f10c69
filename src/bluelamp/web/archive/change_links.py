"""Where the records behind a sentence about two releases are: on a page, and in the API. Used by `comparisons`."""

from __future__ import annotations

from urllib.parse import urlencode

from bluelamp.archive.diff_records import WHATS
from bluelamp.archive.diff_sides import NOT_COMPARABLE
from bluelamp.archive.diff_words import Sentence
from bluelamp.domain.month import Month
from bluelamp.domain.page import path_to


def links_of(one: Sentence, old: Month, new: Month) -> tuple[str | None, str | None]:
    """(address of the page, address in the API); None where there is no record to show."""
    if one.what == "nothing" or one.what == NOT_COMPARABLE:
        return None, None
    months = [("from", str(one.first)), ("to", str(one.last))] if one.first and one.last else []
    force = [("force", one.force)] if one.force else []
    if one.what in WHATS:
        about = [("about", one.about)] if one.about else []
        asked = [("dataset", one.dataset), *force, *months, ("what", one.what), *about]
        return (
            f"{path_to('changes')}?{urlencode([('old', str(old)), ('new', str(new)), *asked])}",
            f"/api/v1/releases/{old}/changes/{new}/records?{urlencode(asked)}",
        )
    # Whole files: their records are those of a force and its months, as they are held now.
    where = [("where", f"force={one.force}")] if one.force else []
    return (
        f"{path_to('records', dataset=one.dataset)}?{urlencode(force + months)}",
        f"/api/v1/datasets/{one.dataset}/records?{urlencode(months + where)}",
    )
