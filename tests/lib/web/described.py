"""The operations of the OpenAPI description as addresses that can be asked: for tests that walk all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

# Where the description has no example, or one that this home does not hold.
_VALUES = {
    "kind": "force", "area_id": "kent", "old": "2023-05", "new": "2023-06", "hook": "hook_0123456789abcdef",
    "record_id": "2023-01-kent-street-2", "x": "0", "y": "0", "z": "0", "name": "crime",
}  # fmt: skip
# Query parameters without which nothing is answered.
_NEEDED = {"/activity": "from=2026-02-11T00:00:00Z&to=2026-02-11T01:00:00Z", "/history": "at=2026-02-11T00:00:00Z"}


@dataclass(frozen=True)
class Operation:
    """`path` is the pattern, `address` one address of it; `single` and `many` are its query parameters."""

    method: str
    path: str
    address: str
    single: tuple[str, ...]
    many: tuple[str, ...]

    def asked(self, query: str) -> str:
        return f"{self.address}{'&' if '?' in self.address else '?'}{query}"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def operations(openapi: Mapping[str, Any], **values: str) -> Iterator[Operation]:
    """Every operation; `values` are those of path parameters, before the examples."""
    for path, methods in openapi["paths"].items():
        for method, told in methods.items():
            parameters = told.get("parameters", ())
            query = [one for one in parameters if one["in"] == "query"]
            repeated = {one["name"] for one in query if one["schema"].get("type") == "array"}
            names = [one["name"] for one in query]
            yield Operation(
                method.upper(), path, _address(path, parameters, values),
                tuple(name for name in names if name not in repeated), tuple(repeated),
            )  # fmt: skip


def _address(path: str, parameters: list[dict[str, Any]], values: Mapping[str, str]) -> str:
    examples = {one["name"]: _example(one) for one in parameters if one["in"] == "path"}
    given = {**examples, **_VALUES, **values}
    if "/areas/{kind}/{feed}" in path:
        given |= {"kind": "division", "name": "Central"}
    if path.startswith("/api/v1/feeds"):
        given |= {"kind": "beat"}
    address = re.sub(r"{(\w+)}", lambda found: quote(str(given[found[1]]), safe=""), path)
    needed = next((query for end, query in _NEEDED.items() if path.endswith(end)), "")
    return f"{address}?{needed}" if needed else address


def _example(parameter: Mapping[str, Any]) -> str:
    found = parameter.get("schema", {}).get("examples") or [parameter.get("example", "")]
    return str(found[0])
