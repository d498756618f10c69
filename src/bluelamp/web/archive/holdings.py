"""What is held: coverage, findings about the data, releases."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from bluelamp.archive.diff import comparable
from bluelamp.archive.profile.descriptions import properties_of
from bluelamp.archive.quality import FINDINGS, quality_of
from bluelamp.domain.coverage import State
from bluelamp.domain.force import BY_SLUG, FORCES
from bluelamp.domain.month import Month
from bluelamp.errors import UsageError
from bluelamp.questions.cells import STATES
from bluelamp.questions.coverage import coverage_of
from bluelamp.questions.datasets import DATASETS
from bluelamp.questions.installation import installed, outside
from bluelamp.web.lane_routes import Worked
from bluelamp.web.request import Pinned, answered, dumps, lease, site_of, version_json
from bluelamp.web.schemas import PROBLEMS, CoverageModel, FilePropertiesModel, QualityModel, ReleasesModel
from bluelamp.web.versions import OpenVersion

router = APIRouter(tags=["what is held"], route_class=Worked)

# One letter for each state, for a picture of 45 forces × 180 months × 3 datasets.
CODES = {
    State.HELD: "h",
    State.EMPTY: "e",
    State.QUARANTINED: "q",
    State.NOT_FETCHED: "f",
    State.MISSING: "m",
    State.NOT_HELD: "d",
    State.NOT_COVERED: "c",
    State.NOT_YET: "y",
    State.BEFORE: "b",
    State.OUTSIDE_ERA: "v",
    State.OUT_OF_SCOPE: "o",
    State.NOT_PUBLISHED: "n",
}


def _letter(code: int) -> str:
    return CODES[STATES[code] if code >= 0 else State.NOT_PUBLISHED]


@router.get("/coverage", responses={200: {"model": CoverageModel}, **PROBLEMS}, summary="Which force-months are held")
def coverage(request: Request, version: Pinned = "") -> Response:
    """For each dataset one string a force, one letter a month; `codes` says what the letters mean."""
    with lease(request, version) as opened:
        return answered(request, opened, ["coverage"], lambda: dumps(_coverage(opened)), pinned=version)


def _coverage(version: OpenVersion) -> dict[str, Any]:
    numbers = {slug: number for number, (slug, _) in version.forces.items()}
    datasets, scopes = {}, installed(version)
    for spec in DATASETS.values():
        cells = version.cells[spec.name]
        places = {force: place for place, force in enumerate(cells.forces)}
        rows = []
        for force in FORCES:
            place = places.get(numbers[force.slug])
            codes = dict(zip(cells.months, cells.codes[place].tolist(), strict=True)) if place is not None else {}
            rows.append("".join(_letter(codes.get(month.index, -1)) for month in version.months))
        covered = coverage_of(version, spec.name, force_ids=None)
        scope = scopes[spec.name].as_json()
        datasets[spec.name] = {"words": spec.words, "rows": rows, "scope": scope, **covered.as_json()}
    return {
        "months": [str(month) for month in version.months],
        "forces": [{"slug": force.slug, "name": force.name} for force in FORCES],
        "codes": {code: str(state) for state, code in CODES.items()},
        "words": {str(state): state.words for state in State},
        "outside": outside(version),
        "datasets": datasets,
        "version": version_json(version),
    }


@router.get("/quality", responses={200: {"model": QualityModel}, **PROBLEMS}, summary="What is odd about the data")
def quality(
    request: Request,
    dataset: Annotated[str, Query(max_length=40, description="only of this dataset")] = "",
    force: Annotated[str, Query(max_length=40, description="only of this force, by its short name")] = "",
    version: Pinned = "",
) -> Response:
    """Findings counted while loading, summed over files, with examples that name file and line."""
    with lease(request, version) as opened:
        return answered(
            request,
            opened,
            ["quality", dataset, force],
            lambda: dumps({"findings": _findings(opened, dataset, force), "version": version_json(opened)}),
            pinned=version,
        )


def _findings(version: OpenVersion, dataset: str, force: str) -> list[dict[str, Any]]:
    summed: dict[tuple[str, str, str], dict[str, Any]] = {}
    for one in quality_of(version.connection.cursor()):
        if (dataset and one.unit.dataset != dataset) or (force and one.unit.force != force):
            continue
        found = summed.setdefault(
            (one.unit.dataset, one.finding, one.field),
            {
                "finding": one.finding, "words": FINDINGS[one.finding], "dataset": one.unit.dataset,
                "field": one.field or None, "files": 0, "rows": 0, "ids": None, "of_rows": 0, "examples": [],
            },
        )  # fmt: skip
        found["files"] += 1
        found["rows"] += one.rows
        found["ids"] = found["ids"] if one.ids is None else (found["ids"] or 0) + one.ids
        found["of_rows"] += one.of_rows
        if len(found["examples"]) < 5:
            found["examples"] += [
                {"force": one.unit.force, "month": str(one.unit.month), **example} for example in one.examples[:1]
            ]
    return sorted(summed.values(), key=lambda found: (found["dataset"], -found["rows"]))


@router.get(
    "/file-properties",
    responses={200: {"model": FilePropertiesModel}, **PROBLEMS},
    summary="What each file as a whole was found to be",
)
def file_properties(
    request: Request,
    dataset: Annotated[str, Query(max_length=40, description="only of this dataset")] = "",
    force: Annotated[str, Query(max_length=40, description="only of this force, by its short name")] = "",
    all_: Annotated[
        bool, Query(alias="all", description="also what is as one would expect; of one dataset and force")
    ] = False,
    version: Pinned = "",
) -> Response:
    """The clock of its times, what its midnight means, where its points lie, and more; each with a reason."""

    def told(opened: OpenVersion) -> dict[str, Any]:
        found = properties_of(opened.connection.cursor(), dataset, force)
        listed = [one.as_json() for one in found if all_ or one.property.finding]
        return {"properties": listed, "version": version_json(opened)}

    if dataset and dataset not in DATASETS:
        raise UsageError(f"No dataset is called “{dataset[:40]}”.", f"There are {', '.join(DATASETS)}.")
    if force and force not in BY_SLUG:
        raise UsageError(f"No force is called “{force[:40]}”.", "/api/v1/coverage lists them.")
    if all_ and not (dataset and force):
        raise UsageError("All properties are told of one dataset and one force at a time.", "Name both.")
    with lease(request, version) as opened:
        asked = ["file-properties", dataset, force, str(all_)]
        return answered(request, opened, asked, lambda: dumps(told(opened)), pinned=version)


@router.get("/releases", responses={200: {"model": ReleasesModel}, **PROBLEMS}, summary="Releases received")
def releases(request: Request) -> Response:
    """Each with the months it spans and how many files it listed."""
    with lease(request) as opened:
        return answered(request, opened, ["releases"], lambda: dumps({"releases": _releases(request)}))


def _releases(request: Request) -> list[dict[str, Any]]:
    ledger = site_of(request).archive.ledger
    found: dict[Month, dict[str, Any]] = {}
    received = {receipt["id"]: receipt["received_at"] for receipt in ledger.receipts()}
    for file in ledger.files_of():
        month = file.unit.month
        one = found.setdefault(file.release, {"first": month, "last": month, "files": 0, "received_at": ""})
        one["first"], one["last"] = min(one["first"], month), max(one["last"], month)
        one["files"] += 1
        one["received_at"] = max(one["received_at"], str(received[file.receipt_id]))
    compares = set(comparable(ledger))
    return [
        {
            "release": str(release), **one, "first": str(one["first"]), "last": str(one["last"]),
            "comparable": release in compares,
        }
        for release, one in sorted(found.items(), reverse=True)
    ]  # fmt: skip
