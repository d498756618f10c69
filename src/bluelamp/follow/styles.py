"""Deliveries in the form that other people's services take: a line of text for each change. Used by `delivery`.

Only the form differs: a delivery is begun, tried again and given up as any other, and it is signed over the bytes that
are sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bluelamp.domain.page import path_to

STYLES: dict[str, str] = {
    "": "Bluelamp's own: JSON with every change, whole",
    "slack": "text for an incoming webhook of Slack, Mattermost or Rocket.Chat",
    "discord": "text for a webhook of Discord",
    "ntfy": "a message for a topic of ntfy",
}
# Lines of one message: more are counted in the last one.
_LINES = 15
# The most characters that a service takes.
_MOST = {"slack": 3_000, "discord": 1_900, "ntfy": 1_300}
_WORDS = {
    "opened": "New", "reopened": "Open again", "entered": "New here", "closed": "Ended", "aged_out": "No longer listed",
    "removed": "No longer here", "unit_joined": "Unit on it", "unit_left": "Unit left it", "updated": "Changed",
    "located": "Found on the map",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Styled:
    """What is sent: the body and the headers that go with its form."""

    body: bytes
    headers: Mapping[str, str]


def styled(style: str, body: bytes, site: str = "") -> Styled:
    """A delivery in a style; `site` is what addresses of this site begin with, empty where that is not known."""
    if not style:
        return Styled(body, {"Content-Type": "application/json"})
    told: dict[str, Any] = json.loads(body)
    escape = _ESCAPES[style]
    text = "\n".join(_lines(told, escape, site))
    if len(text) > _MOST[style]:
        text = f"{text[: _MOST[style]].rsplit(chr(10), 1)[0]}\n…"
    if style == "ntfy":
        return Styled(text.encode(), {"Content-Type": "text/plain; charset=utf-8", "Title": f"Calls of {told['feed']}"})
    whole: dict[str, Any] = {"text": text} if style == "slack" else {"content": text, "allowed_mentions": {"parse": []}}
    return Styled(json.dumps(whole, ensure_ascii=False).encode(), {"Content-Type": "application/json"})


def _lines(told: Mapping[str, Any], escape: Callable[[str], str], site: str) -> list[str]:
    feed, changes = str(told["feed"]), told["changes"]
    if told.get("test"):
        return [escape(f"A test of {feed}: what changes there will be told here.")]
    lines = [escape(f"{feed}: what was between is not told ({told['resync']['reason']}).")] if "resync" in told else []
    lines += [_line(change, feed, escape, site) for change in changes[:_LINES]]
    if len(changes) > _LINES:
        lines.append(f"… and {len(changes) - _LINES:,} more changes.")
    return lines or [escape(f"{feed}: nothing new.")]


def _line(change: Mapping[str, Any], feed: str, escape: Callable[[str], str], site: str) -> str:
    kind, details = str(change["kind"]), change.get("details") or {}
    parts = [str(details[name]) for name in ("nature", "location") if details.get(name)]
    if details.get("priority"):
        parts.append(f"priority {details['priority']}")
    if change.get("unit"):
        parts.append(str(change["unit"]))
    parts += [f"{name}: {_shown(old)} → {_shown(new)}" for name, (old, new) in (change.get("fields") or {}).items()]
    said = " · ".join(parts) or f"call {change['call']}"
    link = f" {site}{path_to('live', feed=feed, call=str(change['call']))}" if site else ""
    return escape(f"{_WORDS.get(kind, kind)}: {_one_line(said)}") + link


def _shown(value: Any) -> str:
    return "–" if value in (None, "") else str(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


def _for_slack(text: str) -> str:
    """What would be a link, a mention or a form in Slack is text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _for_discord(text: str) -> str:
    return re.sub(r"([\\*_~`|>#\[\]()@])", r"\\\1", text)


_ESCAPES: dict[str, Callable[[str], str]] = {"slack": _for_slack, "discord": _for_discord, "ntfy": str}
