"""Whose area a stop lies in: what crimes at the same map point say, else outlines; the same in any order of loading."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bluelamp.archive.workflow import Archive
from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS, Dataset
from tests.lib.archive.archives import SILENT, archive_in, ask, contents, figures, load, take_reference

# Kent's authority is the degrees 0 to 1 east, Essex's 1 to 2; an LSOA of each, and one that names a former district.
AREAS = {"E07000110": ("Maidstone", "Kent", 0), "E07000067": ("Braintree", "Essex", 1)}
LSOAS = {
    "A": ("E01024001", "Maidstone 001A"),
    "OLD": ("E01024009", "Old Town 001A"),
    "B": ("E01024002", "Braintree 001A"),
}
LSOA_AREAS = {"A": "E07000110", "OLD": "E07000110", "B": "E07000067"}
HOME, OVER, DISPUTED, ALONE = (0.5, 51.25), (1.01, 51.25), (0.6, 51.25), (0.7, 51.25)
SWAPPED, BY_OUTCOME, ONCE, TWO_TOWNS = (51.25, 0.5), (1.02, 51.25), (1.03, 51.25), (1.04, 51.25)
POINTS = (HOME, OVER, DISPUTED, ALONE, SWAPPED, BY_OUTCOME, ONCE, TWO_TOWNS)
Point = tuple[float, float]
Row = tuple[Point, str]  # where, and the LSOA that the row names


def write_reference(folder: Path) -> Path:
    wards = ["LSOA21CD,LSOA21NM,LSOA21NMW,WD24CD,WD24NM,WD24NMW,LAD24CD,LAD24NM,LAD24NMW,ObjectId"]
    for number, (name, (code, label)) in enumerate(LSOAS.items(), 1):
        area = LSOA_AREAS[name]
        wards.append(f"{code},{label},,E0500000{number},Ward,,{area},{AREAS[area][0]},,{number}")
    police = ["ltla24_code,ltla24_name,csp24_code,csp24_name,pfa24_code,pfa24_name"]
    features = []
    for number, (area, (name, force, west)) in enumerate(AREAS.items(), 1):
        police.append(f"{area},{name},E2200000{number},P,E2300000{number},{force}")
        shape = shapely.to_geojson(shapely.box(west, 51, west + 1, 52))
        properties = f'{{"ltla24_name": "{name}", "ltla24_code": "{area}"}}'
        features.append(f'{{"type": "Feature", "properties": {properties}, "geometry": {shape}}}')
    folder.mkdir()
    (folder / "lsoa2021-to-ward2024-to-lad2024.csv").write_text("\n".join(wards) + "\n", encoding="utf-8-sig")
    (folder / "lad2024-to-csp2024-to-pfa2024.csv").write_text("\n".join(police) + "\n", encoding="utf-8")
    collection = f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}'
    (folder / "local-authorities-2024.geojson").write_text(collection, encoding="utf-8")
    return folder


def cells(dataset: Dataset, row: Row, number: int) -> list[str]:
    (east, north), lsoa = row
    if dataset == STOPS:
        return ["Person search", "2023-05-10T10:00:00+00:00", "", "", f"{north}", f"{east}", "Male", *[""] * 8]
    common = [f"{number:064x}", "2023-05", "", "", f"{east}", f"{north}", "On or near A Street", *LSOAS[lsoa]]
    return [*common, "Burglary", "", ""] if dataset == CRIMES else [*common, "Local resolution"]


def write(folder: Path, release: str, force: str, dataset: Dataset, rows: Sequence[Row]) -> Path:
    text = io.StringIO()
    out = csv.writer(text, lineterminator="\n")
    out.writerow(dataset.columns)
    out.writerows(cells(dataset, row, number) for number, row in enumerate(rows, 1))
    path = folder / f"{force}-{dataset.name}" / f"{release}.zip"
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as target:
        target.writestr(f"2023-05/2023-05-{force}-{dataset.suffix}.csv", text.getvalue())
    return path


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[Path]]:
    """(reference data, a large file that nothing else touches, the files whose order must not matter)."""
    folder = tmp_path_factory.mktemp("material")
    bulk = write(folder, "2023-05", "surrey", CRIMES, [(HOME, "A")] * 200)
    of_kent: list[Row] = [(OVER, "A"), (DISPUTED, "A"), (SWAPPED, "A"), (TWO_TOWNS, "A"), (TWO_TOWNS, "OLD")]
    files = [
        write(folder, "2023-05", "kent", CRIMES, [*of_kent, (ONCE, "A")]),
        # The next release states the month anew, and the crime at one point is no more.
        write(folder, "2023-06", "kent", CRIMES, of_kent),
        write(folder, "2023-05", "kent", OUTCOMES, [(BY_OUTCOME, "OLD")]),
        write(folder, "2023-05", "essex", CRIMES, [(DISPUTED, "B")]),
        write(folder, "2023-05", "kent", STOPS, [(point, "") for point in POINTS]),
        write(folder, "2023-05", "btp", STOPS, [(point, "") for point in POINTS] * 2),
    ]
    return write_reference(folder / "reference"), bulk, files


def archive_of(home: Path, material: tuple[Path, Path, list[Path]], order: Sequence[int]) -> Archive:
    """An archive that published a version after each file."""
    reference, bulk, files = material
    archive = archive_in(home)
    take_reference(archive, reference)
    load(archive, bulk)
    for number in order:
        load(archive, files[number])
    return archive


@pytest.fixture(scope="module")
def stops_last(material: tuple[Path, Path, list[Path]], tmp_path_factory: pytest.TempPathFactory) -> Archive:
    return archive_of(tmp_path_factory.mktemp("home"), material, range(6))


def test_crimes_at_the_same_point_say_where_a_stop_is(stops_last: Archive) -> None:
    """Those over the border too, where their LSOA is of this side. Where
    crimes of two authorities stand, or none, the outline decides; a crime that lies 5,000 km off says nothing."""
    found = figures(stops_last, "stops", by=["local_authority"], where=["force=kent"])
    by_outline = {HOME, DISPUTED, ALONE}
    assert found["Maidstone"] == len(by_outline | {OVER, BY_OUTCOME, TWO_TOWNS})
    assert found["Braintree"] == len({ONCE})
    assert found["not recorded"] == len({SWAPPED})
    towns = figures(stops_last, "stops", by=["town"], where=["force=kent", "town!=Braintree"])
    # Where crimes at the point name two towns, the town is that of their authority, as for an outline.
    assert (towns["Maidstone"], towns["Old Town"], towns["not recorded"]) == (5, 1, 1)


def test_an_answer_by_place_says_how_many_were_placed_by_what(stops_last: Archive) -> None:
    (said,) = [one for one in ask(stops_last, "stops", by=["town"]).caveats if "the same map point" in one]
    assert said == (
        "12 stops have the town and authority of crimes at the same map point, 9 those of the outline that they lie "
        "in: about 0.8% of these may be wrong."
    )
    assert not [one for one in ask(stops_last, "stops", by=["month"]).caveats if "the same map point" in one]


@settings(max_examples=4)
@given(order=st.permutations(range(6)))
def test_any_order_of_loading_places_stops_alike(
    order: list[int],
    material: tuple[Path, Path, list[Path]],
    stops_last: Archive,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Each version is built upon the one before: a force that brings crimes moves the stops of others."""
    archive = archive_of(tmp_path_factory.mktemp("home"), material, order)
    assert contents(archive, file_ids=False) == contents(stops_last, file_ids=False)


def test_a_version_built_upon_another_is_as_one_from_nothing(stops_last: Archive) -> None:
    built = contents(stops_last)
    stops_last.publish(SILENT, from_nothing=True)
    assert contents(stops_last) == built
