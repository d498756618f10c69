"""What a change does to a call: the cases that the pages' `frontend/src/live/apply.ts` is held against as well."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bluelamp.domain.call import Call
from bluelamp.domain.change import KINDS, apply

SHARED = json.loads((Path(__file__).parents[2] / "lib/change-cases.json").read_text())


def call_with(differences: dict[str, Any] | None) -> Any:
    return None if differences is None else {**SHARED["call"], **differences}


def change_with(differences: dict[str, Any]) -> Any:
    change = {**SHARED["change"], **differences}
    return {**change, "details": SHARED["call"]} if change.get("details") == "call" else change


@pytest.mark.parametrize("case", SHARED["cases"], ids=lambda case: case["name"])
def test_apply_gives_the_call_of_the_shared_case(case: dict[str, Any]) -> None:
    call: Call | None = call_with(case["before"])
    changes = [change_with(differences) for differences in case["changes"]]
    if case["after"] is None:
        with pytest.raises(AssertionError):
            apply(call, changes[0])
        return
    for change in changes:
        untouched = copy.deepcopy(call)
        after = apply(call, change)
        assert call == untouched
        call = after
    assert call == call_with(case["after"])


def test_every_kind_of_change_has_a_case() -> None:
    kinds = {change.get("kind", SHARED["change"]["kind"]) for case in SHARED["cases"] for change in case["changes"]}
    assert set(KINDS) <= kinds
