"""A home that holds nearly nothing: one force's street files of a few months, with a hole between them, and a month of
a neighbour; no outcomes, no stops. Made of a release of the twin."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import NoReturn

from bluelamp.archive.progress import Silent
from bluelamp.archive.reference import take_in
from bluelamp.bootstrap import open_archive
from bluelamp.settings import read_settings
from tests.lib.web.process_server import load, write_twin

# zip → (force, months); between the two zips lies a hole that no release covers.
PARTS = {
    "2022-07.zip": {"kent": ("2022-05", "2022-06", "2022-07")},
    "2023-05.zip": {"kent": ("2023-02", "2023-03", "2023-04", "2023-05"), "surrey": ("2023-05",)},
}
_STREET = re.compile(r"(\d{4}-\d{2})-([a-z-]+)-street\.csv")


def make_sparse(folder: Path) -> Path:
    """A home with these files and the twin's reference data."""
    whole = write_twin(folder, "2023-05", crimes=30_000)
    home = folder / "home"
    archive = open_archive(read_settings({"home": home, "processes": 1}, {})[0])
    take_in(archive, [folder / "reference"], [], _no_network, Silent())
    (folder / "parts").mkdir()
    for name, chosen in PARTS.items():
        load(home, _part(whole, folder / "parts" / name, chosen))  # type: ignore[arg-type]
    return home


def _part(whole: Path, path: Path, chosen: dict[str, tuple[str, ...]]) -> Path:
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for member in source.namelist():
            found = _STREET.fullmatch(member.rpartition("/")[2])
            if found and found[1] in chosen.get(found[2], ()):
                target.writestr(member, source.read(member))
    return path


def _no_network() -> NoReturn:
    raise AssertionError("nothing is downloaded")
