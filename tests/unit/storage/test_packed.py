"""What is packed is unpacked to the byte, what was text before is read, and a change is whole again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluelamp.storage.tables.packed import PackedJson, PackedText, bare, pack, unpack, whole

_HEAD = {"seq": 7, "id": "ab" * 12, "kind": "opened", "call": "cd" * 8}


@given(st.text())
def test_a_text_is_the_same_again(text: str) -> None:
    assert unpack(pack(text)) == text
    assert unpack(text) == text, "as SQLite had it before"
    if text[:1] in ("{", "["):
        assert unpack(text.encode()) == text, "as PostgreSQL has it since"


@pytest.mark.parametrize(
    "more",
    [
        {"unit": None, "fields": None, "between": [None, "2026"], "at": "2026-02", "details": {"at": "", "x": '"at":'}},
        {"unit": '"at":""', "fields": {"status": ['"at":""', None]}, "between": None, "at": "2026-02"},
        {"unit": "Ö\\", "fields": None, "between": ["a", "b"], "at": "2026-02", "place": None, "first": True},
    ],
)  # fmt: skip
def test_a_change_is_whole_again_to_the_byte(more: dict[str, Any]) -> None:
    change = {**_HEAD, **more}
    text = json.dumps(change, ensure_ascii=False, separators=(",", ":"))
    row: Any = SimpleNamespace(**_HEAD, at=more["at"], body=bare(change))
    assert whole(row) == text.encode()
    assert not any(str(value) in row.body for value in _HEAD.values())
    row.body = text
    assert whole(row) == text.encode(), "a row of before holds all of it"


def test_a_call_takes_a_quarter_of_its_text() -> None:
    call = {
        "id": "0123456789abcdef", "incident_number": "26-0012345", "nature": "40/01 - Other", "priority": "2",
        "status": "At Scene", "division": "Northwest", "beat": "531", "reporting_area": "3021", "block": "2800",
        "location": "Harry Hines Blvd", "reported_local": "2026-03-07T21:14:00",
        "reported_at": "2026-03-08T03:14:00.000Z",
        "opened_between": ["2026-03-08T03:14:10.123Z", "2026-03-08T03:16:10.456Z"], "closed_between": None,
        "ended": None, "reopened": 0,
        "units": [{"unit": "B512", "status": "At Scene", "left_between": None,
                   "joined_between": ["2026-03-08T03:14:10.123Z", "2026-03-08T03:16:10.456Z"]}],
        "former_units": [], "place": None, "revision": 1,
    }  # fmt: skip
    text = json.dumps(call, separators=(",", ":"))
    assert len(pack(text)) < 0.3 * len(text)


def test_columns_give_what_they_were_given() -> None:
    for kind, value in ((PackedText(), "text"), (PackedJson(), [{"a": None}])):
        dialect: Any = None
        kept = kind.bind_processor(dialect)(value)
        assert kind.result_processor(dialect, None)(kept) == value
        assert kind.result_processor(dialect, None)(memoryview(kept)) == value
        assert kind.bind_processor(dialect)(None) is kind.result_processor(dialect, None)(None) is None
