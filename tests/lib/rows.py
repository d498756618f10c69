"""Rows of an answer without what each of them stands on: for tests of the counts alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

_COVERAGE = ("held", "expected", "state", "located_share")


def figures(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in _COVERAGE} for row in rows]
