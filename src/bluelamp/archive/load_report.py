"""What is to be loaded, and what a load gave: plain values, which cost nothing to import. Used by `release_load`, by
the Python interface and by the commands.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bluelamp.domain.month import Month
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection

if TYPE_CHECKING:
    from bluelamp.archive.fetch import Fetched
    from bluelamp.archive.load import Loaded
    from bluelamp.storage.warehouse.database import Version


@dataclass(frozen=True, slots=True)
class LoadRequest:
    """What is to be loaded. `release` and `whole` state what the locations do not say of themselves, `unit` what the
    one file at a location is."""

    locations: Sequence[str] = ()
    release: Month | None = None
    selection: Selection = field(default_factory=Selection)
    whole: bool | None = None
    unit: ForceMonth | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load gave. `fetched` has one entry for each location; `version` is the data version that was published,
    None where nothing changed."""

    fetched: Sequence[Fetched]
    loaded: Loaded
    version: Version | None

    @property
    def files_loaded(self) -> int:
        return self.loaded.files - len(self.loaded.quarantined)

    @property
    def files_unchanged(self) -> int:
        """Files that were held already, from this or another release."""
        return sum(one.known + one.unchanged for one in self.fetched)

    @property
    def files_quarantined(self) -> int:
        return len(self.loaded.quarantined) + sum(len(one.unreadable) for one in self.fetched)

    @property
    def rows_loaded(self) -> int:
        return self.loaded.rows

    @property
    def rows_rejected(self) -> int:
        return self.loaded.rejected

    @property
    def data_version(self) -> str | None:
        """The name of the data version that was published; None where nothing changed."""
        return self.version.name if self.version else None

    @property
    def changed(self) -> bool:
        return self.version is not None
