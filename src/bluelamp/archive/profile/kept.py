"""How evidence rests in the ledger: as plain values under its own names. Used by `evidence` and `place_evidence`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

_Evidence = TypeVar("_Evidence")


def as_plain(evidence: Any) -> dict[str, Any]:
    """The plain values of a dataclass of them."""
    return {one.name: getattr(evidence, one.name) for one in fields(evidence)}


def from_plain(kind: type[_Evidence], plain: Mapping[str, Any] | None) -> _Evidence | None:
    """What `as_plain` gave; None where nothing was counted, or by another program, otherwise."""
    names = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    return None if plain is None or set(plain) != names else kind(**plain)
