"""Loads answers of the data.police.uk API into the same tables as the archive, marked as coming from the API. Called by
`bluelamp archive sync --from-api`, and by `bluelamp archive load` for an answer that was saved as a file.

Stops of a force and month are a whole force-month and count like one, unless an archive of the same release holds it.
Crimes around a point are a part of several force-months: they are kept apart and in no figure unless asked for by
their origin, because they would be counted twice.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bluelamp.archive.fetch import Fetched
from bluelamp.archive.progress import Progress
from bluelamp.archive.workflow import Archive
from bluelamp.domain.dataset import CRIMES, STOPS, Dataset
from bluelamp.domain.force import BY_SLUG
from bluelamp.domain.member_name import MemberName, read_name
from bluelamp.domain.month import Month, month_range
from bluelamp.domain.release import ForceMonth
from bluelamp.domain.selection import Selection
from bluelamp.errors import UsageError
from bluelamp.sources.http import HttpClient
from bluelamp.sources.police_uk.api import PoliceApi
from bluelamp.sources.police_uk.api_areas import Point
from bluelamp.sources.police_uk.api_csv import crimes_as_csv, stops_as_csv
from bluelamp.sources.police_uk.api_saved import SavedStops, read_saved
from bluelamp.sources.police_uk.api_types import NotPublishedYet, OutsideWindow
from bluelamp.storage.ledger.ledger import LOADED, UNCHANGED, WAITING, ListedFile, Receipt

# The publisher of crimes around a point is not stated by the API: such units bear this instead of a force's slug.
AREA_PREFIX = "api-area-"


@dataclass(slots=True)
class _Recorder:
    """Stands between the API's client and the network and keeps the bytes of each answer as received."""

    client: HttpClient
    bodies: list[bytes] = field(default_factory=list)

    def request(self, *args: Any, **options: Any) -> Any:
        answer = self.client.request(*args, **options)
        self.bodies.append(answer.body)
        return answer

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)


@dataclass(frozen=True, slots=True)
class _Answer:
    unit: ForceMonth
    dataset: Dataset
    table: bytes  # in the published CSV layout
    received: bytes  # the API's JSON


def receive_stops(archive: Archive, client: HttpClient, base: str, selection: Selection, progress: Progress) -> Fetched:
    """Stops of each chosen force and month. Raises UsageError where forces or months are not chosen."""
    units = stop_units(selection)

    def ask(api: PoliceApi, unit: ForceMonth) -> bytes:
        return stops_as_csv(api.stops_force(unit.force, unit.month))

    return _receive(archive, client, base, STOPS, units, ask, progress)


def stop_units(selection: Selection) -> list[ForceMonth]:
    """The force-months of stops that a selection asks the API for, one question each."""
    if not selection.forces or selection.first is None or selection.last is None:
        raise UsageError("From the API, say which: --force, --from and --to.", "The archive has everything at once.")
    if selection.datasets - {STOPS.name}:
        raise UsageError("The API gives stops by force and month, and crimes only around a point (--near LAT,LNG).")
    return [
        ForceMonth(STOPS.name, force, month)
        for force in sorted(selection.forces)
        for month in month_range(selection.first, selection.last)
    ]


def crime_units(point: tuple[float, float], selection: Selection) -> list[ForceMonth]:
    """The months that crimes around (latitude, longitude) are asked for, one question each."""
    if selection.first is None or selection.last is None:
        raise UsageError("From the API, say which months: --from and --to.")
    label = hashlib.sha256(f"{point[0]:.6f},{point[1]:.6f}".encode()).hexdigest()[:12]
    return [
        ForceMonth(CRIMES.name, AREA_PREFIX + label, month) for month in month_range(selection.first, selection.last)
    ]


def receive_crimes_near(
    archive: Archive,
    client: HttpClient,
    base: str,
    point: tuple[float, float],
    selection: Selection,
    progress: Progress,
) -> Fetched:
    """Crimes within a mile of (latitude, longitude) in each chosen month."""
    units = crime_units(point, selection)
    place = Point(*point)

    def ask(api: PoliceApi, unit: ForceMonth) -> bytes:
        return crimes_as_csv(api.crimes_street(place, unit.month), api.crime_categories(unit.month))

    return _receive(archive, client, base, CRIMES, units, ask, progress)


def receive_saved(archive: Archive, path: Path, unit: ForceMonth | None, release: Month | None) -> Fetched:
    """Stops that somebody saved from the API; `unit` says of which force and month, where the file's name does not.

    Raises what `saved_stops` raises.
    """
    unit, saved = saved_stops(path, unit)
    fetched = Fetched(release or unit.month, listed=1)
    with archive.writing():
        answer = _Answer(unit, STOPS, stops_as_csv(saved.stops), saved.received)
        _keep(archive, str(path), fetched.release, [answer], fetched)
    return fetched


def saved_stops(path: Path, unit: ForceMonth | None) -> tuple[ForceMonth, SavedStops]:
    """(what a saved answer is, its stops).

    Raises SourceError where the file holds anything else, UsageError where it is not known of whom it is.
    """
    saved = read_saved(path)
    named = read_name(f"{path.stem}.csv")
    if unit is None and isinstance(named, MemberName) and named.force in BY_SLUG:
        unit = named.unit
    if unit is None:
        month = saved.months[0] if saved.months else "YYYY-MM"
        raise UsageError(
            f"{path} is an answer of the API, {len(saved.stops):,} stops of {month}: of which force, it does not say.",
            f"Say it: --as FORCE:{month}:stops.",
        )
    if unit.dataset != STOPS.name:
        raise UsageError(f"{path} holds stops, not {unit.dataset}.", f"Say --as {unit.force}:{unit.month}:stops.")
    return unit, saved


def _receive(
    archive: Archive,
    client: HttpClient,
    base: str,
    dataset: Dataset,
    units: list[ForceMonth],
    ask: Callable[[PoliceApi, ForceMonth], bytes],
    progress: Progress,
) -> Fetched:
    recorder = _Recorder(client)
    api = PoliceApi(recorder, base=base)  # type: ignore[arg-type]
    updated = api.crime_last_updated()
    release = Month.of(updated.year, updated.month)
    fetched = Fetched(release, listed=len(units))
    with archive.writing():
        progress.begin("asking the API", 0, len(units))
        answers = list(_answers(api, recorder, dataset, units, ask, fetched, progress))
        progress.end()
        _keep(archive, f"{base}/api/", release, answers, fetched)
    return fetched


def _answers(
    api: PoliceApi,
    recorder: _Recorder,
    dataset: Dataset,
    units: list[ForceMonth],
    ask: Callable[[PoliceApi, ForceMonth], bytes],
    fetched: Fetched,
    progress: Progress,
) -> Iterator[_Answer]:
    for number, unit in enumerate(units, 1):
        recorder.bodies.clear()
        try:
            table = ask(api, unit)
        except (NotPublishedYet, OutsideWindow) as error:
            # Not there is not the same as empty: nothing is recorded for it, and the person is told.
            fetched.ignored.append((f"{unit.dataset} of {unit.force} for {unit.month}", error.message))
        else:
            yield _Answer(unit, dataset, table, b"\n".join(recorder.bodies))
        progress.at(0, number)


def _keep(archive: Archive, origin: str, release: Month, answers: list[_Answer], fetched: Fetched) -> None:
    held = {
        (file.unit, file.crc32, file.size)
        for file in archive.ledger.files_of({one.unit for one in answers}, states=(LOADED, UNCHANGED, WAITING))
    }
    fresh = [one for one in answers if (one.unit, zlib.crc32(one.table), len(one.table)) not in held]
    fetched.known = len(answers) - len(fresh)
    fetched.new = len(fresh)
    if not fresh:
        return
    writer = archive.vault.begin_pack()
    places = []
    for one in fresh:
        name = f"{one.unit.month}/{one.unit.month}-{one.unit.force}-{one.dataset.suffix}"
        # The answer as received lies beside the table that it became.
        writer.add(f"{name}.json", 0, zlib.crc32(one.received), len(one.received), one.received)
        places.append(writer.add(f"{name}.csv", 0, zlib.crc32(one.table), len(one.table), one.table))
    pack = archive.vault.keep(writer, f"api-{release}")
    rows = [
        ListedFile(
            one.unit, f"API {one.unit.month} {one.unit.force}", "", len(one.table), len(one.table), 0,
            zlib.crc32(one.table), WAITING, raw_sha256=raw_sha256, vault_key=pack.key, vault_offset=offset,
        )
        for one, (offset, raw_sha256) in zip(fresh, places, strict=True)
    ]  # fmt: skip
    receipt = Receipt(
        release, origin, "api", "", (), Selection(), archive.timestamp(),
        hashlib.sha256(b"".join(one.table for one in fresh)).hexdigest(), fetched.ignored,
    )  # fmt: skip
    fetched.receipt_id = archive.ledger.record_receipt(receipt, rows, [pack])
