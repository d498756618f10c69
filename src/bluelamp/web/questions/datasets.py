"""What may be asked: datasets with their fields and measures, and the values that a field can have."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from bluelamp.errors import NoSuchThing
from bluelamp.questions import registry
from bluelamp.questions.model.dataset import DatasetSpec
from bluelamp.questions.model.suggestions import near
from bluelamp.questions.options import options_of
from bluelamp.web.lane_routes import Worked
from bluelamp.web.request import Pinned, answered, dumps, lease_for
from bluelamp.web.schemas import PROBLEMS, DatasetModel, DatasetsModel, OptionsModel

router = APIRouter(prefix="/datasets", tags=["datasets"], route_class=Worked)

DatasetName = Annotated[str, Path(max_length=40, description=registry.names_in_words(), examples=["crimes"])]


def find_dataset(name: str) -> DatasetSpec:
    found = registry.datasets().get(name)
    if found is None:
        raise NoSuchThing(f"There is no dataset “{name}”.", near(name, registry.datasets()))
    return found


@router.get("", responses={200: {"model": DatasetsModel}, **PROBLEMS}, summary="All datasets")
def datasets() -> dict[str, Any]:
    """With the fields to group and filter by, the measures, and the caveats that always apply."""
    return {"datasets": [_described(spec) for spec in registry.datasets().values()]}


@router.get("/{dataset}", responses={200: {"model": DatasetModel}, **PROBLEMS}, summary="One dataset")
def dataset(dataset: DatasetName) -> dict[str, Any]:
    """Its fields, measures and caveats."""
    return _described(find_dataset(dataset))


def _described(spec: DatasetSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "family": spec.family.name,
        "words": spec.words,
        "fields": [
            {
                "name": one.name, "label": one.title, "kind": one.kind.name, "words": one.words, "filter": True,
                "options": one.kind.has_options,
            }
            for one in spec.dimensions
        ],
        "measures": [
            {"name": one.name, "label": one.title, "unit": one.unit, "words": one.words} for one in spec.measures
        ],
        "caveats": list(spec.caveats),
        "capabilities": asdict(spec.family.capabilities),
    }  # fmt: skip


@router.get(
    "/{dataset}/fields/{field}/options",
    responses={200: {"model": OptionsModel}, **PROBLEMS},
    summary="The values that a field can have",
)
def options(
    request: Request,
    dataset: DatasetName,
    field: Annotated[str, Path(max_length=60, description="a field's name", examples=["force"])],
    q: Annotated[str, Query(max_length=80, description="words that the value must have")] = "",
    limit: Annotated[int, Query(ge=1, le=2000, description="at most so many")] = 200,
    version: Pinned = "",
) -> Response:
    """From the small tables of names, never from the records, so that they come at once."""
    spec = find_dataset(dataset)
    dimension = spec.dimension(field)
    if dimension is None:
        raise NoSuchThing(f"{dataset} has no field “{field}”.", near(field, (one.name for one in spec.dimensions)))
    with lease_for(request, spec, version) as opened:

        def make() -> bytes:
            found = options_of(opened, spec, dimension, q, limit)
            return dumps(
                {
                    "field": dimension.name,
                    "label": dimension.title,
                    "words": dimension.words,
                    "options": [{"value": value, "label": label} for value, label in found.options],
                    "total": found.total,
                    "truncated": found.total > len(found.options),
                }
            )

        return answered(request, opened, ["options", dataset, field, q, str(limit)], make, pinned=version)
