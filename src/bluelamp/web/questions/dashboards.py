"""Dashboards: what they are made of, and all their cards answered at once."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from bluelamp.domain.page import path_to
from bluelamp.errors import NoSuchThing
from bluelamp.questions.cards import answer_dashboard
from bluelamp.questions.dashboards import DashboardSpec
from bluelamp.questions.model.suggestions import near
from bluelamp.web.lane_routes import Worked
from bluelamp.web.questions.card_schemas import DashboardAnswersModel
from bluelamp.web.request import (
    First,
    Last,
    Pinned,
    Where,
    answered,
    dumps,
    lease_for,
    site_of,
    version_json,
    view_of,
)
from bluelamp.web.schemas import PROBLEMS, DashboardModel, DashboardsModel

router = APIRouter(prefix="/dashboards", tags=["dashboards"], route_class=Worked)

Name = Annotated[str, Path(max_length=40, description="a dashboard's name", examples=["crime"])]


def find_dashboard(request: Request, name: str) -> DashboardSpec:
    dashboards = site_of(request).dashboards
    if name not in dashboards:
        raise NoSuchThing(f"There is no dashboard “{name}”.", near(name, dashboards))
    return dashboards[name]


@router.get("", responses={200: {"model": DashboardsModel}, **PROBLEMS}, summary="All dashboards")
def dashboards(request: Request) -> dict[str, Any]:
    """Their names and titles, in the order of the navigation."""
    return {
        "dashboards": [
            {
                "name": one.name,
                "title": one.title,
                "nav": one.nav,
                "lead": one.lead,
                "path": path_to("dashboard", dashboard=one.name),
            }
            for one in site_of(request).dashboards.values()
        ]
    }


@router.get("/{name}", responses={200: {"model": DashboardModel}, **PROBLEMS}, summary="What a dashboard is made of")
def dashboard(request: Request, name: Name) -> dict[str, Any]:
    """Its filters and its cards."""
    found = find_dashboard(request, name)
    return {
        "name": found.name,
        "title": found.title,
        "nav": found.nav,
        "lead": found.lead,
        "dataset": found.dataset,
        "path": path_to("dashboard", dashboard=found.name),
        "filters": [{"field": "months", "label": "Months", "words": "", "dataset": found.dataset, "kind": "months"}]
        + [_filter(found, field) for field in found.filters],
        "cards": [
            {
                "name": card.name, "kind": card.kind, "title": card.title, "help": card.help, "width": card.width,
                "dataset": card.dataset, "by": card.by,
            }
            for card in found.cards
        ],
    }  # fmt: skip


def _filter(found: DashboardSpec, field: str) -> dict[str, str]:
    dimension = found.spec.dimension(field)
    assert dimension is not None  # checked when the dashboard was read
    return {
        "field": dimension.name,
        "label": dimension.title,
        "words": dimension.words,
        "dataset": found.dataset,
        "kind": dimension.kind.name,
    }


@router.get(
    "/{name}/answers",
    responses={200: {"model": DashboardAnswersModel}, **PROBLEMS},
    summary="All cards of a dashboard, answered for one view of its filters",
)
def answers(
    request: Request,
    name: Name,
    first: First = None,
    last: Last = None,
    where: Where = (),
    cards: Annotated[str, Query(max_length=400, description="only these cards, by commas", examples=["total"])] = "",
    version: Pinned = "",
) -> Response:
    """One request for a whole dashboard. Each card carries its definition, coverage, caveats and citation; `question`
    asks for its data as a file under /api/v1/questions."""
    found = find_dashboard(request, name)
    view = view_of(first, last, where)
    names = [one.strip() for one in cards.split(",") if one.strip()]
    for one in names:
        found.card(one)  # refused before anything is asked
    with lease_for(request, found.spec, version) as opened:
        key = ["dashboard", name, str(names), str(view.first), str(view.last)]
        return answered(
            request,
            opened,
            [*key, *("=".join(one) for one in sorted(view.where))],
            lambda: dumps({**answer_dashboard(opened, found, view, names), "version": version_json(opened)}),
            pinned=version,
        )
