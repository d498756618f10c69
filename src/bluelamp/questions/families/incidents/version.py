"""One state of the files of incident reports, as questions see it: see `DataVersion`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from bluelamp.domain.month import Month, month_range
from bluelamp.errors import NothingHeld
from bluelamp.questions.families.incidents.reading import IncidentFile
from bluelamp.questions.model.data_version import DataVersion, VersionFacts
from bluelamp.questions.model.dataset import Dimension
from bluelamp.questions.model.question import Question

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True, slots=True)
class HeldCity:
    """A city whose reports are held, the hash of its file, and its first and last month."""

    city: str
    sha256: str
    months: tuple[Month, Month]


class IncidentsVersion(DataVersion):
    """`files` are those of its cities, in order; `problems` say what is wrong with the files that are left out."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, files: Sequence[IncidentFile], problems: Sequence[str] = ()
    ) -> None:
        super().__init__(connection)
        # The rows are the engine's now.
        self.files = tuple(HeldCity(one.city, one.sha256, one.months) for one in files)
        self.problems = tuple(problems)

    @cached_property
    def facts(self) -> VersionFacts:
        text = "\n".join([*(f"{one.city} {one.sha256}" for one in self.files), *self.problems])
        return VersionFacts(hashlib.sha256(text.encode()).hexdigest()[:12], None, None, "", ())

    @property
    def cache_key(self) -> str:
        return f"incidents-{self.name}"

    @cached_property
    def months(self) -> tuple[Month, ...]:
        first, last = min(one.months[0] for one in self.files), max(one.months[1] for one in self.files)
        return tuple(month_range(first, last))

    def _read_words(self, dimension: Dimension) -> dict[str, int]:
        rows = self.rows(
            f"SELECT DISTINCT {dimension.key} AS word FROM incident AS r WHERE word <> '' ORDER BY word",  # noqa: S608 - ours
            light=False,
        )
        return {word: place for place, (word,) in enumerate(rows)}

    def source(self, question: Question) -> str:
        del question
        return f"Incident reports of {', '.join(one.city for one in self.files)}"

    def licence(self, question: Question) -> str:
        del question
        return "The licence is that of the city that published the reports."


def connect(files: Sequence[IncidentFile], *, memory_mb: int, threads: int) -> duckdb.DuckDBPyConnection:
    """An engine of its own that holds the reports, and reads nothing else. Raises NothingHeld where there is none."""
    import duckdb
    import pyarrow as pa

    if not files:
        raise NothingHeld(
            "No incident report is held yet.", "Put a city's reports into the home, as incidents/CITY.csv."
        )
    connection = duckdb.connect(":memory:", config={"memory_limit": f"{int(memory_mb)}MB", "threads": int(threads)})
    try:
        connection.register("files", pa.concat_tables([one.rows for one in files]))
        connection.execute("CREATE TABLE incident AS SELECT * FROM files ORDER BY city, line")
        connection.unregister("files")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error:
        connection.close()
        raise
    return connection
