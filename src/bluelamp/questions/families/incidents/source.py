"""The states of the files of incident reports, as a server opens them: see `LeasePool`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from bluelamp.errors import BluelampError, Damaged, NoSuchThing, NotKept
from bluelamp.questions.families.incidents.reading import IncidentFile, city_files, read_file
from bluelamp.questions.families.incidents.version import IncidentsVersion, connect
from bluelamp.questions.model.data_version import StatementLimit

if TYPE_CHECKING:
    from bluelamp.questions.model.stores import Stores


def read_files(stores: Stores) -> tuple[list[IncidentFile], list[Damaged]]:
    """(the files of a home that can be read, what is wrong with the others)."""
    files: list[IncidentFile] = []
    problems: list[Damaged] = []
    for path in city_files(stores.home / "incidents"):
        try:
            files.append(read_file(path))
        except Damaged as error:
            problems.append(error)
    return files, problems


def left_out(problems: Sequence[Damaged]) -> list[str]:
    """What everybody may be told of files that cannot be read: that they are left out, nothing of what is in them."""
    return [f"{str(one).partition(' cannot be read')[0]} is left out: it cannot be read." for one in problems]


class IncidentsSource:
    """Opens states of the incident reports of a home. `limit` bounds what each of them runs."""

    def __init__(self, stores: Stores, limit: StatementLimit) -> None:
        self._stores, self._limit = stores, limit
        self._stamp: object = None
        self._current = ""

    def newest(self, open_: Mapping[str, IncidentsVersion]) -> tuple[str, IncidentsVersion] | None:
        """The files as they are, read again where one of them is another."""
        stamp = self._stamp_of_files()
        if stamp == self._stamp:
            current = open_.get(self._current)
            return None if current is None else (self._current, current)
        files, problems = read_files(self._stores)
        for problem in problems:
            structlog.get_logger("bluelamp.web").warning("incident reports not read", problem=str(problem))
        if not files:
            self._stamp, self._current = stamp, ""
            return None
        connection = connect(files, memory_mb=self._stores.memory_mb, threads=self._stores.threads)
        opened = IncidentsVersion(connection, files, left_out(problems))
        opened.limited = self._limit
        # Last: what failed on the way is tried again.
        self._stamp, self._current = stamp, opened.name
        if self._current in open_:
            opened.close()
        return self._current, open_.get(self._current, opened)

    def named(self, name: str) -> tuple[str, IncidentsVersion]:
        """Older states are not kept. Raises NotKept."""
        raise NotKept(
            f"The incident reports as of version {name[:40]} are not kept here.",
            "Leave the version out to ask the current one.",
        )

    def close(self) -> None:
        """Nothing is open that a pool does not have."""

    def nothing_yet(self, name: str) -> BluelampError:
        """What to raise where no file is held."""
        del name
        return NoSuchThing(
            "No incident report is held here.", "Put a city's reports into the home, as incidents/CITY.csv."
        )

    def _stamp_of_files(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for path in city_files(self._stores.home / "incidents"):
            try:
                its = path.stat()
            except FileNotFoundError:
                continue  # taken out in this moment
            found.append((path.name, its.st_mtime_ns, its.st_size))
        return tuple(found)
