"""Where tests write: in memory where there is room, since a database waits for the disk at every commit."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")
_PREFIX = "bluelamp-tests-"
_ROOM = 4 * 2**30  # bytes


def use_memory() -> Path | None:
    """Have this process and those that it starts write temporary files in memory; the folder, to be removed at the end.

    None, and nothing changed, where there is too little memory or TMPDIR says where to write.
    """
    if "TMPDIR" in os.environ or not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _ROOM:
        return None
    for left in _MEMORY.glob(f"{_PREFIX}*-*"):  # by runs that were killed
        if not Path("/proc", left.name.removeprefix(_PREFIX).partition("-")[0]).exists():
            shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-", dir=_MEMORY))
    folder.chmod(0o755)  # a server that runs as another user writes in its own folder below
    os.environ["TMPDIR"] = tempfile.tempdir = str(folder)
    return folder
