"""What is dear to make and only read afterwards is made once for a whole run, by whichever worker needs it first."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


class MadeOnce:
    """Folders that all workers of a run share. Tests that change something copy it first."""

    def __init__(self, base: Path) -> None:
        self._base = base
        base.mkdir(exist_ok=True)

    def __call__(self, name: str, make: Callable[[Path], None]) -> Path:
        """The folder of that name; `make` fills it, unless another worker has done so.

        One that failed halfway is emptied and made again by the next test that needs it.
        """
        folder, complete = self._base / name, self._base / f"{name}.complete"
        with FileLock(self._base / f"{name}.lock"):
            if not complete.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                make(folder)
                complete.touch()
        return folder


def of_this_run(factory: pytest.TempPathFactory) -> MadeOnce:
    """The folders of this run: a worker of pytest-xdist has its temporary folder inside the run's."""
    base = factory.getbasetemp()
    return MadeOnce((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made-once")
