"""The ledger's lines as plain values. Shared by the ledger and by worker processes, which need no database for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.domain.whole import ListingReading

WAITING, LOADED, UNCHANGED, QUARANTINED, NOT_FETCHED = "waiting", "loaded", "unchanged", "quarantined", "not fetched"


@dataclass(frozen=True, slots=True)
class Receipt:
    """Something received once from a publisher. `received_at` is ISO 8601 in UTC; `readings` say for each dataset
    whether the listing is whole, `choice` what was asked for of it."""

    release: Month
    origin: str
    kind: str
    version: str
    readings: tuple[ListingReading, ...]
    choice: Selection
    received_at: str
    directory_sha256: str
    ignored: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListedFile:
    """A force-month file as a receipt lists it, before it is loaded."""

    unit: ForceMonth
    member: str
    modified: str
    size: int
    compressed_size: int
    method: int
    crc32: int
    state: str
    reason: str = ""
    same_as: int | None = None
    raw_sha256: str = ""
    vault_key: str = ""
    vault_offset: int = 0


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A force-month file as the ledger has it."""

    id: int
    receipt_id: int
    unit: ForceMonth
    release: Month
    member: str
    size: int
    compressed_size: int
    method: int
    crc32: int
    sha256: str
    raw_sha256: str
    vault_key: str
    vault_offset: int
    state: str
    reason: str
    same_as: int | None
    rows_read: int | None
    rows_loaded: int | None
    rows_rejected: int | None
    lake_path: str

    @property
    def content_id(self) -> int:
        """The file whose rows these are: its own, or the earlier one that it repeats."""
        return self.same_as or self.id


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What loading one file gave: the second half of its line in the ledger."""

    file_id: int
    state: str
    reason: str
    sha256: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    lake_path: str
    findings: list[dict[str, Any]]
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LakeFile:
    """One Parquet file of the lake; `path` is relative to it."""

    path: str
    table: str
    rows: int
    size: int
    sha256: str
