"""What a release changed, and the records that it changed, added or removed."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from bluelamp.archive.diff import comparable, in_order
from bluelamp.archive.diff_records import RecordFilter
from bluelamp.domain.dataset import BY_NAME
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.month import Month
from bluelamp.errors import NoSuchThing, UsageError
from bluelamp.questions.families.archive.records.reading import file_stems
from bluelamp.questions.model.suggestions import near
from bluelamp.web.archive.change_schemas import ChangedRecordsModel, ChangesModel, WorkingModel
from bluelamp.web.archive.changed_records import as_csv, page_of
from bluelamp.web.archive.comparisons import Changes
from bluelamp.web.lane_routes import Worked
from bluelamp.web.request import First, Last, answered, dumps, lease, site_of
from bluelamp.web.schemas import PROBLEMS
from bluelamp.web.work.file_stream import FileStream

router = APIRouter(tags=["what is held"], route_class=Worked)

Release = Annotated[
    str, Path(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="a release, YYYY-MM", examples=["2023-06"])
]
_CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}
_RESPONSES: dict[int | str, dict[str, Any]] = {202: {"model": WorkingModel}, **PROBLEMS}


@router.get(
    "/releases/{old}/changes/{new}",
    responses={200: {"model": ChangesModel}, **_RESPONSES},
    summary="What a release changed",
)
def changes(request: Request, old: Release, new: Release) -> Response:
    """In sentences, and by dataset: months that are new, rows added, removed and changed, files withdrawn. Worked out
    when it is first asked for: until then the answer is 202, to be asked again after `Retry-After` seconds."""
    kept, before, after = _pair(request, old, new)
    found = kept.of(before, after)
    if found is None:
        return _working(kept, before, after)
    return Response(found, media_type="application/json", headers={"Cache-Control": "public, max-age=60"})


@router.get(
    "/releases/{old}/changes/{new}/records",
    responses={
        200: {"model": ChangedRecordsModel, "content": _CSV},
        **_RESPONSES,
    },
    summary="The records that a release changed",
)
def changed_records(
    request: Request,
    old: Release,
    new: Release,
    dataset: Annotated[str, Query(max_length=40, description="crimes, outcomes or stops", examples=["crimes"])],
    force: Annotated[str, Query(max_length=40, description="only of this force, by its short name")] = "",
    first: First = None,
    last: Last = None,
    what: Annotated[
        Literal["", "changed", "added", "removed"],
        Query(description="only records that were changed, added or removed"),
    ] = "",
    about: Annotated[
        str, Query(max_length=60, description="only records changed in this: outcome, place, or a column's name")
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="records on a page; CSV holds them all")] = 100,
    after: Annotated[int, Query(ge=0, description="the `next` of the page before")] = 0,
    format: Annotated[Literal["json", "csv"], Query(description="json is a page at a time")] = "json",  # noqa: A002
) -> Response:
    """Each with what the older and the newer release say of it, column by column, as published. Paired by all their
    other columns, or by their crime ID."""
    kept, before, after_release = _pair(request, old, new)
    wanted = _record_filter(dataset, force, first, last, what, about)
    if kept.of(before, after_release) is None:
        return _working(kept, before, after_release)
    reader = kept.reader(before, after_release)
    with lease(request) as opened:
        stems = file_stems(opened)
        if format == "csv":
            name = f"bluelamp-{dataset}-{old}-{new}.csv"
            headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "public, max-age=60"}
            return FileStream(as_csv(reader, stems, wanted), headers, "text/csv")
        key = [kept.path(before, after_release).name, repr(wanted), str(limit), str(after)]
        return answered(request, opened, key, lambda: dumps(page_of(reader, stems, wanted, after, limit)))


def _pair(request: Request, old: str, new: str) -> tuple[Changes, Month, Month]:
    """Raises NoSuchThing for a release of which no file is held, UsageError for two in the wrong order."""
    site = site_of(request)
    held = [str(release) for release in comparable(site.archive.ledger)]
    for release in (old, new):
        if release not in held:
            raise NoSuchThing(f"The release {release} is not held.", f"Held: {', '.join(held) or 'none'}.")
    before, after = Month.parse(old), Month.parse(new)
    in_order(before, after)
    return Changes(site.archive, site.cache), before, after


def _record_filter(
    dataset: str, force: str, first: str | None, last: str | None, what: str, about: str
) -> RecordFilter:
    if dataset not in BY_NAME:
        raise UsageError(f"There is no dataset “{dataset}” in a release.", near(dataset, BY_NAME))
    if force and force not in BY_SLUG:
        raise UsageError(f"There is no force “{force}”.", near(force, BY_SLUG))
    months = [Month.parse(month) if month else None for month in (first, last)]
    wanted = RecordFilter(dataset, force, months[0], months[1], what, about)
    wanted.check()
    return wanted


def _working(kept: Changes, old: Month, new: Month) -> Response:
    words = f"{kept.words(old, new)} Ask again in a few seconds."
    return Response(
        dumps({"state": "working", "words": words, "old": str(old), "new": str(new)}),
        202,
        {"Retry-After": "3", "Cache-Control": "no-store"},
        "application/json",
    )
