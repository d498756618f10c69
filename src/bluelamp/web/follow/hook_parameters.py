"""What requests about webhooks share: whose key was shown, the body within bounds, a webhook as it is told. Used by
`hooks`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ValidationError

from bluelamp.errors import KeyNeeded, NothingHeld, SourceRefused, UsageError
from bluelamp.sources.http import check_address
from bluelamp.storage.follow.hooks import STATES, Hook, Letter, waiting_of
from bluelamp.storage.follow.keys import Key
from bluelamp.storage.live.event_log import Head
from bluelamp.web.follow.hook_schemas import HookFilterModel
from bluelamp.web.live.parameters import live_of
from bluelamp.web.request import site_of

# The most bytes that a webhook is described with.
MOST_BODY = 64 << 10
_HINT = "Send it as Authorization: Bearer bl_…; whoever runs this site makes one with: bluelamp keys add NAME."
_BEARER = HTTPBearer(auto_error=False, description="an API key: bl_…", scheme_name="api_key")

M = TypeVar("M", bound=BaseModel)


def key_of(request: Request, shown: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> Key:
    """The key that a request shows. Raises KeyNeeded, and tells nothing else before that."""
    if shown is None:
        raise KeyNeeded("This needs an API key.", _HINT)
    try:
        found = live_of(request).keys.find(shown.credentials)
    except NothingHeld:
        found = None
    if found is None:
        raise KeyNeeded("This API key is not known here.", _HINT)
    return found


Owner = Annotated[Key, Depends(key_of)]


async def body_of(request: Request, model: type[M]) -> M:
    """What a request describes. Read only after its key was looked at, and never more than so much. Raises
    UsageError."""
    body = bytearray()
    async for portion in request.stream():
        body += portion
        if len(body) > MOST_BODY:
            raise UsageError("This is too large for a webhook.", f"At most {MOST_BODY >> 10} KB are read.")
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise UsageError(f"“{where[:100]}” is not understood: {first['msg'].lower()[:200]}.") from None


def checked_url(request: Request, url: str) -> str:
    """The address of a receiver. Raises UsageError for one that nothing is sent to."""
    try:
        check_address(url, allow_private=site_of(request).settings.allow_private_addresses)
    except SourceRefused as error:
        raise UsageError(error.message.replace("are fetched", "are sent to"), error.hint) from None
    return url


def filter_json(model: HookFilterModel) -> dict[str, Any]:
    """A filter as it is kept. Raises UsageError for an area that is none."""
    from bluelamp.follow.message import filter_of_hook

    told: dict[str, Any] = model.model_dump(exclude={"bbox"})
    told["bbox"] = ",".join(repr(edge) for edge in model.bbox) if model.bbox else ""
    filter_of_hook(told)
    return told


def hook_json(hook: Hook, head: Head | None, dead: int) -> dict[str, Any]:
    """A webhook as its owner sees it. `head` is where its feed's log stands."""
    return {
        "id": hook.id,
        "feed": hook.feed,
        "url": hook.url,
        "filter": _filter_as_json(hook.filter),
        "kinds": list(hook.kinds),
        "style": hook.style,
        "description": hook.description,
        "created_at": hook.created_at,
        "state": hook.state,
        "words": STATES[hook.state],
        "cursor": f"{hook.epoch}:{hook.told}" if hook.epoch else None,
        "waiting": waiting_of(hook, head),
        "delivered": hook.delivered,
        "last_delivered_at": hook.last_delivered_at or None,
        "tries": hook.tries,
        "next_try_at": hook.next_try_at or None,
        "problem": hook.problem,
        "dead": dead,
    }


def _filter_as_json(kept: Mapping[str, Any]) -> dict[str, Any]:
    bbox = kept.get("bbox") or ""
    return {**kept, "bbox": [float(edge) for edge in bbox.split(",")] if bbox else None}


def letter_json(letter: Letter) -> dict[str, Any]:
    import json

    return {
        "id": letter.message,
        "reason": letter.reason,
        "tries": letter.tries,
        "first_try_at": letter.first_try_at,
        "died_at": letter.died_at,
        "again": letter.again,
        "payload": json.loads(letter.body),
    }
