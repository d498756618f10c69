"""What a webhook is sent, and how that is signed: the convention of Standard Webhooks. Used by `delivery`, and by
the test delivery of the API.

A message has the same id and the same bytes however often it is sent; only time stamp and signature are of the attempt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bluelamp.domain.call_filter import CallFilter, make_filter
from bluelamp.storage.follow.hooks import SECRET_PREFIX, Hook


@dataclass(frozen=True, slots=True)
class Message:
    """`body` is JSON."""

    id: str
    body: bytes


def filter_of_hook(told: Mapping[str, Any]) -> CallFilter:
    """A filter as webhooks are made with. Raises UsageError in words."""
    return make_filter(
        **{name: told[name] for name in ("division", "beat", "priority", "nature", "bbox") if name in told}
    )


def message_of(hook: Hook, changes: Sequence[bytes], upto: int, site: str = "") -> Message:
    """The delivery of the changes after `hook.told` up to `upto`; where the webhook has lost its place, with `resync`:
    load the calls at that address, and leave out what follows up to their cursor."""
    about: dict[str, Any] = {
        "hook": hook.id,
        "feed": hook.feed,
        "epoch": hook.epoch,
        "from": hook.told,
        "to": upto,
    }
    if hook.resync:
        query = "&".join(part for part in (filter_of_hook(hook.filter).query(), _at_least(hook)) if part)
        about["resync"] = {"reason": hook.resync, "calls": f"{site}/api/v1/feeds/{hook.feed}/calls?{query}"}
    name = "\n".join((hook.id, str(hook.version), hook.epoch, str(hook.told), str(upto), hook.resync))
    return Message(_id(name), _body(about, changes))


def _at_least(hook: Hook) -> str:
    return f"at_least={hook.epoch}:{hook.told}" if hook.epoch else ""


def test_message(hook: Hook, at: datetime) -> Message:
    """A delivery without changes, for whoever sets up a receiver."""
    about = {"hook": hook.id, "feed": hook.feed, "epoch": hook.epoch, "from": hook.told, "to": hook.told, "test": True}
    return Message(_id(f"{hook.id}\ntest\n{at.isoformat()}"), _body(about, ()))


def headers_of(message: Message, secret: str, at: datetime) -> dict[str, str]:
    """The headers that a message is sent with at a moment; `message.body` is what is sent, in whatever style."""
    stamp = str(int(at.timestamp()))
    return {
        "Content-Type": "application/json",
        "webhook-id": message.id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature_of(message, secret, stamp)}",
    }


def signature_of(message: Message, secret: str, stamp: str) -> str:
    """HMAC-SHA256 over `id.timestamp.body`, with the bytes that the secret stands for, in Base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message.id}.{stamp}.".encode() + message.body
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def _id(name: str) -> str:
    return f"msg_{hashlib.sha256(name.encode()).hexdigest()[:24]}"


def _body(about: Mapping[str, Any], changes: Sequence[bytes]) -> bytes:
    head = json.dumps(about, ensure_ascii=False, separators=(",", ":")).encode()
    return head[:-1] + b',"changes":[' + b",".join(changes) + b"]}"
