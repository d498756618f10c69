"""Webhooks of whoever has an API key: made, listed, changed, removed, tried; what could not be delivered."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from bluelamp.domain.change import KINDS
from bluelamp.domain.filter_effect import TRANSITIONS
from bluelamp.errors import Overloaded
from bluelamp.storage.follow.hooks import ACTIVE, STATES, Hook, NewHook
from bluelamp.storage.follow.keys import Key
from bluelamp.storage.live.event_log import Head
from bluelamp.web.follow.hook_parameters import Owner, body_of, checked_url, filter_json, hook_json, letter_json
from bluelamp.web.follow.hook_schemas import (
    DeliveryTestModel,
    HookModel,
    HookPatchModel,
    HooksModel,
    LettersModel,
    MadeHookModel,
    NewHookModel,
    RetryingModel,
)
from bluelamp.web.lane_routes import Worked
from bluelamp.web.live.parameters import live_of
from bluelamp.web.live_site import LiveSite
from bluelamp.web.schemas import PROBLEMS

router = APIRouter(prefix="/hooks", tags=["webhooks"], route_class=Worked)

_PROBLEMS: dict[int | str, dict[str, Any]] = {
    **PROBLEMS,
    401: {**PROBLEMS[400], "description": "Without an API key that is known here."},
}
HookId = Annotated[str, Path(pattern=r"^hook_[0-9a-f]{16}$", description="a webhook's `id`")]
_MOST_LETTERS = 20


def _body(model: type[BaseModel]) -> dict[str, Any]:
    """The description of a body that is read by hand, in one piece."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})

    def whole(part: Any) -> Any:
        if isinstance(part, list):
            return [whole(one) for one in part]
        if not isinstance(part, dict):
            return part
        named = parts[part["$ref"].rpartition("/")[2]] if "$ref" in part else {}
        return {name: whole(value) for name, value in {**named, **part}.items() if name != "$ref"}

    return {"requestBody": {"required": True, "content": {"application/json": {"schema": whole(schema)}}}}


@router.get("", responses={200: {"model": HooksModel}, **_PROBLEMS}, summary="The webhooks of a key")
def hooks(request: Request, owner: Owner) -> Response:
    """Those that were made with the key that is shown, each with how it is doing."""
    live = live_of(request)
    heads, dead = live.log.heads(), live.hooks.dead()
    mine = live.hooks.all(owner.id)
    found = [hook_json(hook, heads.get(hook.feed), dead.get(hook.id, 0)) for hook in mine]
    return _response({"hooks": found, "kinds": {**KINDS, **TRANSITIONS}, "states": STATES})


@router.post(
    "",
    status_code=201,
    responses={201: {"model": MadeHookModel}, **_PROBLEMS},
    openapi_extra=_body(NewHookModel),
    summary="Make a webhook",
)
async def make(request: Request, owner: Owner) -> Response:
    """Every change of the feed from now on that the filter shows is sent to the address, at least once and in order, in
    batches of at most 100. The answer holds its `secret`, which deliveries are signed with (Standard Webhooks); it is
    not told again."""
    asked = await body_of(request, NewHookModel)
    return await run_in_threadpool(_make, request, owner, asked)


def _make(request: Request, owner: Key, model: NewHookModel) -> Response:
    live = live_of(request)
    feed, kinds = live.require(model.feed), list(dict.fromkeys(model.kinds))
    wanted = NewHook(
        owner.id, feed, checked_url(request, model.url), filter_json(model.filter), kinds, model.description,
        model.style,
    )  # fmt: skip
    made = live.hooks.make(wanted, live.log.heads().get(feed))
    live.poke()
    return _response({**_json(live, made), "secret": made.secret}, 201)


@router.get("/{hook}", responses={200: {"model": HookModel}, **_PROBLEMS}, summary="One webhook")
def hook(request: Request, owner: Owner, hook: HookId) -> Response:
    """What it is, how far it has come, and what hinders it."""
    live = live_of(request)
    return _response(_json(live, live.hooks.get(hook, owner.id)))


@router.patch(
    "/{hook}",
    responses={200: {"model": HookModel}, **_PROBLEMS},
    openapi_extra=_body(HookPatchModel),
    summary="Change a webhook",
)
async def change(request: Request, owner: Owner, hook: HookId) -> Response:
    """Its address, filter, kinds or description; or pause it, and go on: nothing is lost meanwhile. What is being tried
    again is tried at once."""
    asked = await body_of(request, HookPatchModel)
    return await run_in_threadpool(_change, request, owner, hook, asked)


def _change(request: Request, owner: Key, hook: str, model: HookPatchModel) -> Response:
    live = live_of(request)
    live.hooks.get(hook, owner.id)
    values: dict[str, Any] = model.model_dump(exclude_none=True, exclude={"filter"})
    if model.url is not None:
        checked_url(request, model.url)
    if model.filter is not None:
        values["filter"] = filter_json(model.filter)
    found = live.hooks.change(hook, owner.id, **values)
    live.poke()
    return _response(_json(live, found))


@router.delete(
    "/{hook}", status_code=204, responses={204: {"description": "It is gone."}, **_PROBLEMS}, summary="Remove a webhook"
)
def remove(request: Request, owner: Owner, hook: HookId) -> Response:
    """With its dead letters."""
    live_of(request).hooks.remove(hook, owner.id)
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


@router.get("/{hook}/dead", responses={200: {"model": LettersModel}, **_PROBLEMS}, summary="What was not taken")
def dead(request: Request, owner: Owner, hook: HookId) -> Response:
    """The oldest 20 deliveries that were not taken, however often they were tried, with the reason and all that they
    say."""
    store = live_of(request).hooks
    found = store.get(hook, owner.id)
    letters = [letter_json(letter) for letter in store.letters(found.id, _MOST_LETTERS)]
    return _response({"hook": found.id, "total": store.dead().get(found.id, 0), "letters": letters})


@router.post(
    "/{hook}/dead/retry",
    status_code=202,
    responses={202: {"model": RetryingModel}, **_PROBLEMS},
    summary="Try what was not taken once more",
)
def retry(request: Request, owner: Owner, hook: HookId) -> Response:
    """Every dead letter once, the oldest first; one that is taken is no dead letter any more. A delivery that waits for
    its next try is tried at once."""
    live = live_of(request)
    found = live.hooks.get(hook, owner.id)
    count = live.hooks.retry(found.id)
    live.poke()
    problem = "" if found.state == ACTIVE else f"The webhook is {found.state}: they wait until it is made active again."
    return _response({"retrying": count, "problem": problem}, 202)


@router.post("/{hook}/test", responses={200: {"model": DeliveryTestModel}, **_PROBLEMS}, summary="Send a test delivery")
def test(request: Request, owner: Owner, hook: HookId) -> Response:
    """One signed delivery without changes, marked `test`, sent now and once. Where it is taken, what waits for its next
    try is tried at once."""
    live = live_of(request)
    found = live.hooks.get(hook, owner.id)
    return _response(_try(live, found))


def _try(live: LiveSite, hook: Hook) -> dict[str, Any]:
    from bluelamp.follow.delivery import send
    from bluelamp.follow.message import test_message

    if not live.tests_under_way.acquire(blocking=False):
        raise Overloaded("Too many test deliveries are under way.", "Try again in a few seconds.")
    try:
        now = datetime.now(UTC)
        message = test_message(hook, now)
        with live.client() as client:
            reply = send(client.post, hook, message, now, live.public_url)
    finally:
        live.tests_under_way.release()
    if not reply.problem:
        live.hooks.try_now(hook.id)
        live.poke()
    return {
        "id": message.id,
        "taken": not reply.problem,
        "status": reply.status or None,
        "problem": reply.problem,
    }


@router.api_route("", methods=["DELETE", "OPTIONS", "PATCH", "PUT"], include_in_schema=False)
async def other_methods() -> Response:
    """Says what may be done here: routes of one address would each name only their own method."""
    raise HTTPException(405, headers={"Allow": "GET, POST"})


@router.api_route("/{hook}", methods=["OPTIONS", "POST", "PUT"], include_in_schema=False)
async def other_methods_of_one(hook: HookId) -> Response:
    """The same for one webhook."""
    del hook
    raise HTTPException(405, headers={"Allow": "GET, PATCH, DELETE"})


def _json(live: LiveSite, hook: Hook) -> dict[str, Any]:
    head: Head | None = live.log.heads().get(hook.feed)
    return hook_json(hook, head, live.hooks.dead().get(hook.id, 0))


def _response(body: dict[str, Any], status: int = 200) -> Response:
    return JSONResponse(body, status, {"Cache-Control": "no-store"})
