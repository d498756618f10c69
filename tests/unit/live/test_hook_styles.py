"""Deliveries as Slack, Discord and ntfy take them: text that is only text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bluelamp.follow.styles import STYLES, styled


def body(*changes: dict[str, Any], **about: Any) -> bytes:
    return json.dumps(
        {"hook": "hook_1", "feed": "city", "epoch": "a", "from": 1, "to": 2, **about, "changes": changes}
    ).encode()


def opened(**details: Any) -> dict[str, Any]:
    return {"seq": 1, "kind": "opened", "call": "9d1c", "at": "2026-02-11T06:02:00.000Z", "details": details}


def text_of(style: str, sent: bytes) -> str:
    found = styled(style, sent, "https://calls.example.org").body.decode()
    return found if style == "ntfy" else str(json.loads(found)[{"slack": "text", "discord": "content"}[style]])


def test_without_a_style_the_bytes_are_those_of_the_delivery() -> None:
    sent = body(opened(nature="40 - Other"))
    assert styled("", sent).body == sent


@pytest.mark.parametrize("style", [one for one in STYLES if one])
def test_a_new_call_is_one_line_with_its_link(style: str) -> None:
    told = text_of(style, body(opened(nature="Major Dist", location="MAIN ST / ELM ST", priority="1")))
    assert told.startswith("New: Major Dist · MAIN ST / ELM ST · priority 1")
    assert told.endswith(" https://calls.example.org/live/city/calls/9d1c")
    assert "\n" not in told


@pytest.mark.parametrize("style", [one for one in STYLES if one])
def test_every_kind_and_a_test_and_a_resync_are_told(style: str) -> None:
    changes = [
        {"kind": "closed", "call": "9d1c"}, {"kind": "unit_joined", "call": "9d1c", "unit": "B12"},
        {"kind": "updated", "call": "9d1c", "fields": {"priority": ["2", None]}}, {"kind": "strange", "call": "9d1c"},
    ]  # fmt: skip
    told = text_of(style, body(*changes)).splitlines()  # type: ignore[arg-type]
    assert [line.split(":")[0] for line in told] == ["Ended", "Unit on it", "Changed", "strange"]
    assert "B12" in told[1]
    assert "priority: 2 → –" in told[2]
    assert "A test of city" in text_of(style, body(test=True))
    assert "not told" in text_of(style, body(resync={"reason": "the log was made anew", "calls": "/x"}))


def test_words_of_a_publisher_are_no_markup_and_call_nobody() -> None:
    nasty = opened(nature="<!channel> <http://x|y> & @everyone **b** [a](http://x)", location="`x`\n# head")
    assert "<" not in text_of("slack", body(nasty))
    assert "&lt;!channel&gt;" in text_of("slack", body(nasty))
    discord = text_of("discord", body(nasty))
    for mark in ("**", "](", "`x`"):
        assert mark not in discord
    assert json.loads(styled("discord", body(nasty)).body)["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(("style", "most"), [("slack", 3_100), ("discord", 2_000), ("ntfy", 4_096)])
def test_no_message_is_longer_than_its_service_takes(style: str, most: int) -> None:
    many = [opened(nature="ö" * 400, location="*" * 400) for _ in range(100)]
    told = text_of(style, body(*many))
    assert len(told.encode() if style == "ntfy" else told) <= most
