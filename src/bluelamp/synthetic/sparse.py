"""Sparse archives: what an installation looks like that holds little of what was published. Each is a few things to
load, made by the seeded generator, with the truth of every file. Used by tests and by `bluelamp synthetic archive`.

Real installations hold a few releases, or one folder that somebody was sent; nearly everything is unknown to them, and
each archive here lacks in a way of its own. All are of one invented country: the same places, the same residents.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bluelamp.domain.dataset import CRIMES, OUTCOMES, STOPS
from bluelamp.domain.month import Month
from bluelamp.synthetic.archive import write_release
from bluelamp.synthetic.plan import ALL_FORCES, FileFilter, TwinPlan
from bluelamp.synthetic.reference import write_reference
from bluelamp.synthetic.truth import FileTruth, Truth

Form = Literal["zip", "folder", "file"]

_SEED = 11
_NEWEST = Month.of(2022, 6)
# Faults of rows that leave every count what it is, so that whoever counts the files counts what is true.
_HARMLESS = frozenset(
    {
        "border_snap",
        "no_location",
        "blank_street",
        "gender_blank",
        "stops_without_coordinates",
        "odd_names",
        "closed_vocabularies",
    }
)
_FAULTY = _HARMLESS | {"damaged_member", "empty_files", "stops_stopped", "street_gaps"}


@dataclass(frozen=True)
class Load:
    """One thing to load: a plan's files, as a zip, as an unpacked folder or as the one file that they are.

    `name` is what it is called: only `2022-06.zip` and the like say which release it is. `only_forces` are those that
    are chosen when it is loaded; none for all.
    """

    name: str
    plan: TwinPlan
    form: Form = "zip"
    only_forces: tuple[str, ...] = ()


@dataclass(frozen=True)
class SparseArchive:
    """A name, what it lacks in words, and what to load, one after the other."""

    name: str
    words: str
    loads: tuple[Load, ...]


@dataclass(frozen=True)
class LoadTruth:
    """What is in one thing to load. `path` is relative to the archive's folder; `release` is what the name says."""

    path: str
    form: Form
    release: str | None
    only_forces: tuple[str, ...]
    truth: Truth

    @property
    def files(self) -> tuple[FileTruth, ...]:
        """The files that are received: those of the forces that are chosen."""
        return tuple(one for one in self.truth.files if not self.only_forces or one.force in self.only_forces)


@dataclass(frozen=True)
class SparseTruth:
    """Everything about one sparse archive that was written into a folder. `reference` is the folder of areas."""

    archive: SparseArchive
    folder: Path
    reference: Path
    loads: tuple[LoadTruth, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.archive.name,
            "words": self.archive.words,
            "loads": [
                {
                    "path": one.path,
                    "form": one.form,
                    "release": one.release,
                    "only_forces": list(one.only_forces),
                    "truth": one.truth.as_json(),
                }
                for one in self.loads
            ],
        }


def _plan(months: int, crimes: int, *kept: FileFilter, last: Month = _NEWEST, faulty: bool = False) -> TwinPlan:
    return TwinPlan(last, months, crimes, _SEED, pathologies=_FAULTY if faulty else _HARMLESS, kept=kept)


_SOME = (
    "cheshire", "city-of-london", "cumbria", "gwent", "humberside", "kent", "merseyside", "south-yorkshire", "surrey",
    "west-yorkshire",
)  # fmt: skip
_THIRTY = tuple(
    slug for slug in ALL_FORCES if slug not in {*_SOME, "btp", "dorset", "essex", "northern-ireland", "suffolk"}
)

ARCHIVES: tuple[SparseArchive, ...] = (
    SparseArchive(
        "one-force",
        "one force of one release: Gwent, chosen when 2022-06.zip is loaded",
        (Load("2022-06.zip", _plan(6, 12_000), only_forces=("gwent",)),),
    ),
    SparseArchive(
        "one-file",
        "a single file: the street crimes of Kent of one month",
        (
            Load(
                "2022-06-kent-street.csv",
                _plan(1, 3_000, FileFilter((CRIMES.name,), ("kent",))),
                "file",
            ),
        ),
    ),
    SparseArchive(
        "three-in-a-hundred",
        "a folder that says nothing of itself, with about 3 % of the files of three years, of ten forces",
        (Load("download", _plan(36, 36_000, FileFilter(forces=_SOME, share=0.12)), "folder"),),
    ),
    SparseArchive(
        "with-holes",
        "three releases of three months each, years apart, some files missing, empty or damaged",
        tuple(
            Load(f"{last}.zip", _plan(3, 4_500, last=last, faulty=True))
            for last in (Month.of(2016, 3), Month.of(2019, 3), Month.of(2022, 3))
        ),
    ),
    SparseArchive(
        "thirty-forces",
        "a folder that says nothing of itself, with the street crimes of thirty forces for two months",
        (Load("download", _plan(2, 3_000, FileFilter((CRIMES.name,), _THIRTY)), "folder"),),
    ),
    SparseArchive(
        "no-outcomes",
        "a release of street crimes and stops, without any file of outcomes",
        (Load("2022-06.zip", _plan(4, 6_000, FileFilter((CRIMES.name, STOPS.name)))),),
    ),
    SparseArchive(
        "only-stops",
        "nothing but stops: two forces, one of them without coordinates",
        (
            Load(
                "custom-download.zip",
                _plan(6, 24_000, FileFilter((STOPS.name,), ("leicestershire", "south-yorkshire"))),
            ),
        ),
    ),
    SparseArchive(
        "outcomes-alone",
        "outcomes of three forces, whose crimes are not held",
        (
            Load(
                "download",
                _plan(6, 12_000, FileFilter((OUTCOMES.name,), ("avon-and-somerset", "gwent", "kent"))),
                "folder",
            ),
        ),
    ),
)
BY_NAME: dict[str, SparseArchive] = {one.name: one for one in ARCHIVES}


def write_sparse(archive: SparseArchive, folder: Path) -> SparseTruth:
    """Write all that is to be loaded into `folder`, with the areas in `reference` and the truth in `truth.json`.

    Creates the folder; what stands in it under the same names is replaced. Raises OSError where that fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    loads = tuple(_written(load, folder) for load in archive.loads)
    reference = folder / "reference"
    write_reference(archive.loads[0].plan, reference)
    truth = SparseTruth(archive, folder, reference, loads)
    (folder / "truth.json").write_text(json.dumps(truth.as_json()) + "\n", encoding="utf-8")
    return truth


def _written(load: Load, folder: Path) -> LoadTruth:
    path = folder / load.name
    packed = path if load.form == "zip" else folder / f"{load.name}.tmp"
    truth = write_release(load.plan, packed)
    if load.form != "zip":
        _unpack(packed, path, load.form)
        packed.unlink()
    named = load.name.removesuffix(".zip") if load.name == f"{load.plan.release}.zip" else None
    return LoadTruth(load.name, load.form, named, load.only_forces, truth)


def _unpack(packed: Path, path: Path, form: Form) -> None:
    with zipfile.ZipFile(packed) as members:
        if form == "folder":
            shutil.rmtree(path, ignore_errors=True)
            members.extractall(path)
        else:
            (only,) = members.namelist()
            path.write_bytes(members.read(only))


def as_commands(truth: SparseTruth) -> Iterator[list[str]]:
    """What to give `bluelamp`, one command after the other, to load the archive into an empty home."""
    yield ["reference", "sync", "--from-files", str(truth.reference)]
    for load in truth.loads:
        chosen = [word for force in load.only_forces for word in ("--force", force)]
        yield ["archive", "load", str(truth.folder / load.path), *chosen]
