"""A small warehouse of its own: three forces, one of them silent, whose areas leak into each other."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import NoReturn

import duckdb
import pytest
import shapely

from bluelamp.archive.progress import Silent
from bluelamp.archive.reference import take_in
from bluelamp.archive.workflow import Archive
from bluelamp.bootstrap import open_archive
from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset
from bluelamp.domain.selection import Selection
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.settings import read_settings
from bluelamp.sources.police_uk.archive import open_source
from bluelamp.storage.warehouse.indexes import build_indexes, open_indexes

MONTHS = ("2023-11", "2023-12", "2024-01")
# force: (town, authority, LSOA code, longitude); `surrey` publishes nothing, and lies between the two others.
PLACES = {
    "kent": ("Maidstone", "E07000110", "E01024001", 0.5),
    "essex": ("Bristol", "E06000023", "E01024002", 1.5),
    "surrey": ("Guildford", "E07000209", "E01024003", 1.0),
}
AREAS = {"E07000110": "Maidstone", "E06000023": "Bristol, City of", "E07000209": "Guildford"}
FORCE_AREAS = {"E07000110": "Kent", "E06000023": "Essex", "E07000209": "Surrey"}
TYPES = ("Burglary", "Drugs", "Anti-social behaviour", "Shoplifting", "Robbery'; DROP TABLE dim_force; --")
NAMES = {"kent": "Kent Police", "essex": "Essex Police"}


def _rows(force: str, number: int, month: str) -> Iterator[tuple[Dataset, list[str]]]:
    # Every tenth record of a force lies in silent Surrey.
    town, _, code, longitude = PLACES["surrey" if number % 10 == 9 else force]
    kind = TYPES[number % len(TYPES)]
    crime_id = (
        ""
        if kind.startswith("Anti")
        else f"{int.from_bytes(sha256(f'{force} {month} {number}'.encode()).digest(), 'big'):064x}"
    )
    placed = number % 7 != 6
    where = [f"{longitude + number % 3 / 1000:.6f}" if placed else "", "51.250000" if placed else ""]
    where += [
        "On or near A Street" if placed else "No Location",
        code if placed else "",
        f"{town} 001A" if placed else "",
    ]
    common = [crime_id, month, NAMES[force], NAMES[force], *where]
    last = "" if not crime_id else ("Under investigation", "Local resolution")[number % 2]
    yield CRIMES, [*common, kind, last, ""]
    if crime_id and number % 3 == 0:
        yield OUTCOMES, [*common, ("Local resolution", "Offender fined")[number % 2]]
    if number % 3 == 0:
        hour = "00:00:00" if number % 6 == 0 else f"{number % 24:02d}:30:00"
        who = [("Male", "Female", "")[number % 3], "18-24", "", ("White", "Black")[number % 2]]
        yield STOPS, ["Person search", f"{month}-10T{hour}+00:00", "False", "", where[1], where[0], *who,
                      "", "Controlled drugs", ("Arrest", "")[number % 2], "", "False"]  # fmt: skip


def _write(path: Path) -> None:
    texts: dict[str, io.StringIO] = {}
    for force in ("kent", "essex"):
        for at, month in enumerate(MONTHS):
            for dataset in (CRIMES, OUTCOMES, STOPS):
                if (dataset, force, month) == (OUTCOMES, "essex", "2023-12"):
                    continue
                name = f"{month}/{month}-{force}-{dataset.suffix}.csv"
                texts[name] = io.StringIO()
                csv.writer(texts[name], lineterminator="\n").writerow(dataset.columns)
            for number in range(40 + 5 * at):
                for dataset, row in _rows(force, number, month):
                    name = f"{month}/{month}-{force}-{dataset.suffix}.csv"
                    if name in texts:
                        csv.writer(texts[name], lineterminator="\n").writerow(row)
    with zipfile.ZipFile(path, "w") as target:
        for name, text in texts.items():
            target.writestr(name, text.getvalue())


def _write_reference(folder: Path) -> None:
    wards = ["LSOA21CD,LSOA21NM,LSOA21NMW,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId"]
    forces = ["ltla24_code,ltla24_name,csp24_code,csp24_name,pfa24_code,pfa24_name"]
    features = []
    for number, (town, area, code, longitude) in enumerate(PLACES.values(), 1):
        wards.append(f'{code},{town} 001A,,E0500000{number},Ward,,{area},"{AREAS[area]}",,{number}')
        forces.append(f'{area},"{AREAS[area]}",E2200000{number},P,E2300000{number},{FORCE_AREAS[area]}')
        shape = shapely.to_geojson(shapely.box(longitude - 0.2, 51, longitude + 0.2, 51.5))
        properties = f'{{"ltla24_name": "{AREAS[area]}", "ltla24_code": "{area}"}}'
        features.append(f'{{"type": "Feature", "properties": {properties}, "geometry": {shape}}}')
    folder.mkdir()
    (folder / "lsoa2021-to-ward2024-to-lad2024.csv").write_text("\n".join(wards) + "\n", encoding="utf-8-sig")
    (folder / "lad2024-to-csp2024-to-pfa2024.csv").write_text("\n".join(forces) + "\n", encoding="utf-8")
    collection = f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'
    (folder / "local-authorities-2024.geojson").write_text(collection, encoding="utf-8")


@pytest.fixture(scope="session")
def small_archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    folder = tmp_path_factory.mktemp("questions")
    _write_reference(folder / "reference")
    _write(folder / "2024-01.zip")
    archive = open_archive(read_settings({"home": folder / "home", "processes": 1}, {})[0])
    taken = take_in(archive, [folder / "reference"], [], _no_network, Silent())
    assert len(taken.taken) == 3
    assert archive.now().date() >= date(2024, 1, 1)
    with open_source(str(folder / "2024-01.zip")) as source:
        # Said to be whole, although so few forces would be taken for a part: Surrey shall have published nothing.
        archive.receive(source, release=None, selection=Selection(), progress=Silent(), whole=True)
    archive.finish(Silent())
    return archive


def _no_network() -> NoReturn:
    raise AssertionError("nothing is downloaded")


@pytest.fixture(scope="session")
def indexed(small_archive: Archive, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ArchiveVersion]:
    """The version with its indexes, as the server opens it."""
    version = small_archive.warehouse.current()
    assert version is not None
    folder = tmp_path_factory.mktemp("indexes") / "serving"
    build_indexes(version.file, folder, lambda _done, _of: None)
    with small_archive.warehouse.reading() as connection:
        yield ArchiveVersion(connection, open_indexes(folder))


@pytest.fixture(scope="session")
def warehouse(small_archive: Archive) -> Iterator[duckdb.DuckDBPyConnection]:
    with small_archive.warehouse.reading() as connection:
        yield connection
