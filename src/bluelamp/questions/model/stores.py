"""Where a home keeps what questions are answered from. Made by `bootstrap`, and handed to the families: none of them
opens a store by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bluelamp.sources.feeds.agency import Agency
    from bluelamp.storage.calls.days import CallsDays
    from bluelamp.storage.calls.lake import CallsLake
    from bluelamp.storage.warehouse.database import WarehouseFolder


@dataclass(frozen=True, slots=True)
class Stores:
    """`home` is the home's folder and `lake` that of its columnar files; an engine may take `memory_mb` and `threads`.
    Each other store is opened by whoever needs it; `has_live` says whether a live half is
    kept at all, without making one."""

    home: Path
    lake: Path
    memory_mb: int
    threads: int
    warehouse: Callable[[], WarehouseFolder]
    has_live: Callable[[], bool]
    calls_days: Callable[[], CallsDays]
    calls_lake: Callable[[], CallsLake]
    agencies: Callable[[], Mapping[str, Agency]]
