"""Reads the times of stops as their files were found to write them. Used by `coding`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from bluelamp.domain.file_property import SUMMER_EVENING, SUMMER_MIDNIGHT, WINTER_MIDNIGHT, StopReading
from bluelamp.storage.lake import EARLIER_TIME
from bluelamp.storage.local_time import from_local, to_local

Mask = npt.NDArray[np.bool_]

_DAY, _EVENING = 86_400_000_000, 82_800_000_000
TIME_COLUMNS = ["published_time", EARLIER_TIME]


@dataclass(frozen=True, slots=True)
class StopClocks:
    """By file id: whether its times are local, and at which of the three midnights its stops have no time of day."""

    local: Mask
    winter_midnight: Mask
    summer_evening: Mask
    summer_midnight: Mask

    @classmethod
    def of(cls, readings: Mapping[int, StopReading], size: int) -> StopClocks:
        """Of files with ids below `size`."""
        found = cls(*(np.zeros(size, bool) for _ in range(4)))
        marks = ((WINTER_MIDNIGHT, found.winter_midnight), (SUMMER_EVENING, found.summer_evening),
                 (SUMMER_MIDNIGHT, found.summer_midnight))  # fmt: skip
        for file_id, reading in readings.items():
            found.local[file_id] = reading.local
            for name, mask in marks:
                mask[file_id] = name in reading.blanks
        return found

    def columns(self, rows: pa.Table) -> dict[str, Any]:
        """The times of rows of the lake as the warehouse has them."""
        published = rows.column("published_time" if "published_time" in rows.schema.names else EARLIER_TIME)
        files = rows.column("file_id").to_numpy()
        absent = published.is_null().to_numpy()
        instants = published.cast(pa.int64()).fill_null(0).to_numpy()
        as_utc = to_local(instants)
        summer = as_utc != instants
        local = self.local[files]
        utc = np.where(local, from_local(instants), instants) if local.any() else instants
        in_day = instants % _DAY
        untimed = np.where(
            in_day == 0,
            np.where(summer, self.summer_midnight[files], self.winter_midnight[files]),
            (in_day == _EVENING) & summer & self.summer_evening[files],
        )
        return {
            "published_time": published,
            "utc_time": pa.array(utc, pa.timestamp("us"), mask=absent),
            "local_time": pa.array(np.where(local, instants, as_utc), pa.timestamp("us"), mask=absent),
            "time_known": ~absent & ~untimed,
        }
