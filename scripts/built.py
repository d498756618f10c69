"""What must be true of a wheel and a source archive before anybody gets them. Used by `release`."""

from __future__ import annotations

import email
import re
import subprocess
import tarfile
import zipfile
from collections.abc import Iterable
from email.message import Message
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.project import ROOT, pyproject, version

# Paths that no wheel or archive may hold.
_FOREIGN = re.compile(r"(^|/)(tests|__pycache__|node_modules|\.venv|\.demo|\.git)(/|$)|\.(sqlite|parquet|pyc|env)$")
_MOST_BYTES = 30_000_000


def problems_of_wheel(wheel: Path, root: Path = ROOT) -> list[str]:
    """What is wrong with its contents and metadata, a sentence each."""
    with zipfile.ZipFile(wheel) as opened:
        names = set(opened.namelist())
        folder = f"bluelamp-{version(root)}.dist-info"
        if f"{folder}/METADATA" not in names:
            return [f"{wheel.name} has no {folder}/METADATA."]
        metadata = email.message_from_bytes(opened.read(f"{folder}/METADATA"))
        entry_points = opened.read(f"{folder}/entry_points.txt").decode()
    found = [f"The wheel lacks {name}." for name in sorted(_expected(root, folder) - names)]
    found += _foreign("The wheel", names)
    found += _of_metadata(metadata, root)
    if "bluelamp = bluelamp.cli:main" not in entry_points:
        found.append("The wheel installs no command `bluelamp`.")
    if not any(name.startswith("bluelamp/web/static/assets/") for name in names):
        found.append("The wheel has no built pages.")
    if wheel.stat().st_size > _MOST_BYTES:
        found.append(f"The wheel has {wheel.stat().st_size:,} bytes; more than {_MOST_BYTES:,} is a mistake.")
    return found


def problems_of_sdist(archive: Path, root: Path = ROOT) -> list[str]:
    """What is wrong with the source archive's contents, a sentence each."""
    top = f"bluelamp-{version(root)}/"
    with tarfile.open(archive) as opened:
        names = {name.removeprefix(top) for name in opened.getnames()}
    needed = {f"src/{name}" for name in _modules(root)}
    needed |= {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "NOTICE", "hatch_build.py", "PKG-INFO"}
    needed |= {"frontend/package.json", "frontend/package-lock.json", "src/bluelamp/web/static/index.html"}
    found = [f"The source archive lacks {name}." for name in sorted(needed - names)]
    return found + _foreign("The source archive", names)


def _expected(root: Path, folder: str) -> set[str]:
    extra = {f"{folder}/licenses/{name}" for name in pyproject(root)["project"]["license-files"]}
    return _modules(root) | {"bluelamp/web/static/index.html", "bluelamp/py.typed"} | extra


def _modules(root: Path) -> set[str]:
    """Every file of the package that is under version control and is still there."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "src/bluelamp"], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split("\0")
    return {name.removeprefix("src/") for name in listed if name and (root / name).exists()}


def _foreign(what: str, names: Iterable[str]) -> list[str]:
    return [f"{what} holds {name}, which is nobody's business." for name in sorted(names) if _FOREIGN.search(name)]


def _of_metadata(metadata: Message, root: Path) -> list[str]:
    project = pyproject(root)["project"]
    stated = {
        "Name": project["name"],
        "Version": version(root),
        "Summary": project["description"],
        "Requires-Python": project["requires-python"],
        "License-Expression": project["license"],
        "Description-Content-Type": "text/markdown",
    }
    found = [
        f"The metadata say {name}: {metadata.get(name)}, not {value}."
        for name, value in stated.items()
        if metadata.get(name) != value
    ]
    if metadata.get_all("Classifier") != project["classifiers"]:
        found.append("The metadata have other classifiers than pyproject.toml.")
    needs, declared = _names(metadata.get_all("Requires-Dist") or ()), _names(project["dependencies"])
    if needs != declared:
        found.append(f"The metadata need {sorted(needs ^ declared)} otherwise than pyproject.toml.")
    if not str(metadata.get_payload()).lstrip().startswith("#"):
        found.append("The metadata have no description: the README is missing.")
    return found


def _names(requirements: Iterable[str]) -> set[str]:
    return {canonicalize_name(Requirement(text).name) for text in requirements}
