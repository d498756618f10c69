"""What the project says of itself, read from the files that say it. Used by the other scripts."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)\s*(?:;\s*(?P<marker>[^\\]+?))?\s*\\?")


def pyproject(root: Path = ROOT) -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))


def version(root: Path = ROOT) -> str:
    """The version of the package: the file that pyproject.toml takes it from, read without importing it.

    Raises ValueError where there is none.
    """
    file = root / pyproject(root)["tool"]["hatch"]["version"]["path"]
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and any(getattr(name, "id", "") == "__version__" for name in node.targets):
            return str(ast.literal_eval(node.value))
    raise ValueError(f"{file} has no __version__")


def python_versions(root: Path = ROOT) -> list[str]:
    """The versions of Python that the classifiers name, as ["3.11", …]."""
    prefix = "Programming Language :: Python :: 3."
    return [one.rpartition(" ")[2] for one in pyproject(root)["project"]["classifiers"] if one.startswith(prefix)]


def pins(root: Path = ROOT, name: str = "requirements.txt") -> list[tuple[str, str, str]]:
    """(name, version, marker) of each pinned Python package; the marker is empty where it is for every machine."""
    lines = (root / name).read_text(encoding="utf-8").splitlines()
    matches = [_PIN.fullmatch(line) for line in lines if line and not line.startswith((" ", "#"))]
    return [(match["name"], match["version"], match["marker"] or "") for match in matches if match]


def npm_packages(root: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The front end's pinned packages, by their folder in node_modules."""
    lock = json.loads((root / "frontend" / "package-lock.json").read_text(encoding="utf-8"))
    packages: dict[str, dict[str, Any]] = lock["packages"]
    return {folder: package for folder, package in packages.items() if folder}
