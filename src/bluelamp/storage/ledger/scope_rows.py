"""How the ledger writes down what a receipt speaks for, and the scope that a person chose: plain values in JSON, and
back. Used by `ledger` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from bluelamp.domain.month import Month
from bluelamp.domain.scope import DEFAULT_SCOPE, ScopeChoice
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ListingReading, ReceiptWindow, window_of
from bluelamp.storage.relational.database import SCOPE

_THE_SCOPE = 1


def readings_row(readings: Sequence[ListingReading]) -> list[dict[str, Any]]:
    return [
        {
            "dataset": reading.dataset,
            "publishers": reading.publishers,
            "first": reading.first.index,
            "last": reading.last.index,
            "whole": reading.whole,
            "stated": reading.stated,
        }
        for reading in readings
    ]


def readings_of(row: Sequence[Mapping[str, Any]]) -> tuple[ListingReading, ...]:
    return tuple(
        ListingReading(
            one["dataset"],
            one["publishers"],
            Month(one["first"]),
            Month(one["last"]),
            one["whole"],
            one.get("stated", False),
        )
        for one in row
    )


def choice_row(choice: Selection) -> dict[str, Any]:
    """Only what narrows: everything is `{}`."""
    row: dict[str, Any] = {"forces": sorted(choice.forces), "datasets": sorted(choice.datasets)}
    row |= {"first": choice.first and choice.first.index, "last": choice.last and choice.last.index}
    return {name: value for name, value in row.items() if value}


def choice_of(row: Mapping[str, Any]) -> Selection:
    return Selection(
        frozenset(row.get("forces", ())), frozenset(row.get("datasets", ())), _month(row.get("first")),
        _month(row.get("last")),
    )  # fmt: skip


def windows_of(release: int, readings: Sequence[Mapping[str, Any]], choice: Mapping[str, Any]) -> list[ReceiptWindow]:
    """One window for each dataset of a receipt."""
    return [window_of(one, Month(release), choice_of(choice)) for one in readings_of(readings)]


def word_of(readings: Sequence[Mapping[str, Any]], number: int) -> tuple[bool, int]:
    """Which of several readings of one listing counts, the largest: the newest that a person stated, else the one that
    is whole in most; a fetch in parts says so only with its last."""
    stated = any(one.get("stated") for one in readings)
    return stated, number if stated else sum(one["whole"] for one in readings)


def kept_scope(connection: sa.Connection) -> ScopeChoice:
    """What a person said of the scope; the default where nobody did."""
    row = connection.execute(sa.select(SCOPE).where(SCOPE.c.id == _THE_SCOPE)).mappings().first()
    if row is None:
        return DEFAULT_SCOPE
    forces, datasets = (None if row[name] is None else frozenset(row[name]) for name in ("forces", "datasets"))
    return ScopeChoice(forces, datasets, _month(row["first"]), _month(row["last"]))


def keep_scope(connection: sa.Connection, chosen: ScopeChoice, changed_at: str) -> None:
    """Write it in the place of what was said before."""
    connection.execute(SCOPE.delete())
    if chosen.is_default:
        return
    connection.execute(
        SCOPE.insert().values(
            id=_THE_SCOPE,
            forces=_sorted(chosen.forces),
            datasets=_sorted(chosen.datasets),
            first=chosen.first.index if chosen.first else None,
            last=chosen.last.index if chosen.last else None,
            changed_at=changed_at,
        )
    )


def _sorted(names: frozenset[str] | None) -> Any:
    return sa.null() if names is None else sorted(names)


def _month(index: int | None) -> Month | None:
    return None if index is None else Month(index)
