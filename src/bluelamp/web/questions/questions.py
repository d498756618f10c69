"""Questions in their canonical form, answered as JSON or as a file."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from bluelamp.domain.month import Month
from bluelamp.errors import NotKept, TooCostly, UsageError
from bluelamp.questions.model.question import Question
from bluelamp.questions.parsing import make_question
from bluelamp.questions.records import files
from bluelamp.web.asgi.byte_ranges import PARTS
from bluelamp.web.lane_routes import Worked
from bluelamp.web.questions.answer_bytes import answer_bytes
from bluelamp.web.questions.datasets import DatasetName, find_dataset
from bluelamp.web.request import First, Last, Pinned, Where, answered, lease_for, site_of
from bluelamp.web.schemas import FILES, PROBLEMS, AnswerModel

router = APIRouter(prefix="/questions", tags=["questions"], route_class=Worked)

# The most groups that one answer may have, and fields that one question may group by.
MOST_ROWS = 100_000
MOST_FIELDS = 4

Format = Annotated[
    Literal["json", "csv", "parquet", "xlsx", "geojson"],
    Query(description="json, csv, parquet, xlsx; geojson where the question is grouped by map_point"),
]
Names = Annotated[str, Query(max_length=400)]


@router.get(
    "/{dataset}",
    responses={200: {"model": AnswerModel, "content": FILES}, **PARTS, **PROBLEMS},
    summary="Ask a question",
)
def question(
    request: Request,
    dataset: DatasetName,
    measure: Annotated[str, Query(max_length=400, description="what to count, by commas", examples=["count"])] = "",
    by: Annotated[str, Query(max_length=400, description="fields to group by, by commas", examples=["month"])] = "",
    where: Where = (),
    first: First = None,
    last: Last = None,
    order: Annotated[
        str, Query(max_length=400, description="measures or fields to sort by; -NAME for descending")
    ] = "",
    limit: Annotated[
        int | None, Query(ge=1, le=MOST_ROWS, description="at most so many rows; a cut answer says so")
    ] = None,
    as_of: Annotated[
        str | None,
        Query(
            pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="answer as known at this older release, where it is kept"
        ),
    ] = None,
    version: Pinned = "",
    format: Format = "json",  # noqa: A002
) -> Response:
    """The answer carries its coverage (which force-months it should contain and which it does; of calls, which days of
    feeds, and how much of them was watched), its caveats, its data version and its licence. The `question` in the
    answer is its canonical form: the same text, the same answer."""
    spec = find_dataset(dataset)
    question = make_question(
        spec.name,
        measures=[measure],
        by=[by],
        where=where,
        first=Month.parse(first) if first else None,
        last=Month.parse(last) if last else None,
        order=[order],
        limit=limit or MOST_ROWS,
    )
    if len(question.by) > MOST_FIELDS:
        raise TooCostly(f"A question groups by at most {MOST_FIELDS} fields; these are {len(question.by)}.")
    if as_of and not spec.family.capabilities.has_releases:
        raise UsageError(f"{spec.name} are no part of any release: they cannot be asked as of one.")
    pinned = _as_of(request, as_of) if as_of else version
    with lease_for(request, spec, pinned) as opened:
        return answered(
            request,
            opened,
            ["question", question.canonical(), format],
            partial(answer_bytes, site_of(request), opened, question, format),
            pinned=pinned,
            media_type=files.MEDIA_TYPES[format],
            headers=_headers(question, format),
            file=format != "json",
        )


def _as_of(request: Request, release: str) -> str:
    """The name of the version that was built for an older state of knowledge. Raises NotKept where there is none."""
    found = site_of(request).archive.warehouse.as_of(release)
    if found is None:
        raise NotKept(
            f"The answer as known at release {release} is not kept ready here.",
            f"Its operator can make it: bluelamp ask {'crimes'} --as-of {release}.",
        )
    return found.name


def _headers(question: Question, format_: str) -> dict[str, str]:
    if format_ == "json":
        return {}
    by = "-by-" + "-".join(one.name for one in question.by) if question.by else ""
    return {"Content-Disposition": f'attachment; filename="bluelamp-{question.dataset.name}{by}.{format_}"'}
